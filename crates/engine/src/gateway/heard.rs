//! How much of an answer has come, for whoever wants to know how fast a model is while it speaks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Before so much time has gone by, a pace is chance.
const LEAST: Duration = Duration::from_secs(1);

/// What was heard of the answers to one job.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Pieces with words in them. Ollama and the servers of llama.cpp send one for each token.
    pieces: AtomicU64,
    /// When the first of them came.
    first: OnceLock<Instant>,
    last: RwLock<Option<Instant>>,
}

impl Heard {
    /// A piece with words has come.
    pub(super) fn piece(&self) {
        let now = Instant::now();
        self.first.get_or_init(|| now);
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some(now);
        self.pieces.fetch_add(1, Ordering::Relaxed);
    }

    /// So many have come.
    pub(crate) fn pieces(&self) -> u64 {
        self.pieces.load(Ordering::Relaxed)
    }

    /// So many came in a second, from the first to the last; nothing before that is more than chance.
    pub(crate) fn per_second(&self) -> Option<f64> {
        let last = (*self.last.read().unwrap_or_else(PoisonError::into_inner))?;
        let took = last.saturating_duration_since(*self.first.get()?);
        // The first one was not waited for.
        (took >= LEAST).then(|| self.pieces().saturating_sub(1) as f64 / took.as_secs_f64())
    }
}
