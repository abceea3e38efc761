//! Keeps count of a queue that another thread empties: how many wait, and since when.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::mpsc;

use super::QueueStatus;

/// A queue in which the first to come is the first to leave.
#[derive(Debug)]
pub(crate) struct Queue {
    capacity: usize,
    since: Mutex<VecDeque<Instant>>,
}

impl Queue {
    /// An empty queue that holds so many before whoever fills it has to wait.
    pub(crate) fn of(capacity: usize) -> Self {
        Self { capacity, since: Mutex::default() }
    }

    /// One more waits.
    pub(crate) fn enter(&self) {
        self.since().push_back(Instant::now());
    }

    /// The oldest ones wait no longer.
    pub(crate) fn leave(&self, count: usize) {
        let mut since = self.since();
        let count = count.min(since.len());
        since.drain(..count);
    }

    /// What is in it now.
    pub(super) fn read(&self) -> QueueStatus {
        let (depth, oldest) = {
            let since = self.since();
            (since.len(), since.front().copied())
        };
        let oldest_seconds = oldest.map(|since| since.elapsed().as_secs_f64());
        QueueStatus { depth, capacity: Some(self.capacity), oldest_seconds }
    }

    fn since(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        // A count is a count, whatever became of the thread that took it.
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueStatus {
    /// Channels that somebody still fills, all together.
    pub(super) fn of_channels<T>(senders: &[mpsc::WeakSender<T>]) -> Self {
        let filled: Vec<_> = senders.iter().filter_map(mpsc::WeakSender::upgrade).collect();
        let capacity = filled.iter().map(mpsc::Sender::max_capacity).sum();
        let room: usize = filled.iter().map(mpsc::Sender::capacity).sum();
        Self { depth: usize::saturating_sub(capacity, room), capacity: Some(capacity), oldest_seconds: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_leaves_first_and_an_empty_queue_has_no_oldest() {
        let queue = Queue::of(2);
        assert_eq!(queue.read(), QueueStatus { depth: 0, capacity: Some(2), oldest_seconds: None });
        queue.enter();
        let first = Instant::now();
        while Instant::now() <= first {}
        queue.enter();
        assert!(queue.read().oldest_seconds.unwrap() >= 0.0 && queue.read().depth == 2);
        queue.leave(1);
        assert!(queue.since().front().is_some_and(|second| *second > first));
        queue.leave(5);
        assert_eq!(queue.read().depth, 0);
    }
}
