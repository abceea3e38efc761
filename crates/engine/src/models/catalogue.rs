//! The speech models that are known: what the manifest lists, each with its address, its hash and its needs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Address;
use crate::ResourceError;
use crate::resources::{self, MANIFEST};

/// All speech models that this build knows, in the order of the manifest: from the smallest on.
#[derive(Debug, Clone)]
pub struct Catalogue(Arc<[KnownModel]>);

/// A speech model that the manifest lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownModel {
    /// What people call it, such as `large-v3-turbo`.
    pub id: String,
    /// Its file, here and on the server.
    pub file: String,
    /// The SHA-256 of that, as 64 hex digits in lower case.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Memory that a worker needs to listen with it, in bytes.
    pub memory: u64,
    /// What it understands.
    pub languages: Languages,
    /// The licence, by its SPDX name.
    pub licence: String,
    /// Where a person can read about it, with the revision that is meant.
    pub source: String,
    /// Where it is fetched from.
    pub(super) address: Address,
}

/// What a speech model understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Languages {
    /// English only.
    En,
    /// All of the hundred that Whisper was trained on.
    All,
}

/// `manifest.toml`, as far as it is about speech. `resources` reads the rest.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    repository: Vec<Repository>,
    #[serde(default)]
    speech: Vec<Speech>,
}

#[derive(Deserialize)]
struct Repository {
    name: String,
    page: String,
    revision: String,
    url: String,
}

#[derive(Deserialize)]
struct Speech {
    id: String,
    file: String,
    sha256: String,
    bytes: u64,
    memory: u64,
    languages: Languages,
    licence: String,
    repository: String,
}

impl Catalogue {
    /// The models that the manifest of this installation lists.
    ///
    /// # Errors
    /// There is no manifest, or it cannot be understood.
    pub fn locate() -> Result<Self, ResourceError> {
        Self::in_folder(&resources::folder()?)
    }

    /// Those that the manifest in this folder lists.
    ///
    /// # Errors
    /// As for [`locate`](Self::locate).
    pub fn in_folder(folder: &Path) -> Result<Self, ResourceError> {
        let path = folder.join(MANIFEST);
        let wrong = |reason: String, path: PathBuf| ResourceError::Manifest { reason, path };
        let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string(), path.clone()))?;
        Self::parse(&text).map_err(|reason| wrong(reason, path))
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Manifest { repository, speech } =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let known = speech.into_iter().map(|speech| KnownModel::of(speech, &repository));
        let known: Vec<_> = known.collect::<Result<_, _>>()?;
        for (at, model) in known.iter().enumerate() {
            let is_same = |other: &KnownModel| other.id == model.id || other.file == model.file;
            if known.iter().take(at).any(is_same) {
                return Err(format!("it lists {} twice", model.id));
            }
        }
        Ok(Self(known.into()))
    }

    /// All of them.
    pub fn all(&self) -> &[KnownModel] {
        &self.0
    }

    /// The one of this name, which may also be that of its file.
    pub fn find(&self, name: &str) -> Option<&KnownModel> {
        self.0.iter().find(|model| model.id == name || model.file == name)
    }

    /// The one whose file has this SHA-256.
    pub(super) fn with_hash(&self, sha256: &str) -> Option<&KnownModel> {
        self.0.iter().find(|model| model.sha256 == sha256)
    }
}

impl KnownModel {
    fn of(speech: Speech, repositories: &[Repository]) -> Result<Self, String> {
        let Speech { id, file, sha256, bytes, memory, languages, licence, repository } = speech;
        let from = repositories.iter().find(|known| known.name == repository);
        let from = from.ok_or_else(|| format!("{id} is in no repository that it lists"))?;
        // What is not hidden from others on the way is fetched only from where the user says.
        let address = Address::parse(&from.url).filter(Address::is_secure);
        let address = address.ok_or_else(|| format!("{repository} has no https address"))?;
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if sha256.len() != 64 || !sha256.bytes().all(is_digit) {
            return Err(format!("{id} has no SHA-256"));
        }
        if !is_plain(&id) || !is_plain(&file) {
            return Err(format!("{id} and {file} are no plain names"));
        }
        let source = format!("{} (revision {})", from.page, from.revision);
        let address = address.file(&file);
        Ok(Self { id, file, sha256, bytes, memory, languages, licence, source, address })
    }
}

/// Whether this can be the name of a file and a word of a command, whatever is done with it.
pub(super) fn is_plain(name: &str) -> bool {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !name.is_empty() && name.len() <= 100 && name.chars().all(is_usual) && !name.starts_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_list_has_the_nine_from_the_smallest_on() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let catalogue = Catalogue::in_folder(&models).unwrap();
        let ids: Vec<_> = catalogue.all().iter().map(|model| model.id.as_str()).collect();
        let expected = [
            "tiny",
            "tiny.en",
            "base",
            "base.en",
            "small",
            "small.en",
            "medium",
            "medium.en",
            "large-v3-turbo",
        ];
        assert_eq!(ids, expected);
        for model in catalogue.all() {
            assert_eq!(model.file, format!("ggml-{}.bin", model.id));
            assert_eq!(model.languages == Languages::En, model.id.ends_with(".en"), "{}", model.id);
            assert_eq!(model.licence, "MIT");
            assert!(model.memory > model.bytes, "{}: it is loaded whole", model.id);
            assert!(model.address.to_string().ends_with(&format!(
                "/ggerganov/whisper.cpp/resolve/5359861c739e955e79d9a303bcbc70fb988958b1/{}",
                model.file
            )));
        }
        assert!(catalogue.all().is_sorted_by_key(|model| model.memory));
    }

    #[test]
    fn a_list_that_could_do_harm_is_refused() {
        let manifest = |url: &str, id: &str, file: &str| {
            format!(
                "[[repository]]\nname = \"r\"\npage = \"p\"\nrevision = \"1\"\nurl = \"{url}\"\n\
                 [[speech]]\nid = \"{id}\"\nfile = \"{file}\"\nsha256 = \"{}\"\nbytes = 1\nmemory = 1\n\
                 languages = \"all\"\nlicence = \"MIT\"\nrepository = \"r\"\n",
                "a".repeat(64)
            )
        };
        assert!(Catalogue::parse(&manifest("https://x/", "a", "a.bin")).is_ok());
        for (url, id, file, reason) in [
            ("http://x/", "a", "a.bin", "no https address"),
            ("https://x/", "a", "../a.bin", "no plain names"),
            ("https://x/", "-a", "a.bin", "no plain names"),
        ] {
            let error = Catalogue::parse(&manifest(url, id, file)).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(Catalogue::parse("").unwrap().all().is_empty(), "a list without speech is a list");
    }
}
