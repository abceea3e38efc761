//! Pausing: one switch that the dispatcher, the slots and everybody who reads files look at.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The switch of one engine.
#[derive(Debug, Clone)]
pub(crate) struct Pause(watch::Sender<bool>);

impl Pause {
    /// Not paused.
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Pauses or goes on. Tells whether that is different from before.
    pub(crate) fn set(&self, paused: bool) -> bool {
        self.0.send_if_modified(|now| std::mem::replace(now, paused) != paused)
    }

    pub(crate) fn is_on(&self) -> bool {
        *self.0.borrow()
    }

    /// To hear of it.
    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// For a thread that reads files until this is over. Must be called inside a tokio runtime.
    pub(crate) fn gate(&self, over: CancellationToken) -> Gate {
        Gate { paused: self.watch(), over, runtime: Handle::current(), struck: Arc::default() }
    }
}

/// What a thread that reads files passes before each piece of work: closed while the engine is paused.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    paused: watch::Receiver<bool>,
    over: CancellationToken,
    runtime: Handle,
    /// Files that nobody wants any more.
    struck: Arc<Mutex<HashSet<PathBuf>>>,
}

impl Gate {
    /// Waits while the engine is paused; whether anybody still wants what is read.
    pub(crate) fn pass(&self) -> bool {
        if *self.paused.borrow() && !self.over.is_cancelled() {
            let mut paused = self.paused.clone();
            self.runtime.block_on(async {
                tokio::select! {
                    // Without an engine there is nothing to wait for.
                    _ = paused.wait_for(|paused| !paused) => {}
                    () = self.over.cancelled() => {}
                }
            });
        }
        !self.over.is_cancelled()
    }

    /// Nobody wants anything any more.
    pub(crate) fn close(&self) {
        self.over.cancel();
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Reads through this gate.
    pub(crate) fn reader<R: Read>(&self, from: R) -> impl Read {
        Gated { gate: self, from }
    }

    /// Nobody wants these any more.
    pub(crate) fn strike(&self, paths: &[PathBuf]) {
        self.struck().extend(paths.iter().cloned());
    }

    /// Whether nobody wants this any more. Says so once: ordered anew, it is wanted.
    pub(crate) fn is_struck(&self, path: &Path) -> bool {
        self.struck().remove(path)
    }

    fn struck(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        // A set is a set, whatever became of the thread that changed it.
        self.struck.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file that is read only while the engine is not paused.
struct Gated<'a, R> {
    gate: &'a Gate,
    from: R,
}

impl<R: Read> Read for Gated<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.gate.pass() {
            self.from.read(into)
        } else {
            Err(io::Error::other("it is not wanted any more"))
        }
    }
}
