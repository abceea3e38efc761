//! One folder among those that are watched: whose turn it is, whether it is there, and what was handed over from it.

mod turn;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use deskscribe_cache::{FileId, Stamp};

use super::below::take_below;
use super::eye::{Eye, MOST_OPEN, Question};
use super::folder::Folder;
use super::listen::Listener;
use super::memory::Remembered;
use super::presence::{Found, Presence};
use super::signal::Walked;
use super::wait::Wait;
use super::{FolderState, FolderStatus};
use crate::path::lossy;
use crate::settings::WatchedFolder;
use turn::Turn;

/// However little is heard from the system, a folder is looked through so often.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);
/// Where the system tells nothing, so often at most, …
const POLL: Duration = Duration::from_secs(10);
/// … and with pauses of so many times as long as a look takes.
const POLL_SHARE: u32 = 20;
/// A folder that is not there is looked for so often, beside whenever the system tells of a drive.
const LOOK_FOR: Duration = Duration::from_secs(60);
/// What is said of one whose disk gives no answer.
const SILENT: &str = "it does not answer; once it does, it is watched on";

/// A folder that is watched, or is to be.
pub(super) struct Watched {
    pub(super) folder: Arc<Folder>,
    pub(super) rules: WatchedFolder,
    /// What happens in it is heard by this; why not, if it is not.
    pub(super) listener: Result<Listener, String>,
    eye: Eye,
    turn: Turn,
    /// Why it is not there.
    offline: Option<String>,
    /// Which folder lies at its path.
    identity: Option<FileId>,
    /// Why the system does not tell what happens in it, or not of all of it.
    pub(super) untold: Option<String>,
    /// What kind of network drive it is on.
    network: Option<String>,
    /// Drives that are mounted below it.
    mounts: Vec<PathBuf>,
    /// What was handed over, and what it looked like then: a walk brings only what is new.
    seen: BTreeMap<PathBuf, Stamp>,
    /// What the walk that goes on has come to, with what it looked like if it was handed over.
    met: BTreeMap<PathBuf, Option<Stamp>>,
    /// Where to walk next.
    walks: VecDeque<PathBuf>,
    is_walking: bool,
    /// What walks have come to.
    pub(super) steps: Arc<AtomicU64>,
    /// Whether it was looked through since it is there.
    is_known: bool,
    asked: Asked,
    /// How long its eye and the walk that goes on are waited for.
    waits: [Wait; 2],
    /// Whether either of them does not come back.
    is_silent: bool,
    next_look: Option<Instant>,
    /// It is to be looked through, not before this: something has happened that nobody told. A walk that goes on may
    /// have been there before.
    wanted: Option<Instant>,
    pub(super) last_file_at: Option<i64>,
    /// Files of its that are not on this machine, by the names that stand for them.
    away: BTreeSet<PathBuf>,
}

/// What its eye was asked.
#[derive(Debug, Default)]
struct Asked {
    /// Questions and answers so far.
    questions: u64,
    answers: u64,
    /// It was asked whether it is there.
    presence: bool,
    /// Something has happened since.
    again: bool,
    /// It is to be looked through in any case.
    walks: bool,
}

impl Watched {
    /// A folder that nobody has looked at.
    pub(super) fn new(
        folder: Arc<Folder>,
        rules: WatchedFolder,
        listener: Result<Listener, String>,
        eye: Eye,
        turn: std::io::Result<Option<File>>,
    ) -> Self {
        Self {
            folder,
            rules,
            listener,
            eye,
            turn: Turn::of(turn),
            offline: None,
            identity: None,
            untold: None,
            network: None,
            mounts: Vec::new(),
            seen: BTreeMap::new(),
            met: BTreeMap::new(),
            walks: VecDeque::new(),
            is_walking: false,
            steps: Arc::default(),
            is_known: false,
            asked: Asked::default(),
            waits: Default::default(),
            is_silent: false,
            next_look: None,
            wanted: None,
            last_file_at: None,
            away: BTreeSet::new(),
        }
    }

    /// The turn to watch it, and when a file in it was last complete, are those of `before`: it is the same folder
    /// under other rules.
    pub(super) fn instead_of(self, before: Self) -> Self {
        let Self { turn, last_file_at, .. } = before;
        Self { turn, last_file_at, ..self }
    }

    /// Whether the system cannot tell what happens in it, because others can reach it as well.
    pub(super) fn is_on_network(&self) -> bool {
        self.network.is_some()
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// It is this program's turn now, if it waited for it.
    pub(super) fn take_turn(&mut self, lock: File) {
        if matches!(self.turn, Turn::Others) {
            self.turn = Turn::Ours(lock);
        }
    }

    pub(super) fn is_ours(&self) -> bool {
        matches!(self.turn, Turn::Ours(_))
    }

    /// Whether what happens in it is to be handed over.
    pub(super) fn is_here(&self) -> bool {
        self.is_ours() && self.offline.is_none()
    }

    pub(super) fn is_offline(&self) -> bool {
        self.offline.is_some()
    }

    /// Asks its eye something, unless too much is open or it is not there.
    pub(super) fn ask(&mut self, question: Question) -> bool {
        self.is_here() && self.asked.questions - self.asked.answers < MOST_OPEN && self.put(question)
    }

    fn put(&mut self, question: Question) -> bool {
        let has_room = self.eye.ask(question);
        self.asked.questions += u64::from(has_room);
        has_room
    }

    /// Its eye has answered.
    pub(super) fn answered(&mut self) {
        self.asked.answers += 1;
    }

    /// Whether answers are on their way.
    pub(super) fn is_asked(&self) -> bool {
        self.is_here() && self.asked.questions != self.asked.answers
    }

    /// Asks whether it is there, where its drive was mounted before; `walks` if it is to be looked through even if that
    /// is no news. If an answer is on its way, it is asked once more after that.
    pub(super) fn ask_presence(&mut self, walks: bool, mount: Option<PathBuf>) {
        self.asked.walks |= walks;
        if self.asked.presence {
            self.asked.again = true;
            return;
        }
        self.asked.presence = self.put(Question::Presence { mount });
    }

    /// Not everything was told of what happens in it: it is to be looked through.
    pub(super) fn want(&mut self, at: Instant) {
        self.wanted = Some(self.wanted.map_or(at, |wanted| wanted.min(at)));
    }

    /// When it is to be looked through next, or, while it is, whether it still is there.
    fn next_look(&self) -> Option<Instant> {
        let wanted = self.wanted.filter(|_| !self.is_walking);
        self.next_look.into_iter().chain(wanted).min().filter(|_| !self.asked.presence)
    }

    /// Whether it is time for that.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.is_ours() && self.next_look().is_some_and(|next| next <= now)
    }

    /// When something has to be done about it although nothing is heard.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let waits = self.waits.iter().filter_map(Wait::next);
        self.next_look().into_iter().chain(waits).min().filter(|_| self.is_ours())
    }

    /// Looks whether its eye, or the walk that goes on, still comes back. Tells whether that has just become doubtful:
    /// then it is not there, as far as anybody can tell.
    pub(super) fn falls_silent(&mut self, now: Instant) -> bool {
        let Asked { questions, answers, .. } = self.asked;
        let eye = self.waits[0].look(questions != answers, answers, now);
        let walk = self.waits[1].look(self.is_walking, self.steps.load(Ordering::Relaxed), now);
        let was_silent = std::mem::replace(&mut self.is_silent, eye || walk);
        let falls = self.is_silent && !was_silent;
        if falls {
            self.lose(SILENT.to_owned());
        }
        falls
    }

    /// What was found when it was asked whether it is there. Also tells whether to ask once more.
    pub(super) fn found_out(
        &mut self,
        mut found: Found,
        remembered: &mut Remembered,
        now: Instant,
    ) -> (Presence, bool) {
        let Asked { again, walks, .. } = self.asked;
        (self.asked.presence, self.asked.again, self.asked.walks) = (false, false, false);
        // Its walk still does not come back; once it does, it is asked again.
        if self.is_silent && self.waits[1].is_over() {
            found.absence = Some(SILENT.to_owned());
        }
        self.next_look =
            Some(now + if found.absence.is_some() { LOOK_FOR } else { self.pause(Duration::ZERO) });
        if let Some(why) = found.absence {
            let was_there = self.offline.is_none();
            self.lose(why);
            return (if was_there { Presence::Lost } else { Presence::Same }, again);
        }
        remembered.mount = found.mount;
        let is_same = std::mem::replace(&mut self.identity, found.identity) == found.identity;
        let is_new =
            self.offline.take().is_some() || !self.is_known || !is_same || found.below != self.mounts;
        self.mounts = found.below;
        if is_new {
            // Files that were handed over may not have been reached any more.
            self.forget();
        }
        found.drives.iter().for_each(|(at, number)| remembered.mounted(at, *number));
        self.network = found.network;
        let is_walked = is_new || walks && !self.is_walking;
        (if is_walked { Presence::New } else { Presence::Same }, again)
    }

    fn lose(&mut self, why: String) {
        self.offline = Some(why);
        self.is_known = false;
        self.walks.clear();
        self.wanted = None;
    }

    /// Has this folder, or one below it, walked through. Returns where to begin, if no walk goes on.
    pub(super) fn walk(&mut self, from: &Path) -> Option<PathBuf> {
        if !self.walks.iter().any(|other| from.starts_with(other)) {
            self.walks.retain(|other| !other.starts_with(from));
            self.walks.push_back(from.to_owned());
        }
        if self.is_walking { None } else { self.next_walk() }
    }

    fn next_walk(&mut self) -> Option<PathBuf> {
        let next = self.walks.pop_front();
        self.is_walking = next.is_some();
        if next.as_deref() == Some(self.path()) {
            self.met.clear();
            self.wanted = None;
        }
        next
    }

    /// No walk can be begun for now.
    pub(super) fn give_up_walk(&mut self, now: Instant) {
        self.is_walking = false;
        self.next_look = Some(now + LOOK_FOR);
    }

    pub(super) fn is_walking(&self) -> bool {
        self.is_walking
    }

    /// A walk came to this file. Tells whether it was handed over as it is.
    pub(super) fn meet(&mut self, path: &Path, stamp: &Stamp) -> bool {
        let is_known = self.seen.get(path) == Some(stamp);
        self.met.insert(path.to_owned(), is_known.then_some(*stamp));
        is_known
    }

    /// This file is handed over, and looks like this.
    pub(super) fn hand_over(&mut self, path: &Path, stamp: Stamp) {
        if let Some(met) = self.met.get_mut(path) {
            *met = Some(stamp);
        }
        self.seen.insert(path.to_owned(), stamp);
    }

    /// Nothing was handed over, as far as anybody knows: the next look is like the first one.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
        self.seen.clear();
        self.met.clear();
        self.away.clear();
    }

    /// A file of its is not on this machine, and this stands for it.
    pub(super) fn is_away(&mut self, mark: PathBuf) {
        self.away.insert(mark);
    }

    /// What was at this path and below it went away. Should it come back, it is handed over again, even if it looks as
    /// it did: its places are vacant by then. Tells whether anything was handed over from there.
    pub(super) fn went(&mut self, path: &Path) -> bool {
        take_below(&mut self.met, path);
        self.away.retain(|mark| !mark.starts_with(path));
        !take_below(&mut self.seen, path).is_empty()
    }

    /// The other names of this file that were handed over. The system tells only of the one by which it was written to.
    pub(super) fn other_names(&self, path: &Path, stamp: &Stamp) -> Vec<PathBuf> {
        let is_same = |other: &Stamp| (other.device, other.inode) == (stamp.device, stamp.inode);
        let others = self.seen.iter().filter(|(other, looks)| other.as_path() != path && is_same(looks));
        others.map(|(other, _)| other.clone()).collect()
    }

    /// A walk is over. Returns the files that were there before and that it did not meet, and where to walk next.
    pub(super) fn walked(&mut self, walked: Walked, now: Instant) -> (Vec<PathBuf>, Option<PathBuf>) {
        let mut missed = Vec::new();
        self.away.retain(|mark| !mark.starts_with(&walked.from));
        self.away.extend(walked.away);
        if walked.from == self.path() && self.is_here() {
            let met = std::mem::take(&mut self.met);
            missed.extend(self.seen.keys().filter(|path| !met.contains_key(*path)).cloned());
            if !self.is_known {
                // What was found by earlier starts may be gone as well.
                missed = vec![self.path().to_owned()];
            }
            self.seen = met.into_iter().filter_map(|(path, stamp)| Some((path, stamp?))).collect();
            self.is_known = true;
            self.untold = walked.untold.or_else(|| self.network.clone());
            self.next_look = Some(now + self.pause(walked.took));
        }
        (missed, self.next_walk())
    }

    fn pause(&self, took: Duration) -> Duration {
        if self.untold.is_some() { POLL.max(took * POLL_SHARE) } else { LOOK_AGAIN }
    }

    pub(super) fn status(&self, unfinished: u64) -> FolderStatus {
        let (state, reason) = match (&self.turn, &self.offline, &self.untold) {
            (Turn::Refused(why), ..) => (FolderState::Offline, Some(why)),
            (Turn::Others, ..) => (FolderState::Elsewhere, None),
            (_, Some(why), _) => (FolderState::Offline, Some(why)),
            _ if !self.is_known => (FolderState::Starting, None),
            (.., Some(why)) => (FolderState::Polled, Some(why)),
            _ => (FolderState::Watched, None),
        };
        let (path, last_file_at) = (lossy(self.path()), self.last_file_at);
        let away = if self.is_here() { self.away.len() as u64 } else { 0 };
        FolderStatus { path, state, reason: reason.cloned(), unfinished, away, last_file_at }
    }
}

#[cfg(test)]
mod tests;
