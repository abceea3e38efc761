//! Files: what the lookout makes of what happened to them, of those that a walk came to, and of those that were quiet.

use std::fs::{self, File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskscribe_cache::Stamp;
use deskscribe_protocol::MediaKind;

use super::Lookout;
use crate::intake::{has_media_name, open_regular, told};
use crate::record::now_ms;
use crate::watch::Seen;
use crate::watch::finish::Sign;
use crate::watch::folder::{Folder, Name};
use crate::watch::signal::Happening;
use crate::watch::whole::{Whole, whole};

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
        let one = &self.watched[index];
        if path == one.path() {
            return self.look(index);
        }
        let folder = Arc::clone(&one.folder);
        if !one.is_here() || !path.parent().is_some_and(|parent| folder.reaches(parent)) {
            return;
        }
        let found = fs::symlink_metadata(&path);
        if happening == Happening::Went {
            self.unfinished.forget(&path);
            let was_known = self.watched[index].went(&path);
            self.is_shown = false;
            if was_known || folder.name(&path) != Name::Nobodys {
                self.gone_since.get_or_insert_with(Instant::now);
                self.gone.push(path.clone());
            }
        }
        let Ok(metadata) = found else { return };
        // Two that changed places: each went away from where the other one is now.
        let happening = if happening == Happening::Went { Happening::Came } else { happening };
        if metadata.is_dir() {
            if folder.enters(&path) {
                self.walk(index, &path);
            }
        } else if folder.name(&path) == Name::Away {
            self.watched[index].is_away(path);
            self.is_shown = false;
        } else if metadata.is_file()
            && let Some(sign) = sign(&folder, happening, &path)
        {
            if metadata.nlink() > 1 {
                self.happened_by_another_name(&path, &Stamp::of(&metadata));
            }
            self.unfinished.hear(path, sign, Instant::now());
            self.is_shown = false;
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
    pub(super) fn found(&mut self, folder: &Path, seen: Vec<Seen>) {
        let Some(one) = self.watched.iter_mut().find(|one| one.path() == folder && one.is_here()) else {
            return;
        };
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
                self.ready.push((path, changed));
            }
        }
        self.is_shown = false;
    }

    /// Looks at the files that were quiet for long enough.
    pub(super) fn look_at_due(&mut self, now: Instant) {
        for (path, looked) in self.unfinished.due(now) {
            self.is_shown = false;
            let Some(index) = self.around(&path) else {
                self.unfinished.forget(&path);
                continue;
            };
            let one = &mut self.watched[index];
            let Some(metadata) = fs::symlink_metadata(&path).ok().filter(Metadata::is_file) else {
                self.unfinished.forget(&path);
                continue;
            };
            let stamp = Stamp::of(&metadata);
            let looks = (stamp.size, stamp.mtime_ns);
            if looked.is_some_and(|looked| looked != looks)
                || looked.is_none() && is_placeholder(&path, stamp.size)
            {
                self.unfinished.keep(path, looks, now);
                continue;
            }
            if !self.others.is_wanted(&one.folder, &path, &stamp) {
                self.unfinished.forget(&path);
                continue;
            }
            self.unfinished.take(&path, now);
            one.hand_over(&path, stamp);
            one.last_file_at = Some(now_ms());
            self.ready.push((path, stamp.mtime_ns.max(stamp.ctime_ns)));
        }
    }
}

/// What this says of whether the file is complete; nothing, if it is nobody's business.
fn sign(folder: &Folder, happening: Happening, path: &Path) -> Option<Sign> {
    match (folder.name(path), happening) {
        (Name::Nobodys | Name::Away, _) => None,
        (Name::Hidden, _) => Some(Sign::Hidden),
        (Name::Its, Happening::Changed | Happening::Went) => Some(Sign::Writing),
        (Name::Its, Happening::Came) => Some(Sign::Complete),
        (Name::Its, Happening::Closed) => Some(if is_whole(path) { Sign::Complete } else { Sign::Writing }),
    }
}

/// Whether a file that was closed need not be waited for. One that does not tell may be a picture of a simple format; of a
/// recording, more may come.
fn is_whole(path: &Path) -> bool {
    if !has_media_name(path) {
        return false;
    }
    let Some(kind) = told(path) else { return false };
    let says = open_regular(path).and_then(|file: File| whole(&file, kind));
    match says {
        Ok(Whole::Yes) => true,
        Ok(Whole::Unknown) => kind == MediaKind::Image,
        Ok(Whole::No) | Err(_) => false,
    }
}

/// Whether an empty file only holds a place: some programs make one, and write under another name until they are done.
fn is_placeholder(path: &Path, size: u64) -> bool {
    size == 0 && {
        let with = |end: &str| path.with_added_extension(end).symlink_metadata().is_ok();
        ["part", "crdownload", "download", "partial"].into_iter().any(with)
    }
}

fn is_young(changed_ns: i64) -> bool {
    let age = now_ms().saturating_mul(1_000_000).saturating_sub(changed_ns);
    // A clock that is ahead, as on a network drive, says nothing.
    (0..YOUNG.as_nanos() as i64).contains(&age)
}
