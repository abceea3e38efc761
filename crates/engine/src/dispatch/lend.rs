//! Lending files to workers, as many at once as there are seats.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use deskscribe_protocol::JobId;

use super::Dispatch;
use super::ladder::Lane;
use super::task::Task;
use crate::intake::Medium;
use crate::pool::Job;

/// Processors that one worker may use. Its native libraries each have a pool of so many threads, and there is a
/// bound on all of them together (see `pool/watch.rs`).
const MOST_THREADS: usize = 16;

impl Dispatch {
    /// Lends what is pending to free seats.
    pub(super) fn lend(&mut self) {
        if !self.breaker.is_closed() || self.is_one_alone() {
            return;
        }
        while self.pool.has_free_seat(self.crowded.is_some())
            && let Some(task) = self.pending.pop_front()
        {
            if let Err(task) = self.begin(task) {
                return self.pending.push_front(task);
            }
        }
    }

    /// Lends a task to a free seat; gives it back when none takes it.
    pub(super) fn begin(&mut self, task: Task) -> Result<(), Task> {
        let job = self.job(Arc::clone(&task.medium), task.trial.lane() == Lane::Solo);
        let id = job.id;
        if self.pool.lend(job).is_err() {
            return Err(task);
        }
        self.running.insert(id, task);
        Ok(())
    }

    /// A job of its own for this medium; `alone` when nothing else runs.
    pub(super) fn job(&mut self, medium: Arc<Medium>, alone: bool) -> Job {
        let id = JobId(self.next_job);
        self.next_job += 1;
        // Workers share the processors: should one have to be started, it gets its share as things are.
        let sharing = self.seats.get().min(self.pool.busy() + self.pending.len() + 1);
        let threads = available_parallelism().map_or(1, NonZeroUsize::get) / sharing;
        let threads = NonZeroUsize::new(threads.min(MOST_THREADS)).unwrap_or(NonZeroUsize::MIN);
        Job { id, medium, limits: self.settings.limits.clone(), threads, alone }
    }
}
