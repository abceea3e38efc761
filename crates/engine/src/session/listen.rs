//! What an engine that stays does by itself when there is a speech model: it listens to whatever waits for one.

use deskscribe_cache::{Cache, CacheError};
use deskscribe_protocol::Owed;
use tokio::sync::mpsc;

use crate::Again;
use crate::models::Models;
use crate::order::{Command, Files, Order, Turn};

/// Orders what is owed now, and each time that another model listens. Ends with the engine.
pub(super) async fn listen(models: Models, cache: Cache, commands: mpsc::WeakSender<Command>) {
    let mut model = models.watch();
    loop {
        let is_there = model.borrow_and_update().is_some();
        if is_there && waits(cache.clone()).await {
            let Some(commands) = commands.upgrade() else { return };
            let order = Order { files: Files::Owing, again: Again::Nothing, turn: Turn::Later };
            if commands.send(Command::Order(order)).await.is_err() {
                return;
            }
        }
        if model.changed().await.is_err() {
            return;
        }
    }
}

/// Whether anything waits for a model. Where the cache cannot be asked, whoever looks at it next will say so.
async fn waits(cache: Cache) -> bool {
    let look = move || -> Result<bool, CacheError> { Ok(!cache.read()?.owing(Owed::Speech)?.is_empty()) };
    match tokio::task::spawn_blocking(look).await {
        Ok(Ok(waits)) => waits,
        Ok(Err(error)) => {
            tracing::warn!(%error, "it cannot be told what waits for a speech model");
            false
        }
        Err(_) => false,
    }
}
