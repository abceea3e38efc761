//! The right to ask, for one job: a permit and the server it is for.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use deskscribe_cache::Receipt;
use deskscribe_protocol::{Ask, Reply};
use serde_json::json;
use tokio::sync::mpsc;

use super::heard::Heard;
use super::listener::{Listener, Pace};
use super::place::ServerKind;
use super::question::Question;
use super::state::Server;
use super::trouble::{Trouble, TroubleCode};
use super::way::Way;
use super::{Asked, Gateway, ollama, openai};
use crate::Permit;

/// The right to ask, for one job. The permit is held until this is dropped.
#[must_use = "the permit ends when this is dropped"]
pub struct Line {
    gateway: Gateway,
    server: Server,
    way: Arc<Way>,
    receipt: Arc<Mutex<Receipt>>,
    heard: Heard,
    /// One permit is for one request, so that questions of one job follow each other.
    one: tokio::sync::Mutex<()>,
    permit: Permit,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("server", &self.server)
            .field("receipt", &self.receipt())
            .finish_non_exhaustive()
    }
}

/// What an answer was like beside its words.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// Until the first word came, in seconds.
    pub(super) first: Option<f64>,
    /// How fast the words came.
    pub(super) pace: Pace,
}

impl Line {
    pub(super) fn new(gateway: Gateway, server: Server, way: Arc<Way>, permit: Permit) -> Self {
        let receipt = Receipt {
            server: server.address.clone(),
            remote: server.remote,
            model: server.model.name.clone(),
            ..Receipt::default()
        };
        let receipt = Arc::new(Mutex::new(receipt));
        let heard = Heard::default();
        Self { gateway, server, way, receipt, heard, one: tokio::sync::Mutex::new(()), permit }
    }

    /// The same right, for another model of the server.
    ///
    /// # Errors
    /// The server does not have that model, or does not answer; in the second case it is left alone for a while.
    pub(crate) async fn with_model(self, name: &str) -> Result<Self, Trouble> {
        if self.server.model.name == name {
            return Ok(self);
        }
        let way = Arc::new(self.way.to_model(name));
        let seen = match self.server.kind {
            ServerKind::Ollama => ollama::look(&way).await,
            ServerKind::OpenAi => openai::look(&way).await,
        };
        match seen {
            Ok(server) => Ok(Self::new(self.gateway, server, way, self.permit)),
            Err(trouble) => {
                if trouble.code != TroubleCode::ModelMissing && trouble.code.is_of_server() {
                    self.gateway.failed(trouble.clone());
                }
                Err(trouble)
            }
        }
    }

    /// Whom this asks.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// What was sent and received so far.
    pub fn receipt(&self) -> Receipt {
        self.receipt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How much was answered so far.
    pub(crate) fn heard(&self) -> &Heard {
        &self.heard
    }

    /// Asks one thing; what is answered goes into `pieces`, [`Reply::End`] last. When this is dropped, or nobody hears
    /// the pieces any more, the connection is closed, and good servers stop at once.
    ///
    /// # Errors
    /// It is no question for words or vectors, and nobody was asked ([`TroubleCode::NotAllowed`], `CannotSee`,
    /// `TooLong`), or no whole answer came. If that is the server's fault, it is left alone for a while.
    ///
    /// [`TroubleCode::NotAllowed`]: super::TroubleCode::NotAllowed
    pub async fn ask(&self, ask: Ask, pieces: mpsc::Sender<Reply>) -> Result<(), Trouble> {
        self.perform(ask, &pieces).await.map(drop)
    }

    pub(super) async fn perform(&self, ask: Ask, pieces: &mpsc::Sender<Reply>) -> Result<Answered, Trouble> {
        let question = Question::of(ask, &self.server)?;
        let _one = self.one.lock().await;
        let clock = Clock { began: Instant::now(), receipt: &self.receipt };
        let mut listener = Listener::new(pieces, &self.heard);
        let asked = Asked { way: &self.way, receipt: &self.receipt };
        let answered = match self.server.kind {
            ServerKind::Ollama => ollama::ask(&asked, question, &mut listener).await,
            ServerKind::OpenAi => openai::ask(&asked, question, &mut listener).await,
        };
        match answered {
            Ok(pace) => {
                self.gateway.breaker().answered();
                let first = listener.first.map(|first| first.duration_since(clock.began).as_secs_f64());
                Ok(Answered { first, pace })
            }
            Err(trouble) => {
                if trouble.code.is_of_server() {
                    self.gateway.failed(trouble.clone());
                }
                Err(trouble)
            }
        }
    }

    /// Vectors of these texts.
    pub(super) async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Trouble> {
        let Some(embedder) = &self.server.embedder else {
            let there = self.server.embedder_trouble.clone();
            return Err(there.unwrap_or_else(|| Trouble::missing(&self.way.place, "for vectors", &[])));
        };
        let ask = Ask::Embed(json!({ "model": embedder, "input": texts }));
        let (pieces, mut heard) = mpsc::channel(2);
        self.perform(ask, &pieces).await?;
        match heard.recv().await {
            Some(Reply::Vectors { vectors }) => Ok(vectors),
            Some(Reply::Text { .. } | Reply::End { .. }) | None => {
                Err(Trouble::nonsense(&self.way.place, "no vectors"))
            }
        }
    }

    pub(super) fn way(&self) -> &Way {
        &self.way
    }
}

/// Counts the time of a question, however it ends.
struct Clock<'a> {
    began: Instant,
    receipt: &'a Mutex<Receipt>,
}

impl Drop for Clock<'_> {
    fn drop(&mut self) {
        let seconds = self.began.elapsed().as_secs_f64();
        self.receipt.lock().unwrap_or_else(PoisonError::into_inner).seconds += seconds;
    }
}
