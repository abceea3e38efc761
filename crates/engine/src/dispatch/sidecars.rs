//! Sidecars of recordings, written once their readings are stored: nobody waits for a folder that may be slow, but the
//! end of a round.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use deskscribe_protocol::{ContentKey, Reading};
use tokio::task::JoinSet;

use crate::sidecar::{self, SidecarPlace, Sidecars, Written};
use crate::{Engine, Home, Row};

/// What is to be written, and what is being written.
pub(super) struct SidecarFiles {
    home: Home,
    wanted: Sidecars,
    /// Of recordings whose readings are not stored yet.
    waiting: HashMap<ContentKey, (PathBuf, Reading)>,
    writing: JoinSet<Written>,
}

impl SidecarFiles {
    pub(super) fn of(engine: &Engine) -> Self {
        Self {
            home: engine.home.clone(),
            wanted: engine.settings.sidecars.clone(),
            waiting: HashMap::new(),
            writing: JoinSet::new(),
        }
    }

    /// Whether nothing is left to write.
    pub(super) fn is_empty(&self) -> bool {
        self.writing.is_empty()
    }

    /// A recording was read: what was said in it is written down beside it once that is stored, if it is wanted.
    pub(super) fn read(&mut self, key: ContentKey, path: &Path, reading: &Reading) {
        if self.wanted.place != SidecarPlace::Off {
            self.waiting.insert(key, (path.to_owned(), reading.clone()));
        }
    }

    /// A row is stored, perhaps of a recording that was read.
    pub(super) fn stored(&mut self, row: &Row) {
        let Some((path, reading)) = row.key.and_then(|key| self.waiting.remove(&key)) else { return };
        let (home, wanted) = (self.home.clone(), self.wanted.clone());
        self.writing.spawn_blocking(move || sidecar::write(&home, &wanted, &path, &reading));
    }

    /// The next that were written, if any are: what could not be, in a line each.
    pub(super) async fn next(&mut self) -> Option<Vec<String>> {
        match self.writing.join_next().await? {
            Ok(written) => Some(written.refused.iter().map(ToString::to_string).collect()),
            Err(error) => Some(vec![format!("sidecars were not written ({error})")]),
        }
    }
}
