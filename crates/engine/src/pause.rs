//! Pausing: one switch that the dispatcher, the slots and everybody who reads files look at.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The switch of one engine.
#[derive(Debug, Clone)]
pub(crate) struct Pause {
    on: watch::Sender<bool>,
    reasons: Arc<Mutex<Reasons>>,
}

/// What speaks for a pause.
#[derive(Debug, Default)]
struct Reasons {
    /// Somebody wants one, until then or until somebody wants it to end.
    asked: Option<Option<Instant>>,
    /// The machine runs on its battery.
    battery: bool,
}

/// Why nothing is read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct PauseStatus {
    /// What it waits for.
    pub by: PausedBy,
    /// Seconds until it goes on by itself, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
    pub resumes_in_seconds: Option<f64>,
}

/// Who had an engine pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PausedBy {
    /// Somebody, who lets it go on.
    User,
    /// The settings: the machine runs on its battery. It goes on with the mains, or when somebody wants it to.
    Battery,
}

impl Reasons {
    fn is_any(&self) -> bool {
        self.asked.is_some() || self.battery
    }
}

impl Pause {
    /// Not paused.
    pub(crate) fn new() -> Self {
        Self { on: watch::Sender::new(false), reasons: Arc::default() }
    }

    /// Somebody wants a pause until then, if that is known; or nobody does.
    pub(crate) fn ask(&self, until: Option<Option<Instant>>) {
        self.change(|reasons| reasons.asked = until);
    }

    /// The machine runs on its battery, or does not any more.
    pub(crate) fn on_battery(&self, is_on: bool) {
        self.change(|reasons| reasons.battery = is_on);
    }

    fn change(&self, change: impl FnOnce(&mut Reasons)) {
        let mut reasons = self.reasons();
        change(&mut reasons);
        let paused = reasons.is_any();
        self.on.send_if_modified(|now| std::mem::replace(now, paused) != paused);
    }

    pub(crate) fn is_on(&self) -> bool {
        *self.on.borrow()
    }

    /// When it goes on by itself, if somebody wanted it to pause and said so.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.reasons().asked.flatten()
    }

    /// Why nothing is read, while that is so.
    pub(crate) fn status(&self) -> Option<PauseStatus> {
        let reasons = self.reasons();
        let by = if reasons.asked.is_some() { PausedBy::User } else { PausedBy::Battery };
        let left = |end: Instant| end.saturating_duration_since(Instant::now()).as_secs_f64();
        reasons.is_any().then(|| PauseStatus { by, resumes_in_seconds: reasons.asked.flatten().map(left) })
    }

    /// To hear of it.
    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.on.subscribe()
    }

    /// For a thread that reads files until this is over. Must be called inside a tokio runtime.
    pub(crate) fn gate(&self, over: CancellationToken) -> Gate {
        Gate { paused: self.watch(), over, runtime: Handle::current(), struck: Arc::default() }
    }

    fn reasons(&self) -> MutexGuard<'_, Reasons> {
        // Whatever became of the thread that changed them, they are what they are.
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
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
