//! Whether a watched folder is there, and on which drives. Asked by its [eye](super::eye), as a disk may be slow.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use deskscribe_cache::{FileId, network_of};

use super::outside::Mounts;

/// What was found where a watched folder lies.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Why it is not there.
    pub(super) absence: Option<String>,
    /// Which folder lies at its path.
    pub(super) identity: Option<FileId>,
    /// Where the drive is mounted that it is on.
    pub(super) mount: Option<PathBuf>,
    /// Drives that are mounted below it.
    pub(super) below: Vec<PathBuf>,
    /// The numbers of all these drives.
    pub(super) drives: Vec<(PathBuf, u64)>,
    /// What kind of network drive it is on.
    pub(super) network: Option<String>,
}

/// What became of a folder when somebody looked whether it is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is where it was, or still is not.
    Same,
    /// It is back, or something about its drives has changed, or it is time: it has to be looked through.
    New,
    /// It is gone, with all that is in it; for a while, as far as anybody knows.
    Lost,
}

impl Found {
    /// Looks there. A folder that was on a drive of its own, which was mounted at `mount`, is not there while that is
    /// not mounted, whatever lies at its path: an empty folder is where a drive was.
    pub(super) fn at(path: &Path, mount: Option<&Path>) -> Self {
        let mounts = Mounts::now();
        let absence = absence(path, mount.filter(|mount| !mounts.has(mount)));
        if absence.is_some() {
            return Self { absence, ..Self::default() };
        }
        let (mount, below) = (mounts.of(path).map(Path::to_owned), mounts.below(path));
        let number = |mount: &PathBuf| Some((mount.clone(), fs::metadata(mount).ok()?.dev()));
        Self {
            absence: None,
            // A drive may have been mounted over it, or taken from over it.
            identity: FileId::of(path),
            drives: mount.iter().chain(&below).filter_map(number).collect(),
            network: network_of(path).map(|kind| format!("it is on a network drive ({kind})")),
            mount,
            below,
        }
    }
}

fn absence(path: &Path, missing: Option<&Path>) -> Option<String> {
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return Some(crate::intake::explain_folder(&error)),
    };
    let missing = missing?;
    // Whoever put something there means this folder.
    entries.next().is_none().then(|| format!("its drive is not there: {}", missing.display()))
}
