//! What goes to the dispatcher: files that are complete, and places that may be vacant.

use std::path::PathBuf;
use std::time::Instant;

use super::{LONGEST_TOGETHER, Lookout, TOGETHER};
use crate::Again;
use crate::order::{Command, Files, News, Order, Turn};
use crate::watch::outside::Mounts;

/// So many files at once go before all folders; of more, the newest.
const FRESH: usize = 16;

impl Lookout {
    /// Hands over what is ready. Tells whether anybody takes it.
    pub(super) fn hand_over(&mut self, now: Instant) -> bool {
        let waits = if self.is_walking() { LONGEST_TOGETHER } else { TOGETHER };
        let is_due = self.gone_since.is_some_and(|since| since + waits <= now);
        if self.ready.is_empty() && !is_due {
            return true;
        }
        let mut gone = Vec::new();
        if is_due || !self.is_walking() {
            gone = std::mem::take(&mut self.gone);
            self.gone_since = None;
        }
        self.ready.sort_by_key(|(_, changed)| std::cmp::Reverse(*changed));
        let mut files: Vec<PathBuf> = self.ready.drain(..).map(|(path, _)| path).collect();
        // What was renamed is known by its old place: all of it before that is vacant.
        let backlog = if gone.is_empty() { files.split_off(files.len().min(FRESH)) } else { Vec::new() };
        self.order(files, gone, Turn::Next)
            && (backlog.is_empty() || self.order(backlog, Vec::new(), Turn::Later))
    }

    fn order(&mut self, files: Vec<PathBuf>, gone: Vec<PathBuf>, turn: Turn) -> bool {
        let Some(commands) = self.commands.upgrade() else { return false };
        let around = |path: &PathBuf| self.around(path).map(|index| self.watched[index].path().to_owned());
        let mut folders: Vec<PathBuf> = files.iter().chain(&gone).filter_map(around).collect();
        folders.sort_unstable();
        folders.dedup();
        // Without anything that is gone nobody asks for them.
        let mounts = if gone.is_empty() { Mounts::default() } else { Mounts::now() };
        let of = |folder: &PathBuf| self.memory.of(folder, 0).drives(&mounts).collect::<Vec<_>>();
        let drives = folders.iter().flat_map(of).collect();
        let files = Files::Watched(News { folders, files, gone, drives });
        commands.blocking_send(Command::Order(Order { files, again: Again::Nothing, turn })).is_ok()
    }
}
