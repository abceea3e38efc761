//! One slot: a worker's life, from the first job for it to its rest or its death.

use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::sync::Arc;

use deskscribe_protocol::{Code, Failure, FrameError, FromWorker, Raster, Stage, ToWorker};
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::ceiling::Ceiling;
use super::spawn::Spawner;
use super::watch::{Judgement, Watch};
use super::worker::{Unready, Worker, start};
use super::{Ending, Job, Order, Report, StartError};
use crate::status::Traffic;
use crate::{Resources, Settings, WorkerName};

/// Cool-downs grow no longer than 2² times the first.
const LONGEST_COOL_DOWN: u32 = 2;

/// A slot of the pool, before it begins to serve.
pub(super) struct Slot {
    pub(super) seat: usize,
    pub(super) ceiling: Ceiling,
    pub(super) resources: Resources,
    pub(super) settings: Settings,
    pub(super) spawner: Spawner,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) closing: CancellationToken,
}

impl Slot {
    /// Works on jobs until the pool is closed.
    pub(super) async fn serve(self, mut orders: mpsc::Receiver<Order>) {
        let mut worker = None;
        let mut deaths_in_a_row = 0;
        while let Some(order) = self.next(&mut orders, &mut worker).await {
            let job = match order {
                Order::Read(job) => job,
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
                Ending::Read { .. } | Ending::Failed { .. } | Ending::Stopped { .. } => 0,
                Ending::NoPlace | Ending::Dropped => deaths_in_a_row,
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
            tokio::select! {
                order = orders.recv() => return order,
                () = sleep(self.settings.patience.rest) => {}
                // A worker has nothing to say unasked; at the end of its stream it is gone.
                _ = waiting.ear.recv() => {}
            }
            self.send_home(worker).await;
        }
        orders.recv().await
    }

    async fn send_home(&self, worker: &mut Option<Worker>) {
        let worker = match worker.take() {
            Some(worker) => {
                let name = worker.name;
                worker.dismiss().await;
                Some(name)
            }
            None => None,
        };
        // Told even when there was none: whoever waits for this seat must hear that it is free.
        self.report(Report::Rested { seat: self.seat, worker }).await;
    }

    async fn report(&self, report: Report) {
        // The dispatcher outlives the pool; when it does not, there is nobody left to tell.
        let _ = self.reports.send(report).await;
    }

    /// Starts a worker in the next place under the ceiling that is free. `None` when there is none.
    async fn start(&self, threads: NonZeroUsize) -> Result<Option<Worker>, StartError> {
        let taken = self.ceiling.try_take();
        let taken =
            taken.map_err(|error| StartError::Passing(format!("no worker slot could be taken: {error}")))?;
        let Some(place) = taken else { return Ok(None) };
        let Self { spawner, resources, settings, traffic, .. } = self;
        let worker = start(place, spawner, resources, threads, traffic).await?;
        let name = worker.name;
        self.report(Report::Starting { worker: name }).await;
        match worker.get_ready(resources, settings, threads).await {
            Ok((worker, confinement)) => {
                self.report(Report::Ready { worker: name, confinement }).await;
                Ok(Some(worker))
            }
            Err(Unready { error, death }) => {
                self.report(Report::Gone { worker: name, death }).await;
                Err(error)
            }
        }
    }

    async fn attempt(&self, worker: &mut Option<Worker>, job: &Job, deaths: u32) -> Ending {
        if worker.as_mut().is_some_and(Worker::has_gone) {
            // It died between two jobs: not of this file.
            self.send_home(worker).await;
        }
        let lent = match worker.take() {
            Some(worker) => worker,
            None => {
                if let Some(more) = deaths.checked_sub(1) {
                    sleep(self.settings.patience.cool_down * 2_u32.pow(more.min(LONGEST_COOL_DOWN))).await;
                }
                match self.start(job.threads).await {
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
            Verdict::Lost(what) => match worker.take() {
                Some(worker) => worker.bury(what).await,
                None => Ending::Dropped,
            },
        }
    }

    /// Lends the medium and listens until there is an ending, keeping count of what the worker spends.
    async fn work(&self, worker: &mut Worker, job: &Job) -> Verdict {
        let unreadable = |error: std::io::Error| {
            let failure = Failure::new(Code::Unreadable, error.to_string());
            Verdict::Ended(Ending::Failed { worker: worker.name, failure })
        };
        let file = match job.medium.lend() {
            Ok(file) => file,
            Err(error) => return unreadable(error),
        };
        let order = ToWorker::Read {
            job: job.id,
            kind: job.medium.kind,
            extension: job.medium.extension(),
            bytes: job.medium.stamp.size,
            limits: job.limits.clone(),
        };
        if worker.mouth.say(&order, &[file.as_fd()]).await.is_err() {
            return Verdict::Lost("it was gone when it was given the file".to_owned());
        }
        self.report(Report::Lent { job: job.id, worker: worker.name }).await;
        let mut watch = Watch::begin(&self.settings, worker.name.pid, job.medium.stamp.size);
        loop {
            let message = tokio::select! {
                message = worker.ear.recv() => message,
                _ = watch.beat.tick() => {
                    match watch.judge() {
                        Judgement::Fine => {}
                        Judgement::Stop => {
                            // A worker that does not listen any more is found out by the grace period.
                            let _ = worker.mouth.say(&ToWorker::Cancel { job: job.id }, &[]).await;
                        }
                        Judgement::Kill(failure) => return Verdict::Killed(failure),
                    }
                    continue;
                }
            };
            let (message, attachment) = match message {
                Some(Ok(heard)) => heard,
                Some(Err(FrameError::Closed)) | None => return Verdict::Lost(String::new()),
                Some(Err(error)) => return Verdict::Lost(error.to_string()),
            };
            match message {
                FromWorker::Progress { job: id, stage, done, total } if id == job.id => {
                    watch.progress();
                    self.tell(worker.name, job, stage, done, total).await;
                }
                FromWorker::Done { job: id, reading, thumbnail } if id == job.id => {
                    let edge = job.limits.thumbnail_edge;
                    let thumbnail = match Raster::frame(thumbnail, attachment, edge) {
                        Ok(thumbnail) => thumbnail,
                        Err(error) => return Verdict::Lost(error.to_string()),
                    };
                    if let Err(error) = reading.check() {
                        return Verdict::Lost(format!("its reading cannot be true: {error}"));
                    }
                    let name = worker.name;
                    return Verdict::Ended(Ending::Read { worker: name, reading, thumbnail });
                }
                FromWorker::Failed { job: id, failure } if id == job.id => {
                    // Made anew: a failure from a worker is capped and one line like any of ours.
                    let failure = Failure::new(failure.code, failure.reason);
                    return Verdict::Ended(Ending::Failed { worker: worker.name, failure });
                }
                FromWorker::Cancelled { job: id } if id == job.id => {
                    return match watch.asked_to_stop() {
                        Some(failure) => Verdict::Ended(Ending::Failed { worker: worker.name, failure }),
                        None => Verdict::Lost("it stopped without being asked".to_owned()),
                    };
                }
                _ => return Verdict::Lost("it spoke out of turn".to_owned()),
            }
        }
    }

    async fn tell(&self, worker: WorkerName, job: &Job, stage: Stage, done: u32, total: u32) {
        self.report(Report::Progress { job: job.id, worker, stage, done, total }).await;
    }
}

/// How a loan ended, and what that means for the worker.
enum Verdict {
    /// The worker is fit for the next job.
    Ended(Ending),
    /// It has to be killed, and the file is to blame.
    Killed(Failure),
    /// It is dead or has lost its mind; what was seen of it, if anything.
    Lost(String),
}
