//! Rounds: what is ordered until nothing is left. What one round knew does not stand in the way of the next.

use super::breaker::Breaker;
use super::give_up::GivenUp;
use super::starts::Starts;
use super::{Dispatch, Halt};
use crate::order::Command;
use crate::scan::back_up;

impl Dispatch {
    /// Does what it is told.
    pub(super) async fn obey(&mut self, command: Command) -> Result<(), Halt> {
        match command {
            Command::Order(order) => self.order(order).await,
            Command::Remove { paths, busy } => self.remove(paths, busy).await,
            Command::GiveUp { busy, done } => self.give_all_up(busy, done).await,
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

    /// The first order of a round: every file is tried as if nothing had been tried before.
    pub(super) fn begin_round(&mut self) {
        self.breaker = Breaker::new(&self.settings.patience);
        self.starts = Starts::new(&self.settings.patience);
        self.given_up = GivenUp::default();
        self.elsewhere.begin();
        self.said_crowded = false;
        self.ledger.board.waiting(None);
    }

    /// Nothing is left of this round, if there is one.
    pub(super) async fn end_round(&mut self) {
        if !self.ledger.is_open() {
            return;
        }
        let stopped = std::mem::take(&mut self.stopped).then_some("cancelled");
        self.ledger.close(stopped).await;
        self.struck.clear();
        let cache = self.cache.clone();
        // Nobody waits for it.
        tokio::task::spawn_blocking(move || back_up(&cache));
    }

    /// The engine pauses, or goes on.
    pub(super) fn paused_or_not(&mut self) {
        if self.ledger.board.pause.is_on() {
            self.pool.rest();
        }
    }
}
