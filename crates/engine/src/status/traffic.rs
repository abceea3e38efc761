//! Counts what is said on the wires, for all workers together.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Volume, Wire};

/// The frames and bytes of all conversations of one run. Counters only: nothing is ever decided by them, so
/// they need no order among themselves.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    sent: Counter,
    received: Counter,
}

#[derive(Debug, Default)]
struct Counter {
    frames: AtomicU64,
    bytes: AtomicU64,
}

impl Traffic {
    /// A frame of so many bytes went to a worker.
    pub(crate) fn sent(&self, bytes: usize) {
        self.sent.add(bytes);
    }

    /// A frame of so many bytes came from a worker.
    pub(crate) fn received(&self, bytes: usize) {
        self.received.add(bytes);
    }

    /// What was counted so far.
    pub(super) fn read(&self) -> Wire {
        Wire { sent: self.sent.read(), received: self.received.read() }
    }
}

impl Counter {
    fn add(&self, bytes: usize) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn read(&self) -> Volume {
        Volume { frames: self.frames.load(Ordering::Relaxed), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}
