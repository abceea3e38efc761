//! The question that is open, between the thread that asked it and the one that listens.
//!
//! The requests are those of `ollama-rs`, but nothing of it that connects to anybody is ever called: the kernel would
//! refuse it. A question goes out as a frame, and the engine asks it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use deskscribe_protocol::{JobId, Reply};

/// No job has this number.
const NONE: u64 = u64::MAX;
/// So many pieces of an answer may wait for whoever asked. More wait in the socket, and then with the engine.
const PIECES: usize = 64;

/// Which job is cancelled, and which one waits for an answer.
#[derive(Debug)]
pub(crate) struct Asking {
    cancelled: AtomicU64,
    open: Mutex<Option<(JobId, SyncSender<Reply>)>>,
}

impl Asking {
    pub(crate) fn new() -> Self {
        Self { cancelled: AtomicU64::new(NONE), open: Mutex::new(None) }
    }

    /// A job is to be dropped: it waits for no answer any more.
    pub(crate) fn cancel(&self, job: JobId) {
        let mut open = self.open();
        self.cancelled.store(job.0, Ordering::Relaxed);
        if open.as_ref().is_some_and(|(asked, _)| *asked == job) {
            *open = None;
        }
    }

    pub(crate) fn is_cancelled(&self, job: JobId) -> bool {
        self.cancelled.load(Ordering::Relaxed) == job.0
    }

    /// A job begins to wait for an answer, unless it is cancelled. No more pieces without an end means that it was
    /// cancelled since.
    pub(crate) fn begin(&self, job: JobId) -> Option<Receiver<Reply>> {
        let mut open = self.open();
        if self.is_cancelled(job) {
            return None;
        }
        let (hand, pieces) = sync_channel(PIECES);
        *open = Some((job, hand));
        Some(pieces)
    }

    /// Hands a piece to whoever asked. Says whether anybody did: an engine that answers nobody has lost its mind. What
    /// was on its way when its job was cancelled is nobody's fault.
    pub(crate) fn hand(&self, job: JobId, reply: Reply) -> bool {
        let hand = {
            let mut open = self.open();
            match open.as_ref() {
                Some((asked, hand)) if *asked == job => {
                    let hand = hand.clone();
                    if matches!(reply, Reply::End { .. }) {
                        *open = None;
                    }
                    hand
                }
                _ => return self.is_cancelled(job),
            }
        };
        // Whoever asked waits for nothing else, or is gone.
        let _ = hand.send(reply);
        true
    }

    fn open(&self) -> MutexGuard<'_, Option<(JobId, SyncSender<Reply>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: JobId = JobId(7);
    const END: Reply = Reply::End { cut: false };

    #[test]
    fn only_whoever_asked_is_answered_and_only_to_the_end() {
        let asking = Asking::new();
        assert!(!asking.hand(JOB, END));
        let pieces = asking.begin(JOB).unwrap();
        assert!(!asking.hand(JobId(6), END));
        assert!(asking.hand(JOB, Reply::Text { text: "a".to_owned() }));
        assert!(asking.hand(JOB, END));
        assert!(!asking.hand(JOB, END));
        assert_eq!(pieces.iter().count(), 2);
    }

    #[test]
    fn who_is_cancelled_waits_no_longer_and_what_was_on_its_way_is_dropped() {
        let asking = Asking::new();
        let pieces = asking.begin(JOB).unwrap();
        asking.cancel(JobId(6));
        assert!(asking.hand(JOB, Reply::Text { text: "a".to_owned() }));
        asking.cancel(JOB);
        assert!(asking.hand(JOB, END));
        assert_eq!(pieces.iter().count(), 1);
        assert!(asking.begin(JOB).is_none());
        assert!(asking.begin(JobId(8)).is_some());
        assert!(!asking.hand(JobId(9), END));
    }
}
