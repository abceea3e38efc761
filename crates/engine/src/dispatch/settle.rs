//! What becomes of a job that ended: its file is done, read again, given up, or waits for another worker.

use std::path::Path;
use std::time::Duration;

use deskscribe_cache::{Outcome, Record};
use deskscribe_protocol::{Answer, Code, ContentKey, Failure, JobId, Raster};
use tokio::time::Instant;

use super::ladder::{Lane, Step};
use super::look::Purpose;
use super::starts::Next;
use super::task::{Copy, Task};
use super::{ASK_AGAIN, Dispatch, Halt};
use crate::intake::Medium;
use crate::pool::{Cause, Ending, StartError};
use crate::record::{self, Entry};
use crate::{Crash, Death, Row, RunError, WorkerName, WorkerState};

/// Reads of a file that changes meanwhile before it is given up.
const CHANGES: u32 = 3;

impl Dispatch {
    pub(super) async fn settle(&mut self, job: JobId, mut task: Task, ending: Ending) -> Result<(), Halt> {
        self.tell_end(&ending, Some(&task.medium.path)).await;
        if let Ending::Done { worker, .. }
        | Ending::Failed { worker, .. }
        | Ending::Stopped { worker, .. }
        | Ending::Died { worker, .. } = &ending
        {
            match task.medium.has_changed().await {
                Some(true) => return self.read_again(task, *worker).await,
                None if !matches!(ending, Ending::Done { .. }) => {
                    return self.unanswered(&task, *worker).await;
                }
                Some(false) | None => {}
            }
        }
        match ending {
            Ending::Done { worker, answer: Answer::Reading(reading), picture } => {
                self.breaker.read();
                if self.ledger.counts.read == self.ledger.counts.cached {
                    tracing::info!(slot = worker.slot, seconds = reading.seconds, "first file done");
                }
                self.store(&task.medium, Outcome::Read(reading), picture, worker).await
            }
            Ending::Failed { worker, failure } | Ending::Stopped { worker, failure }
                if failure.code == Code::OutOfMemory =>
            {
                self.climb(task, Cause::Memory, &failure.reason, worker).await
            }
            Ending::Failed { worker, failure } | Ending::Stopped { worker, failure } => {
                let lasting = failure.code.is_lasting();
                self.give_up(&task, failure, lasting, worker).await
            }
            Ending::Died { heard: false, .. } if task.trial.excuse() => {
                self.put_back(task);
                Ok(())
            }
            Ending::Died { worker, how, cause, .. } => {
                self.count_death(task.medium.key, task.trial.lane(), cause).await;
                self.climb(task, cause, &how.to_string(), worker).await
            }
            Ending::NotStarted(error) => {
                self.put_back(task);
                self.not_started(job, &error).await
            }
            Ending::NoPlace => {
                self.put_back(task);
                self.no_place().await
            }
            // What nobody wants any more is settled at once. This one only had to go for a long pause.
            Ending::Cancelled { .. } => {
                self.put_back(task);
                Ok(())
            }
            // An answer is of the kind that was asked for.
            Ending::Dropped | Ending::Done { .. } => Ok(()),
        }
    }

    /// Tells what a job's end means for its worker.
    pub(super) async fn tell_end(&self, ending: &Ending, path: Option<&Path>) {
        let (worker, death) = match ending {
            Ending::Done { worker, .. }
            | Ending::Failed { worker, .. }
            | Ending::Cancelled { worker: Some(worker), killed: false } => {
                return self.ledger.worker(*worker, WorkerState::Idle).await;
            }
            // No death that says anything of it.
            Ending::Cancelled { worker: Some(worker), killed: true } => {
                return self.ledger.worker(*worker, WorkerState::Ended).await;
            }
            Ending::Died { worker, how, .. } => (worker, how.clone()),
            Ending::Stopped { worker, failure } => (worker, Death::killed(&failure.reason)),
            Ending::NotStarted(_)
            | Ending::NoPlace
            | Ending::Cancelled { worker: None, .. }
            | Ending::Dropped => return,
        };
        self.mourn(*worker, path, death).await;
    }

    /// Tells of a worker that died, or had to be killed; without a path if it had no file of the user's.
    pub(super) async fn mourn(&self, worker: WorkerName, path: Option<&Path>, death: Death) {
        let file = path.map(|path| path.display().to_string());
        tracing::warn!(slot = worker.slot, pid = worker.pid, how = %death, file, "worker died");
        let crash = Crash::of(worker, path, death);
        self.ledger.worker(worker, WorkerState::Died(crash)).await;
    }

    /// A worker died of a file; when files, or this worker, are not believed any more, this says so.
    pub(super) async fn count_death(&mut self, key: ContentKey, lane: Lane, cause: Cause) {
        if cause == Cause::Unfit && self.breaker.unfit(key, Instant::now()) {
            tracing::warn!("breaker open: a worker calls itself unfit");
            let text =
                "a worker says that it can read nothing; a control picture is tried before any other file";
            return self.ledger.note(text).await;
        }
        if lane == Lane::Shared
            && let Some(files) = self.breaker.died(key, Instant::now())
        {
            tracing::warn!(files, "breaker open");
            let text = format!(
                "workers died of {files} different files, and none was read in between; a control picture is \
                 tried before any other file"
            );
            self.ledger.note(text).await;
        }
    }

    /// Puts a task back where its next try begins.
    pub(super) fn put_back(&mut self, task: Task) {
        match task.trial.lane() {
            Lane::Shared => {
                let rank = task.origin.rank();
                let behind = self.pending.iter().position(|other| other.origin.rank() <= rank);
                self.pending.insert(behind.unwrap_or(self.pending.len()), task);
            }
            Lane::Solo => self.solo.push_back(task.into()),
        }
    }

    /// A worker died of this file, or had to be killed for want of memory: another try, or none.
    async fn climb(
        &mut self,
        mut task: Task,
        cause: Cause,
        how: &str,
        worker: WorkerName,
    ) -> Result<(), Halt> {
        match task.trial.death(cause, how) {
            Step::Again => {
                self.put_back(task);
                Ok(())
            }
            Step::GiveUp { failure, lasting } => self.give_up(&task, failure, lasting, worker).await,
        }
    }

    /// No worker could be started for this job. Too many times in a row, and there is no use in going on.
    pub(super) async fn not_started(&mut self, job: JobId, error: &StartError) -> Result<(), Halt> {
        tracing::warn!(%error, "worker did not start");
        self.ledger.board.waiting(Some(format!("no worker can be started for now ({error})")));
        match self.starts.failed(job, JobId(self.next_job), error) {
            Next::GiveUp => return Err(RunError::Workers(error.to_string()).into()),
            Next::Wait { pause, tell } => {
                if tell {
                    self.ledger.note(format!("no worker can be started for now; waiting ({error})")).await;
                }
                self.wait_for_place(pause);
            }
            Next::SameRound => {}
        }
        Ok(())
    }

    /// Other processes have all places under the ceiling: ask again later.
    pub(super) async fn no_place(&mut self) -> Result<(), Halt> {
        if self.running.is_empty() {
            let why = "other Deskscribe programs use all eight workers";
            self.ledger.board.waiting(Some(why.to_owned()));
            if !std::mem::replace(&mut self.said_crowded, true) {
                self.ledger.note(format!("{why}; waiting for one")).await;
            }
        }
        self.wait_for_place(ASK_AGAIN);
        Ok(())
    }

    /// Until then only workers we have can be given jobs.
    fn wait_for_place(&mut self, pause: Duration) {
        self.crowded = self.crowded.max(Some(Instant::now() + pause));
    }

    /// The file was written to while a worker read it: what came out belongs to no content.
    pub(super) async fn read_again(&mut self, task: Task, worker: WorkerName) -> Result<(), Halt> {
        // With another content, the deaths so far are nobody's.
        let Task { medium, origin, changes, .. } = task;
        self.release_copies(medium.key).await?;
        // Whoever watches it hands it over again once it is complete.
        if origin.watched {
            return self.lose(medium.path.clone()).await;
        }
        if changes + 1 < CHANGES {
            self.look(medium.path.clone(), medium.kind, Purpose::Change { changes: changes + 1, origin });
            return Ok(());
        }
        let why = Failure::new(Code::Changed, "it was written to each time it was read; scan again later");
        let row = Row::failed(&medium.path, None, medium.kind, why, Some(worker));
        self.unread(Box::new(row), &medium.path).await
    }

    /// The disk of this file does not answer: that says nothing about the file.
    pub(super) async fn unanswered(&mut self, task: &Task, worker: WorkerName) -> Result<(), Halt> {
        let why = Failure::new(Code::Unreadable, "the disk that it is on does not answer");
        self.give_up(task, why, false, worker).await
    }

    /// There will be no reading of this medium in this round.
    pub(super) async fn give_up(
        &mut self,
        task: &Task,
        failure: Failure,
        lasting: bool,
        worker: WorkerName,
    ) -> Result<(), Halt> {
        let medium = &*task.medium;
        if lasting {
            return self.store(medium, Outcome::Failed(failure), None, worker).await;
        }
        let (key, of_content) = (medium.key, failure.code.is_of_content());
        let row = Row::failed(&medium.path, Some(key), medium.kind, failure.clone(), Some(worker));
        self.unread(Box::new(row), &medium.path).await?;
        if !of_content {
            return self.release_copies(key).await;
        }
        self.record(Entry::Release(key)).await?;
        // Copies of what hung or killed its workers would only do the same, one after the other.
        for Copy { place, kind, .. } in self.copies.remove(&key).unwrap_or_default() {
            let row = Row::failed(&place.path, Some(key), kind, failure.clone(), None);
            self.unread(Box::new(row), &place.path).await?;
        }
        self.given_up.insert(key, &task.origin, failure);
        Ok(())
    }

    /// Tells of a file that was not read, and keeps why.
    pub(super) async fn unread(&mut self, row: Box<Row>, path: &Path) -> Result<(), Halt> {
        self.record(Entry::Unread { row, path: path.to_owned() }).await
    }

    /// Hands an outcome to the recorder, for this medium and for every copy that waited for it.
    pub(super) async fn store(
        &mut self,
        medium: &Medium,
        outcome: Outcome,
        thumbnail: Option<(Raster, Vec<u8>)>,
        worker: WorkerName,
    ) -> Result<(), Halt> {
        let Medium { key, kind, .. } = *medium;
        let bytes = medium.stamp.size;
        let program = self.settings.author(&outcome);
        let record = Record { key, kind, bytes, outcome, read_at: record::now_ms(), program };
        let row = Box::new(Row::recorded(&medium.path, record.clone(), Some(worker)));
        let copied = record.clone();
        let entry = Entry::Outcome { row, place: medium.place(), record: Box::new(record), thumbnail };
        self.record(entry).await?;
        for Copy { place, .. } in self.copies.remove(&key).unwrap_or_default() {
            let row = Box::new(Row::recorded(&place.path, copied.clone(), None));
            self.record(Entry::Known { row, place, key }).await?;
        }
        Ok(())
    }
}
