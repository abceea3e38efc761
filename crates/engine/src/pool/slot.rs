//! One slot: a worker's life, from the first job for it to its rest or its death.

use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::sync::Arc;

use deskscribe_protocol::{Code, Failure, FrameError, FromWorker, Raster, ToWorker};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::beats::{Beat, Leash};
use super::budget::Budget;
use super::spawn::Spawner;
use super::watch::{Judgement, Reason, Watch};
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

    async fn report(&self, report: Report) {
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
    fn pause_of(&self, job: &Job) -> Option<watch::Receiver<bool>> {
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

    /// Lends the medium and listens until there is an ending.
    async fn work(&self, worker: &mut Worker, job: &Job) -> Verdict {
        let unreadable = |error: std::io::Error| {
            let failure = Failure::new(Code::Unreadable, error.to_string());
            Verdict::Ended(Ending::Failed { worker: worker.name, failure })
        };
        if job.cancel.is_cancelled() {
            return Verdict::Ended(Ending::Cancelled { worker: Some(worker.name), killed: false });
        }
        let medium = match job.work.looks_into_medium().then(|| job.medium.lend()).transpose() {
            Ok(medium) => medium,
            Err(error) => return unreadable(error),
        };
        let others = job.files.iter().map(AsRef::as_ref);
        let files: Vec<_> = medium.into_iter().chain(others).map(File::as_fd).collect();
        let order = order(job);
        worker.last_file = Some(job.medium.path.clone());
        let patience = &self.settings.patience;
        let grace = patience.beat * patience.grace_beats.max(1);
        let leash = Leash::of(patience, worker.name.pid, self.pause_of(job));
        match leash.within(grace, worker.mouth.say(&order, &files)).await {
            Some(Ok(())) => {}
            Some(Err(_)) => {
                let what = "it was gone when it was given the file".to_owned();
                return Verdict::Lost { what, heard: false };
            }
            None => return Verdict::lost("it did not take the file that it was given"),
        }
        let mut untold = Some(Report::Lent { job: job.id, worker: worker.name });
        let verdict = self.listen(worker, job, &leash, &mut untold).await;
        if let Some(report) = untold {
            self.report(report).await;
        }
        verdict
    }

    /// Listens until there is an ending, keeping count of what the worker spends. Nothing in here waits for
    /// whoever hears the reports, or a worker would be free to take what it likes while the terminal is paused:
    /// what is `untold` is told when there is room, and progress only if there is.
    async fn listen(
        &self,
        worker: &mut Worker,
        job: &Job,
        leash: &Leash<'_>,
        untold: &mut Option<Report>,
    ) -> Verdict {
        let patience = &self.settings.patience;
        let Worker { name, mouth, ear, meter, memory, .. } = worker;
        let name = *name;
        let mut heard = false;
        let mut beats = leash.beats();
        let mut is_wanted = true;
        let mut watch = Watch::begin(&self.settings, name.pid, meter, Budget::of(job, patience), *memory);
        loop {
            let message = tokio::select! {
                Ok(room) = self.reports.reserve(), if untold.is_some() => {
                    if let Some(report) = untold.take() {
                        room.send(report);
                    }
                    continue;
                }
                beat = beats.next() => {
                    let judgement = match beat {
                        Beat::Passed => watch.judge(),
                        // It can do nothing for us any more, and no beat comes to an end of its grace.
                        Beat::Held if job.cancel.is_cancelled() => return Verdict::Unwanted,
                        Beat::Held => Judgement::Fine,
                    };
                    match judgement {
                        Judgement::Fine => {}
                        Judgement::Stop => {
                            // A worker that does not listen any more is found out by the grace period.
                            let cancel = ToWorker::Cancel { job: job.id };
                            let _ = leash.within(patience.beat, mouth.say(&cancel, &[])).await;
                        }
                        Judgement::Kill(Reason::Failure(failure)) => return Verdict::Killed(failure),
                        Judgement::Kill(Reason::Unwanted) => return Verdict::Unwanted,
                        Judgement::Rogue(what) => return Verdict::Rogue(what),
                    }
                    continue;
                }
                () = job.cancel.cancelled(), if is_wanted => {
                    is_wanted = false;
                    if beats.is_held() {
                        return Verdict::Unwanted;
                    }
                    watch.stop();
                    let cancel = ToWorker::Cancel { job: job.id };
                    let _ = leash.within(patience.beat, mouth.say(&cancel, &[])).await;
                    continue;
                }
                message = ear.recv() => message,
            };
            let (message, attachment) = match message {
                Some(Ok(message)) => message,
                Some(Err(FrameError::Closed)) | None => return Verdict::Lost { what: String::new(), heard },
                // As it dies with an order that it has not read.
                Some(Err(FrameError::Io(error))) if error.kind() == ErrorKind::ConnectionReset => {
                    return Verdict::Lost { what: error.to_string(), heard };
                }
                Some(Err(error)) => return Verdict::lost(error.to_string()),
            };
            heard = true;
            match message {
                FromWorker::Progress { job: id, stage, done, total } if id == job.id => {
                    if watch.progress(stage, done, total) && untold.is_none() {
                        let report = Report::Progress { job: id, worker: name, stage, done, total };
                        let _ = self.reports.try_send(report);
                    }
                }
                FromWorker::Done { job: id, answer, picture } if id == job.id => {
                    if let Err(error) = answer.check(&job.work) {
                        return Verdict::lost(format!("its answer cannot be true: {error}"));
                    }
                    let edge = answer.longest_edge(&job.work, job.limits.thumbnail_edge);
                    return match Raster::frame(picture, attachment, edge) {
                        Ok(picture) => Verdict::Ended(Ending::Done { worker: name, answer, picture }),
                        Err(error) => Verdict::lost(error.to_string()),
                    };
                }
                FromWorker::Failed { job: id, failure } if id == job.id => {
                    return Verdict::Ended(Ending::Failed { worker: name, failure: believed(failure) });
                }
                FromWorker::Cancelled { job: id } if id == job.id => {
                    return match watch.asked_to_stop() {
                        Some(Reason::Failure(failure)) => {
                            Verdict::Ended(Ending::Failed { worker: name, failure })
                        }
                        Some(Reason::Unwanted) => {
                            Verdict::Ended(Ending::Cancelled { worker: Some(name), killed: false })
                        }
                        None => Verdict::lost("it stopped without being asked"),
                    };
                }
                _ => return Verdict::lost("it spoke out of turn"),
            }
        }
    }
}

/// How a loan ended, and what that means for the worker.
enum Verdict {
    /// The worker is fit for the next job.
    Ended(Ending),
    /// It has to be killed, and the file is to blame.
    Killed(Failure),
    /// It has to be killed, because nobody wants its file any more.
    Unwanted,
    /// It has to be killed, and that is a death like any other; what it did.
    Rogue(String),
    /// It is dead or has lost its mind: what was seen of it, if anything, and whether it was heard on this job.
    Lost { what: String, heard: bool },
}

impl Verdict {
    /// Lost over something that it said or did.
    fn lost(what: impl Into<String>) -> Self {
        Self::Lost { what: what.into(), heard: true }
    }
}

/// What a worker is told to do.
fn order(Job { id, medium, limits, work, .. }: &Job) -> ToWorker {
    ToWorker::Work {
        job: *id,
        kind: medium.kind,
        extension: medium.extension(),
        bytes: medium.stamp.size,
        limits: limits.clone(),
        work: work.clone(),
    }
}

/// A failure as a worker may tell it. Made anew, so that it is capped and one line like any of ours.
fn believed(Failure { code, reason }: Failure) -> Failure {
    if code.is_for_workers() {
        return Failure::new(code, reason);
    }
    Failure::new(Code::Internal, format!("the worker said what it cannot know ({}): {reason}", code.as_str()))
}
