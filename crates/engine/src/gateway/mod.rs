//! The way to a language model: the one server of the settings, asked on behalf of workers, which have no connection to
//! anybody.
//!
//! ```text
//!  worker ──Ask──▶ line ──▶ question ──▶ ollama ─┬─▶ way ══http══▶ server
//!                   │ a permit  │ checked   openai ╯      │
//!                   │                                   flow
//!  worker ◀─Reply── listener ◀────────────────────────────╯
//!                                  ╰──▶ breaker ──▶ state ──▶ whoever shows it
//! ```
//!
//! Nothing but words and vectors can be asked for. A server that fails is left alone for a while, which grows, and
//! asked again only as long as somebody waits for it: nothing here runs by itself.

mod breaker;
mod flow;
mod heard;
mod key;
mod line;
mod listener;
mod ollama;
mod openai;
mod place;
mod probe;
mod pull;
mod question;
mod remedy;
mod state;
mod trouble;
mod way;

use std::env;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskscribe_cache::{Meaning, Receipt};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until, timeout};

use breaker::Breaker;
use place::Place;
use way::Way;

use crate::models::Address;
use crate::settings::{Llm, LlmServer};
use crate::{Home, Permits, Settings};

pub use key::{KeyError, KeyKept, LlmKey};
pub use line::Line;
pub use place::ServerKind;
pub use probe::{LlmTest, LlmVerdict};
pub use pull::Pull;
pub use remedy::{Fetchable, Need, Remedy, RemedyKind};
pub use state::{LlmState, Server};
pub use trouble::{Trouble, TroubleCode};
pub use way::Call;

/// The context that a model is given if it could have more, in tokens: memory grows with it.
const USUAL_CONTEXT: u64 = 8192;
/// The context that a model is believed to have if nobody tells.
const LEAST_CONTEXT: u64 = 4096;
/// How long the keychain may take, should the user be asked to unlock it.
const KEYCHAIN: std::time::Duration = std::time::Duration::from_secs(60);

fn tokens(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The way to the one language model server of the settings. Clones share what they have seen, and one queue.
#[derive(Debug, Clone)]
pub struct Gateway(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    home: Home,
    llm: Arc<Llm>,
    proxy: Option<Address>,
    permits: Permits,
    seen: watch::Sender<LlmState>,
    breaker: Mutex<Breaker>,
    /// The way that was used last.
    way: Mutex<Option<Arc<Way>>>,
    /// One of this process looks at a time.
    looking: tokio::sync::Mutex<()>,
    /// One of this process waits for a permit at a time.
    turn: tokio::sync::Mutex<()>,
    /// All that was asked, where somebody wants to know.
    calls: Option<Arc<Mutex<Vec<Call>>>>,
}

/// What somebody means, as a model makes it of what they typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Meant {
    model: String,
    vector: Vec<f32>,
}

impl Meant {
    /// For a search.
    pub fn meaning(&self) -> Meaning<'_> {
        Meaning { model: &self.model, vector: &self.vector }
    }
}

/// What a question needs beside itself.
struct Asked<'a> {
    way: &'a Way,
    receipt: &'a Arc<Mutex<Receipt>>,
}

impl Gateway {
    /// The way to the server of these settings. Nobody is asked anything yet.
    pub fn of(home: &Home, settings: &Settings) -> Self {
        Self::telling(home, settings, None)
    }

    fn telling(home: &Home, settings: &Settings, calls: Option<Arc<Mutex<Vec<Call>>>>) -> Self {
        let is_off = settings.llm.server == LlmServer::Off;
        let seen = watch::Sender::new(if is_off { LlmState::Off } else { LlmState::Unseen });
        Self(Arc::new(Shared {
            home: home.clone(),
            llm: Arc::new(settings.llm.clone()),
            proxy: settings.downloads.proxy.clone(),
            permits: Permits::of(home, settings),
            seen,
            breaker: Mutex::new(Breaker::of(&settings.llm)),
            way: Mutex::new(None),
            looking: tokio::sync::Mutex::new(()),
            turn: tokio::sync::Mutex::new(()),
            calls,
        }))
    }

    /// Whether the user has named a server, so that what is read owes a summary while it is away.
    pub fn is_named(&self) -> bool {
        self.0.llm.is_named()
    }

    /// What was last seen.
    pub fn state(&self) -> LlmState {
        self.0.seen.borrow().clone()
    }

    /// The same, and what is seen from now on.
    pub fn watch(&self) -> watch::Receiver<LlmState> {
        self.0.seen.subscribe()
    }

    /// Asks the server who is there, now, whatever was seen before. Whoever calls this meanwhile gets the same answer.
    pub async fn look(&self) -> LlmState {
        if self.state() == LlmState::Off {
            return LlmState::Off;
        }
        let is_looking = self.0.looking.try_lock().is_err();
        let _one = self.0.looking.lock().await;
        let seen = self.state();
        if is_looking && seen != LlmState::Unseen {
            return seen;
        }
        let seen = match self.open().await {
            Ok(way) => match way.place.kind {
                ServerKind::Ollama => ollama::look(&way).await,
                ServerKind::OpenAi => openai::look(&way).await,
            },
            Err(trouble) => Err(trouble),
        };
        match seen {
            Ok(server) => {
                self.breaker().is_there();
                self.tell(LlmState::Ready(server));
            }
            Err(trouble) => self.failed(trouble),
        }
        self.state()
    }

    /// The server, as soon as it is there. Looks at once, and then again after pauses that grow, as long as somebody
    /// waits here. Without a server in the settings this waits for ever.
    pub async fn ready(&self) -> Server {
        let mut changes = self.watch();
        loop {
            match &*changes.borrow_and_update() {
                LlmState::Ready(server) => return server.clone(),
                LlmState::Off => break,
                LlmState::Unseen | LlmState::Trouble(_) => {}
            }
            let open = self.breaker().open_until(Instant::now());
            match open {
                Some(until) => tokio::select! {
                    () = sleep_until(until) => {}
                    _ = changes.changed() => {}
                },
                None => drop(self.look().await),
            }
        }
        std::future::pending().await
    }

    /// The right to ask, for one job: waits until the server is there and others ask it less than they may. May be
    /// dropped at any time, and has then taken nothing.
    ///
    /// # Errors
    /// The files of the permits cannot be made or locked.
    pub async fn line(&self) -> std::io::Result<Line> {
        let _turn = self.0.turn.lock().await;
        loop {
            self.ready().await;
            let permit = self.0.permits.take().await?;
            // Much may have happened meanwhile.
            if let (LlmState::Ready(server), Some(way)) = (self.state(), self.way()) {
                return Ok(Line::new(self.clone(), server, way, permit));
            }
        }
    }

    /// Vectors of some texts, for whoever searches by meaning. Waits for a permit, and not for a server.
    ///
    /// # Errors
    /// The server is not there, makes no vectors, or fails.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Trouble> {
        let is_open = self.breaker().open_until(Instant::now()).is_some();
        let seen = match self.state() {
            LlmState::Unseen => self.look().await,
            LlmState::Trouble(_) if !is_open => self.look().await,
            seen => seen,
        };
        match seen {
            LlmState::Ready(_) => {}
            LlmState::Trouble(trouble) => return Err(trouble),
            LlmState::Off | LlmState::Unseen => {
                let remedy = Remedy::set("set llm in settings.toml");
                return Err(Trouble::new(
                    TroubleCode::NotRunning,
                    "the settings name no language model",
                    Some(remedy),
                ));
            }
        }
        let line = self.line().await.map_err(|error| {
            Trouble::new(TroubleCode::Broken, format!("no permit to ask can be taken: {error}"), None)
        })?;
        line.embed(texts).await
    }

    /// What somebody means by these words, for a search by meaning.
    ///
    /// # Errors
    /// As of [`embed`](Self::embed).
    pub async fn meaning(&self, words: &str) -> Result<Meant, Trouble> {
        let vectors = self.embed(vec![words.to_owned()]).await?;
        let model = self.state().server().and_then(|server| server.embedder.clone());
        match (model, vectors.into_iter().next()) {
            (Some(model), Some(vector)) => Ok(Meant { model, vector }),
            // It went away in this very moment.
            _ => Err(Trouble::new(TroubleCode::Broken, "the server made no vector of these words", None)),
        }
    }

    /// Tells that what the model answers makes no sense, which only whoever reads it can know. It is left alone for a
    /// while, as after any failure.
    pub fn blame(&self, why: &str) {
        if let (Some(server), Some(way)) = (self.state().server(), self.way()) {
            let what = format!("{} does not do as it is asked: {why}", server.model.name);
            let remedy = Some(Remedy::set("use another model: llm_model in settings.toml"));
            let trouble = Trouble::nonsense(&way.place, &what);
            self.failed(Trouble { remedy, ..trouble });
        }
    }

    /// Finds the way to the server, with the key that it may want.
    async fn open(&self) -> Result<Arc<Way>, Trouble> {
        let Shared { home, llm, proxy, calls, .. } = &*self.0;
        let host = env::var("OLLAMA_HOST").ok();
        let place = Place::of(llm, host.as_deref())?
            .ok_or_else(|| Trouble::new(TroubleCode::NotRunning, "the settings say llm = \"off\"", None))?;
        // Whoever was refused may have brought another key.
        let is_refused = self.state().trouble().is_some_and(|trouble| trouble.code == TroubleCode::Refused);
        let key = match self.way().filter(|_| !is_refused) {
            Some(way) => way.key(),
            None if self.is_named() => find_key(home.clone(), place.clone()).await?,
            // Nobody has said that it should get one.
            None => None,
        };
        let way = Way::open(place, Arc::clone(llm), proxy.as_ref(), key, calls.clone()).await?;
        let way = Arc::new(way);
        *self.0.way.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&way));
        Ok(way)
    }

    fn way(&self) -> Option<Arc<Way>> {
        self.0.way.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.0.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, state: LlmState) {
        self.0.seen.send_if_modified(|seen| {
            let is_new = *seen != state;
            *seen = state;
            is_new
        });
    }

    /// Something is wrong with the server: it is left alone for a while.
    fn failed(&self, trouble: Trouble) {
        self.breaker().failed(trouble.retry_after, Instant::now());
        self.tell(LlmState::Trouble(trouble));
    }
}

/// The key for this server. The keychain may ask the user something, and is not waited for without end.
async fn find_key(home: Home, place: Place) -> Result<Option<LlmKey>, Trouble> {
    let found = spawn_blocking(move || LlmKey::find(&home, &place));
    match timeout(KEYCHAIN, found).await {
        Ok(Ok(Ok(found))) => Ok(found.map(|(key, _)| key)),
        Ok(Ok(Err(error))) => {
            let remedy = Some(Remedy::run("deskscribe llm key set"));
            Err(Trouble::new(TroubleCode::Refused, error.to_string(), remedy))
        }
        Ok(Err(_)) | Err(_) => Ok(None),
    }
}
