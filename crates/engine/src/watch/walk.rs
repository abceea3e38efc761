//! Looking through a watched folder, for whatever nobody told: at the start, after too much has happened at once, after
//! a machine slept, and now and then.

use std::collections::HashSet;
use std::fs::{self, DirEntry, Metadata};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use deskscribe_cache::Stamp;

use super::Seen;
use super::folder::{Folder, Name};
use super::listen::{Listener, Untold};
use super::signal::{Signal, Signals, Walked};
use crate::intake::told;

/// Files that are told at once.
const CHUNK: usize = 1000;
/// So many files that are no media are remembered.
const MOST_OTHERS: usize = 1 << 20;

/// Files that are no media by their first bytes, by what they look like: none is opened twice.
#[derive(Debug, Clone, Default)]
pub(super) struct Others(Arc<(RandomState, Mutex<HashSet<u64>>)>);

impl Others {
    /// Whether this file is a medium that the folder wants.
    pub(super) fn is_wanted(&self, folder: &Folder, path: &Path, stamp: &Stamp) -> bool {
        let (state, others) = &*self.0;
        let looks = state.hash_one((stamp.device, stamp.inode, stamp.size, stamp.mtime_ns));
        let is_named = crate::intake::has_media_name(path);
        let others = || others.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_named && others().contains(&looks) {
            return false;
        }
        let kind = told(path);
        if kind.is_none() && !is_named {
            let mut others = others();
            if others.len() >= MOST_OTHERS {
                others.clear();
            }
            others.insert(looks);
        }
        kind.is_some_and(|kind| folder.wants(kind))
    }
}

/// One look through a folder, or through one below it.
pub(super) struct Walk {
    pub(super) folder: Arc<Folder>,
    /// Where it begins.
    pub(super) from: PathBuf,
    /// Through which everything on the way is listened to from now on.
    pub(super) listener: Option<Listener>,
    pub(super) others: Others,
    pub(super) signals: Signals,
    /// Counts what it came to, so that one that goes on is told from one that nothing answers.
    pub(super) steps: Arc<AtomicU64>,
}

impl Walk {
    /// Begins to look, on a thread of its own: a disk may be slow.
    pub(super) fn begin(self) -> std::io::Result<()> {
        let walk = move || {
            let begun = Instant::now();
            let mut untold = None;
            let (mut found, mut away) = (Vec::new(), Vec::new());
            let goes_on = self.look(&self.from, &mut found, &mut away, &mut untold);
            // What was fetched meanwhile has gone.
            away.retain(|mark| mark.symlink_metadata().is_ok());
            let folder = self.folder;
            if goes_on && (found.is_empty() || self.signals.send(Signal::Met(Arc::clone(&folder), found))) {
                let walked = Walked { from: self.from, took: begun.elapsed(), untold, away };
                self.signals.send(Signal::Walked(folder, walked));
            }
        };
        thread::Builder::new().name("walk".to_owned()).spawn(walk).map(drop)
    }

    /// Looks at what lies in this folder, and then at the folders in it. Tells whether anybody still wants to know.
    fn look(
        &self,
        folder: &Path,
        found: &mut Vec<Seen>,
        away: &mut Vec<PathBuf>,
        untold: &mut Option<String>,
    ) -> bool {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            self.steps.fetch_add(1, Ordering::Relaxed);
            self.listen(&folder, untold);
            // One that cannot be listed is left out, as by every walk.
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                self.steps.fetch_add(1, Ordering::Relaxed);
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_dir() {
                    folders.extend(Some(entry.path()).filter(|folder| self.folder.enters(folder)));
                } else if self.folder.name(&entry.path()) == Name::Away {
                    away.push(entry.path());
                } else if let Some(seen) = self.file(&entry, &metadata) {
                    found.push(seen);
                    if found.len() == CHUNK {
                        let chunk = std::mem::take(found);
                        if !self.signals.send(Signal::Met(Arc::clone(&self.folder), chunk)) {
                            return false;
                        }
                    }
                }
            }
        }
        true
    }

    fn file(&self, entry: &DirEntry, metadata: &Metadata) -> Option<Seen> {
        let path = entry.path();
        let stamp = Stamp::of(metadata);
        let is_ours = metadata.is_file()
            && self.folder.name(&path) != Name::Nobodys
            && self.folder.is_new(metadata)
            && self.others.is_wanted(&self.folder, &path, &stamp);
        is_ours.then_some((path, stamp))
    }

    fn listen(&self, folder: &Path, untold: &mut Option<String>) {
        let Some(listener) = &self.listener else { return };
        match listener.hear(folder) {
            Ok(()) | Err(Untold::Gone) => {}
            // One reason is enough: what is not told is looked for all the same.
            Err(why) => drop(untold.get_or_insert_with(|| why.to_string())),
        }
    }
}
