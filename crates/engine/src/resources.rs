//! What ships with the program: the worker, the runtime library and the models.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use deskscribe_protocol::{ModelGrant, ModelRole};
use serde::Deserialize;

use crate::models::Catalogue;

/// The resources of this installation, found and complete.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The worker's executable.
    pub(crate) worker: PathBuf,
    /// The ONNX Runtime library.
    pub(crate) runtime: PathBuf,
    /// Its name and version.
    pub(crate) runtime_name: String,
    /// The models that the worker may be lent.
    pub(crate) models: Vec<Model>,
    /// The speech models that can be fetched; none of them ships with the program.
    pub(crate) speech: Catalogue,
}

/// A model file and what is known about it.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) grant: ModelGrant,
    pub(crate) path: PathBuf,
}

/// The installation is incomplete.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    /// No worker beside the executable.
    #[error(
        "the worker program is missing; install Deskscribe again, or run `cargo xtask build` \
         in its sources: {0}"
    )]
    Worker(PathBuf),
    /// No resources folder in any of the places.
    #[error(
        "the models are missing; install Deskscribe again, run `cargo xtask prepare` in its sources, \
         or set DESKSCRIBE_RESOURCES: looked in {}", list(.0)
    )]
    Folder(Vec<PathBuf>),
    /// One file of the folder is missing or has another size.
    #[error(
        "a model or library is missing or incomplete; install Deskscribe again, or run \
         `cargo xtask prepare` in its sources: {0}"
    )]
    File(PathBuf),
    /// The list of resources cannot be understood.
    #[error("the list of models cannot be read ({reason}); install Deskscribe again: {path}")]
    Manifest {
        /// What is wrong with it.
        reason: String,
        /// Where it lies.
        path: PathBuf,
    },
}

fn list(places: &[PathBuf]) -> String {
    places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The list of what ships with the program, and of the speech models that it can fetch.
pub(crate) const MANIFEST: &str = "manifest.toml";

/// `manifest.toml` as far as it is about what ships; `models` reads what it says of speech.
#[derive(Deserialize)]
struct Manifest {
    artefact: Vec<Artefact>,
}

#[derive(Deserialize)]
struct Artefact {
    name: String,
    file: String,
    sha256: String,
    bytes: u64,
    role: Role,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Role {
    Runtime,
    Licence,
    #[serde(untagged)]
    Model(ModelRole),
}

impl ResourceError {
    /// The command that mends it, in the sources.
    pub(crate) fn mend(&self) -> String {
        let command = if let Self::Worker(_) = self { "build" } else { "prepare" };
        format!("cargo xtask {command}")
    }
}

impl Resources {
    /// Finds the worker and the resources of the running executable; never through the current folder, so
    /// that nobody can plant them.
    pub fn locate() -> Result<Self, ResourceError> {
        let beside = &beside();
        let worker = Self::worker_beside(beside)?;
        Self::in_folder(&folder_beside(beside)?, worker)
    }

    /// What was found, in one line.
    pub(crate) fn describe(&self) -> String {
        let folder = self.runtime.parent().unwrap_or(Path::new("/")).display();
        let Self { worker, models, .. } = self;
        format!("ONNX Runtime and {} models in {folder}, worker {}", models.len(), worker.display())
    }

    fn worker_beside(folder: &Path) -> Result<PathBuf, ResourceError> {
        let mut worker = folder.join("deskscribe-worker");
        if cfg!(debug_assertions)
            && let Some(chosen) = env::var_os("DESKSCRIBE_WORKER")
        {
            worker = PathBuf::from(chosen);
        }
        if worker.is_file() { Ok(worker) } else { Err(ResourceError::Worker(worker)) }
    }

    /// The resources in this folder, checked to be there with the right sizes, for use with this worker.
    pub fn in_folder(folder: &Path, worker: PathBuf) -> Result<Self, ResourceError> {
        let path = folder.join(MANIFEST);
        let wrong = |reason: String| ResourceError::Manifest { reason, path: path.clone() };
        let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let manifest: Manifest = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;

        let speech = Catalogue::parse(&text).map_err(wrong)?;
        let mut runtime = None;
        let mut models = Vec::new();
        for artefact in manifest.artefact {
            let path = folder.join(&artefact.file);
            if fs::metadata(&path).map(|found| found.len()).ok() != Some(artefact.bytes) {
                return Err(ResourceError::File(path));
            }
            match artefact.role {
                Role::Runtime => runtime = Some((path, artefact.name)),
                Role::Licence => {}
                Role::Model(role) => {
                    let grant = ModelGrant { role, name: artefact.name, sha256: artefact.sha256 };
                    models.push(Model { grant, path });
                }
            }
        }
        let (runtime, runtime_name) =
            runtime.ok_or_else(|| wrong("it names no runtime library".to_owned()))?;
        Ok(Self { worker, runtime, runtime_name, models, speech })
    }
}

/// The folder of resources of the running executable.
pub(crate) fn folder() -> Result<PathBuf, ResourceError> {
    folder_beside(&beside())
}

/// The folder of the running executable. Even when it was started through a link, the real file has its company beside
/// it.
fn beside() -> PathBuf {
    let own = env::current_exe().and_then(fs::canonicalize).unwrap_or_default();
    own.parent().unwrap_or(Path::new("/")).to_owned()
}

fn folder_beside(beside: &Path) -> Result<PathBuf, ResourceError> {
    let mut places = vec![beside.join("resources"), beside.join("../lib/deskscribe")];
    if let Some(chosen) = env::var_os("DESKSCRIBE_RESOURCES").filter(|value| !value.is_empty()) {
        places = vec![PathBuf::from(chosen)];
    }
    let folder = places.iter().find(|place| place.join(MANIFEST).is_file()).cloned();
    folder.ok_or(ResourceError::Folder(places))
}

impl Model {
    /// Opens the file, to be lent to a worker.
    pub(crate) fn open(&self) -> io::Result<File> {
        File::open(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
        [[artefact]]
        name = "ONNX Runtime 1"
        file = "lib.so"
        sha256 = "00"
        bytes = 3
        role = "runtime"

        [[artefact]]
        name = "finder"
        file = "finder.onnx"
        sha256 = "11"
        bytes = 4
        role = "text_detection"
    "#;

    fn folder(manifest: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(MANIFEST), manifest).unwrap();
        fs::write(folder.path().join("lib.so"), "lib").unwrap();
        fs::write(folder.path().join("finder.onnx"), "onnx").unwrap();
        folder
    }

    #[test]
    fn a_complete_folder_is_taken() {
        let folder = folder(TWO);
        let resources = Resources::in_folder(folder.path(), PathBuf::from("worker")).unwrap();
        assert_eq!(resources.runtime, folder.path().join("lib.so"));
        assert_eq!(resources.models.len(), 1);
        assert_eq!(resources.models[0].grant.role, ModelRole::TextDetection);
    }

    #[test]
    fn a_truncated_model_is_named_before_any_worker_starts() {
        let folder = folder(TWO);
        fs::write(folder.path().join("finder.onnx"), "on").unwrap();
        let error = Resources::in_folder(folder.path(), PathBuf::from("worker")).unwrap_err();
        assert!(matches!(&error, ResourceError::File(path) if path.ends_with("finder.onnx")), "{error}");
    }

    #[test]
    fn a_broken_manifest_is_an_error_with_its_path() {
        let folder = folder("[[artefact]]\nname = 1");
        let error = Resources::in_folder(folder.path(), PathBuf::from("worker")).unwrap_err();
        assert!(error.to_string().ends_with(MANIFEST), "{error}");
    }
}
