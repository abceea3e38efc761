//! Waiting for a status to change, instead of asking for it again and again.

use tokio::sync::watch;

/// Tells that a status changed, never how. What changes often, such as how long a worker has been busy, or its memory, is
/// no change.
#[derive(Debug, Clone)]
pub struct StatusChanges(watch::Receiver<u64>);

impl StatusChanges {
    pub(super) fn new(versions: watch::Receiver<u64>) -> Self {
        Self(versions)
    }

    /// Ends when something has changed since this was last asked, however much; with `false` when nothing will change any
    /// more.
    pub async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}
