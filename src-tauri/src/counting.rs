//! What would be read in a folder that somebody thinks of watching: counted, and not opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use deskscribe_engine::{FolderSurvey, GlobError, WatchedFolder, survey_folder};
use serde::Serialize;
use tauri::async_runtime::spawn_blocking;

use crate::desk::Desk;

/// What would be read in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct FolderCount {
    /// Pictures.
    images: u64,
    /// Moving pictures.
    videos: u64,
    /// Sound alone.
    audio: u64,
    /// Files that are not on this machine, and are read once somebody fetches them.
    away: u64,
    /// Whether there may be more: it is still being looked through.
    counting: bool,
    /// What is wrong with what is to be left out, in one line; then nothing is counted.
    wrong: Option<String>,
}

/// Which count is wanted: what an earlier one comes to is not told.
#[derive(Clone, Default)]
pub(crate) struct Counting(Arc<AtomicU64>);

impl FolderCount {
    fn of(survey: FolderSurvey, counting: bool) -> Self {
        let FolderSurvey { images, videos, audio, away } = survey;
        Self { images, videos, audio, away, counting, wrong: None }
    }

    fn wrong(error: &GlobError) -> Self {
        Self { wrong: Some(error.to_string()), ..Self::of(FolderSurvey::default(), false) }
    }
}

impl Counting {
    /// Counts what is in this folder, on a thread of its own: it may be large, and its disk slow. Ends any other count.
    pub(crate) fn begin(&self, folder: WatchedFolder, desk: Desk) {
        let this = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let counting = self.clone();
        desk.count.send_replace(Some(FolderCount::of(FolderSurvey::default(), true)));
        spawn_blocking(move || {
            let is_wanted = || counting.0.load(Ordering::Relaxed) == this;
            let tell = |now: FolderCount| {
                desk.count.send_if_modified(|count| {
                    // Looked at under the lock of the channel: whatever ends this comes after it.
                    let is_news = is_wanted();
                    if is_news {
                        *count = Some(now);
                    }
                    is_news
                });
            };
            let so_far = |so_far| tell(FolderCount::of(so_far, true));
            match survey_folder(&folder, &desk.home, so_far, is_wanted) {
                Ok(counted) => tell(FolderCount::of(counted, false)),
                Err(error) => tell(FolderCount::wrong(&error)),
            }
        });
    }

    /// Nobody wants to know any more.
    pub(crate) fn end(&self, desk: &Desk) {
        self.0.fetch_add(1, Ordering::Relaxed);
        desk.count.send_replace(None);
    }
}
