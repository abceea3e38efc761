//! Waiting for a status to change, instead of asking for it again and again.

use tokio::sync::watch;

/// Counts what changes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Version {
    number: u64,
    is_last: bool,
}

/// Tells that a status changed, never how. What changes often, such as how long a worker has been busy, or its memory,
/// is no change.
#[derive(Debug, Clone)]
pub struct StatusChanges(watch::Receiver<Version>);

impl Version {
    pub(super) fn next(&mut self) {
        self.number += 1;
    }

    /// Nothing changes any more.
    pub(super) fn end(&mut self) {
        self.is_last = true;
    }
}

impl StatusChanges {
    pub(super) fn new(versions: watch::Receiver<Version>) -> Self {
        Self(versions)
    }

    /// Ends when something has changed since this was last asked, however much; with `false` when the engine has ended.
    pub async fn changed(&mut self) -> bool {
        !self.0.borrow().is_last && self.0.changed().await.is_ok() && !self.0.borrow().is_last
    }
}
