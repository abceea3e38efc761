//! Jobs that run while nothing else does: files under suspicion, and the control picture.

use std::sync::Arc;

use deskscribe_protocol::{JobId, Work};
use tokio::time::Instant;

use super::breaker::Verdict;
use super::look::Purpose;
use super::task::{Running, Suspect};
use super::{Dispatch, Halt};
use crate::RunError;
use crate::intake::Medium;
use crate::pool::{Cause, Ending};

/// A picture of our own with three words in it, that every worker of this build can read.
const CONTROL: &[u8] = include_bytes!("control.png");

impl Dispatch {
    /// Whether a job has the pool for itself.
    pub(super) fn is_one_alone(&self) -> bool {
        self.control.is_some() || self.running.values().any(Running::is_alone)
    }

    /// Lends what has to be alone, if it is time and there is no worker left. `last` tells that nothing else
    /// waits or may come. Returns whether anything is different now.
    pub(super) fn lend_alone(&mut self, last: bool) -> Result<bool, Halt> {
        if !self.pool.is_empty() || self.crowded.is_some() {
            return Ok(false);
        }
        match self.breaker.control_at() {
            Some(at) if at <= Instant::now() => {
                let job = self.job(Arc::new(Medium::built_in("control.png", CONTROL)?), true, Work::Read);
                let id = job.id;
                self.control = self.pool.lend(job).then_some(id);
                Ok(self.control.is_some())
            }
            None if last && self.has_suspects() && self.breaker.must_prove(Instant::now()) => Ok(true),
            None if last => Ok(self.lend_suspect()),
            _ => Ok(false),
        }
    }

    /// Whether anything is under suspicion.
    pub(super) fn has_suspects(&self) -> bool {
        !self.solo.is_empty() || self.recordings.has_suspects()
    }

    /// Lends the next part of a recording that is under suspicion, or looks at the next such file, which is lent when
    /// it is still what it was.
    fn lend_suspect(&mut self) -> bool {
        if self.lend_suspected_part() {
            return true;
        }
        let Some(suspect) = self.solo.pop_front() else { return false };
        self.look(suspect.path.clone(), suspect.kind, Purpose::Trial(suspect));
        true
    }

    /// The control is back: either the files were to blame, or everything else is.
    pub(super) async fn settle_control(&mut self, job: JobId, ending: Ending) -> Result<(), Halt> {
        tracing::info!(job = job.0, ?ending, "control");
        self.control = None;
        self.tell_end(&ending, None).await;
        let how = match ending {
            Ending::Done { .. } => {
                let Some(keys) = self.breaker.control_read() else { return Ok(()) };
                let (suspects, others) = std::mem::take(&mut self.pending)
                    .into_iter()
                    .partition(|task| keys.contains(&task.medium.key));
                self.pending = others;
                self.recordings.suspect(&keys);
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
            // Nobody cancels it.
            Ending::Dropped | Ending::Cancelled { .. } => return Ok(()),
        };
        match self.breaker.control_died(&how, Instant::now()) {
            Verdict::Again => Ok(()),
            Verdict::Environment(text) => Err(RunError::Workers(text).into()),
        }
    }
}
