//! The one loop that owns the truth: the queue, the state of every job, the counts.
//!
//! Everything that happens comes in as a message: [orders](orders) of whoever runs the engine, what
//! [`intake`](crate::intake) found for them, what the [`pool`](crate::pool) and [`record`](crate::record) did, and
//! files that are [looked at](look) anew. It is dealt with here, one at a time. No state is shared with anybody.
//!
//! What is ordered until nothing is left is a *round*, with its own counts and its own log. The loop ends when nothing
//! is left and nobody can order any more: for a single run, that is after its first round.

mod alone;
mod breaker;
mod elsewhere;
mod give_up;
mod hear;
mod ladder;
mod ledger;
mod lend;
mod look;
mod orders;
mod preview;
mod recordings;
mod room;
mod rounds;
mod settle;
mod sidecars;
mod starts;
mod summaries;
mod task;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskscribe_cache::Cache;
use deskscribe_protocol::{ContentKey, JobId};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::order::Command;
use crate::pause::Gate;
use crate::pool::{Pool, Report};
use crate::record::{Committed, Done, Entry, Recorder};
use crate::status::{Onlookers, Pending};
use crate::{Engine, Event, Home, Resources, RunCounts, RunError, Settings};
use breaker::Breaker;
use elsewhere::Elsewhere;
use give_up::GivenUp;
use ledger::Ledger;
use look::Looked;
use orders::Orders;
use preview::Previews;
use recordings::Recordings;
pub use room::Capacity;
use room::Room;
pub(crate) use room::open_files;
use sidecars::SidecarFiles;
use starts::Starts;
use summaries::Summaries;
pub(crate) use summaries::asking;
use task::{Copy, Running, Suspect, Task};

/// How long to wait before asking again whether another process has given a worker's place back.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// Reports that may wait to be looked at.
const REPORTS_WAITING: usize = 64;

/// The dispatcher of one engine.
pub(crate) struct Dispatch {
    seats: NonZeroUsize,
    /// Open media that may wait beside those for which there is a seat. Above this, intake has to wait.
    queue: usize,
    home: Home,
    resources: Resources,
    settings: Settings,
    cache: Cache,
    pool: Pool,
    reports: mpsc::Receiver<Report>,
    entries: mpsc::Sender<Entry>,
    committed: mpsc::Receiver<Committed>,
    cancel: CancellationToken,
    ledger: Ledger,
    /// Whether it goes on without anything to do.
    stays: bool,
    /// Tells when somebody pauses, or goes on.
    switch: watch::Receiver<bool>,
    /// Whether the switch was found on when this turn of the loop began. All that is decided in a turn goes by this:
    /// what was held back by a switch that is turned meanwhile is decided anew when that is heard of.
    paused: bool,
    /// What files are read through that are looked at anew.
    gate: Gate,

    orders: Orders,
    next_job: u64,
    /// What goes first is in front.
    pending: VecDeque<Task>,
    running: HashMap<JobId, Running>,
    /// Recordings that are being read, part by part.
    recordings: Recordings,
    sidecars: SidecarFiles,
    previews: Previews,
    summaries: Summaries,
    /// Files that workers died of, to be tried alone when there is nothing else to do.
    solo: VecDeque<Suspect>,
    /// Files that are looked at anew, and those of them that nobody wants any more.
    looks: JoinSet<Looked>,
    looking: Vec<PathBuf>,
    struck: Vec<PathBuf>,
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
    /// Contents that failed in this round in a way that is not stored, for copies alike.
    given_up: GivenUp,
    /// Whether this round was given up by somebody.
    stopped: bool,
    /// Whether it was said that workers are confined less than they can be.
    said_weak: bool,
    /// In a pause, when the memory of stopped workers is given back.
    sheds: Option<Instant>,
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
    /// Makes everything ready for orders. No worker is started yet.
    pub(crate) fn of(
        engine: &Engine,
        recorder: Recorder,
        onlookers: Onlookers,
        cancel: CancellationToken,
    ) -> io::Result<Self> {
        let Engine { home, resources, settings, cache, .. } = engine;
        let board = Arc::clone(&onlookers.board);
        let stays = board.host().stays();
        let Room { seats, pending, short } = Room::now(settings);
        let (report, reports) = mpsc::channel(REPORTS_WAITING);
        let (entries, committed) = recorder.start(Arc::clone(&board.recording))?;
        if let Some(text) = short {
            // Cannot be full: nothing was sent before.
            let _ = onlookers.events.try_send(Event::Note(text));
        }
        Ok(Self {
            seats,
            queue: pending,
            home: home.clone(),
            resources: resources.clone(),
            settings: settings.clone(),
            cache: cache.clone(),
            pool: Pool::open(seats, resources, settings, home, &report, &board.traffic, &board.pause)?,
            reports,
            entries,
            committed,
            ledger: Ledger::new(home, onlookers, stays),
            stays,
            switch: board.pause.watch(),
            paused: false,
            gate: board.pause.gate(cancel.child_token()),
            cancel,
            orders: Orders::default(),
            next_job: 0,
            pending: VecDeque::new(),
            running: HashMap::new(),
            recordings: Recordings::of(engine),
            sidecars: SidecarFiles::of(engine),
            previews: Previews::default(),
            summaries: Summaries::of(engine, stays),
            solo: VecDeque::new(),
            elsewhere: Elsewhere::of(engine),
            looks: JoinSet::new(),
            looking: Vec::new(),
            struck: Vec::new(),
            breaker: Breaker::new(&settings.patience),
            control: None,
            copies: HashMap::new(),
            recording: 0,
            starts: Starts::new(&settings.patience),
            crowded: None,
            said_crowded: false,
            given_up: GivenUp::default(),
            stopped: false,
            said_weak: false,
            sheds: None,
        })
    }

    /// Obeys until nobody can order any more and everything is settled and stored; `first` is what came already.
    pub(crate) async fn run(
        mut self,
        first: Option<Command>,
        commands: &mut mpsc::Receiver<Command>,
    ) -> Result<RunCounts, RunError> {
        let mut halt = match first {
            Some(command) => self.obey(command).await.err(),
            None => None,
        };
        if halt.is_none() {
            halt = self.work(commands).await.err();
        }
        self.orders.clear();
        // What workers had finished before the end is worth storing.
        while !matches!(halt, Some(Halt::Error(RunError::Cache(_))))
            && let Ok(report) = self.reports.try_recv()
        {
            halt = self.hear(report).await.err().or(halt);
        }
        // Whoever still looks at a file may stop.
        self.gate.close();
        // Slots that still have something to say must not wait for somebody who does not listen.
        drop(self.reports);
        self.pool.close().await;
        drop(self.entries);
        while let Some(committed) = self.committed.recv().await {
            match committed {
                Ok(done) => {
                    for done in done {
                        match done {
                            Done::Row(row) => {
                                self.sidecars.stored(&row);
                                self.ledger.row(row).await;
                            }
                            Done::Summary(path, summary) => self.ledger.summarised(path, summary).await,
                            Done::SummaryClaim(..) | Done::Claim(..) | Done::Noted => {}
                        }
                    }
                }
                Err(error) => halt = Some(error.into()),
            }
        }
        while let Some(refused) = self.sidecars.next().await {
            self.ledger.notes(refused).await;
        }
        match halt {
            None => Ok(self.ledger.close(None).await),
            Some(Halt::Cancelled) => Err(RunError::Cancelled(self.ledger.close(Some("cancelled")).await)),
            Some(Halt::Error(error)) => {
                self.ledger.close(Some(&error.to_string())).await;
                Err(error)
            }
        }
    }

    async fn work(&mut self, commands: &mut mpsc::Receiver<Command>) -> Result<(), Halt> {
        // A run has its one order already.
        let mut more = self.stays;
        loop {
            let paused = *self.switch.borrow_and_update();
            if std::mem::replace(&mut self.paused, paused) != paused {
                self.paused_or_not(paused);
            }
            self.hear_claims().await?;
            self.lend();
            self.lend_summaries();
            self.show_queue();
            let still = self.looks.is_empty() && !self.elsewhere.is_asking();
            let last = self.orders.is_empty() && self.pending.is_empty() && still && !self.has_parts();
            let stored = self.recording == 0 && self.sidecars.is_empty();
            let idle = self.running.is_empty() && stored && !self.has_suspects();
            if last && idle && self.breaker.is_closed() {
                if self.elsewhere.held() > 0 {
                    self.tell_waiting().await;
                } else if more {
                    self.end_round().await;
                } else if self.previews.is_empty() && !self.summaries.goes_on() {
                    return Ok(());
                }
            }
            // An engine that stays keeps its workers for what may be ordered next, until they have rested long enough.
            let leaves = last && (self.has_suspects() || !self.stays && !self.summaries.goes_on());
            if !paused && (leaves || !self.breaker.is_closed()) {
                self.pool.rest();
                if self.lend_alone(last)? {
                    continue;
                }
            }
            let takes = self.takes();
            let pause = self.breaker.control_at().filter(|at| *at > Instant::now() && !paused);
            tokio::select! {
                () = self.cancel.cancelled() => return Err(Halt::Cancelled),
                command = commands.recv(), if more => match command {
                    Some(command) => self.obey(command).await?,
                    None => {
                        more = false;
                        // Nobody is left who could have it go on.
                        self.ledger.board.resume();
                    }
                },
                arrival = self.orders.next(takes), if !paused => self.take_in(arrival).await?,
                Some(looked) = self.looks.join_next() => self.looked(looked).await?,
                Some(found) = self.previews.next() => self.found_for_preview(found),
                news = self.summaries.next() => match news {
                    Some(news) => self.hear_of_summaries(news).await?,
                    None => self.show_summaries(),
                },
                Some(refused) = self.sidecars.next() => self.ledger.notes(refused).await,
                Some(taken_up) = self.recordings.next() => self.taken_up(taken_up)?,
                Some(report) = self.reports.recv() => self.hear(report).await?,
                error = self.pool.broken() => return Err(error.into()),
                Some(committed) = self.committed.recv() => self.tell(committed).await?,
                news = self.elsewhere.news() => self.hear_news(news).await?,
                // Without a switch nobody pauses any more.
                Ok(()) = self.switch.changed() => {}
                () = sleep_until(self.crowded.unwrap_or_else(Instant::now)), if self.crowded.is_some() => {
                    self.crowded = None;
                }
                () = sleep_until(pause.unwrap_or_else(Instant::now)), if pause.is_some() => {}
                () = sleep_until(self.sheds.unwrap_or_else(Instant::now)), if self.sheds.is_some() => self.shed(),
            }
        }
    }

    /// Media that are open and wait.
    fn open(&self) -> usize {
        self.pending.len() + self.elsewhere.open()
    }

    /// How many may be pending now: a seat that has no job, because others have all places, leaves one more waiting.
    fn most_pending(&self) -> usize {
        (self.queue + self.seats.get())
            .saturating_sub(self.running.len() + self.recordings.len() + self.looks.len())
    }

    /// Lets onlookers see what waits for a seat.
    fn show_queue(&self) {
        let oldest = self.pending.iter().map(|task| task.since).min().map(Instant::into_std);
        let pending = Pending { depth: self.pending.len(), capacity: self.most_pending(), oldest };
        let alone = self.solo.len() + self.recordings.suspects();
        self.ledger.board.waits(pending, alone, self.elsewhere.held());
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
                Done::Row(mut row) => {
                    self.sidecars.stored(&row);
                    self.summaries.tells(&mut row);
                    self.ledger.row(row).await;
                }
                Done::Summary(path, summary) => self.ledger.summarised(path, summary).await,
                Done::SummaryClaim(key, claim) => self.hear_of_claim(key, claim),
                Done::Claim(key, claim) => self.elsewhere.hear(key, claim),
                Done::Noted => {}
            }
        }
        Ok(())
    }
}
