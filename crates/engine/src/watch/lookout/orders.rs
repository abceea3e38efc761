//! What goes to the dispatcher: files that are complete, and places that may be vacant.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use super::{Lookout, TOGETHER_ASKED};
use crate::Again;
use crate::order::{Command, Files, News, Order, Turn};
use crate::watch::outside::Mounts;
use crate::watch::watched::Watched;

/// So many files at once go before all folders; of more, the newest.
const FRESH: usize = 16;

impl Lookout {
    /// Hands over what is ready. Tells whether anybody takes it.
    pub(super) fn hand_over(&mut self, now: Instant) -> bool {
        let waits = self.waits_for_gone();
        let is_due = self.gone_since.is_some_and(|since| since + waits <= now);
        // Those that are being looked at come along: of many at once the newest go first.
        let is_asked = || self.watched.iter().any(Watched::is_asked);
        self.ready_since = self.ready_since.filter(|_| !self.ready.is_empty());
        let is_early = self.ready_since.is_some_and(|since| now < since + TOGETHER_ASKED && is_asked());
        if !is_due && (self.ready.is_empty() || is_early) {
            return true;
        }
        self.ready_since = None;
        let mut gone = Vec::new();
        if is_due || !self.is_walking() {
            gone = std::mem::take(&mut self.gone);
            self.gone_since = None;
        }
        self.ready.sort_by_key(|(_, changed)| std::cmp::Reverse(*changed));
        let files: Vec<PathBuf> = self.ready.drain(..).map(|(path, _)| path).collect();
        // What was renamed is known by its old place: all of it before that is vacant, from whatever folder it came.
        if !gone.is_empty() {
            return self.order(files, gone, Turn::Next);
        }
        let mut by_folder: BTreeMap<Option<usize>, Vec<PathBuf>> = BTreeMap::new();
        for path in files {
            by_folder.entry(self.around(&path)).or_default().push(path);
        }
        // Each folder for itself: the next one may not answer.
        by_folder.into_values().all(|mut files| {
            let backlog = files.split_off(files.len().min(FRESH));
            self.order(files, Vec::new(), Turn::Next)
                && (backlog.is_empty() || self.order(backlog, Vec::new(), Turn::Later))
        })
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
