//! What is installed, where things lie and how much there is of them.

use std::fs;
use std::path::{Path, PathBuf};

use deskscribe_cache::{Cache, CacheError};
use deskscribe_protocol::ModelRole;
use fs4::FileExt;
use serde::Serialize;

use crate::path::lossy;
use crate::{Home, Resources, SpeechModel, count};

/// A part of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Part {
    /// What it is for, such as `text detection`.
    pub what: &'static str,
    /// Its name and version.
    pub name: String,
    /// Its size.
    pub bytes: Option<u64>,
    /// Its file.
    pub path: String,
}

/// A place where something is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Kept {
    /// One word, such as `backup`.
    pub what: &'static str,
    /// Its size, with everything in it.
    pub bytes: u64,
    /// What is in it; empty where its name says it all.
    pub holds: String,
    /// The file or folder.
    pub path: String,
}

/// The parts of this installation.
pub(super) fn parts(resources: &Resources) -> Vec<Part> {
    let Resources { worker, runtime, runtime_name, models, .. } = resources;
    let part = |what, name: &str, path: &Path| Part {
        what,
        name: name.to_owned(),
        bytes: path.metadata().ok().map(|metadata| metadata.len()),
        path: lossy(path),
    };
    let mut parts = vec![part("worker", "deskscribe-worker", worker), part("runtime", runtime_name, runtime)];
    parts.extend(models.iter().map(|model| part(purpose(model.grant.role), &model.grant.name, &model.path)));
    parts
}

/// The model that listens.
pub(super) fn speech(model: &SpeechModel) -> Part {
    Part {
        what: "speech",
        name: model.name.clone(),
        bytes: model.path.metadata().ok().map(|metadata| metadata.len()),
        path: lossy(&model.path),
    }
}

fn purpose(role: ModelRole) -> &'static str {
    match role {
        ModelRole::TextDetection => "text detection",
        ModelRole::TextRecognition => "text recognition",
        ModelRole::VoiceActivity => "voice activity",
        ModelRole::Speech => "speech",
    }
}

/// What is kept in this home, as far as it is there.
pub(super) fn kept(home: &Home) -> Vec<Kept> {
    let folder = home.folder();
    let mut kept = Vec::new();
    let mut add = |what, path: PathBuf, holds: String| {
        if path.symlink_metadata().is_ok() {
            kept.push(Kept { what, bytes: bytes_in(&path), holds, path: lossy(&path) });
        }
    };
    add("home", folder.to_owned(), String::new());
    add("settings", home.settings(), String::new());
    add("cache", folder.join("summaries.sqlite"), readings(folder).unwrap_or_else(|error| error.to_string()));
    add("small pictures", folder.join("thumbnails.sqlite"), String::new());
    for backup in entries(&folder.join("backups")).filter(|path| path.extension() == Some("sqlite".as_ref()))
    {
        add("backup", backup, String::new());
    }
    for damaged in entries(&folder.join("damaged")) {
        add("damaged copy", damaged, "can be deleted once nothing is missing".to_owned());
    }
    let models = entries(&home.models()).filter(|path| path.extension() == Some("bin".as_ref())).count();
    add("models", home.models(), count(models as u64, "speech model", "speech models"));
    let runs = entries(&home.runs()).filter(|path| path.extension() == Some("jsonl".as_ref())).count();
    add("runs", home.runs(), count(runs as u64, "run", "runs"));
    add("logs", home.logs(), count(entries(&home.logs()).count() as u64, "day", "days"));
    kept
}

fn readings(folder: &Path) -> Result<String, CacheError> {
    let coverage = Cache::look(folder)?.coverage()?;
    let mut holds = count(coverage.read, "reading", "readings");
    if coverage.failed > 0 {
        holds += &format!(", {} could not be read", count(coverage.failed, "file", "files"));
    }
    if coverage.queued > 0 {
        let waiting = count(coverage.queued, "file waits", "files wait");
        holds += &format!(", {waiting}: `deskscribe scan --queued` reads them");
    }
    Ok(holds)
}

/// How many engines run on this home, and how many died without clearing up behind them.
pub(super) fn engines(home: &Home) -> (usize, usize) {
    let locks = entries(&home.engines()).filter(|path| path.extension() == Some("lock".as_ref()));
    let locks = locks.filter_map(|path| fs::File::open(path).ok());
    let is_alive =
        |lock: &fs::File| matches!(FileExt::try_lock_shared(lock), Err(fs4::TryLockError::WouldBlock));
    let (alive, left): (Vec<_>, Vec<_>) = locks.partition(is_alive);
    (alive.len(), left.len())
}

/// By name; none where there is no such folder.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort_unstable();
    paths.into_iter()
}

fn bytes_in(path: &Path) -> u64 {
    let files = walkdir::WalkDir::new(path).into_iter().filter_map(Result::ok);
    files.filter_map(|entry| entry.metadata().ok()).filter(fs::Metadata::is_file).map(|file| file.len()).sum()
}
