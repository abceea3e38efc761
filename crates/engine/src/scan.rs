//! One run over some folders, from the first look to the last row.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use deskscribe_cache::{Cache, CacheError};
use deskscribe_protocol::ContentKey;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::control::{Control, ControlError};
use crate::dispatch::{self, Dispatch};
use crate::gateway::Gateway;
use crate::intake::{Again, WalkError};
use crate::models::Models;
use crate::order::{Command, Files, Order, Turn};
use crate::record::{self, Recorder};
use crate::status::{Board, Host, Onlookers};
use crate::upkeep::upkeep;
use crate::{Event, Home, Resources, RunCounts, Settings, Status};

/// Events that may wait to be looked at. A slow onlooker slows the run, and loses nothing.
pub(crate) const EVENTS_WAITING: usize = 256;

/// Finds files, has them read and stores what was learned. Clones share the cache.
#[derive(Clone)]
pub struct Engine {
    pub(crate) home: Home,
    pub(crate) resources: Resources,
    pub(crate) settings: Settings,
    pub(crate) cache: Cache,
    pub(crate) models: Models,
    pub(crate) gateway: Gateway,
    /// Whether anybody was told what was repaired.
    told: Arc<AtomicBool>,
}

/// A run that is going on.
pub struct Run {
    /// What happens. It ends when the run is over.
    pub events: mpsc::Receiver<Event>,
    cancel: CancellationToken,
    board: Arc<Board>,
    outcome: JoinHandle<Result<RunCounts, RunError>>,
}

/// Why a run could not begin or go on. What was read before is stored.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A path that was named cannot be walked.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// No worker can be started, or they keep dying.
    #[error("{0}")]
    Workers(String),
    /// The system lets this process open too few files.
    #[error(
        "only {allowed} files may be open at once, and at least {least} are needed; raise the limit, such \
         as with `ulimit -n {enough}`, and try again"
    )]
    OpenFiles {
        /// How many may be open.
        allowed: u64,
        /// How many there must be.
        least: u64,
        /// How many are enough for everything.
        enough: u64,
    },
    /// The system refused a thread, a task or a file; one of ours broke.
    #[error("the engine could not go on: {0}")]
    System(io::Error),
    /// It was cancelled. What was read so far is stored, and the next run goes on from there.
    #[error("stopped")]
    Cancelled(RunCounts),
}

impl From<io::Error> for RunError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl Engine {
    /// Opens the cache in this home. No worker is started before there is work.
    ///
    /// # Errors
    /// The cache cannot be used, or too few files may be open at once.
    pub fn open(home: Home, resources: Resources, settings: Settings) -> Result<Self, RunError> {
        dispatch::open_files()?;
        let cache = Cache::open(home.folder())?;
        let models = Models::of(&home, resources.speech.clone(), &settings);
        let gateway = Gateway::of(&home, &settings);
        Ok(Self { home, resources, settings, cache, models, gateway, told: Arc::default() })
    }

    /// The speech models of this home.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The way to the language model, if there is one.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Begins to read everything below these paths, but what is known already and not asked for again. Must be called
    /// inside a tokio runtime.
    pub fn scan(&self, paths: Vec<PathBuf>, again: Again) -> Result<Run, RunError> {
        self.begin(Order { files: Files::Below(paths), again, turn: Turn::Later })
    }

    /// Goes on with the files that were found by earlier runs and not read. Must be called inside a tokio runtime.
    pub fn scan_queued(&self) -> Result<Run, RunError> {
        self.begin(Order { files: Files::Queued, again: Again::Nothing, turn: Turn::Later })
    }

    /// Has these contents summarised by the language model, also those that it has summarised before. Must be called
    /// inside a tokio runtime.
    pub fn summarise(&self, keys: Vec<ContentKey>, model: Option<&str>) -> Result<Run, RunError> {
        record::want_summaries(&mut self.cache.writer()?, &keys, model)?;
        self.run(Command::Summarise(keys))
    }

    fn begin(&self, order: Order) -> Result<Run, RunError> {
        self.run(Command::Order(order))
    }

    /// One command, after which there can be no other.
    fn run(&self, command: Command) -> Result<Run, RunError> {
        let (events, incoming) = mpsc::channel(EVENTS_WAITING);
        let (commands, mut orders) = mpsc::channel(1);
        let cancel = CancellationToken::new();
        let id = Control::new_id();
        let board = Arc::new(Board::new(id.clone(), Host::Terminal, &events, cancel.clone()));
        self.tell_repairs(&events);
        let dispatch = self.dispatch(&id, &events, &board, &cancel)?;
        let control =
            Control::open(&self.home, id, Arc::clone(&board), cancel.clone(), commands.downgrade(), &events);
        let control = self.unless_unasked(control, &events);
        drop((commands, events));
        let (cache, keep_gone) = (self.cache.clone(), self.settings.keep_gone);
        let outcome = tokio::spawn(async move {
            let outcome = dispatch.run(Some(command), &mut orders).await;
            drop(control);
            if outcome.is_ok() {
                // Every row is told and stored by now; who stops a run does not wait for this.
                let upkeep = tokio::task::spawn_blocking(move || upkeep(&cache, keep_gone)).await;
                upkeep.map_err(io::Error::other)?;
            }
            outcome
        });
        Ok(Run { events: incoming, cancel, board, outcome })
    }

    /// A dispatcher that is alive under this name.
    pub(crate) fn dispatch(
        &self,
        id: &str,
        events: &mpsc::Sender<Event>,
        board: &Arc<Board>,
        cancel: &CancellationToken,
    ) -> Result<Dispatch, RunError> {
        let recorder = Recorder { writer: self.cache.writer()?, engine: self.cache.enter(id)? };
        let onlookers = Onlookers { events: events.clone(), board: Arc::clone(board) };
        Ok(Dispatch::of(self, recorder, onlookers, cancel.clone())?)
    }

    /// Tells once what was repaired.
    pub(crate) fn tell_repairs(&self, events: &mpsc::Sender<Event>) {
        if !self.told.swap(true, Ordering::Relaxed) {
            for repair in self.cache.repairs() {
                tracing::warn!(?repair, "the cache was repaired");
                let _ = events.try_send(Event::Note(repair.to_string()));
            }
        }
    }

    /// An engine that cannot be asked reads all the same: a scan, and a window.
    pub(crate) fn unless_unasked(
        &self,
        control: Result<Control, ControlError>,
        events: &mpsc::Sender<Event>,
    ) -> Option<Control> {
        let tell = |error: &ControlError| {
            tracing::warn!(%error, "no control socket");
            let text =
                format!("`deskscribe status` and `deskscribe stop` will not find what is read here: {error}");
            let _ = events.try_send(Event::Note(text));
        };
        control.inspect_err(tell).ok()
    }
}

impl Run {
    /// Stops the run within a moment. What was read is stored; the next run goes on from there.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// How it goes, at any time.
    pub fn status(&self) -> Status {
        self.board.status()
    }

    /// Whether somebody has paused it.
    pub fn is_paused(&self) -> bool {
        self.board.pause.is_on()
    }

    /// Ends when the run is asked to stop, by whomever.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        self.cancel.clone().cancelled_owned()
    }

    /// The same as [`Self::cancel`], for somebody who does not hold the run.
    pub fn canceller(&self) -> impl Fn() + Send + 'static {
        let cancel = self.cancel.clone();
        move || cancel.cancel()
    }

    /// What the run came to, once its events have ended.
    pub async fn finish(self) -> Result<RunCounts, RunError> {
        drop(self.events);
        self.outcome.await.map_err(io::Error::other)?
    }
}
