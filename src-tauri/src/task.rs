//! Something that goes on beside the window, one at a time, and ends with it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use deskscribe_engine::CancellationToken;
use tauri::async_runtime::{JoinHandle, spawn};

/// What goes on, if anything does.
#[derive(Default)]
pub(crate) struct Task(Mutex<Option<Going>>);

struct Going {
    cancel: CancellationToken,
    done: JoinHandle<()>,
}

impl Task {
    /// Begins something. Whoever calls this knows that nothing else goes on.
    pub(crate) fn begin<F>(&self, work: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut going = self.going();
        let cancel = CancellationToken::new();
        let done = spawn(work(cancel.clone()));
        *going = Some(Going { cancel, done });
    }

    /// Stops what goes on; it may take a moment to end.
    pub(crate) fn stop(&self) {
        if let Some(going) = &*self.going() {
            going.cancel.cancel();
        }
    }

    /// Stops what goes on, and returns when it has ended.
    pub(crate) async fn close(&self) {
        let going = self.going().take();
        if let Some(Going { cancel, done }) = going {
            cancel.cancel();
            // Whatever became of it, it is over.
            let _ = done.await;
        }
    }

    fn going(&self) -> MutexGuard<'_, Option<Going>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
