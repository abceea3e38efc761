//! The bell: rings when somebody may have committed something.
//!
//! A commit ends with the write lock, which is a file that was open for writing: the system tells when it is closed,
//! and `data_version` says whether there was a commit of somebody else. What is told while the log is written comes too
//! soon: the commit is only there to be seen once the log is on the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::FileId;

/// How often to look where the system does not tell, because too much is watched already, or nothing is there to watch.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Waits for whatever happens in the folder of a cache.
pub(crate) struct Bell {
    folder: PathBuf,
    wakes: Receiver<()>,
    stop: StopWaiting,
    watcher: Option<RecommendedWatcher>,
    /// The folder that is watched.
    hung: Option<FileId>,
}

/// Ends the wait of somebody who waits for changes.
#[derive(Debug, Clone)]
pub struct StopWaiting {
    stopped: Arc<AtomicBool>,
    waker: SyncSender<()>,
}

impl StopWaiting {
    /// From now on there are no changes to wait for.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.wake();
    }

    fn wake(&self) {
        // A wake that waits already is as good as another one, and whoever has gone away waits no more.
        let _ = self.waker.try_send(());
    }
}

/// Whether this is more than that somebody reads.
fn may_end_a_commit(kind: EventKind) -> bool {
    !kind.is_access() || kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

impl Bell {
    /// Rings for this folder, which need not be there yet.
    pub(crate) fn hung_in(folder: &Path) -> Self {
        let (waker, wakes) = sync_channel(1);
        let stop = StopWaiting { stopped: Arc::default(), waker };
        let mut bell = Self { folder: folder.to_owned(), wakes, stop, watcher: None, hung: None };
        bell.hang();
        bell
    }

    /// Watches the folder, if it is there.
    fn hang(&mut self) {
        self.hung = FileId::of(&self.folder);
        let look = self.stop.clone();
        let watch = || {
            let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
                // An error may stand for many events.
                if event.map_or(true, |event| may_end_a_commit(event.kind)) {
                    look.wake();
                }
            })?;
            watcher.watch(&self.folder, RecursiveMode::NonRecursive)?;
            notify::Result::Ok(watcher)
        };
        self.watcher = watch().ok();
    }

    /// Rings for the folder that is there now: it may not have been there before, or been another one. Whoever looks
    /// after this misses nothing.
    pub(crate) fn follow(&mut self) {
        if FileId::of(&self.folder) != self.hung {
            self.hang();
        }
    }

    pub(crate) fn stopper(&self) -> StopWaiting {
        self.stop.clone()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.stopped.load(Ordering::Acquire)
    }

    /// Waits until something may have happened.
    pub(crate) fn wait(&self) {
        // Either ends early or in time, and cannot end otherwise: we have the other end as well.
        let _ = match &self.watcher {
            Some(_) => self.wakes.recv().ok(),
            None => self.wakes.recv_timeout(LOOK_AGAIN).ok(),
        };
    }

    /// Waits until then, whatever happens, unless the wait is ended.
    pub(crate) fn rest(&self, until: Instant) {
        let mut has_rung = false;
        while !self.is_stopped()
            && let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
        {
            has_rung |= self.wakes.recv_timeout(left).is_ok();
        }
        if has_rung {
            self.stop.wake();
        }
    }
}
