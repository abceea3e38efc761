//! What waits in the queue in vain: it was read meanwhile, or there is no such file any more.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use deskscribe_cache::{CacheError, ReadGuard};

use super::Find;

/// The files that earlier runs left in the queue.
pub(super) struct Waiting {
    /// Not met by this walk.
    unmet: HashSet<PathBuf>,
    over: Vec<PathBuf>,
}

impl Waiting {
    pub(super) fn of(known: &ReadGuard) -> Result<Self, CacheError> {
        let unmet = known.queue()?.into_iter().map(|queued| queued.path).collect();
        Ok(Self { unmet, over: Vec::new() })
    }

    /// Of these, those that walking these files and folders alone concerns.
    pub(super) fn among(finds: &[Find], roots: &[PathBuf], known: &ReadGuard) -> Result<Self, CacheError> {
        let mut unmet = HashSet::new();
        for find in finds {
            unmet.extend(known.queued_at(find.path())?.map(|queued| queued.path));
        }
        for root in roots {
            unmet.extend(known.queued_below(root)?);
        }
        Ok(Self { unmet, over: Vec::new() })
    }

    /// The walk came to this file; returns it if it waits.
    pub(super) fn meet(&mut self, path: &Path) -> Option<PathBuf> {
        self.unmet.take(path)
    }

    /// A file has nothing to wait for.
    pub(super) fn is_over(&mut self, waited: Option<PathBuf>) {
        self.over.extend(waited);
    }

    /// All that wait in vain: also what the walk of these paths would have met if it were still there.
    pub(super) fn end(mut self, roots: &[PathBuf]) -> Vec<PathBuf> {
        let is_below = |path: &PathBuf| roots.iter().any(|root| path.starts_with(root));
        self.over.extend(self.unmet.into_iter().filter(|path| is_below(path) && is_no_file(path)));
        self.over
    }
}

/// Whether the system says so: a folder that may not be looked into says nothing.
pub(super) fn is_no_file(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(metadata) => !metadata.is_file() && !metadata.is_symlink(),
        Err(error) => matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    }
}
