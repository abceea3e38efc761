//! What mends what is wrong: one line for a shell.

use std::path::Path;

use deskscribe_cache::CacheError;
use deskscribe_protocol::Isolation;
use serde::Serialize;

use super::WorkerCheck;
use crate::words::quoted;
use crate::{Choice, Home, Trouble};

/// What mends something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Mend {
    /// The check that found it.
    pub what: &'static str,
    /// One line for a shell.
    pub line: String,
}

/// A folder that cannot be written, or something else in its place.
pub(super) fn folder(path: &Path) -> String {
    if path.is_dir() || path.symlink_metadata().is_err() {
        format!("chmod -R u+rwX {}", quoted(path))
    } else {
        aside(path)
    }
}

/// A cache that cannot be used, if a line can do anything about it.
pub(super) fn cache(home: &Home, error: &CacheError) -> Option<String> {
    match error {
        CacheError::Folder { path, .. } | CacheError::ReadOnly(path) => Some(folder(path)),
        CacheError::Foreign(path) | CacheError::Lost { path, .. } => Some(aside(path)),
        CacheError::Damaged { .. } => Some("deskscribe scan".to_owned()),
        CacheError::Full(_) | CacheError::Disk { .. } => Some(format!("df -h {}", quoted(home.folder()))),
        _ => None,
    }
}

/// Confinement that is less than the settings demand, and not none: to do without any is not advised.
pub(super) fn isolation(worker: &WorkerCheck) -> Option<String> {
    (worker.isolation == Isolation::Reduced && worker.required == Isolation::Full)
        .then(|| "deskscribe settings set isolation reduced".to_owned())
}

/// A speech model that should listen and does not, if a line can do anything about it.
pub(super) fn speech(choice: &Choice) -> Option<String> {
    match choice {
        Choice::NotThere(name) => Some(format!("deskscribe models get {name}")),
        Choice::Touched(name) | Choice::Broken(name) => Some(format!("deskscribe models verify {name}")),
        Choice::Use(_) | Choice::NoneInstalled | Choice::TooLarge(_) => None,
    }
}

/// A language model that should write and does not, if a line can do anything about it.
pub(super) fn llm(trouble: &Trouble) -> Option<String> {
    trouble.remedy.as_ref()?.line().map(str::to_owned)
}

fn aside(path: &Path) -> String {
    format!("mv {0} {0}.aside", quoted(path))
}
