//! Changes that others make: told within a moment, without asking again and again.
//!
//! A commit ends with the write lock, which is a file that was open for writing: the system tells when it is closed, and
//! `data_version` says whether there was a commit of somebody else. What is told while the log is written comes too
//! soon: the commit is only there to be seen once the log is on the disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use deskscribe_protocol::ContentKey;
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::{Cache, CacheError, ReadGuard};

/// How often to look where the system does not tell, because too much is watched already.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Somebody who waits for changes.
pub struct Changes {
    guard: ReadGuard,
    /// The number of the last change that was told.
    seen: u64,
    version: Option<i64>,
    wakes: Receiver<()>,
    stop: StopWaiting,
    watcher: Option<RecommendedWatcher>,
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

impl Changes {
    /// Everything that changes after the change with this number, for somebody who only looks: see [`Cache::look`].
    pub fn look(folder: &Path, number: u64) -> Result<Self, CacheError> {
        Ok(Self::after(number, Cache::look(folder)?, folder))
    }

    pub(crate) fn after(number: u64, guard: ReadGuard, folder: &Path) -> Self {
        let (waker, wakes) = sync_channel(1);
        let stop = StopWaiting { stopped: Arc::default(), waker };
        let look = stop.clone();
        let watch = || {
            let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
                // An error may stand for many events.
                if event.map_or(true, |event| may_end_a_commit(event.kind)) {
                    look.wake();
                }
            })?;
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
            notify::Result::Ok(watcher)
        };
        Self { guard, seen: number, version: None, wakes, watcher: watch().ok(), stop }
    }

    /// A way to end the wait from elsewhere.
    pub fn stopper(&self) -> StopWaiting {
        self.stop.clone()
    }

    /// Waits until something has changed, and returns the contents that did, or none when the wait was ended.
    pub fn wait(&mut self) -> Result<Vec<ContentKey>, CacheError> {
        loop {
            if self.guard.refresh()? {
                self.version = None;
            }
            let version = Some(self.guard.data_version()?);
            if version != self.version {
                self.version = version;
                let (keys, last) = self.guard.changed_after(self.seen)?;
                self.seen = last;
                if !keys.is_empty() {
                    return Ok(keys);
                }
            }
            if self.stop.stopped.load(Ordering::Acquire) {
                return Ok(Vec::new());
            }
            // Either ends early or in time, and cannot end otherwise: we have the other end as well.
            let _ = match &self.watcher {
                Some(_) => self.wakes.recv().ok(),
                None => self.wakes.recv_timeout(LOOK_AGAIN).ok(),
            };
        }
    }
}
