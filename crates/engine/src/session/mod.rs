//! An engine that stays: a window orders, pauses, looks and asks for previews for as long as it is open.

mod life;
mod listen;
mod preview;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskscribe_cache::{Cache, CacheError};
use deskscribe_protocol::ContentKey;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::gateway::Gateway;
use crate::order::{Command, Order};
use crate::record;
use crate::settings::WatchedFolder;
use crate::status::{Board, Status, StatusChanges};
use crate::watch::Watch;

pub use preview::{Preview, PreviewError, PreviewOf};
pub(crate) use preview::{encode, find};

/// Commands that may wait to be looked at.
pub(crate) const COMMANDS_WAITING: usize = 64;

/// The way to an engine that [stays](crate::Engine::stay). Clones are the same engine, which ends when it is
/// [closed](Self::close), or when all of them are dropped and nothing is left to read.
#[derive(Clone)]
pub struct Session {
    commands: mpsc::Sender<Command>,
    board: Arc<Board>,
    cancel: CancellationToken,
    cache: Cache,
    gateway: Gateway,
    watch: Watch,
    /// Ends when the engine has.
    ended: watch::Receiver<()>,
}

/// The engine has ended: it was closed, or could not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine has ended")]
pub struct Closed;

/// Why files could not be taken out.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The engine has ended.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The cache cannot be asked what waits.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

impl Session {
    /// Orders files. What comes of them is in the cache, and how it goes in the [status](Self::status).
    pub async fn order(&self, order: Order) -> Result<(), Closed> {
        self.tell(Command::Order(order)).await
    }

    /// Has these contents summarised again, by this model or by the one that is asked by default.
    ///
    /// # Errors
    /// The engine has ended, or the cache takes no note of it.
    pub async fn summarise(&self, keys: Vec<ContentKey>, model: Option<String>) -> Result<(), SessionError> {
        let (cache, wanted) = (self.cache.clone(), keys.clone());
        let note = move || record::want_summaries(&mut cache.writer()?, &wanted, model.as_deref());
        tokio::task::spawn_blocking(note).await.map_err(|_| Closed)??;
        Ok(self.tell(Command::Summarise(keys)).await?)
    }

    /// Takes one file out, also if a worker has it. It counts as neither read nor failed.
    pub async fn cancel(&self, path: PathBuf) -> Result<(), Closed> {
        self.tell(Command::Remove { paths: vec![path], busy: true }).await
    }

    /// Takes these files out, wherever they wait: in the queue that was left by earlier runs, too. A file that a worker
    /// has is read.
    pub async fn remove(&self, paths: Vec<PathBuf>) -> Result<(), Closed> {
        self.tell(Command::Remove { paths, busy: false }).await
    }

    /// Takes out whatever waits, in this engine or since earlier runs. What workers have is read.
    ///
    /// # Errors
    /// The engine has ended, or the cache cannot be asked what waits.
    pub async fn remove_all(&self) -> Result<(), SessionError> {
        self.give_up(false).await?;
        let cache = self.cache.clone();
        let queue = tokio::task::spawn_blocking(move || cache.read()?.queue()).await.map_err(|_| Closed)?;
        let paths = queue?.into_iter().map(|queued| queued.path).collect();
        Ok(self.remove(paths).await?)
    }

    /// Gives up everything that was ordered, as Ctrl-C does; returns when that is so. The files stay in the cache's
    /// queue: ordering [`Files::Queued`](crate::Files::Queued) goes on with them.
    pub async fn stop(&self) -> Result<(), Closed> {
        self.give_up(true).await
    }

    /// Watches these folders from now on, and no others: what is in them, and what comes into them, is read.
    pub fn watch(&self, folders: Vec<WatchedFolder>) {
        self.watch.over(folders);
    }

    /// Nothing is read any more, and no processor is used, until it is [resumed](Self::resume) or this time has passed.
    /// Must be called inside a tokio runtime.
    pub fn pause(&self, time: Option<Duration>) {
        self.board.pause(time);
    }

    /// Goes on, whatever it pauses for.
    pub fn resume(&self) {
        self.board.resume();
    }

    /// Makes a picture to look at, with a longer edge of at most `edge`, and of 2048 pixels: of a recording what is
    /// seen at the second `at`, or its last frame if it ends before that. Goes before everything that is to be read.
    /// May be dropped at any time.
    ///
    /// # Errors
    /// The file is gone or holds something else by now, or no worker could make a picture of it.
    pub async fn preview(&self, of: PreviewOf, edge: u32, at: f64) -> Result<Preview, PreviewError> {
        let (answer, answered) = oneshot::channel();
        self.tell(Command::Preview { of, edge, at, answer }).await.map_err(|Closed| PreviewError::Closed)?;
        answered.await.unwrap_or(Err(PreviewError::Closed))
    }

    /// The way to the language model that this engine asks.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// How it goes, at any time.
    pub fn status(&self) -> Status {
        self.board.status()
    }

    /// To wait until the status has changed.
    pub fn changes(&self) -> StatusChanges {
        self.board.changes()
    }

    /// Ends the engine within a moment, and returns when it has ended. What was read is stored; what was ordered and is
    /// not read stays in the cache's queue.
    pub async fn close(&self) {
        self.cancel.cancel();
        // Nothing is ever said there.
        let _ = self.ended.clone().changed().await;
    }

    async fn give_up(&self, busy: bool) -> Result<(), Closed> {
        let (done, is_done) = oneshot::channel();
        self.tell(Command::GiveUp { busy, done }).await?;
        is_done.await.map_err(|_| Closed)
    }

    async fn tell(&self, command: Command) -> Result<(), Closed> {
        self.commands.send(command).await.map_err(|_| Closed)
    }
}
