//! A watched folder: which paths below it are its business, by the rules that the user gave it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use deskscribe_protocol::MediaKind;

use crate::intake::{away, by_name, is_unfinished};
use crate::path::is_hidden;
use crate::settings::{Filter, WatchedFolder};

/// A watched folder and its rules.
#[derive(Debug)]
pub(super) struct Folder {
    rules: WatchedFolder,
    filter: Filter,
    /// Files that were last changed in any way before this are left alone, in nanoseconds since 1970.
    since: Option<i64>,
    /// Folders below that are left out: they are watched by their own rules, or are our own.
    others: Vec<PathBuf>,
}

/// What the name of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// It is the file's.
    Its,
    /// It is hidden, and may be the file's.
    Hidden,
    /// It stands for a file that the folder wants and that is not on this machine.
    Away,
    /// It is not the file's last name, or the file is nobody's business.
    Nobodys,
}

impl Folder {
    /// A folder with these rules; `since` is when it was watched for the first time.
    pub(super) fn of(rules: WatchedFolder, filter: Filter, since: i64, others: Vec<PathBuf>) -> Self {
        let since = (!rules.existing).then_some(since);
        Self { rules, filter, since, others }
    }

    pub(super) fn path(&self) -> &Path {
        &self.rules.path
    }

    /// Whether what lies in this folder, which is this one or lies below it, is its business.
    pub(super) fn reaches(&self, folder: &Path) -> bool {
        let Ok(below) = folder.strip_prefix(&self.rules.path) else { return false };
        let mut at = self.rules.path.clone();
        below.components().all(|part| {
            at.push(part);
            self.enters(&at)
        })
    }

    /// Whether it goes on in this folder, which lies in one that it reaches.
    pub(super) fn enters(&self, folder: &Path) -> bool {
        self.rules.recurse
            && !is_hidden(folder)
            && !self.others.iter().any(|other| other == folder)
            && !self.filter.leaves_out(folder, true)
    }

    /// What the name of this file says, which lies in a folder that it reaches.
    pub(super) fn name(&self, file: &Path) -> Name {
        if let Some(here) = away(file) {
            let is_wanted =
                by_name(&here).is_some_and(|kind| self.wants(kind)) && !self.filter.leaves_out(&here, false);
            if is_wanted { Name::Away } else { Name::Nobodys }
        } else if is_unfinished(file) || self.filter.leaves_out(file, false) {
            Name::Nobodys
        } else if is_hidden(file) {
            Name::Hidden
        } else {
            Name::Its
        }
    }

    /// Whether it wants media of this kind.
    pub(super) fn wants(&self, kind: MediaKind) -> bool {
        self.rules.kinds.contains(&kind)
    }

    /// Whether this file has come since the folder was watched, or all are wanted.
    pub(super) fn is_new(&self, metadata: &std::fs::Metadata) -> bool {
        let changed = metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec());
        self.since.is_none_or(|since| changed >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(rules: WatchedFolder) -> Folder {
        let filter = rules.filter().unwrap();
        Folder::of(rules, filter, 0, vec!["/desktop/own".into()])
    }

    #[test]
    fn hidden_ignored_and_other_folders_are_not_entered() {
        let rules = WatchedFolder { ignore: vec!["build/".into()], ..WatchedFolder::of("/desktop") };
        let all = folder(rules.clone());
        for (path, reached) in [
            ("/desktop", true),
            ("/desktop/deep/er", true),
            ("/desktop/.git", false),
            ("/desktop/.git/deep", false),
            ("/desktop/code/build", false),
            ("/desktop/code/build/deep", false),
            ("/desktop/own", false),
            ("/elsewhere", false),
            ("/desktopped", false),
        ] {
            assert_eq!(all.reaches(Path::new(path)), reached, "{path}");
        }
        let flat = folder(WatchedFolder { recurse: false, ..rules });
        assert!(flat.reaches(Path::new("/desktop")) && !flat.reaches(Path::new("/desktop/deep")));
    }

    #[test]
    fn names_tell_whose_business_a_file_is() {
        let rules = WatchedFolder { ignore: vec!["*.thumb.png".into()], ..WatchedFolder::of("/desktop") };
        let folder = folder(rules);
        for (name, says) in [
            ("shot.png", Name::Its),
            ("no-extension", Name::Its),
            ("shot.png.part", Name::Nobodys),
            (".shot.png", Name::Hidden),
            (".shot.png.Xy3kQ1", Name::Nobodys),
            ("a.thumb.png", Name::Nobodys),
            ("shot.png.nextcloud", Name::Away),
            ("a.thumb.png.nextcloud", Name::Nobodys),
            ("notes.txt.nextcloud", Name::Nobodys),
        ] {
            assert_eq!(folder.name(&Path::new("/desktop").join(name)), says, "{name}");
        }
    }
}
