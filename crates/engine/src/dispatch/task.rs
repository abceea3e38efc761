//! A file on its way through the dispatcher, in the forms it takes while it waits.

use std::path::PathBuf;
use std::sync::Arc;

use deskscribe_cache::Place;
use deskscribe_protocol::{ContentKey, MediaKind};

use tokio::time::Instant;

use super::ladder::Trial;
use crate::intake::Medium;

/// A medium that is open, and what has happened to it.
pub(super) struct Task {
    pub(super) medium: Arc<Medium>,
    /// When it came to be waited for.
    pub(super) since: Instant,
    pub(super) trial: Trial,
    pub(super) changes: u32,
}

impl Task {
    pub(super) fn new(medium: Medium) -> Self {
        Self { medium: Arc::new(medium), since: Instant::now(), trial: Trial::default(), changes: 0 }
    }
}

/// A file that waits to be tried alone. Not kept open: there may be thousands of them, and they wait until
/// the end.
pub(super) struct Suspect {
    pub(super) path: PathBuf,
    pub(super) kind: MediaKind,
    /// What it held when it came under suspicion.
    pub(super) key: ContentKey,
    pub(super) trial: Trial,
    pub(super) changes: u32,
}

impl From<Task> for Suspect {
    fn from(Task { medium, trial, changes, .. }: Task) -> Self {
        Self { path: medium.path.clone(), kind: medium.kind, key: medium.key, trial, changes }
    }
}

/// A file whose content is on its way under another path, or in another engine. Not kept open either.
pub(super) struct Copy {
    pub(super) place: Place,
    pub(super) kind: MediaKind,
}

impl From<&Medium> for Copy {
    fn from(medium: &Medium) -> Self {
        Self { place: medium.place(), kind: medium.kind }
    }
}
