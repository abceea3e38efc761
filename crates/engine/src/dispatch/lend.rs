//! Lending files to workers, as many at once as there are seats.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use deskscribe_protocol::{ContentKey, JobId, Work};
use tokio_util::sync::CancellationToken;

use super::Dispatch;
use super::ladder::Lane;
use super::orders::Takes;
use super::task::{Errand, Running, Task};
use crate::intake::Medium;
use crate::order::Origin;
use crate::pool::Job;

/// Processors that one worker may use. Its native libraries each have a pool of so many threads, and there is a
/// bound on all of them together (see `pool/watch.rs`).
const MOST_THREADS: usize = 16;

impl Dispatch {
    /// Lends what somebody waits for, and what is pending, to free seats.
    pub(super) fn lend(&mut self) {
        self.lend_previews();
        if self.paused || !self.breaker.is_closed() || self.is_one_alone() {
            return;
        }
        while self.pool.has_free_seat(self.crowded.is_some()) {
            let picture =
                self.pending.iter().find(|task| !task.is_recording()).map(|task| task.origin.rank());
            // Those that are on their way here count as well.
            let more = !self.orders.is_empty() && self.takes() != Takes::None || self.elsewhere.is_asking();
            if let Some((key, part)) = self.next_part(picture.or(more.then_some(i64::MIN))) {
                if !self.lend_part(key, part, Lane::Shared) {
                    return;
                }
                continue;
            }
            let room = self.recordings.len() < self.seats.get();
            let next = self.pending.iter().position(|task| room || !task.is_recording());
            let Some(task) = next.and_then(|index| self.pending.remove(index)) else { return };
            if task.is_recording() {
                self.take_up(task);
            } else if let Err(task) = self.begin(task) {
                return self.pending.push_front(task);
            }
        }
    }

    /// Puts a task behind those that go before it, and behind its equals.
    pub(super) fn queue_up(&mut self, task: Task) {
        let rank = task.origin.rank();
        let behind = self.pending.iter().position(|other| other.origin.rank() < rank);
        self.pending.insert(behind.unwrap_or(self.pending.len()), task);
    }

    /// A content that waits already is wanted more urgently.
    pub(super) fn hurry(&mut self, key: &ContentKey, origin: &Arc<Origin>) {
        self.elsewhere.hurry(key, origin);
        if let Some(index) = self.pending.iter().position(|task| task.medium.key == *key)
            && let Some(mut task) = self.pending.remove(index)
        {
            task.origin = Arc::clone(origin);
            self.queue_up(task);
        }
    }

    /// Lends a task to a free seat; gives it back when none takes it.
    pub(super) fn begin(&mut self, task: Task) -> Result<(), Task> {
        let medium = Arc::clone(&task.medium);
        let job = self.job(Arc::clone(&medium), task.trial.lane() == Lane::Solo, Work::Read);
        let (id, cancel) = (job.id, job.cancel.clone());
        if !self.pool.lend(job) {
            return Err(task);
        }
        self.running.insert(id, Running { medium, errand: Errand::Whole(task), cancel });
        Ok(())
    }

    /// A job of its own for this medium; `alone` when nothing else runs.
    pub(super) fn job(&mut self, medium: Arc<Medium>, alone: bool, work: Work) -> Job {
        let id = JobId(self.next_job);
        self.next_job += 1;
        // Workers share the processors: should one have to be started, it gets its share as things are.
        let sharing = self.seats.get().min(self.pool.busy() + self.pending.len() + 1);
        let threads = available_parallelism().map_or(1, NonZeroUsize::get) / sharing;
        let threads = NonZeroUsize::new(threads.min(MOST_THREADS)).unwrap_or(NonZeroUsize::MIN);
        let limits = self.settings.limits.clone();
        let (files, cancel) = (Vec::new(), CancellationToken::new());
        Job { id, medium, limits, threads, alone, work, files, memory: 0, talk: None, cancel }
    }
}
