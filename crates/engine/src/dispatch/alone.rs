//! Jobs that run while nothing else does: files under suspicion, and the control picture.

use std::path::Path;
use std::sync::Arc;

use deskscribe_protocol::JobId;
use tokio::time::Instant;

use super::breaker::Verdict;
use super::ladder::Lane;
use super::task::{Suspect, Task};
use super::{Dispatch, Halt};
use crate::intake::Medium;
use crate::pool::{Cause, Ending};
use crate::{Crash, Death, RunError, WorkerName, WorkerState};

/// A picture of our own with three words in it, that every worker of this build can read.
const CONTROL: &[u8] = include_bytes!("control.png");

impl Dispatch {
    /// Whether a job has the pool for itself.
    pub(super) fn is_one_alone(&self) -> bool {
        self.control.is_some() || self.running.values().any(|task| task.trial.lane() == Lane::Solo)
    }

    /// Lends what has to be alone, if it is time and there is no worker left. `last` tells that nothing else
    /// waits or may come. Returns whether anything is different now.
    pub(super) async fn lend_alone(&mut self, last: bool) -> Result<bool, Halt> {
        if !self.pool.is_empty() || self.crowded.is_some() {
            return Ok(false);
        }
        match self.breaker.control_at() {
            Some(at) if at <= Instant::now() => {
                let job = self.job(Arc::new(Medium::built_in("control.png", CONTROL)?));
                let id = job.id;
                self.control = self.pool.lend(job).is_ok().then_some(id);
                Ok(self.control.is_some())
            }
            None if last => self.lend_suspect().await,
            _ => Ok(false),
        }
    }

    async fn lend_suspect(&mut self) -> Result<bool, Halt> {
        let Some(Suspect { path, kind, key, trial, changes }) = self.solo.pop_front() else {
            return Ok(false);
        };
        match self.look_again(path, kind).await? {
            Ok(medium) if medium.key == key => {
                let task = Task { trial, changes, ..Task::new(medium) };
                let job = self.job(Arc::clone(&task.medium));
                let id = job.id;
                match self.pool.lend(job) {
                    Ok(()) => drop(self.running.insert(id, task)),
                    // An order to rest is still on its way to that seat, and will be answered.
                    Err(_) => {
                        self.solo.push_front(task.into());
                        return Ok(false);
                    }
                }
            }
            // Another content has done nothing yet.
            Ok(medium) => {
                self.release_copies(key).await?;
                self.enqueue(Task::new(medium)).await?;
            }
            Err(row) => {
                self.ledger.row(row).await;
                self.release_copies(key).await?;
            }
        }
        Ok(true)
    }

    /// Puts a task back where its next try begins.
    pub(super) fn put_back(&mut self, task: Task) {
        match task.trial.lane() {
            Lane::Shared => self.pending.push_front(task),
            Lane::Solo => self.solo.push_back(task.into()),
        }
    }

    /// A worker died of a file; when files, or this worker, are not believed any more, this says so.
    pub(super) async fn count_death(&mut self, task: &Task, cause: Cause) {
        if cause == Cause::Unfit && self.breaker.unfit(task.medium.key, Instant::now()) {
            tracing::warn!("breaker open: a worker calls itself unfit");
            let text =
                "a worker says that it can read nothing; a control picture is tried before any other file";
            return self.ledger.note(text).await;
        }
        if task.trial.lane() == Lane::Shared
            && let Some(files) = self.breaker.died(task.medium.key, Instant::now())
        {
            tracing::warn!(files, "breaker open");
            let text = format!(
                "workers died of {files} different files, and none was read in between; a control picture is \
                 tried before any other file"
            );
            self.ledger.note(text).await;
        }
    }

    /// The control is back: either the files were to blame, or everything else is.
    pub(super) async fn settle_control(&mut self, job: JobId, ending: Ending) -> Result<(), Halt> {
        tracing::info!(job = job.0, ?ending, "control");
        self.control = None;
        self.tell_end(&ending, None).await;
        let how = match ending {
            Ending::Read { .. } => {
                let keys = self.breaker.control_read();
                let (suspects, others) = std::mem::take(&mut self.pending)
                    .into_iter()
                    .partition(|task| keys.contains(&task.medium.key));
                self.pending = others;
                self.solo.extend(Vec::from(suspects).into_iter().map(|mut task| {
                    task.trial.suspect();
                    Suspect::from(task)
                }));
                let text = format!(
                    "the control picture was read, so that this machine is fine; {} tried again alone, after all \
                     others",
                    if keys.len() == 1 {
                        "the file is".to_owned()
                    } else {
                        format!("the {} files are", keys.len())
                    }
                );
                self.ledger.note(text).await;
                return Ok(());
            }
            // It had nothing but a picture of ours: it is believed.
            Ending::Died { how, cause: Cause::Unfit, .. } => {
                return Err(RunError::Workers(format!("no worker can read anything: {how}")).into());
            }
            Ending::Died { how, .. } => how.to_string(),
            Ending::Failed { failure, .. } | Ending::Stopped { failure, .. } => failure.reason,
            Ending::NotStarted(error) => return self.not_started(job, &error).await,
            Ending::NoPlace => return self.no_place().await,
            Ending::Dropped => return Ok(()),
        };
        match self.breaker.control_died(&how, Instant::now()) {
            Verdict::Again => Ok(()),
            Verdict::Environment(text) => Err(RunError::Workers(text).into()),
        }
    }

    /// Tells what a job's end means for its worker.
    pub(super) async fn tell_end(&self, ending: &Ending, path: Option<&Path>) {
        let (worker, death) = match ending {
            Ending::Read { worker, .. } | Ending::Failed { worker, .. } => {
                return self.ledger.worker(*worker, WorkerState::Idle).await;
            }
            Ending::Died { worker, how, .. } => (worker, how.clone()),
            Ending::Stopped { worker, failure } => (worker, Death::killed(&failure.reason)),
            Ending::NotStarted(_) | Ending::NoPlace | Ending::Dropped => return,
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
}
