//! What slots and their workers say.

use std::path::PathBuf;

use deskscribe_protocol::{Isolation, JobId};

use super::task::Errand;
use super::{Dispatch, Halt};
use crate::pool::Report;
use crate::{Activity, Event, WorkerState};

impl Dispatch {
    pub(super) async fn hear(&mut self, report: Report) -> Result<(), Halt> {
        match report {
            Report::Starting { worker } => {
                self.ledger.worker(worker, WorkerState::Starting).await;
            }
            Report::Ready { worker, confinement } => {
                let isolation = confinement.level();
                self.starts.succeeded();
                self.ledger.board.waiting(None);
                self.said_crowded = false;
                if self.ledger.takes_part(worker.slot) {
                    tracing::info!(slot = worker.slot, pid = worker.pid, ?isolation, "first worker ready");
                }
                self.ledger.worker(worker, WorkerState::Ready { isolation }).await;
                self.tell_isolation(isolation).await;
            }
            Report::Rested { seat, worker } => {
                self.pool.rested(seat);
                if let Some(worker) = worker {
                    self.ledger.worker(worker, WorkerState::Ended).await;
                }
            }
            Report::Lent { job, worker } => {
                if let Some(path) = self.path_of(job) {
                    if self.running.contains_key(&job) {
                        self.ledger.takes_part(worker.slot);
                    }
                    self.ledger.worker(worker, WorkerState::Busy { path }).await;
                }
            }
            Report::Gone { worker, path, death } => self.mourn(worker, path.as_deref(), death).await,
            Report::Progress { job, worker, stage, done, total } => {
                if let Some(path) = self.path_of(job) {
                    self.ledger.event(Event::Progress(Activity { worker, path, stage, done, total })).await;
                }
                self.part_comes_along(job, stage, done, total).await;
            }
            Report::Ended { seat, job, ending } => {
                let warm = ending.leaves_a_worker();
                self.pool.free(seat, warm);
                if self.control == Some(job) {
                    self.settle_control(job, ending).await?;
                } else if let Some(running) = self.running.remove(&job) {
                    match running.errand {
                        Errand::Whole(task) => self.settle(job, task, ending).await?,
                        Errand::Part { part, .. } => {
                            self.settle_part(job, running.medium.key, part, ending).await?
                        }
                    }
                } else if let Some(preview) = self.previews.lent.remove(&job) {
                    self.shown(preview, ending).await?;
                } else if let Some(lent) = self.summaries.lent.remove(&job) {
                    self.summarised(lent, ending).await?;
                } else {
                    // Nobody wanted it any more.
                    self.tell_end(&ending, None).await;
                }
                if self.paused {
                    self.pool.rest();
                }
            }
        }
        Ok(())
    }

    /// Whoever allows less than full isolation hears once a run that it is less.
    async fn tell_isolation(&mut self, isolation: Isolation) {
        if isolation < Isolation::Full && !std::mem::replace(&mut self.said_weak, true) {
            let text = format!(
                "workers are confined less than they can be (isolation is {}): scan only files that you would \
                 open in a viewer; `deskscribe doctor` tells more",
                isolation.as_str()
            );
            self.ledger.note(text).await;
        }
    }

    /// The file of a job that somebody still wants.
    fn path_of(&self, job: JobId) -> Option<PathBuf> {
        let read = self.running.get(&job).map(|running| &running.medium);
        let others = || self.previews.medium(job).or_else(|| self.summaries.medium(job));
        read.or_else(others).map(|medium| medium.path.clone())
    }
}
