//! Everything the window works with: the engine, the library, and what is told to the page.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use deskscribe_engine::{
    Again, Change, ContentKey, Engine, Event, Files, Home, Models, Order, PreviewError, PreviewOf, Resources,
    Session, Settings,
};
use tauri::async_runtime::{JoinHandle, block_on, spawn, spawn_blocking};
use tokio::sync::{broadcast, watch};

use crate::clipboard::Clipboard;
use crate::drag::Drag;
use crate::errands::Errands;
use crate::error::{CommandError, ErrorCode};
use crate::live::Live;
use crate::pulls::Pulls;
use crate::shelves::Shelves;

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
    /// What the engine was started with.
    settings: Mutex<Option<Settings>>,
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

impl std::ops::Deref for Desk {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Desk {
    pub(crate) fn new(home: Home) -> Self {
        Self(Arc::new(Inner {
            shelves: Shelves::of(home.clone()),
            home,
            clipboard: Clipboard::default(),
            engine: watch::Sender::new(Reading::Starting),
            library: watch::Sender::default(),
            drag: watch::Sender::default(),
            errands: Errands::default(),
            pulls: Pulls::default(),
            settings: Mutex::default(),
            news: broadcast::Sender::new(NEWS_WAITING),
            early: Mutex::default(),
            feeding: Mutex::default(),
        }))
    }

    /// Starts the engine; what goes wrong is shown in the window, which can try again. `show` brings the window to the
    /// front when another start hands its files over.
    pub(crate) async fn start_engine(&self, show: impl Fn() + Send + 'static) {
        self.engine.send_replace(Reading::Starting);
        let home = self.home.clone();
        let open = spawn_blocking(move || open(home)).await;
        let open = open.map_err(|error| error.to_string()).and_then(|engine| engine);
        let stay = open.and_then(|(engine, settings)| {
            *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
            let stay = engine.stay().map_err(|error| error.to_string())?;
            Ok((engine.models().clone(), stay))
        });
        let (session, mut events) = match stay {
            Ok((models, stay)) => {
                self.errands.know(models);
                stay
            }
            Err(reason) => {
                tracing::error!(reason, "the engine does not start");
                self.engine.send_replace(Reading::Broken(reason));
                return;
            }
        };
        self.engine.send_replace(Reading::Session(session));
        let desk = self.clone();
        spawn(async move {
            let mut last = None;
            while let Some(event) = events.recv().await {
                if let Event::Finished { stopped, .. } = &event {
                    last = stopped.clone();
                }
                desk.hear(event, &show);
            }
            let reason = last.unwrap_or_else(|| "the engine has ended".to_owned());
            desk.engine.send_replace(Reading::Broken(reason));
        });
    }

    fn hear(&self, event: Event, show: &impl Fn()) {
        let news = match event {
            Event::Note(text) => Live::Note { text },
            Event::Refused { reason, .. } => Live::Note { text: reason },
            Event::Finished { counts, stopped } => Live::Finished { counts, stopped },
            Event::Open { paths } => {
                show();
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

    /// Ends the engine. When this is done every worker is gone, everything that was read is stored, and what was fetched
    /// of a model is kept.
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

    /// What the engine was started with, once it was there.
    pub(crate) fn settings(&self) -> Option<Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
        let order = Order { files, again, first };
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

fn open(home: Home) -> Result<(Engine, Settings), String> {
    let resources = Resources::locate().map_err(|error| error.to_string())?;
    let settings = Settings::load(&home).map_err(|error| error.to_string())?;
    let engine = Engine::open(home, resources, settings.clone()).map_err(|error| error.to_string())?;
    Ok((engine, settings))
}
