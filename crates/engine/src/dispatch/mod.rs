//! The one loop that owns the truth: the queue, the state of every job, the counts.
//!
//! Everything that happens comes in as a message, from [`intake`](crate::intake), the
//! [`pool`](crate::pool), [`record`](crate::record) and files that are [looked at](look) anew, and is dealt with here,
//! one at a time. No state is shared with anybody.

mod alone;
mod breaker;
mod elsewhere;
mod ladder;
mod ledger;
mod lend;
mod look;
mod room;
mod settle;
mod starts;
mod task;

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskscribe_protocol::{ContentKey, Failure, Isolation, JobId};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::intake::Arrival;
use crate::pool::{Ending, Pool, Report};
use crate::record::{Committed, Done, Entry, Recorder};
use crate::status::Onlookers;
use crate::{Activity, Engine, Event, Row, RunCounts, RunError, Settings, WorkerState};
use breaker::Breaker;
use elsewhere::Elsewhere;
use ledger::Ledger;
use look::Looked;
use room::Room;
pub(crate) use room::open_files;
use starts::Starts;
use task::{Copy, Suspect, Task};

/// How long to wait before asking again whether another process has given a worker's place back.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// Reports that may wait to be looked at.
const REPORTS_WAITING: usize = 64;

/// The dispatcher of one run.
pub(crate) struct Dispatch {
    seats: NonZeroUsize,
    /// Open media that may wait beside those for which there is a seat. Above this, intake has to wait.
    queue: usize,
    settings: Settings,
    pool: Pool,
    reports: mpsc::Receiver<Report>,
    entries: mpsc::Sender<Entry>,
    committed: mpsc::Receiver<Committed>,
    cancel: CancellationToken,
    ledger: Ledger,

    next_job: u64,
    pending: VecDeque<Task>,
    running: HashMap<JobId, Task>,
    /// Files that workers died of, to be tried alone when there is nothing else to do.
    solo: VecDeque<Suspect>,
    /// Files that are looked at anew.
    looks: JoinSet<Looked>,
    breaker: Breaker,
    /// The control picture, while a worker has it.
    control: Option<JobId>,
    elsewhere: Elsewhere,
    /// By content, for every content that is asked for, read elsewhere, pending, running or waits to be tried alone.
    copies: HashMap<ContentKey, Vec<Copy>>,
    /// Entries that were handed to the recorder and did not come back yet.
    recording: usize,
    starts: Starts,
    /// While other processes hold all other places, only workers we have can be given jobs: when to ask again.
    crowded: Option<Instant>,
    /// Whether it was said that all places are taken, and no worker was ready since.
    said_crowded: bool,
    /// Contents that failed in this run in a way that is not stored, for copies alike.
    given_up: HashMap<ContentKey, Failure>,
    /// Whether it was said that workers are confined less than they can be.
    said_weak: bool,
    /// Slots whose worker was ready once.
    workers: HashSet<usize>,
}

/// Why the loop does not run to its end.
enum Halt {
    Cancelled,
    Error(RunError),
}

impl<E: Into<RunError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl Dispatch {
    /// Makes everything ready for a run. No worker is started yet.
    pub(crate) fn of(
        engine: &Engine,
        recorder: Recorder,
        folders: &[PathBuf],
        onlookers: Onlookers,
        cancel: CancellationToken,
    ) -> io::Result<Self> {
        let Engine { home, resources, settings, .. } = engine;
        let Room { seats, pending, short } = Room::now(settings);
        let (report, reports) = mpsc::channel(REPORTS_WAITING);
        let (entries, committed) = recorder.start(Arc::clone(&onlookers.board.recording))?;
        if let Some(text) = short {
            // Cannot be full: nothing was sent before.
            let _ = onlookers.events.try_send(Event::Note(text));
        }
        Ok(Self {
            seats,
            queue: pending,
            settings: settings.clone(),
            pool: Pool::open(seats, resources, settings, home, &report, &onlookers.board.traffic)?,
            reports,
            entries,
            committed,
            cancel,
            ledger: Ledger::begin(home, folders, onlookers)?,
            next_job: 0,
            pending: VecDeque::new(),
            running: HashMap::new(),
            solo: VecDeque::new(),
            elsewhere: Elsewhere::of(engine),
            looks: JoinSet::new(),
            breaker: Breaker::new(&settings.patience),
            control: None,
            copies: HashMap::new(),
            recording: 0,
            starts: Starts::new(&settings.patience),
            crowded: None,
            said_crowded: false,
            given_up: HashMap::new(),
            said_weak: false,
            workers: HashSet::new(),
        })
    }

    /// Runs until everything that arrives is settled and stored.
    pub(crate) async fn run(mut self, mut arrivals: mpsc::Receiver<Arrival>) -> Result<RunCounts, RunError> {
        let mut halt = self.work(&mut arrivals).await.err();
        drop(arrivals);
        // What workers had finished before the end is worth storing.
        while !matches!(halt, Some(Halt::Error(RunError::Cache(_))))
            && let Ok(report) = self.reports.try_recv()
        {
            halt = self.hear(report).await.err().or(halt);
        }
        // Slots that still have something to say must not wait for somebody who does not listen.
        drop(self.reports);
        self.pool.close().await;
        drop(self.entries);
        while let Some(committed) = self.committed.recv().await {
            match committed {
                Ok(done) => {
                    for done in done {
                        if let Done::Row(row) = done {
                            self.ledger.row(row).await;
                        }
                    }
                }
                Err(error) => halt = Some(error.into()),
            }
        }
        let workers = self.workers.len();
        match halt {
            None => Ok(self.ledger.end(workers, None).await),
            Some(Halt::Cancelled) => {
                Err(RunError::Cancelled(self.ledger.end(workers, Some("cancelled")).await))
            }
            Some(Halt::Error(error)) => {
                self.ledger.end(workers, Some(&error.to_string())).await;
                Err(error)
            }
        }
    }

    async fn work(&mut self, arrivals: &mut mpsc::Receiver<Arrival>) -> Result<(), Halt> {
        let mut more = true;
        loop {
            self.hear_claims().await?;
            self.lend();
            self.show_queue();
            let still = self.looks.is_empty() && !self.elsewhere.is_asking();
            let last = !more && self.pending.is_empty() && still;
            let idle = self.running.is_empty() && self.recording == 0 && self.solo.is_empty();
            if last && idle && self.breaker.is_closed() {
                if self.elsewhere.held() == 0 {
                    return Ok(());
                }
                self.tell_waiting().await;
            }
            if last || !self.breaker.is_closed() {
                self.pool.rest();
                if self.lend_alone(last)? {
                    continue;
                }
            }
            let pause = self.breaker.control_at().filter(|at| *at > Instant::now());
            tokio::select! {
                () = self.cancel.cancelled() => return Err(Halt::Cancelled),
                arrival = arrivals.recv(), if more && self.open() < self.most_pending() => match arrival {
                    Some(arrival) => self.take_in(arrival).await?,
                    None => {
                        more = false;
                        tracing::info!(pending = self.pending.len(), "queue filled: every file was looked at");
                    }
                },
                Some(looked) = self.looks.join_next() => self.looked(looked).await?,
                Some(report) = self.reports.recv() => self.hear(report).await?,
                error = self.pool.broken() => return Err(error.into()),
                Some(committed) = self.committed.recv() => self.tell(committed).await?,
                news = self.elsewhere.news() => self.hear_news(news).await?,
                () = sleep_until(self.crowded.unwrap_or_else(Instant::now)), if self.crowded.is_some() => {
                    self.crowded = None;
                }
                () = sleep_until(pause.unwrap_or_else(Instant::now)), if pause.is_some() => {}
            }
        }
    }

    async fn take_in(&mut self, arrival: Arrival) -> Result<(), Halt> {
        match arrival {
            Arrival::Looking { files } => self.ledger.event(Event::Looking { files }).await,
            Arrival::Walked { files, ignored, unlisted } => {
                tracing::info!(files, ignored, "folders walked");
                self.ledger.counts.ignored = ignored;
                for line in unlisted {
                    self.ledger.note(line).await;
                }
                self.ledger.event(Event::Found { files }).await;
            }
            Arrival::Settled(row) => self.ledger.row(row).await,
            Arrival::Queued(files) => self.record(Entry::Queued(files)).await?,
            Arrival::Unqueued(files) => self.record(Entry::Unqueued(files)).await?,
            Arrival::Unread(row, path) => self.unread(row, &path).await?,
            Arrival::Known(row, place, key) => self.record(Entry::Known { row, place, key }).await?,
            Arrival::New(medium) => self.enqueue(Task::new(medium)).await?,
            Arrival::Unwalkable(error) => return Err(error.into()),
            Arrival::Blind(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Claims a medium, unless its content is on its way already.
    async fn enqueue(&mut self, task: Task) -> Result<(), Halt> {
        let medium = &task.medium;
        if let Some(copies) = self.copies.get_mut(&medium.key) {
            copies.push(Copy::from(&**medium));
            return Ok(());
        }
        if let Some(failure) = self.given_up.get(&medium.key) {
            let row = Row::failed(&medium.path, Some(medium.key), medium.kind, failure.clone(), None);
            return self.unread(Box::new(row), &medium.path).await;
        }
        self.copies.insert(medium.key, Vec::new());
        self.claim(medium.key, Some(task)).await
    }

    /// Media that are open and wait.
    fn open(&self) -> usize {
        self.pending.len() + self.elsewhere.open()
    }

    /// How many may be pending now: a seat that has no job, because others have all places, leaves one more waiting.
    fn most_pending(&self) -> usize {
        (self.queue + self.seats.get()).saturating_sub(self.running.len() + self.looks.len())
    }

    /// Lets onlookers see what waits for a seat.
    fn show_queue(&self) {
        let oldest = self.pending.iter().map(|task| task.since).min();
        let oldest = oldest.map(Instant::into_std);
        self.ledger.board.pending(self.pending.len(), self.most_pending(), oldest);
        self.ledger.board.alone(self.solo.len());
        self.ledger.board.elsewhere(self.elsewhere.held());
    }

    async fn hear(&mut self, report: Report) -> Result<(), Halt> {
        match report {
            Report::Starting { worker } => {
                self.ledger.worker(worker, WorkerState::Starting).await;
            }
            Report::Ready { worker, confinement } => {
                let isolation = confinement.level();
                self.starts.succeeded();
                self.ledger.board.waiting(None);
                self.said_crowded = false;
                if self.workers.is_empty() {
                    tracing::info!(slot = worker.slot, pid = worker.pid, ?isolation, "first worker ready");
                }
                self.workers.insert(worker.slot);
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
                if let Some(task) = self.running.get(&job) {
                    let path = task.medium.path.clone();
                    self.ledger.worker(worker, WorkerState::Busy { path }).await;
                }
            }
            Report::Gone { worker, path, death } => self.mourn(worker, path.as_deref(), death).await,
            Report::Progress { job, worker, stage, done, total } => {
                if let Some(task) = self.running.get(&job) {
                    let path = task.medium.path.clone();
                    self.ledger.event(Event::Progress(Activity { worker, path, stage, done, total })).await;
                }
            }
            Report::Ended { seat, job, ending } => {
                let warm = matches!(ending, Ending::Read { .. } | Ending::Failed { .. });
                self.pool.free(seat, warm);
                if self.control == Some(job) {
                    self.settle_control(job, ending).await?;
                } else if let Some(task) = self.running.remove(&job) {
                    self.settle(job, task, ending).await?;
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

    /// Hands something to the recorder. While its queue is full, what it has stored is told: neither must
    /// wait for the other.
    async fn record(&mut self, entry: Entry) -> Result<(), Halt> {
        loop {
            let committed = tokio::select! {
                permit = self.entries.reserve() => {
                    let permit = permit.map_err(|_| io::Error::other("the recorder thread has ended"))?;
                    // Before it is sent: the recorder may be done with it at once.
                    self.ledger.board.recording.enter();
                    permit.send(entry);
                    self.recording += 1;
                    return Ok(());
                }
                Some(committed) = self.committed.recv() => committed,
            };
            self.tell(committed).await?;
        }
    }

    async fn tell(&mut self, committed: Committed) -> Result<(), Halt> {
        let all = committed?;
        self.recording -= all.len();
        for done in all {
            match done {
                Done::Row(row) => self.ledger.row(row).await,
                Done::Claim(key, claim) => self.elsewhere.hear(key, claim),
                Done::Noted => {}
            }
        }
        Ok(())
    }
}
