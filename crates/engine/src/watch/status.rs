//! How each folder is watched, for whoever asks.

use serde::{Deserialize, Serialize};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "so serde calls it")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A watched folder at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct FolderStatus {
    /// Absolute path.
    pub path: String,
    /// How it is watched.
    pub state: FolderState,
    /// Why it is not told of, or not there, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Files in it that are still being written.
    pub unfinished: u64,
    /// Files in it that are not on this machine: a sync program has put something in their place. They are not opened.
    #[serde(default, skip_serializing_if = "is_none")]
    pub away: u64,
    /// When a file in it was last complete, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_file_at: Option<i64>,
}

/// How a folder is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FolderState {
    /// It is being looked through for the first time.
    Starting,
    /// The system tells what happens in it.
    Watched,
    /// The system does not, so that it is looked through now and then.
    Polled,
    /// It is not there; it comes back by itself.
    Offline,
    /// Another Deskscribe program watches it; when that ends, this one does.
    Elsewhere,
}

impl FolderState {
    /// The word used in tables and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Watched => "watched",
            Self::Polled => "polled",
            Self::Offline => "offline",
            Self::Elsewhere => "elsewhere",
        }
    }
}
