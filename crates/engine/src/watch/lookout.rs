//! The one loop of the watch: what is heard, what walks find and what was waited for come together here, and go to the
//! dispatcher as orders.

mod files;
mod orders;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::eye::{Eye, Sight};
use super::finish::Unfinished;
use super::folder::Folder;
use super::listen::Listener;
use super::memory::Memory;
use super::outside::Outside;
use super::presence::{Found, Presence};
use super::signal::{Incoming, Signal, Signals, Walked};
use super::turn;
use super::walk::{Others, Walk};
use super::watched::Watched;
use crate::Home;
use crate::order::Command;
use crate::record::now_ms;
use crate::settings::WatchedFolder;
use crate::status::Board;

/// A file that was renamed is gone from one place and comes to another: the one is told with the other.
const TOGETHER: Duration = Duration::from_millis(80);
/// As long as somebody looks what has come, a little longer, …
const TOGETHER_ASKED: Duration = Duration::from_millis(300);
/// … and a folder that was moved is looked through first; but no file is kept for its sake longer than this.
const LONGEST_TOGETHER: Duration = Duration::from_secs(5);
/// Between two words about how folders are watched.
const SHOW_EVERY: Duration = Duration::from_millis(200);
/// After so much happened at once that it was not told, everything is looked through: not before this has passed, so
/// that most of it is over.
const AFTER_OVERFLOW: Duration = Duration::from_millis(500);

/// Whoever watches.
pub(super) struct Lookout {
    home: Home,
    board: Arc<Board>,
    commands: mpsc::WeakSender<Command>,
    signals: Signals,
    memory: Memory,
    outside: Option<Outside>,
    others: Others,
    watched: Vec<Watched>,
    unfinished: Unfinished,
    /// Files that are complete, and when they were last changed, in nanoseconds since 1970.
    ready: Vec<(PathBuf, i64)>,
    ready_since: Option<Instant>,
    /// What may be gone, and since when that is known.
    gone: Vec<PathBuf>,
    gone_since: Option<Instant>,
    /// When it was told last how folders are watched, if anything has happened since.
    shown: Instant,
    is_shown: bool,
}

impl Lookout {
    pub(super) fn of(
        home: &Home,
        board: Arc<Board>,
        commands: mpsc::WeakSender<Command>,
        signals: Signals,
    ) -> Self {
        Self {
            memory: Memory::load(home),
            home: home.clone(),
            board,
            commands,
            signals,
            outside: None,
            others: Others::default(),
            watched: Vec::new(),
            unfinished: Unfinished::default(),
            ready: Vec::new(),
            ready_since: None,
            gone: Vec::new(),
            gone_since: None,
            shown: Instant::now(),
            is_shown: true,
        }
    }

    /// Watches until nobody wants to know any more.
    pub(super) fn watch(mut self, incoming: &Incoming) {
        loop {
            match incoming.next(self.next_due()) {
                Ok(Some(Signal::End)) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Some(signal)) => self.hear(signal),
                Ok(None) | Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            self.look_at_due(now);
            self.look_through_due(now);
            // Last, as all that was asked is waited for from now on.
            if !self.hand_over(now) || !self.give_up_silent(now) {
                return;
            }
            self.show(now);
        }
    }

    /// When something has to be done although nothing is heard.
    fn next_due(&self) -> Option<Instant> {
        let looks = self.watched.iter().filter_map(Watched::next_due);
        let shows = (!self.is_shown).then(|| self.shown + SHOW_EVERY);
        let gone = self.gone_since.map(|since| since + self.waits_for_gone());
        let ready = self.ready_since.map(|since| since + TOGETHER_ASKED);
        looks.chain(ready).chain(self.unfinished.next()).chain(shows).chain(gone).min()
    }

    fn hear(&mut self, signal: Signal) {
        match signal {
            Signal::Folders(folders) => self.over(folders),
            Signal::Happened(happening, path) => self.happened(happening, path),
            Signal::Overflow => {
                tracing::info!("more happened at once than the system tells; every folder is looked through");
                self.look_again(Instant::now() + AFTER_OVERFLOW);
            }
            Signal::Turn(path, lock) => {
                if let Some(index) = self.watched.iter().position(|one| one.path() == path) {
                    self.watched[index].take_turn(lock);
                    self.look(index);
                }
            }
            Signal::Saw(folder, answer) => self.saw(&folder, answer),
            Signal::Met(folder, seen) => self.met(&folder, seen),
            Signal::Walked(folder, walked) => self.walked(&folder, walked),
            Signal::Mounts => (0..self.watched.len()).for_each(|index| self.look(index)),
            Signal::Woke => {
                tracing::info!("the machine slept, or its clock was set; every folder is looked through");
                self.look_again(Instant::now());
            }
            Signal::Lost => (0..self.watched.len()).for_each(|index| self.begin_anew(index)),
            Signal::End => {}
        }
    }

    /// Watches these from now on. Those whose rules are the same go on as they are.
    fn over(&mut self, folders: Vec<WatchedFolder>) {
        let is_same = |one: &Watched| folders.contains(&one.rules);
        let stays = self.watched.len() == folders.len() && self.watched.iter().all(is_same);
        if stays {
            return;
        }
        if self.outside.is_none() {
            let outside = Outside::hear(self.signals.clone());
            let told =
                outside.inspect_err(|error| tracing::warn!(%error, "drives that come and go are not seen"));
            self.outside = told.ok();
        }
        self.memory.keep(|path| folders.iter().any(|one| one.path == path));
        self.unfinished = Unfinished::default();
        let mut before = std::mem::take(&mut self.watched);
        for rules in &folders {
            let filter = match rules.filter() {
                Ok(filter) => filter,
                Err(error) => {
                    tracing::error!(%error, "a folder is not watched");
                    continue;
                }
            };
            let others = folders.iter().map(|one| one.path.clone()).filter(|other| *other != rules.path);
            let others = others.chain([self.home.folder().to_owned()]).collect();
            let since = self.memory.of(&rules.path, now_ms().saturating_mul(1_000_000)).since;
            let folder = Arc::new(Folder::of(rules.clone(), filter, since, others));
            // Of one that goes on under other rules the turn is kept.
            let kept =
                before.iter().position(|one| one.path() == rules.path).map(|index| before.swap_remove(index));
            match self.begin(folder, rules.clone(), kept) {
                Ok(one) => self.watched.push(one),
                Err(error) => tracing::error!(%error, "a folder is not watched"),
            }
        }
        drop(before);
        (0..self.watched.len()).for_each(|index| self.look(index));
        self.remember();
        self.is_shown = false;
    }

    /// Begins to watch a folder, which may be watched already, under other rules. It has an ear and an eye of its own:
    /// one that does not answer holds up nobody else, and what is left out costs nothing.
    fn begin(&self, folder: Arc<Folder>, rules: WatchedFolder, kept: Option<Watched>) -> io::Result<Watched> {
        let listener = Listener::open(self.signals.clone());
        let listener = listener.map_err(|why| why.to_string());
        let eye = Eye::open(Sight {
            folder: Arc::clone(&folder),
            listener: listener.as_ref().ok().cloned(),
            above: self.outside.as_ref().map(Outside::above),
            others: self.others.clone(),
            signals: self.signals.clone(),
        })?;
        let turn = match &kept {
            Some(_) => Ok(None),
            None => turn::take(&self.home, &rules.path, &self.signals),
        };
        let one = Watched::new(folder, rules, listener, eye, turn);
        Ok(match kept {
            Some(before) => one.instead_of(before),
            None => one,
        })
    }

    /// Has somebody look whether a folder is there; it is looked through if that is news.
    fn look(&mut self, index: usize) {
        self.ask(index, false);
    }

    /// The same; it is looked through in any case if it `walks`.
    fn ask(&mut self, index: usize, walks: bool) {
        let one = &mut self.watched[index];
        if one.is_ours() {
            let mount = self.memory.of(one.path(), 0).mount.clone();
            one.ask_presence(walks, mount);
        }
    }

    /// Somebody has looked whether this folder is there.
    fn found_out(&mut self, index: usize, found: Found) {
        let one = &mut self.watched[index];
        let path = one.path().to_owned();
        let (presence, again) = one.found_out(found, self.memory.of(&path, 0), Instant::now());
        match presence {
            Presence::Same => {}
            Presence::New => self.walk(index, &path),
            Presence::Lost => self.lost(&path),
        }
        if again {
            self.look(index);
        }
        self.remember();
        self.is_shown = false;
    }

    /// Gives up, until they answer, the folders that should have answered long ago. Tells whether anybody still wants
    /// to know.
    fn give_up_silent(&mut self, now: Instant) -> bool {
        for index in 0..self.watched.len() {
            if self.watched[index].falls_silent(now) {
                let path = self.watched[index].path().to_owned();
                self.lost(&path);
                // After all that was asked before: this is answered when everything is.
                self.look(index);
                self.is_shown = false;
                let Some(commands) = self.commands.upgrade() else { return false };
                if commands.blocking_send(Command::Silent(path)).is_err() {
                    return false;
                }
            }
        }
        true
    }

    /// A folder is not there any more, as far as anybody knows.
    fn lost(&mut self, path: &Path) {
        tracing::info!(folder = %path.display(), "a watched folder is not there any more");
        self.unfinished.forget(path);
        self.gone.retain(|gone| !gone.starts_with(path));
        self.ready.retain(|(ready, _)| !ready.starts_with(path));
    }

    /// Looks through a folder as at the start, if it is there.
    fn begin_anew(&mut self, index: usize) {
        let one = &mut self.watched[index];
        one.forget();
        if one.is_here() {
            let path = one.path().to_owned();
            self.walk(index, &path);
        }
    }

    fn remember(&self) {
        if let Err(error) = self.memory.store(&self.home) {
            tracing::warn!(%error, "it is not kept since when folders are watched");
        }
    }

    /// Has this folder, or one below it, walked through.
    fn walk(&mut self, index: usize, from: &Path) {
        if let Some(from) = self.watched[index].walk(from) {
            self.begin_walk(index, from);
        }
    }

    fn begin_walk(&mut self, index: usize, from: PathBuf) {
        let one = &mut self.watched[index];
        if let (None, Err(deaf)) = (&one.untold, &one.listener) {
            one.untold = Some(deaf.clone());
        }
        let is_told = !one.is_on_network();
        let walk = Walk {
            folder: Arc::clone(&one.folder),
            from,
            listener: one.listener.as_ref().ok().filter(|_| is_told).cloned(),
            others: self.others.clone(),
            signals: self.signals.clone(),
            steps: Arc::clone(&one.steps),
        };
        if let Err(error) = walk.begin() {
            tracing::error!(%error, "a watched folder is not looked through for now");
            one.give_up_walk(Instant::now());
        }
    }

    fn is_walking(&self) -> bool {
        self.watched.iter().any(|one| one.is_here() && one.is_walking())
    }

    /// How long what is gone waits for what may have come in its place.
    fn waits_for_gone(&self) -> Duration {
        match self.is_walking() {
            true => LONGEST_TOGETHER,
            false if self.watched.iter().any(Watched::is_asked) => TOGETHER_ASKED,
            false => TOGETHER,
        }
    }

    fn look_again(&mut self, at: Instant) {
        self.watched.iter_mut().for_each(|one| one.want(at));
    }

    /// Looks through the folders whose time it is.
    fn look_through_due(&mut self, now: Instant) {
        for index in 0..self.watched.len() {
            if self.watched[index].is_due(now) {
                self.ask(index, true);
            }
        }
    }

    /// Where this folder stands, if it still is watched by these rules.
    fn index_of(&self, folder: &Arc<Folder>) -> Option<usize> {
        self.watched.iter().position(|one| Arc::ptr_eq(&one.folder, folder))
    }

    fn walked(&mut self, folder: &Arc<Folder>, walked: Walked) {
        let Some(index) = self.index_of(folder) else { return };
        let now = Instant::now();
        let one = &mut self.watched[index];
        let was_silent = one.is_offline();
        let (missed, next) = one.walked(walked, now);
        if !missed.is_empty() {
            self.gone_since.get_or_insert(now);
            self.gone.extend(missed);
        }
        if let Some(next) = next {
            self.begin_walk(index, next);
        }
        if was_silent {
            // It may have been this walk that did not come back.
            self.look(index);
        }
        self.is_shown = false;
    }

    /// Tells how folders are watched.
    fn show(&mut self, now: Instant) {
        if self.is_shown || now < self.shown + SHOW_EVERY {
            return;
        }
        let status = |one: &Watched| one.status(self.unfinished.below(one.path()));
        self.board.watched(self.watched.iter().map(status).collect());
        (self.is_shown, self.shown) = (true, now);
    }
}
