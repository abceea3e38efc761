//! How far recordings have come.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::path::{bytes_of, lossy};
use crate::{Row, Share};

/// A recording that is being read, by however many workers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct RecordingStatus {
    /// Absolute path; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// The true bytes of the path in base64, when they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// Seconds that were worked through: what is heard, what is said and what is shown count each for itself.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub done_seconds: f64,
    /// Seconds in all, as far as they are known by now.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub total_seconds: f64,
}

/// All of them, by when they were begun.
#[derive(Debug, Clone, Default)]
pub(super) struct Recordings(Vec<(PathBuf, Share)>);

impl Recordings {
    /// One has come so far; without a share, it is not on its way any more.
    pub(super) fn hear(&mut self, path: &Path, share: Option<Share>) {
        let known = self.0.iter().position(|(other, _)| other == path);
        match (known, share) {
            (Some(index), Some(share)) => self.0[index].1 = share,
            (None, Some(share)) => self.0.push((path.to_owned(), share)),
            (Some(index), None) => drop(self.0.remove(index)),
            (None, None) => {}
        }
    }

    /// A file is settled, which may be one of them.
    pub(super) fn settled(&mut self, row: &Row) {
        self.0.retain(|(path, _)| lossy(path) != row.path);
    }

    pub(super) fn status(self) -> Vec<RecordingStatus> {
        let one = |(path, share): (PathBuf, Share)| RecordingStatus {
            path: lossy(&path),
            path_bytes: bytes_of(&path),
            done_seconds: share.done,
            total_seconds: share.total,
        };
        self.0.into_iter().map(one).collect()
    }
}
