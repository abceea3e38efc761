//! Readings whose files are gone.

use std::io;
use std::path::{Path, PathBuf};

use deskscribe_cache::CacheError;
use deskscribe_protocol::ContentKey;

use super::Library;

/// Readings of files that are nowhere any more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gone {
    /// Of these no file is left.
    pub keys: Vec<ContentKey>,
    /// Of these neither the files nor their folders are there, so that a drive may just not be plugged in.
    pub folder_too: Vec<ContentKey>,
    /// Such folders.
    pub folders: Vec<PathBuf>,
}

/// How a file is gone.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// It is there, or may be.
    Not,
    WithItsFolder,
    Alone,
}

impl Library {
    /// The readings none of whose places holds a file any more; with folders, only those of files that were below one
    /// of them.
    pub fn gone(&self, below: &[PathBuf]) -> Result<Gone, CacheError> {
        let mut gone = Gone::default();
        for key in self.guard.keys()? {
            let places = self.guard.places(&key)?;
            let is_below = |place: &PathBuf| below.iter().any(|folder| place.starts_with(folder));
            if !below.is_empty() && !places.iter().any(is_below) {
                continue;
            }
            // A content that is in no place was edited away.
            match places.iter().map(|place| how(place)).min().unwrap_or(How::Alone) {
                How::Not => {}
                How::Alone => gone.keys.push(key),
                How::WithItsFolder => {
                    let folders = places.iter().filter_map(|place| place.parent());
                    gone.folders.extend(folders.filter(|folder| is_missing(folder)).map(Path::to_owned));
                    gone.folder_too.push(key);
                }
            }
        }
        gone.folders.sort_unstable();
        gone.folders.dedup();
        Ok(gone)
    }
}

fn how(place: &Path) -> How {
    if !is_missing(place) {
        How::Not
    } else if place.parent().is_some_and(is_missing) {
        How::WithItsFolder
    } else {
        How::Alone
    }
}

/// Whether the system says so: a folder that may not be looked into says nothing.
fn is_missing(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}
