//! One run over some folders, from the first look to the last row.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use deskscribe_cache::{Cache, CacheError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::control::Control;
use crate::dispatch::{self, Dispatch};
use crate::intake::{self, Again, Arrival, Trust, WalkError};
use crate::record::Recorder;
use crate::status::{Board, Onlookers};
use crate::{Event, Home, Resources, RunCounts, Settings, Status};

/// Events that may wait to be looked at. A slow onlooker slows the run, and loses nothing.
const EVENTS_WAITING: usize = 256;
/// Files that may be open and hashed before a worker is free for them.
const ARRIVALS_WAITING: usize = 8;

/// Finds files, has them read and stores what was learned.
pub struct Engine {
    pub(crate) home: Home,
    pub(crate) resources: Resources,
    pub(crate) settings: Settings,
    pub(crate) cache: Cache,
    /// Whether anybody was told what was repaired.
    told: AtomicBool,
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

/// Where the files of a run come from.
enum Finding {
    /// Everything below these paths.
    Below(Vec<PathBuf>),
    /// Files that wait in the cache's queue.
    Queued(Vec<PathBuf>),
}

impl Finding {
    /// What a run over it is called.
    fn named(&self) -> Vec<PathBuf> {
        match self {
            Self::Below(paths) => {
                let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
                paths.iter().map(absolute).collect()
            }
            Self::Queued(_) => vec!["what earlier scans left".into()],
        }
    }
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
        Ok(Self { home, resources, settings, cache, told: AtomicBool::new(false) })
    }

    /// Begins to read everything below these paths, but what is known already and not asked for again. Must be called
    /// inside a tokio runtime.
    pub fn scan(&self, paths: Vec<PathBuf>, again: Again) -> Result<Run, RunError> {
        self.begin(Finding::Below(paths), again)
    }

    /// Goes on with the files that were found by earlier runs and not read. Must be called inside a tokio runtime.
    pub fn scan_queued(&self) -> Result<Run, RunError> {
        let queue = self.cache.read()?.queue()?;
        self.begin(Finding::Queued(queue.into_iter().map(|queued| queued.path).collect()), Again::Nothing)
    }

    fn begin(&self, finding: Finding, again: Again) -> Result<Run, RunError> {
        let paths = finding.named();
        let (events, incoming) = mpsc::channel(EVENTS_WAITING);
        let (send, arrivals) = mpsc::channel(ARRIVALS_WAITING);
        let cancel = CancellationToken::new();
        let (id, note) = (Control::new_id(), events.clone());
        let board = Arc::new(Board::new(id.clone(), &paths, &send, &events, cancel.clone()));
        if !self.told.swap(true, Ordering::Relaxed) {
            for repair in self.cache.repairs() {
                tracing::warn!(?repair, "the cache was repaired");
                let _ = events.try_send(Event::Note(repair.to_string()));
            }
        }
        let onlookers = Onlookers { events, board: Arc::clone(&board) };
        let trust = Trust::but(again, &self.resources, &self.settings);
        let recorder = Recorder {
            writer: self.cache.writer()?,
            engine: self.cache.enter(&id)?,
            trust: trust.clone(),
            begun_at: self.cache.read()?.last_change()?,
        };
        let dispatch = Dispatch::of(self, recorder, &paths, onlookers, cancel.clone())?;
        let control = Control::open(&self.home, id, Arc::clone(&board), cancel.clone());
        // A run that cannot be asked is a run all the same.
        let control = control
            .inspect_err(|error| {
                tracing::warn!(%error, "no control socket");
                let text =
                    format!("`deskscribe status` and `deskscribe stop` will not find this scan: {error}");
                let _ = note.try_send(Event::Note(text));
            })
            .ok();
        let cache = self.cache.clone();
        let kept = self.cache.clone();
        let own = self.home.folder().to_owned();
        let most = self.settings.limits.bytes();
        // A thread of its own, not the runtime's: when a run is cancelled, nobody waits for a slow disk.
        thread::Builder::new().name("intake".to_owned()).spawn(move || {
            let tell = |files| send.blocking_send(Arrival::Looking { files }).is_ok();
            let walk = match finding {
                Finding::Below(paths) => intake::walk(&paths, &own, tell),
                Finding::Queued(paths) => Ok(intake::take_up(paths)),
            };
            match walk {
                Ok(walk) => intake::arrive(walk, most, &trust, &cache, &send),
                Err(error) => drop(send.blocking_send(Arrival::Unwalkable(error))),
            }
        })?;
        let outcome = tokio::spawn(async move {
            let outcome = dispatch.run(arrivals).await;
            drop(control);
            if outcome.is_ok() {
                // Every row is told and stored by now; who stops a run does not wait for this.
                let backup = tokio::task::spawn_blocking(move || kept.back_up_if_due()).await;
                match backup.map_err(io::Error::other)? {
                    Ok(None) => {}
                    Ok(Some(backup)) => tracing::info!(?backup, "the cache is backed up"),
                    Err(error) => tracing::warn!(%error, "the cache is not backed up"),
                }
            }
            outcome
        });
        Ok(Run { events: incoming, cancel, board, outcome })
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
