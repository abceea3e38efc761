//! What the system tells of folders: each is listened to by itself, so that folders that are left out cost nothing, and
//! a folder that is new is listened to before it is looked through.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::signal::{Happening, Signals};

/// The ear at the system.
#[derive(Debug, Clone)]
pub(super) struct Listener(Arc<Mutex<RecommendedWatcher>>);

/// Why the system does not tell what happens in a folder.
#[derive(Debug, thiserror::Error)]
pub(super) enum Untold {
    /// It tells of no more folders.
    #[error("the system lets you watch no more folders{}", limit())]
    Limit,
    /// There is no such folder any more.
    #[error("the folder is gone")]
    Gone,
    /// It refuses.
    #[error("the system does not tell what happens there ({0})")]
    Refused(notify::Error),
}

impl Listener {
    /// Hears nothing yet.
    pub(super) fn open(signals: Signals) -> Result<Self, Untold> {
        let hear = move |event| match event {
            Ok(event) => hear(&signals, event),
            // Whatever it was about, it may have been anything.
            Err(error) => {
                tracing::warn!(%error, "the system could not tell what happened");
                signals.overflow();
            }
        };
        let watcher = notify::recommended_watcher(hear).map_err(sort)?;
        Ok(Self(Arc::new(Mutex::new(watcher))))
    }

    /// Hears from now on what happens to what lies in this folder.
    pub(super) fn hear(&self, folder: &Path) -> Result<(), Untold> {
        self.watcher(|watcher| watcher.watch(folder, RecursiveMode::NonRecursive)).map_err(sort)
    }

    /// Hears nothing of this folder any more.
    pub(super) fn ignore(&self, folder: &Path) {
        // It may be gone, and all that was heard of it.
        let _ = self.watcher(|watcher| watcher.unwatch(folder));
    }

    fn watcher<T>(&self, tell: impl FnOnce(&mut RecommendedWatcher) -> T) -> T {
        tell(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn sort(error: notify::Error) -> Untold {
    let is = |kind| matches!(&error.kind, ErrorKind::Io(error) if error.kind() == kind);
    match error.kind {
        ErrorKind::MaxFilesWatch => Untold::Limit,
        ErrorKind::PathNotFound => Untold::Gone,
        _ if is(io::ErrorKind::NotFound) || is(io::ErrorKind::NotADirectory) => Untold::Gone,
        // No more listeners, as the system has it.
        ErrorKind::Io(ref error) if error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error()) => {
            Untold::Limit
        }
        _ => Untold::Refused(error),
    }
}

/// The limit that was reached, as somebody would look it up.
fn limit() -> String {
    let limit = std::fs::read_to_string("/proc/sys/fs/inotify/max_user_watches");
    limit.map_or_else(|_| String::new(), |limit| format!(" (fs.inotify.max_user_watches = {})", limit.trim()))
}

fn hear(signals: &Signals, event: Event) {
    if event.need_rescan() {
        return signals.overflow();
    }
    let happening = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Happening::Closed,
        EventKind::Access(_) => return,
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Happening::Came,
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => Happening::Went,
        // Both its sides were told.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any | EventKind::Other => Happening::Changed,
    };
    event.paths.into_iter().for_each(|path| signals.happened(happening, path));
}
