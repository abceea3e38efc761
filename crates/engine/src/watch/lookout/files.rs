//! Files: what the lookout makes of what happened to them, of those that a walk came to, and of those that were quiet.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskscribe_cache::Stamp;

use super::{AFTER_OVERFLOW, Lookout};
use crate::record::now_ms;
use crate::watch::Seen;
use crate::watch::eye::{Answer, Question, Quiet};
use crate::watch::finish::Sign;
use crate::watch::folder::{Folder, Name};
use crate::watch::signal::Happening;

/// A file that was changed so short a time before a walk met it may still be written to.
const YOUNG: Duration = Duration::from_secs(2);

impl Lookout {
    /// Something happened to this path.
    pub(super) fn happened(&mut self, happening: Happening, path: PathBuf) {
        // What happens to a folder may have one come back that lies in it, and is its own business as well.
        let missing = |index: &usize| {
            let one = &self.watched[*index];
            one.is_offline() && one.path().starts_with(&path)
        };
        let missing: Vec<usize> = (0..self.watched.len()).filter(missing).collect();
        missing.into_iter().for_each(|index| self.look(index));
        let Some(index) = self.around(&path) else { return };
        let one = &mut self.watched[index];
        if path == one.path() {
            return self.look(index);
        }
        if !one.is_here() || !path.parent().is_some_and(|parent| one.folder.reaches(parent)) {
            return;
        }
        if happening == Happening::Went {
            self.unfinished.forget(&path);
            let was_known = one.went(&path);
            self.is_shown = false;
            if was_known || one.folder.name(&path) != Name::Nobodys {
                self.gone_since.get_or_insert_with(Instant::now);
                self.gone.push(path.clone());
            }
        }
        if !one.ask(Question::Happened(happening, path)) {
            one.want(Instant::now() + AFTER_OVERFLOW);
        }
    }

    /// The eye on this folder saw something.
    pub(super) fn saw(&mut self, folder: &Arc<Folder>, answer: Answer) {
        let Some(index) = self.index_of(folder) else { return };
        let one = &mut self.watched[index];
        one.answered();
        if let Answer::Presence(found) = answer {
            return self.found_out(index, *found);
        }
        if !one.is_here() {
            return;
        }
        match answer {
            Answer::Presence(_) | Answer::Nothing => {}
            Answer::Folder(path) => self.walk(index, &path),
            Answer::File { path, sign, stamp, is_linked } => {
                if is_linked {
                    self.happened_by_another_name(&path, &stamp);
                }
                self.unfinished.hear(path, sign, Instant::now());
                self.is_shown = false;
            }
            Answer::Away(path) => {
                one.is_away(path);
                self.is_shown = false;
            }
            Answer::Quiet(path, quiet) => self.was_quiet(index, &path, &quiet),
        }
    }

    /// Something happened to a file that has several names: to all of them, then.
    fn happened_by_another_name(&mut self, path: &Path, stamp: &Stamp) {
        let names = self.watched.iter().flat_map(|one| one.other_names(path, stamp)).collect::<Vec<_>>();
        for name in names {
            self.unfinished.hear(name, Sign::Writing, Instant::now());
        }
    }

    /// The folder whose business this path is: of those around it the nearest.
    pub(super) fn around(&self, path: &Path) -> Option<usize> {
        let around = self.watched.iter().enumerate().filter(|(_, one)| path.starts_with(one.path()));
        around.max_by_key(|(_, one)| one.path().as_os_str().len()).map(|(index, _)| index)
    }

    /// A walk came to these files.
    pub(super) fn met(&mut self, folder: &Arc<Folder>, seen: Vec<Seen>) {
        let Some(index) = self.index_of(folder).filter(|index| self.watched[*index].is_here()) else {
            return;
        };
        let one = &mut self.watched[index];
        let now = Instant::now();
        for (path, stamp) in seen {
            if one.meet(&path, &stamp) || self.unfinished.has(&path) {
                continue;
            }
            let changed = stamp.mtime_ns.max(stamp.ctime_ns);
            if one.folder.name(&path) == Name::Hidden {
                self.unfinished.hear(path, Sign::Hidden, now);
            } else if is_young(changed) || stamp.size == 0 {
                self.unfinished.keep(path, (stamp.size, stamp.mtime_ns), now);
            } else {
                one.last_file_at = one.last_file_at.max(Some(changed / 1_000_000));
                one.hand_over(&path, stamp);
                self.ready_since.get_or_insert(now);
                self.ready.push((path, changed));
            }
        }
        self.is_shown = false;
    }

    /// Has the files looked at that were quiet for long enough.
    pub(super) fn look_at_due(&mut self, now: Instant) {
        for (path, looked) in self.unfinished.due(now) {
            self.is_shown = false;
            let Some(one) = self.around(&path).map(|index| &mut self.watched[index]) else {
                self.unfinished.forget(&path);
                continue;
            };
            if !one.ask(Question::Quiet(path.clone(), looked)) {
                self.unfinished.hear(path, Sign::Writing, now);
            }
        }
    }

    /// A file that was quiet was looked at.
    fn was_quiet(&mut self, index: usize, path: &Path, quiet: &Quiet) {
        // Something may have happened to it since.
        if !self.unfinished.is_looked_at(path) {
            return;
        }
        let (one, now) = (&mut self.watched[index], Instant::now());
        match *quiet {
            Quiet::Nobodys => self.unfinished.forget(path),
            Quiet::Unfinished(looks) => self.unfinished.keep(path.to_owned(), looks, now),
            Quiet::Complete(stamp) => {
                self.unfinished.take(path, now);
                one.hand_over(path, stamp);
                one.last_file_at = Some(now_ms());
                self.ready_since.get_or_insert(now);
                self.ready.push((path.to_owned(), stamp.mtime_ns.max(stamp.ctime_ns)));
            }
        }
        self.is_shown = false;
    }
}

fn is_young(changed_ns: i64) -> bool {
    let age = now_ms().saturating_mul(1_000_000).saturating_sub(changed_ns);
    // A clock that is ahead, as on a network drive, says nothing.
    (0..YOUNG.as_nanos() as i64).contains(&age)
}
