//! Everything the window works with: the engine, the library, and what is told to the page.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use deskscribe_engine::{
    Again, Change, ContentKey, Engine, Event, Files, Home, Host, Library, Models, Order, PreviewError,
    PreviewOf, Query, Resources, Session, Settings, Turn,
};
use tauri::AppHandle;
use tauri::async_runtime::{JoinHandle, block_on, spawn, spawn_blocking};
use tokio::sync::{broadcast, watch};

use crate::background::closing::Closing;
use crate::background::notice::{self, Notices};
use crate::clipboard::Clipboard;
use crate::counting::{Counting, FolderCount};
use crate::drag::Drag;
use crate::errands::Errands;
use crate::error::{CommandError, ErrorCode};
use crate::live::Live;
use crate::open_window;
use crate::pulls::Pulls;
use crate::settings::Chosen;
use crate::shelves::Shelves;
use crate::unfinished::Unfinished;
use crate::ways_back::WaysBack;

/// News that may wait for a page that is being loaded.
const NEWS_WAITING: usize = 64;

/// The window's own state; cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Inner>);

/// See [`Desk`].
pub(crate) struct Inner {
    pub(crate) home: Home,
    pub(crate) shelves: Shelves,
    pub(crate) clipboard: Clipboard,
    pub(crate) engine: watch::Sender<Reading>,
    pub(crate) library: watch::Sender<LibraryState>,
    pub(crate) drag: watch::Sender<Option<Drag>>,
    pub(crate) errands: Errands,
    pub(crate) pulls: Pulls,
    /// The settings that are in use.
    pub(crate) chosen: watch::Sender<Chosen>,
    /// Held while the engine is brought to them.
    pub(crate) changing: tokio::sync::Mutex<()>,
    /// Those that the engine has.
    followed: Mutex<Option<Settings>>,
    pub(crate) ways_back: WaysBack,
    /// What would be read in a folder that is being chosen.
    pub(crate) count: watch::Sender<Option<FolderCount>>,
    pub(crate) counting: Counting,
    /// Whether this desktop has a tray.
    pub(crate) has_tray: watch::Sender<bool>,
    pub(crate) notices: Notices,
    pub(crate) closing: Closing,
    /// Whether it was started without a window.
    pub(crate) is_hidden: bool,
    /// Which of the engines is the one that counts: those before it may still be ending.
    engines: AtomicU64,
    /// What is told once and never again.
    news: broadcast::Sender<Live>,
    /// The same, told before there was a page.
    early: Mutex<Vec<Live>>,
    /// Who feeds the page.
    feeding: Mutex<Option<JoinHandle<()>>>,
}

/// Whether anything can be read.
#[derive(Clone)]
pub(crate) enum Reading {
    /// The engine is being started.
    Starting,
    /// It runs.
    Session(Session),
    /// It cannot, and why.
    Broken(String),
}

/// What is in the cache, as far as the header of the window tells.
#[derive(Debug, Clone, Default)]
pub(crate) struct LibraryState {
    pub(crate) change: Option<Change>,
    /// Contents that no language model has summarised yet.
    pub(crate) unsummarised: u64,
    /// Why not all of it can be shown.
    pub(crate) caution: Option<String>,
}

/// What was read last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Newest {
    pub(crate) key: ContentKey,
    pub(crate) title: String,
}

impl std::ops::Deref for Desk {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Desk {
    /// `is_hidden` says that nobody asked for a window.
    pub(crate) fn new(home: Home, is_hidden: bool) -> Self {
        let left = |name| Unfinished::in_file(home.downloads().join(name));
        Self(Arc::new(Inner {
            shelves: Shelves::of(home.clone()),
            clipboard: Clipboard::default(),
            engine: watch::Sender::new(Reading::Starting),
            library: watch::Sender::default(),
            drag: watch::Sender::default(),
            errands: Errands::remembering(left("speech.json")),
            pulls: Pulls::remembering(left("summaries.json")),
            chosen: watch::Sender::default(),
            changing: tokio::sync::Mutex::default(),
            followed: Mutex::default(),
            ways_back: WaysBack::default(),
            count: watch::Sender::default(),
            counting: Counting::default(),
            has_tray: watch::Sender::default(),
            notices: Notices::default(),
            closing: Closing::default(),
            is_hidden,
            engines: AtomicU64::default(),
            news: broadcast::Sender::new(NEWS_WAITING),
            early: Mutex::default(),
            feeding: Mutex::default(),
            home,
        }))
    }

    /// Starts the engine with the settings that are in use, or those of the file; what goes wrong is shown in the
    /// window, which can try again.
    pub(crate) async fn start_engine(&self, app: &AppHandle) {
        let this = self.engines.fetch_add(1, Ordering::Relaxed) + 1;
        self.engine.send_replace(Reading::Starting);
        let settings = self.settings().await;
        let (home, begin) = (self.home.clone(), settings.clone());
        let open = spawn_blocking(move || open(home, begin)).await;
        let open = open.map_err(|error| error.to_string()).and_then(|engine| engine);
        let stay = open.and_then(|engine| {
            let stay = engine.stay(Host::Window).map_err(|error| error.to_string())?;
            Ok((engine.models().clone(), stay))
        });
        let (session, mut events) = match stay {
            Ok((models, (session, events))) => {
                self.errands.know(models);
                session.watch(settings.watch.clone());
                self.follows(settings);
                (session, events)
            }
            Err(reason) => {
                tracing::error!(reason, "the engine does not start");
                self.engine.send_replace(Reading::Broken(reason));
                return;
            }
        };
        self.engine.send_replace(Reading::Session(session));
        let (desk, app) = (self.clone(), app.clone());
        spawn(async move {
            let mut last = None;
            while let Some(event) = events.recv().await {
                if let Event::Finished { stopped, .. } = &event {
                    last = stopped.clone();
                }
                desk.hear(event, &app).await;
            }
            let reason = last.unwrap_or_else(|| "the engine has ended".to_owned());
            // One that was ended so that another could begin is missed by nobody.
            if desk.engines.load(Ordering::Relaxed) == this {
                desk.engine.send_replace(Reading::Broken(reason));
            }
        });
    }

    /// The settings that are in use; at first those of the file, or the last good ones if it cannot be followed.
    async fn settings(&self) -> Settings {
        if let Some(settings) = self.chosen.borrow().settings.clone() {
            return settings;
        }
        let home = self.home.clone();
        let load = spawn_blocking(move || Settings::load_or_last_good(&home)).await;
        let (settings, doubt) = load.unwrap_or_default();
        self.chosen.send_modify(|chosen| chosen.settings = Some(settings.clone()));
        if let Some(error) = doubt {
            self.doubt(&error);
        }
        settings
    }

    /// The settings that the engine has, if there ever was one.
    pub(crate) fn followed(&self) -> Option<Settings> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The engine has these settings now.
    pub(crate) fn follows(&self, settings: Settings) {
        *self.followed.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
    }

    /// Ends the engine, for another one to begin.
    pub(crate) async fn end_engine(&self) {
        let session = self.session();
        self.engines.fetch_add(1, Ordering::Relaxed);
        self.engine.send_replace(Reading::Starting);
        if let Ok(session) = session {
            session.close().await;
        }
    }

    async fn hear(&self, event: Event, app: &AppHandle) {
        let news = match event {
            Event::Note(text) => Live::Note { text },
            Event::Refused { reason, .. } => Live::Note { text: reason },
            Event::Finished { counts, stopped } => {
                notice::tell_round(self, app, &counts).await;
                Live::Finished { counts, stopped }
            }
            Event::Open { paths } => {
                open_window(app);
                return self.add_first(paths);
            }
            _ => return,
        };
        self.tell(news);
    }

    /// Tells the page something that it hears once; before there is a page, it is kept for the first one.
    pub(crate) fn tell(&self, news: Live) {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(unheard) = self.news.send(news)
            && early.len() < NEWS_WAITING
        {
            early.push(unheard.0);
        }
    }

    /// What was told before anybody listened, and everything that is told from now on.
    pub(crate) fn listen(&self) -> (Vec<Live>, broadcast::Receiver<Live>) {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *early), self.news.subscribe())
    }

    /// Feeds the page that is there now, and no other: a page that was loaded anew is another one.
    pub(crate) fn feed(&self, feed: impl Future<Output = ()> + Send + 'static) {
        let mut feeding = self.feeding.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = feeding.replace(spawn(feed)) {
            before.abort();
        }
    }

    /// Nobody looks at a page any more.
    pub(crate) fn unfeed(&self) {
        let feeding = self.feeding.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(feeding) = feeding {
            feeding.abort();
        }
        self.counting.end(self);
    }

    /// Ends the engine. When this is done every worker is gone, everything that was read is stored, and what was
    /// fetched of a model is kept.
    pub(crate) fn close(&self) {
        block_on(self.errands.close());
        block_on(self.pulls.close());
        if let Ok(session) = self.session() {
            block_on(session.close());
        }
    }

    /// The running engine.
    pub(crate) fn session(&self) -> Result<Session, CommandError> {
        match &*self.engine.borrow() {
            Reading::Session(session) => Ok(session.clone()),
            Reading::Starting => Err(starting()),
            Reading::Broken(reason) => Err(CommandError::new(ErrorCode::Workers, reason)),
        }
    }

    /// What was read last and has a title, if there is anything.
    pub(crate) async fn newest(&self) -> Option<Newest> {
        let look = |library: &Library| Ok(library.page(&Query::default(), 0, 1)?);
        let card = self.shelves.ask(look).await.ok()?.cards.into_iter().next()?;
        Some(Newest { key: card.key?, title: card.title? })
    }

    /// The speech models, once the engine was there.
    pub(crate) fn models(&self) -> Result<Models, CommandError> {
        match self.errands.models() {
            Some(models) => Ok(models),
            None => Err(self.session().err().unwrap_or_else(starting)),
        }
    }

    /// Waits for the engine to be there, or to be broken.
    pub(crate) async fn started(&self) -> Result<Session, CommandError> {
        let mut engine = self.engine.subscribe();
        // Fails only when the desk is gone.
        let _ = engine.wait_for(|engine| !matches!(engine, Reading::Starting)).await;
        self.session()
    }

    /// Hands files and folders to the engine.
    pub(crate) async fn order(&self, files: Files, again: Again, first: bool) -> Result<(), CommandError> {
        let order = Order { files, again, turn: if first { Turn::Now } else { Turn::Later } };
        self.started().await?.order(order).await.map_err(|error| CommandError::new(ErrorCode::Workers, error))
    }

    /// Has these read before anything that waits; what keeps them from it is told as a note.
    pub(crate) fn add_first(&self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        let desk = self.clone();
        spawn(async move {
            if let Err(error) = desk.order(Files::Below(paths), Again::Nothing, true).await {
                desk.tell(Live::Note { text: error.message });
            }
        });
    }

    /// Imports the first of these models; what keeps it from that is told as a note.
    pub(crate) fn import_first(&self, files: Vec<PathBuf>) {
        let others = files.len().saturating_sub(1);
        let Some(file) = files.into_iter().next() else { return };
        if let Err(error) = self.models().and_then(|models| self.errands.import(models, file)) {
            self.tell(Live::Note { text: error.message });
        } else if others > 0 {
            self.tell(Live::Note {
                text: "one model at a time: drop the others when this one is there".to_owned(),
            });
        }
    }

    /// A large picture of this content, as a JPEG: of a recording what is seen at this second.
    pub(crate) async fn preview(&self, key: ContentKey, edge: u32, at: f64) -> Result<Vec<u8>, CommandError> {
        let preview = self.started().await?.preview(PreviewOf::Content(key), edge, at).await;
        match preview {
            Ok(preview) => Ok(preview.jpeg),
            Err(error @ (PreviewError::Changed(_) | PreviewError::Unknown)) => {
                Err(CommandError::new(ErrorCode::Gone, error))
            }
            Err(error) => Err(CommandError::new(ErrorCode::Workers, error)),
        }
    }
}

fn starting() -> CommandError {
    CommandError::new(ErrorCode::Workers, "Deskscribe is still starting")
}

fn open(home: Home, settings: Settings) -> Result<Engine, String> {
    let resources = Resources::locate().map_err(|error| error.to_string())?;
    Engine::open(home, resources, settings).map_err(|error| error.to_string())
}
