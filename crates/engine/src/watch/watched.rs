//! One folder among those that are watched: whose turn it is, whether it is there, and what was handed over from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskscribe_cache::{FileId, Stamp, network_of};

use super::below::take_below;
use super::folder::Folder;
use super::memory::Remembered;
use super::outside::Mounts;
use super::signal::Walked;
use super::{FolderState, FolderStatus};
use crate::path::lossy;
use crate::settings::WatchedFolder;

/// However little is heard from the system, a folder is looked through so often.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);
/// Where the system tells nothing, so often at most, …
const POLL: Duration = Duration::from_secs(10);
/// … and with pauses of so many times as long as a look takes.
const POLL_SHARE: u32 = 20;
/// A folder that is not there is looked for so often, beside whenever the system tells of a drive.
const LOOK_FOR: Duration = Duration::from_secs(60);

/// A folder that is watched, or is to be.
pub(super) struct Watched {
    pub(super) folder: Arc<Folder>,
    pub(super) rules: WatchedFolder,
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
    /// Whether it was looked through since it is there.
    is_known: bool,
    pub(super) next_look: Option<Instant>,
    /// It has to be looked through once more: the walk that goes on may have been there before something happened.
    after_walk: Option<Instant>,
    pub(super) last_file_at: Option<i64>,
    /// Files of its that are not on this machine, by the names that stand for them.
    away: BTreeSet<PathBuf>,
}

/// Whether this program watches it.
enum Turn {
    /// It does, for as long as the lock is held.
    Ours(#[expect(dead_code, reason = "held, not looked at")] File),
    /// Another one does.
    Others,
    /// The lock cannot be had.
    Refused(String),
}

/// What became of a folder when somebody looked whether it is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is where it was, or still is not.
    Same,
    /// It is back, or something about its drives has changed: it has to be looked through.
    New,
    /// It is gone, with all that is in it; for a while, as far as anybody knows.
    Lost,
}

impl Watched {
    /// A folder that nobody has looked at.
    pub(super) fn new(
        folder: Arc<Folder>,
        rules: WatchedFolder,
        turn: std::io::Result<Option<File>>,
    ) -> Self {
        let turn = match turn {
            Ok(Some(lock)) => Turn::Ours(lock),
            Ok(None) => Turn::Others,
            Err(error) => Turn::Refused(format!("nothing can be kept about it ({error})")),
        };
        Self {
            folder,
            rules,
            turn,
            offline: None,
            identity: None,
            untold: None,
            network: None,
            mounts: Vec::new(),
            seen: BTreeMap::new(),
            met: BTreeMap::new(),
            walks: VecDeque::new(),
            is_walking: false,
            is_known: false,
            next_look: None,
            after_walk: None,
            last_file_at: None,
            away: BTreeSet::new(),
        }
    }

    /// The same folder under other rules: it has to be looked through anew.
    pub(super) fn under(self, folder: Arc<Folder>, rules: WatchedFolder) -> Self {
        let Self { turn, last_file_at, .. } = self;
        Self { turn, last_file_at, ..Self::new(folder, rules, Ok(None)) }
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

    /// Looks whether it is there. One that was on a drive of its own is not while that is not mounted, whatever lies at its
    /// path: an empty folder is where a drive was.
    pub(super) fn look(&mut self, mounts: &Mounts, remembered: &mut Remembered, now: Instant) -> Presence {
        let why = self.absence(mounts, remembered);
        self.next_look = Some(now + if why.is_some() { LOOK_FOR } else { self.pause(Duration::ZERO) });
        if why.is_some() {
            let was_there = self.offline.is_none();
            self.offline = why;
            self.is_known = false;
            self.walks.clear();
            return if was_there { Presence::Lost } else { Presence::Same };
        }
        remembered.mount = mounts.of(self.path()).map(Path::to_owned);
        let below = mounts.below(self.path());
        // A drive may have been mounted over it, or taken from over it.
        let identity = FileId::of(self.path());
        let is_same = std::mem::replace(&mut self.identity, identity) == identity;
        let is_new = self.offline.take().is_some() || !self.is_known || !is_same || below != self.mounts;
        self.mounts = below;
        if is_new {
            // Files that were handed over may not have been reached any more.
            self.forget();
        }
        for mount in remembered.mount.clone().iter().chain(&self.mounts) {
            if let Ok(metadata) = fs::metadata(mount) {
                remembered.mounted(mount, metadata.dev());
            }
        }
        self.network = network_of(self.path()).map(|kind| format!("it is on a network drive ({kind})"));
        if is_new { Presence::New } else { Presence::Same }
    }

    fn absence(&self, mounts: &Mounts, remembered: &Remembered) -> Option<String> {
        let mut entries = match fs::read_dir(self.path()) {
            Ok(entries) => entries,
            Err(error) => return Some(crate::intake::explain_folder(&error)),
        };
        let missing = remembered.mount.as_ref().filter(|mount| !mounts.has(mount))?;
        // Whoever put something there means this folder.
        entries.next().is_none().then(|| format!("its drive is not there: {}", missing.display()))
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
        }
        next
    }

    /// Not everything was told of what happens in it: it is to be looked through, not before this.
    pub(super) fn want(&mut self, at: Instant) {
        let next = if self.is_walking { &mut self.after_walk } else { &mut self.next_look };
        *next = Some(next.map_or(at, |next| next.min(at)));
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

    /// What was at this path and below it went away. Should it come back, it is handed over again, even if it looks as it did:
    /// its places are vacant by then. Tells whether anything was handed over from there.
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
        // It may have been fetched meanwhile.
        self.away.extend(walked.away.into_iter().filter(|mark| mark.symlink_metadata().is_ok()));
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
        self.next_look = self.next_look.into_iter().chain(self.after_walk.take()).min();
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
mod tests {
    use super::*;

    #[test]
    fn what_was_not_told_during_a_walk_is_looked_for_after_it() {
        let rules = WatchedFolder::of("/desktop");
        let folder = Folder::of(rules.clone(), rules.filter().unwrap(), 0, Vec::new());
        let mut one = Watched::new(Arc::new(folder), rules, Ok(Some(tempfile::tempfile().unwrap())));
        let now = Instant::now();
        let walk = |one: &mut Watched, from: &str| one.walk(Path::new(from)).unwrap();
        let over = |one: &mut Watched, from| {
            one.walked(Walked { from, took: Duration::ZERO, untold: None, away: Vec::new() }, now);
            one.next_look.unwrap()
        };
        let from = walk(&mut one, "/desktop");
        one.want(now);
        assert_eq!(over(&mut one, from), now);
        let from = walk(&mut one, "/desktop");
        assert_eq!(over(&mut one, from), now + LOOK_AGAIN, "it was looked through since");
        let from = walk(&mut one, "/desktop/deep");
        one.want(now);
        assert_eq!(over(&mut one, from), now, "most of it was not looked through");
    }
}
