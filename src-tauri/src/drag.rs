//! Files that are held over the window: what a drop would bring, and the drop.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use deskscribe_engine::{Models, Survey, survey};
use serde::Serialize;
use tauri::DragDropEvent;

use crate::desk::Desk;

/// Folders are looked through for no longer than this while somebody holds them over the window.
const LONGEST: Duration = Duration::from_secs(10);

/// What is held over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct Drag {
    /// Files that would be read.
    pub(crate) supported: u64,
    /// Files that would not.
    pub(crate) unsupported: u64,
    /// Folders among what is held.
    pub(crate) folders: u64,
    /// Speech models among what is held, which would be imported.
    pub(crate) models: u64,
    /// Whether there may be more: folders are still being looked through.
    pub(crate) counting: bool,
}

impl Drag {
    fn of(survey: Survey, models: u64, counting: bool) -> Self {
        let Survey { supported, unsupported, folders } = survey;
        Self { supported, unsupported, folders, models, counting }
    }
}

/// Which of the drags is going on: what is counted for an earlier one is not told.
#[derive(Clone, Default)]
pub(crate) struct Drags(Arc<AtomicU64>);

impl Drags {
    /// Deals with what the system tells of a drag.
    pub(crate) fn hear(&self, event: &DragDropEvent, desk: &Desk) {
        match event {
            DragDropEvent::Enter { paths, .. } => self.count(paths.clone(), desk.clone()),
            DragDropEvent::Drop { paths, .. } => {
                self.end(desk);
                let (models, media): (Vec<_>, Vec<_>) =
                    paths.iter().cloned().partition(|path| Models::is_one(path));
                desk.add_first(media);
                desk.import_first(models);
            }
            DragDropEvent::Leave => self.end(desk),
            _ => {}
        }
    }

    fn end(&self, desk: &Desk) {
        self.0.fetch_add(1, Ordering::Relaxed);
        desk.drag.send_replace(None);
    }

    /// Counts on a thread of its own: a folder may have many files, and its disk may be slow.
    fn count(&self, paths: Vec<PathBuf>, desk: Desk) {
        // The system tells of text and pictures from other windows, too.
        if paths.is_empty() {
            return;
        }
        let this = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let drags = self.clone();
        desk.drag.send_replace(Some(Drag::of(Survey::default(), 0, true)));
        tauri::async_runtime::spawn_blocking(move || {
            let begun = Instant::now();
            let (models, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| Models::is_one(path));
            let models = models.len() as u64;
            let goes_on = || drags.0.load(Ordering::Relaxed) == this;
            let tell = |survey, counting| {
                desk.drag.send_if_modified(|drag| {
                    // Looked at under the lock of the channel: an end that comes meanwhile comes after this.
                    let news = goes_on();
                    if news {
                        *drag = Some(Drag::of(survey, models, counting));
                    }
                    news
                });
            };
            let in_time = || begun.elapsed() < LONGEST;
            let counted = survey(&paths, &desk.home, |so_far| tell(so_far, true), || goes_on() && in_time());
            tell(counted, !in_time());
        });
    }
}
