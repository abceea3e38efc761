//! One slot: a worker's life, from the first job for it to its rest or its death.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::loan::Verdict;
use super::spawn::Spawner;
use super::worker::{Unready, Worker, between_files, start};
use super::{Cause, Ending, Job, Order, Report, StartError};
use crate::places::Places;
use crate::status::Traffic;
use crate::{Death, Resources, Settings};

/// Cool-downs grow no longer than 2² times the first.
const LONGEST_COOL_DOWN: u32 = 2;

/// A slot of the pool, before it begins to serve.
pub(super) struct Slot {
    pub(super) seat: usize,
    pub(super) places: Places,
    pub(super) resources: Resources,
    pub(super) settings: Settings,
    pub(super) spawner: Spawner,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) closing: CancellationToken,
    pub(super) paused: watch::Receiver<bool>,
}

impl Slot {
    /// Works on jobs until the pool is closed.
    pub(super) async fn serve(self, mut orders: mpsc::Receiver<Order>) {
        let mut worker = None;
        let mut deaths_in_a_row = 0;
        while let Some(order) = self.next(&mut orders, &mut worker).await {
            let job = match order {
                Order::Work(job) => job,
                Order::Rest => {
                    self.send_home(&mut worker).await;
                    continue;
                }
            };
            let ending = tokio::select! {
                ending = self.attempt(&mut worker, &job, deaths_in_a_row) => ending,
                () = self.closing.cancelled() => Ending::Dropped,
            };
            deaths_in_a_row = match ending {
                Ending::Died { .. } | Ending::NotStarted(_) => deaths_in_a_row + 1,
                Ending::Done { .. } | Ending::Failed { .. } | Ending::Stopped { .. } => 0,
                Ending::NoPlace | Ending::Cancelled { .. } | Ending::Dropped => deaths_in_a_row,
            };
            if let Ending::Dropped = ending
                && let Some(worker) = worker.take()
            {
                worker.kill().await;
            }
            let worn = worker.as_mut().is_some_and(|worker| worker.wear(&ending, &self.settings.wear));
            self.report(Report::Ended { seat: self.seat, job: job.id, ending }).await;
            if worn {
                self.send_home(&mut worker).await;
            }
        }
        self.send_home(&mut worker).await;
    }

    /// The next order. A worker that waits too long for one, or dies while it waits, is seen off.
    async fn next(&self, orders: &mut mpsc::Receiver<Order>, worker: &mut Option<Worker>) -> Option<Order> {
        if let Some(waiting) = worker {
            let died = tokio::select! {
                order = orders.recv() => return order,
                () = sleep(self.settings.patience.rest) => None,
                // A worker has nothing to say unasked; at the end of its stream it is gone.
                heard = waiting.ear.recv() => Some(between_files(heard)),
            };
            match died {
                Some(what) => self.bury_idle(worker, what).await,
                None => self.send_home(worker).await,
            }
        }
        orders.recv().await
    }

    /// Sees off a worker that died between two jobs: not of a file, as far as anybody knows.
    async fn bury_idle(&self, worker: &mut Option<Worker>, what: String) {
        if let Some(worker) = worker.take() {
            self.report(worker.bury_idle(what).await).await;
            self.report(Report::Rested { seat: self.seat, worker: None }).await;
        }
    }

    async fn send_home(&self, worker: &mut Option<Worker>) {
        let worker = match worker.take() {
            Some(worker) => {
                let name = worker.name;
                match worker.dismiss().await {
                    Some(death) => {
                        self.report(death).await;
                        None
                    }
                    None => Some(name),
                }
            }
            None => None,
        };
        // Told even when there was none: whoever waits for this seat must hear that it is free.
        self.report(Report::Rested { seat: self.seat, worker }).await;
    }

    pub(super) async fn report(&self, report: Report) {
        // The dispatcher outlives the pool; when it does not, there is nobody left to tell.
        let _ = self.reports.send(report).await;
    }

    /// Starts a worker in the next place under the ceiling that is free. `None` when there is none.
    async fn start(&self, job: &Job) -> Result<Option<Worker>, StartError> {
        let taken = self.places.try_take();
        let taken = taken.map_err(|error| StartError::refused("no worker slot could be taken", &error))?;
        let Some(place) = taken else { return Ok(None) };
        let Self { spawner, resources, settings, traffic, .. } = self;
        let worker = start(place, spawner, resources, job.threads, traffic).await?;
        let name = worker.name;
        self.report(Report::Starting { worker: name }).await;
        match worker.get_ready(resources, settings, job.threads, job.memory, self.pause_of(job)).await {
            Ok((worker, confinement)) => {
                self.report(Report::Ready { worker: name, confinement }).await;
                Ok(Some(worker))
            }
            Err(Unready { error, death }) => {
                self.report(Report::Gone { worker: name, path: None, death }).await;
                Err(error)
            }
        }
    }

    async fn attempt(&self, worker: &mut Option<Worker>, job: &Job, deaths: u32) -> Ending {
        if let Some(what) = worker.as_mut().and_then(Worker::unasked) {
            self.bury_idle(worker, what).await;
        }
        // What it may ask the system for was said when it was started.
        if worker.as_ref().is_some_and(|worker| worker.memory < job.memory) {
            self.send_home(worker).await;
        }
        let lent = match worker.take() {
            Some(worker) => worker,
            None => {
                if let Some(more) = deaths.checked_sub(1).filter(|_| !job.alone) {
                    sleep(self.settings.patience.cool_down * 2_u32.pow(more.min(LONGEST_COOL_DOWN))).await;
                }
                if !self.wait_while_paused(job).await {
                    return Ending::Cancelled { worker: None, killed: false };
                }
                match self.start(job).await {
                    Ok(Some(worker)) => worker,
                    Ok(None) => return Ending::NoPlace,
                    Err(error) => return Ending::NotStarted(error),
                }
            }
        };
        // From here on the worker is in `worker`, so that it can be killed when this future is dropped.
        let verdict = self.work(worker.insert(lent), job).await;
        match verdict {
            Verdict::Ended(ending) => ending,
            Verdict::Killed(failure) => {
                let name = match worker.take() {
                    Some(worker) => worker.kill().await,
                    None => return Ending::Dropped,
                };
                Ending::Stopped { worker: name, failure }
            }
            Verdict::Unwanted => match worker.take() {
                Some(worker) => Ending::Cancelled { worker: Some(worker.kill().await), killed: true },
                None => Ending::Dropped,
            },
            Verdict::Rogue(what) => match worker.take() {
                Some(worker) => {
                    let how = Death::killed(&what);
                    Ending::Died { worker: worker.kill().await, how, cause: Cause::Crash, heard: true }
                }
                None => Ending::Dropped,
            },
            Verdict::Lost { what, heard } => match worker.take() {
                Some(worker) => worker.bury(what, heard).await,
                None => Ending::Dropped,
            },
        }
    }

    /// What holds a worker up while it has this job.
    pub(super) fn pause_of(&self, job: &Job) -> Option<watch::Receiver<bool>> {
        (!job.goes_on_in_a_pause()).then(|| self.paused.clone())
    }

    /// Starts nothing while the engine is paused. Tells whether the job is still wanted then.
    async fn wait_while_paused(&self, job: &Job) -> bool {
        if let Some(mut paused) = self.pause_of(job) {
            tokio::select! {
                // Without an engine the pool is being closed.
                _ = paused.wait_for(|paused| !paused) => {}
                () = job.cancel.cancelled() => {}
            }
        }
        !job.cancel.is_cancelled()
    }
}
