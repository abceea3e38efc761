//! A file on its way through the dispatcher, in the forms it takes while it waits.

use std::path::PathBuf;
use std::sync::Arc;

use deskscribe_cache::Place;
use deskscribe_protocol::{ContentKey, MediaKind};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ladder::{Lane, Trial};
use crate::intake::Medium;
use crate::order::Origin;
use crate::plan::Part;

/// A medium that is open, and what has happened to it.
pub(super) struct Task {
    pub(super) medium: Arc<Medium>,
    pub(super) origin: Arc<Origin>,
    /// When it came to be waited for.
    pub(super) since: Instant,
    pub(super) trial: Trial,
    pub(super) changes: u32,
}

impl Task {
    pub(super) fn new(medium: Medium, origin: Arc<Origin>) -> Self {
        Self { medium: Arc::new(medium), origin, since: Instant::now(), trial: Trial::default(), changes: 0 }
    }

    /// Whether it is read in parts.
    pub(super) fn is_recording(&self) -> bool {
        matches!(self.medium.kind, MediaKind::Video | MediaKind::Audio)
    }
}

/// What a worker has, or what one is started for.
pub(super) struct Running {
    pub(super) medium: Arc<Medium>,
    pub(super) errand: Errand,
    /// Ends the job early.
    pub(super) cancel: CancellationToken,
}

/// What comes back with a job.
pub(super) enum Errand {
    /// A medium that is read in one go.
    Whole(Task),
    /// A part of a recording, which is kept elsewhere.
    Part { part: Part, lane: Lane },
}

impl Running {
    /// Whether nothing else may run beside it.
    pub(super) fn is_alone(&self) -> bool {
        let lane = match &self.errand {
            Errand::Whole(task) => task.trial.lane(),
            Errand::Part { lane, .. } => *lane,
        };
        lane == Lane::Solo
    }

    /// Which part of a recording it is.
    pub(super) fn part(&self) -> Option<Part> {
        if let Errand::Part { part, .. } = self.errand { Some(part) } else { None }
    }
}

/// A file that waits to be tried alone. Not kept open: there may be thousands of them, and they wait until
/// the end.
pub(super) struct Suspect {
    pub(super) path: PathBuf,
    pub(super) kind: MediaKind,
    /// What it held when it came under suspicion.
    pub(super) key: ContentKey,
    pub(super) origin: Arc<Origin>,
    pub(super) trial: Trial,
    pub(super) changes: u32,
}

impl From<Task> for Suspect {
    fn from(Task { medium, origin, trial, changes, .. }: Task) -> Self {
        Self { path: medium.path.clone(), kind: medium.kind, key: medium.key, origin, trial, changes }
    }
}

/// A file whose content is on its way under another path, or in another engine. Not kept open either.
pub(super) struct Copy {
    pub(super) place: Place,
    pub(super) kind: MediaKind,
    pub(super) origin: Arc<Origin>,
}

impl From<&Task> for Copy {
    fn from(Task { medium, origin, .. }: &Task) -> Self {
        Self { place: medium.place(), kind: medium.kind, origin: Arc::clone(origin) }
    }
}
