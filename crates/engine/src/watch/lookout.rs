//! The one loop of the watch: what is heard, what walks find and what was waited for come together here, and go to the
//! dispatcher as orders.

mod files;
mod orders;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::finish::Unfinished;
use super::folder::Folder;
use super::listen::Listener;
use super::memory::Memory;
use super::outside::{Mounts, Outside};
use super::signal::{Incoming, Signal, Signals, Walked};
use super::turn;
use super::walk::{Others, Walk};
use super::watched::{Presence, Watched};
use crate::Home;
use crate::order::Command;
use crate::record::now_ms;
use crate::settings::WatchedFolder;
use crate::status::Board;

/// A file that was renamed is gone from one place and comes to another: the one is told with the other.
const TOGETHER: Duration = Duration::from_millis(80);
/// A folder that was moved is looked through first; but no file is kept for its sake longer than this.
const LONGEST_TOGETHER: Duration = Duration::from_secs(5);
/// Between two words about how folders are watched.
const SHOW_EVERY: Duration = Duration::from_millis(200);
/// After so much happened at once that it was not told, everything is looked through: not before this has passed, so that
/// most of it is over.
const AFTER_OVERFLOW: Duration = Duration::from_millis(500);

/// Whoever watches.
pub(super) struct Lookout {
    home: Home,
    board: Arc<Board>,
    commands: mpsc::WeakSender<Command>,
    signals: Signals,
    memory: Memory,
    listener: Option<Listener>,
    /// Why nothing is listened to.
    deaf: Option<String>,
    outside: Option<Outside>,
    others: Others,
    watched: Vec<Watched>,
    unfinished: Unfinished,
    /// Files that are complete, and when they were last changed, in nanoseconds since 1970.
    ready: Vec<(PathBuf, i64)>,
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
            listener: None,
            deaf: None,
            outside: None,
            others: Others::default(),
            watched: Vec::new(),
            unfinished: Unfinished::default(),
            ready: Vec::new(),
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
            if !self.hand_over(now) {
                return;
            }
            self.show(now);
        }
    }

    /// When something has to be done although nothing is heard.
    fn next_due(&self) -> Option<Instant> {
        let looks = self
            .watched
            .iter()
            .filter(|one| one.is_ours() && !one.is_walking())
            .filter_map(|one| one.next_look);
        let shows = (!self.is_shown).then(|| self.shown + SHOW_EVERY);
        let gone =
            self.gone_since.map(|since| since + if self.is_walking() { LONGEST_TOGETHER } else { TOGETHER });
        looks.chain(self.unfinished.next()).chain(shows).chain(gone).min()
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
            Signal::Found(folder, seen) => self.found(&folder, seen),
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
        // Who listens to less begins anew: what is left out then costs nothing.
        (self.listener, self.deaf) = match Listener::open(self.signals.clone()) {
            Ok(listener) => (Some(listener), None),
            Err(why) => (None, Some(why.to_string())),
        };
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
            self.watched.push(match kept {
                Some(kept) => kept.under(folder, rules.clone()),
                None => {
                    let turn = turn::take(&self.home, &rules.path, &self.signals);
                    Watched::new(folder, rules.clone(), turn)
                }
            });
        }
        drop(before);
        (0..self.watched.len()).for_each(|index| self.look(index));
        self.remember();
        self.is_shown = false;
    }

    /// Looks whether a folder is there, and through it if that is news.
    fn look(&mut self, index: usize) {
        let one = &mut self.watched[index];
        if !one.is_ours() {
            return;
        }
        let remembered = self.memory.of(one.folder.path(), 0);
        let presence = one.look(&Mounts::now(), remembered, Instant::now());
        let path = one.path().to_owned();
        match presence {
            Presence::Same => {}
            Presence::New => self.walk(index, &path),
            Presence::Lost => {
                tracing::info!(folder = %path.display(), "a watched folder is not there any more");
                self.unfinished.forget(&path);
                self.gone.retain(|gone| !gone.starts_with(&path));
                if let Some(listener) = &self.listener {
                    listener.ignore(&path);
                }
            }
        }
        if self.watched[index].is_offline() {
            self.listen_for(&path);
        }
        self.remember();
        self.is_shown = false;
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

    /// Hears when a folder that is not there may be there again.
    fn listen_for(&self, path: &Path) {
        let nearest = path.ancestors().skip(1).find(|folder| folder.is_dir());
        if let (Some(listener), Some(nearest)) = (&self.listener, nearest) {
            // Without it, it is looked for now and then.
            let _ = listener.hear(nearest);
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
        if one.untold.is_none() {
            one.untold.clone_from(&self.deaf);
        }
        let is_told = !one.is_on_network();
        let walk = Walk {
            folder: Arc::clone(&one.folder),
            from,
            listener: self.listener.clone().filter(|_| is_told),
            others: self.others.clone(),
            signals: self.signals.clone(),
        };
        if let Err(error) = walk.begin() {
            tracing::error!(%error, "a watched folder is not looked through for now");
            one.give_up_walk(Instant::now());
        }
    }

    fn is_walking(&self) -> bool {
        self.watched.iter().any(Watched::is_walking)
    }

    fn look_again(&mut self, at: Instant) {
        self.watched.iter_mut().filter(|one| one.is_ours()).for_each(|one| one.want(at));
    }

    /// Looks through the folders whose time it is.
    fn look_through_due(&mut self, now: Instant) {
        for index in 0..self.watched.len() {
            let one = &self.watched[index];
            if !one.is_ours() || one.is_walking() || one.next_look.is_none_or(|next| next > now) {
                continue;
            }
            self.look(index);
            let one = &self.watched[index];
            if one.is_here() && !one.is_walking() {
                let path = one.path().to_owned();
                self.walk(index, &path);
            }
        }
    }

    fn walked(&mut self, folder: &Path, walked: Walked) {
        let Some(index) = self.watched.iter().position(|one| one.path() == folder) else { return };
        let now = Instant::now();
        let (missed, next) = self.watched[index].walked(walked, now);
        if !missed.is_empty() {
            self.gone_since.get_or_insert(now);
            self.gone.extend(missed);
        }
        if let Some(next) = next {
            self.begin_walk(index, next);
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
