//! Rounds: what is ordered until nothing is left. What one round knew does not stand in the way of the next.

use std::io;
use std::path::PathBuf;

use super::breaker::Breaker;
use super::give_up::GivenUp;
use super::ledger::BeginLog;
use super::starts::Starts;
use super::{Dispatch, Halt};
use crate::order::Command;
use crate::upkeep::upkeep;
use tokio::time::Instant;

impl Dispatch {
    /// Does what it is told.
    pub(super) async fn obey(&mut self, command: Command) -> Result<(), Halt> {
        match command {
            Command::Order(order) => self.order(order).await,
            Command::Remove { paths, busy } => self.remove(paths, busy).await,
            Command::GiveUp { busy, done } => self.give_all_up(busy, done).await,
            Command::Silent(folder) => self.give_up_below(&folder).await,
            Command::Summarise(keys) => {
                keys.into_iter().for_each(|key| self.summaries.may_want(Some(key)));
                Ok(())
            }
            Command::Preview { of, edge, at, answer } => {
                self.preview(of, edge, at, answer);
                Ok(())
            }
        }
    }

    /// What is found in these folders belongs to the round that goes on, or begins one with this log. Then every file
    /// is tried as if nothing had been tried before.
    pub(super) fn join_round(&mut self, folders: &[PathBuf], log: BeginLog) -> io::Result<()> {
        if !self.ledger.open(folders, log)? {
            return Ok(());
        }
        self.breaker = Breaker::new(&self.settings.patience);
        self.starts = Starts::new(&self.settings.patience);
        self.given_up = GivenUp::default();
        self.elsewhere.begin();
        self.said_crowded = false;
        self.ledger.board.waiting(None);
        Ok(())
    }

    /// Nothing is left of this round, if there is one.
    pub(super) async fn end_round(&mut self) {
        if !self.ledger.is_open() {
            return;
        }
        let stopped = std::mem::take(&mut self.stopped).then_some("cancelled");
        self.ledger.close(stopped).await;
        self.struck.clear();
        let (cache, keep_gone) = (self.cache.clone(), self.settings.keep_gone);
        // Nobody waits for it.
        tokio::task::spawn_blocking(move || upkeep(&cache, keep_gone));
    }

    /// The engine pauses, or goes on.
    pub(super) fn paused_or_not(&mut self, is_on: bool) {
        self.sheds = is_on.then(|| Instant::now() + self.settings.patience.pause);
        if is_on {
            self.pool.rest();
        }
    }

    /// The pause is a long one: workers that are stopped go, and their memory with them. What they had is begun anew
    /// after it, of recordings the part that they had.
    pub(super) fn shed(&mut self) {
        self.sheds = None;
        self.running.values().for_each(|running| running.cancel.cancel());
    }
}
