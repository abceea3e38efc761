//! What the lookout is told, and by whom.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use super::Seen;
use super::eye::Answer;
use super::folder::Folder;
use crate::settings::WatchedFolder;

/// Signals that may wait. What happens beyond that is not kept one by one: a walk finds what it was about.
const MOST_WAITING: usize = 1 << 14;

/// Something the lookout is told.
#[derive(Debug)]
pub(super) enum Signal {
    /// These folders, and no others.
    Folders(Vec<WatchedFolder>),
    /// Something happened to this path.
    Happened(Happening, PathBuf),
    /// So much happened that some of it was not told.
    Overflow,
    /// It is our turn to watch this folder, for as long as the lock is held.
    Turn(PathBuf, File),
    /// The eye on this folder saw something.
    Saw(Arc<Folder>, Answer),
    /// A walk of this folder came to these files.
    Met(Arc<Folder>, Vec<Seen>),
    /// A walk of this folder is over.
    Walked(Arc<Folder>, Walked),
    /// A drive came or went, or a folder in which a watched one lies.
    Mounts,
    /// The machine slept, or its clock was set.
    Woke,
    /// What was handed over may be lost.
    Lost,
    /// Nobody wants to know any more.
    End,
}

/// How a walk ended.
#[derive(Debug)]
pub(super) struct Walked {
    /// Where it began.
    pub(super) from: PathBuf,
    /// How long it took.
    pub(super) took: Duration,
    /// Why the system will not tell of everything below, if so.
    pub(super) untold: Option<String>,
    /// Files that are not on this machine, by the names that stand for them.
    pub(super) away: Vec<PathBuf>,
}

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// It was made, or its data, owner, rights or times were changed.
    Changed,
    /// Whoever wrote to it has closed it.
    Closed,
    /// It came here by a rename.
    Came,
    /// It went away, by a rename or for good.
    Went,
}

/// The way to the lookout.
#[derive(Debug, Clone)]
pub(super) struct Signals {
    to: SyncSender<Signal>,
    /// Whether something was not told because too much waits.
    is_full: Arc<AtomicBool>,
}

/// The lookout's end of it.
pub(super) struct Incoming {
    from: Receiver<Signal>,
    is_full: Arc<AtomicBool>,
}

impl Signals {
    pub(super) fn channel() -> (Self, Incoming) {
        let (to, from) = sync_channel(MOST_WAITING);
        let is_full = Arc::<AtomicBool>::default();
        (Self { to, is_full: Arc::clone(&is_full) }, Incoming { from, is_full })
    }

    /// Whether anybody hears it. Waits while too much waits.
    pub(super) fn send(&self, signal: Signal) -> bool {
        self.to.send(signal).is_ok()
    }

    /// Tells what happened. Never waits: the system's own queue is short.
    pub(super) fn happened(&self, happening: Happening, path: PathBuf) {
        self.tell(Signal::Happened(happening, path));
    }

    /// Tells that something was not told. Never waits either.
    pub(super) fn overflow(&self) {
        self.tell(Signal::Overflow);
    }

    fn tell(&self, signal: Signal) {
        if let Err(TrySendError::Full(_)) = self.to.try_send(signal) {
            self.is_full.store(true, Ordering::Release);
        }
    }
}

impl Incoming {
    /// The next signal, unless there is none until then. Fails when nobody tells anything any more.
    pub(super) fn next(&self, until: Option<Instant>) -> Result<Option<Signal>, RecvTimeoutError> {
        // Whoever could not tell something found signals waiting, so that nobody waits for this one.
        if self.is_full.swap(false, Ordering::Acquire) {
            return Ok(Some(Signal::Overflow));
        }
        let Some(until) = until else {
            return self.from.recv().map(Some).map_err(|_| RecvTimeoutError::Disconnected);
        };
        match self.from.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(signal) => Ok(Some(signal)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
