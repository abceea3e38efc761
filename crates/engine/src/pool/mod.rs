//! Eight slots, each with at most one worker, lent one job at a time.
//!
//! A slot is a task of its own ([`slot`]): it takes a [place](crate::places) under the ceiling that all processes
//! share, has its worker spawned ([`spawn`]), talks to it ([`wire`]), gives it a job ([`loan`]) and hears how it goes
//! ([`listen`]), counts what a job spends of its [`budget`] ([`watch`], [`usage`]) in [`beats`], which stand still
//! during a pause, lets it [`talk`] with the language model if the job is to summarise, and keeps its last words
//! ([`evidence`]); [`examine`] starts one that gets no job. Whatever happens to a worker reaches the dispatcher as a
//! [`Report`]; no slot knows of another, so no death can touch a second job.

mod beats;
mod budget;
mod evidence;
mod examine;
mod listen;
mod loan;
mod slot;
mod spawn;
mod talk;
mod usage;
mod watch;
mod wire;
mod worker;

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use deskscribe_protocol::{Answer, Confinement, Failure, JobId, Limits, Raster, Stage, Work};
use rustix::io::Errno;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::intake::Medium;
use crate::pause::Pause;
use crate::places::Places;
use crate::status::Traffic;
use crate::{Death, Home, Resources, Settings, WorkerName};
pub(crate) use examine::{Examined, examine};
use slot::Slot;
use spawn::Spawner;
pub(crate) use talk::Talk;
pub(crate) use usage::{available_memory, resident_memory};

/// One medium for one worker.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) medium: Arc<Medium>,
    pub(crate) limits: Limits,
    /// For the worker, should one have to be started.
    pub(crate) threads: NonZeroUsize,
    /// Whether nothing else runs: then there is nobody whom a worker that dies of it could hold up.
    pub(crate) alone: bool,
    /// What is to be done with it.
    pub(crate) work: Work,
    /// What is lent beside the medium, in the order in which the work names it.
    pub(crate) files: Vec<Arc<File>>,
    /// Memory that it takes beyond what any job may, in bytes: that of a speech model.
    pub(crate) memory: u64,
    /// How it asks the language model, if it may.
    pub(crate) talk: Option<Arc<Talk>>,
    /// Ends it early: the worker is asked to stop, and killed if it does not.
    pub(crate) cancel: CancellationToken,
}

impl Job {
    /// Whether somebody waits for it who is not held up by a pause.
    fn goes_on_in_a_pause(&self) -> bool {
        matches!(self.work, Work::Preview { .. })
    }

    /// Whether whoever does it keeps a speech model.
    fn listens(&self) -> bool {
        matches!(self.work, Work::Transcribe { .. })
    }
}

/// What a slot is told.
#[derive(Debug)]
enum Order {
    Work(Box<Job>),
    /// Send your worker home: there is nothing to do for it.
    Rest,
}

/// What a slot has to say.
#[derive(Debug)]
pub(crate) enum Report {
    /// A worker process was started.
    Starting { worker: WorkerName },
    /// The worker is ready for its first job.
    Ready { worker: WorkerName, confinement: Confinement },
    /// The worker was given this job.
    Lent { job: JobId, worker: WorkerName },
    /// The worker is at work.
    Progress { job: JobId, worker: WorkerName, stage: Stage, done: u32, total: u32 },
    /// The job is over, and this seat is free again.
    Ended { seat: usize, job: JobId, ending: Ending },
    /// The worker never got ready, or died between two jobs: with the last file it had, if it had one. What
    /// becomes of a job is told apart from this.
    Gone { worker: WorkerName, path: Option<PathBuf>, death: Death },
    /// This seat has no worker any more; the slot of the one that was sent home, if there was one.
    Rested { seat: usize, worker: Option<WorkerName> },
}

/// How a job ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// There is an answer, and perhaps a picture that belongs to it, as raw RGB.
    Done { worker: WorkerName, answer: Answer, picture: Option<(Raster, Vec<u8>)> },
    /// It was cancelled. With a worker, that was asked to stop and did, or was `killed` because it did not.
    Cancelled { worker: Option<WorkerName>, killed: bool },
    /// The worker says that it cannot be read, or stopped when the engine asked it to.
    Failed { worker: WorkerName, failure: Failure },
    /// The engine had to kill the worker.
    Stopped { worker: WorkerName, failure: Failure },
    /// The worker died of it, or with it. One that had done other jobs before and was not `heard` on this one may
    /// have been dead when it was lent.
    Died { worker: WorkerName, how: Death, cause: Cause, heard: bool },
    /// No worker could be started; nothing is to be said of the medium.
    NotStarted(StartError),
    /// All places under the ceiling are taken.
    NoPlace,
    /// The pool was closed first.
    Dropped,
}

impl Ending {
    /// Whether the worker is there for the next job.
    pub(crate) fn leaves_a_worker(&self) -> bool {
        matches!(
            self,
            Self::Done { .. } | Self::Failed { .. } | Self::Cancelled { worker: Some(_), killed: false }
        )
    }
}

/// What a worker died of, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Its own doing: a signal, an exit, words that make no sense.
    Crash,
    /// It asked for more memory than it may have.
    Memory,
    /// A SIGKILL that was not ours: a person's, or the kernel's when memory ran out.
    Kill,
    /// It says that it can read nothing, because a model does not load. Perhaps so; but it had a file of the
    /// user's, and may be saying what that file wants to be said.
    Unfit,
}

/// Why no worker could be started.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StartError {
    /// It will be the same the next time.
    #[error("{0}")]
    Hopeless(String),
    /// It may work the next time.
    #[error("{0}")]
    Passing(String),
    /// The system had no process, descriptor or memory to give, or somebody killed it: it will work when that
    /// has passed.
    #[error("{0}")]
    Short(String),
}

impl StartError {
    /// The system refused something that a start needs.
    fn refused(what: &str, error: &std::io::Error) -> Self {
        const SHORTAGES: [Errno; 4] = [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM];
        let text = format!("{what}: {error}");
        let is_short = Errno::from_io_error(error).is_some_and(|error| SHORTAGES.contains(&error));
        if is_short { Self::Short(text) } else { Self::Passing(text) }
    }
}

/// Eight workers for the user, however many processes ask.
fn places(home: &Home) -> Places {
    Places::new(home.slots(), Settings::SLOTS)
}

/// The slots of this engine.
pub(crate) struct Pool {
    seats: Vec<Seat>,
    tasks: JoinSet<()>,
    closing: CancellationToken,
}

/// The dispatcher's end of a slot. Seats are numbered from 0 in this engine; slots are places under the
/// ceiling of all engines.
struct Seat {
    orders: mpsc::Sender<Order>,
    busy: bool,
    /// Whether it had a worker when it was last heard of, so that a job need not wait for a new one.
    warm: bool,
    /// Whether its worker was told to go and may still be there.
    resting: bool,
    /// Whether its worker holds a speech model, which takes more memory than everything else.
    listens: bool,
}

impl Seat {
    /// Whether a listener that sits here is one that did so before.
    fn is_free_listener(&self) -> bool {
        self.listens && self.warm && !self.busy
    }
}

impl Pool {
    /// A pool of so many seats. No worker is started before there is a job for it.
    pub(crate) fn open(
        seats: NonZeroUsize,
        resources: &Resources,
        settings: &Settings,
        home: &Home,
        reports: &mpsc::Sender<Report>,
        traffic: &Arc<Traffic>,
        pause: &Pause,
    ) -> std::io::Result<Self> {
        let spawner = Spawner::start(settings.priority)?;
        let closing = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let seats = (0..seats.get())
            .map(|seat| {
                let (orders, incoming) = mpsc::channel(1);
                let slot = Slot {
                    seat,
                    places: places(home),
                    resources: resources.clone(),
                    settings: settings.clone(),
                    spawner: spawner.clone(),
                    reports: reports.clone(),
                    traffic: Arc::clone(traffic),
                    closing: closing.clone(),
                    paused: pause.watch(),
                };
                tasks.spawn(slot.serve(incoming));
                Seat { orders, busy: false, warm: false, resting: false, listens: false }
            })
            .collect();
        Ok(Self { seats, tasks, closing })
    }

    /// Whether there is a seat that could take a job now; with `warm`, one that has a worker already.
    pub(crate) fn has_free_seat(&self, warm: bool) -> bool {
        self.seats.iter().any(|seat| !seat.busy && (seat.warm || !warm))
    }

    /// How many jobs are being worked on.
    pub(crate) fn busy(&self) -> usize {
        self.seats.iter().filter(|seat| seat.busy).count()
    }

    /// How many more may listen now, if no more than so many workers may hold a speech model: those that hold one and
    /// are free come first, so that no other has to load it.
    pub(crate) fn listeners(&self, most: usize) -> usize {
        let free = self.seats.iter().filter(|seat| seat.is_free_listener()).count();
        free + most.saturating_sub(self.holding())
    }

    /// How many workers hold a speech model.
    pub(crate) fn holding(&self) -> usize {
        self.seats.iter().filter(|seat| seat.listens).count()
    }

    /// Hands a job to a free seat, to one with a worker if there is one: to listen, to one that holds a speech model,
    /// and for everything else to one that does not. Tells whether there was one.
    pub(crate) fn lend(&mut self, job: Job) -> bool {
        let listens = job.listens();
        let mut free: Vec<&mut Seat> = self.seats.iter_mut().filter(|seat| !seat.busy).collect();
        free.sort_by_key(|seat| {
            let other = seat.listens != listens;
            if listens { (other, !seat.warm) } else { (!seat.warm, other) }
        });
        for seat in free {
            // Full only for as long as a worker is on its way home.
            if let Ok(permit) = seat.orders.try_reserve() {
                permit.send(Order::Work(Box::new(job)));
                seat.busy = true;
                seat.listens |= listens;
                return true;
            }
        }
        false
    }

    /// Sends idle workers home, so that others can have their memory and their places.
    pub(crate) fn rest(&mut self) {
        for seat in self.seats.iter_mut().filter(|seat| seat.warm && !seat.busy) {
            seat.resting = seat.orders.try_send(Order::Rest).is_ok();
            seat.warm = !seat.resting;
            seat.listens &= seat.warm;
        }
    }

    /// Whether there is no worker at all, so that the next job has a fresh one and no company.
    pub(crate) fn is_empty(&self) -> bool {
        self.seats.iter().all(|seat| !(seat.busy || seat.warm || seat.resting))
    }

    /// Takes note that a seat has no worker any more.
    pub(crate) fn rested(&mut self, seat: usize) {
        if let Some(seat) = self.seats.get_mut(seat) {
            (seat.warm, seat.resting, seat.listens) = (false, false, false);
        }
    }

    /// Takes note that a job on this seat ended.
    pub(crate) fn free(&mut self, seat: usize, warm: bool) {
        if let Some(seat) = self.seats.get_mut(seat) {
            (seat.busy, seat.warm) = (false, warm);
            seat.listens &= warm;
        }
    }

    /// Ends when a slot does, which none may before the pool is closed: whoever waits for it waits in vain.
    pub(crate) async fn broken(&mut self) -> std::io::Error {
        match self.tasks.join_next().await {
            Some(Err(error)) => std::io::Error::other(format!("a slot for workers is gone ({error})")),
            Some(Ok(())) => std::io::Error::other("a slot for workers has ended"),
            None => std::future::pending().await,
        }
    }

    /// Ends all workers: idle ones are sent home, busy ones are killed. Returns when they are gone.
    pub(crate) async fn close(mut self) {
        self.closing.cancel();
        self.seats.clear();
        while self.tasks.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slot_that_breaks_is_not_waited_for() {
        let pool = || Pool { seats: Vec::new(), tasks: JoinSet::new(), closing: CancellationToken::new() };
        let mut panicking = pool();
        panicking.tasks.spawn(async { panic!("of ours") });
        assert!(panicking.broken().await.to_string().contains("a slot for workers is gone"));
        let mut ending = pool();
        ending.tasks.spawn(async {});
        assert!(ending.broken().await.to_string().contains("has ended"));
    }

    #[test]
    fn a_shortage_is_told_from_what_is_wrong() {
        let refused = |error: Errno| StartError::refused("it", &error.into());
        for error in [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM] {
            assert!(matches!(refused(error), StartError::Short(_)), "{error}");
        }
        assert!(matches!(refused(Errno::NOEXEC), StartError::Passing(_)));
    }
}
