//! One slot: a worker's life, from the first job for it to its rest or its death.

use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::time::Duration;

use deskscribe_protocol::{Code, Failure, FrameError, FromWorker, Raster, Stage, ToWorker};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, sleep};
use tokio_util::sync::CancellationToken;

use super::ceiling::Ceiling;
use super::spawn::Spawner;
use super::usage::cpu_time;
use super::worker::{Worker, start};
use super::{Ending, Job, Order, Report, StartError};
use crate::{Patience, Resources, Settings, WorkerName};

/// The pause after the first death in a row, doubled with each further one.
const COOL_DOWN: Duration = Duration::from_millis(250);
/// Cool-downs grow no longer than 2² times the first: a poison file costs one slot a second.
const LONGEST_COOL_DOWN: u32 = 2;

/// A slot of the pool, before it begins to serve.
pub(super) struct Slot {
    pub(super) seat: usize,
    pub(super) ceiling: Ceiling,
    pub(super) resources: Resources,
    pub(super) settings: Settings,
    pub(super) spawner: Spawner,
    pub(super) reports: mpsc::Sender<Report>,
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
                Ending::Read { .. } | Ending::Failed { .. } => 0,
                Ending::NoPlace | Ending::Dropped => deaths_in_a_row,
            };
            if let Ending::Dropped = ending
                && let Some(worker) = worker.take()
            {
                worker.kill().await;
            }
            self.report(Report::Ended { seat: self.seat, job: job.id, ending }).await;
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
        let slot = match worker.take() {
            Some(worker) => {
                let slot = worker.name.slot;
                worker.dismiss().await;
                Some(slot)
            }
            None => None,
        };
        // Told even when there was none: whoever waits for this seat must hear that it is free.
        self.report(Report::Rested { seat: self.seat, slot }).await;
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
        self.report(Report::Starting { slot: place.number }).await;
        let Self { spawner, resources, settings, .. } = self;
        let (worker, confinement) = start(place, spawner, resources, settings, threads).await?;
        self.report(Report::Ready { worker: worker.name, confinement }).await;
        Ok(Some(worker))
    }

    async fn attempt(&self, worker: &mut Option<Worker>, job: &Job, deaths: u32) -> Ending {
        let lent = match worker.take() {
            Some(worker) => worker,
            None => {
                if let Some(more) = deaths.checked_sub(1) {
                    sleep(COOL_DOWN * 2_u32.pow(more.min(LONGEST_COOL_DOWN))).await;
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
                Ending::Failed { worker: name, failure }
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
        let mut watch = Watch::begin(&self.settings.patience, worker.name.pid, job.medium.stamp.size);
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
                    watch.quiet = 0;
                    self.tell(worker.name, job, stage, done, total).await;
                }
                FromWorker::Done { job: id, reading, thumbnail } if id == job.id => {
                    let Some(thumbnail) = framed(thumbnail, attachment, job.limits.thumbnail_edge) else {
                        return Verdict::Lost("its thumbnail is not what it says".to_owned());
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
                    return match watch.stopping {
                        Some((failure, _)) => Verdict::Ended(Ending::Failed { worker: worker.name, failure }),
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

/// What a job has spent so far.
struct Watch<'a> {
    patience: &'a Patience,
    beat: Interval,
    pid: u32,
    cpu_at_start: Duration,
    cpu_limit: Duration,
    /// Beats since the last progress.
    quiet: u32,
    /// Why the worker was asked to stop, and the beats it has left.
    stopping: Option<(Failure, u32)>,
}

enum Judgement {
    Fine,
    Stop,
    Kill(Failure),
}

impl<'a> Watch<'a> {
    fn begin(patience: &'a Patience, pid: u32, bytes: u64) -> Self {
        let mut beat = tokio::time::interval(patience.beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first beat comes at once and is not counted.
        beat.reset();
        let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        Self {
            patience,
            beat,
            pid,
            cpu_at_start: cpu_time(pid).unwrap_or_default(),
            cpu_limit: patience.cpu_base.saturating_add(patience.cpu_per_mebibyte.saturating_mul(mebibytes)),
            quiet: 0,
            stopping: None,
        }
    }

    /// One beat later.
    fn judge(&mut self) -> Judgement {
        if let Some((failure, left)) = &mut self.stopping {
            *left -= 1;
            return if *left == 0 { Judgement::Kill(failure.clone()) } else { Judgement::Fine };
        }
        self.quiet += 1;
        let spent = cpu_time(self.pid).unwrap_or_default().saturating_sub(self.cpu_at_start);
        let failure = if spent > self.cpu_limit {
            let seconds = self.cpu_limit.as_secs();
            let reason = format!("took more than {seconds} s of processor time, the limit for its size");
            Failure::new(Code::TimedOut, reason)
        } else if self.quiet >= self.patience.quiet_beats {
            let seconds = self.patience.beat.as_secs_f32() * self.quiet as f32;
            let reason = format!("reading it made no progress for {seconds:.0} s and was stopped");
            Failure::new(Code::Stalled, reason)
        } else {
            return Judgement::Fine;
        };
        self.stopping = Some((failure, self.patience.grace_beats));
        Judgement::Stop
    }
}

/// The thumbnail, if it is what was announced and no larger than what was asked for.
#[expect(clippy::option_option, reason = "no thumbnail is fine, a wrong one is not")]
fn framed(raster: Option<Raster>, pixels: Vec<u8>, edge: u32) -> Option<Option<(Raster, Vec<u8>)>> {
    let Some(raster) = raster else { return pixels.is_empty().then_some(None) };
    let fits = (1..=edge).contains(&raster.width) && (1..=edge).contains(&raster.height);
    (fits && raster.bytes() == pixels.len() as u64).then_some(Some((raster, pixels)))
}
