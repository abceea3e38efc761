//! Places that all processes of a user share: a lock file for each, which the kernel frees when its holder dies.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use fs4::FileExt;
use rustix::fs::OFlags;

/// So many places in one folder, numbered from 0.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    folder: PathBuf,
    count: usize,
}

/// A place that is ours until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) number: usize,
    _lock: File,
}

impl Places {
    /// The places in this folder, which is made when the first is taken. Processes that do not agree about their
    /// number share the lower ones.
    pub(crate) fn new(folder: PathBuf, count: usize) -> Self {
        Self { folder, count }
    }

    /// Takes the lowest free place, if others do not hold all. The kernel frees the places of a process that
    /// dies, so none can be lost.
    pub(crate) fn try_take(&self) -> io::Result<Option<Place>> {
        fs::create_dir_all(&self.folder).map_err(|error| named(&error, &self.folder))?;
        for number in 0..self.count {
            // Never deleted: two processes could then hold locks on two files of one name.
            let path = self.folder.join(format!("{number}.lock"));
            // Not to wait, should somebody have put a pipe there.
            let wait = OFlags::NONBLOCK.bits() as i32;
            let mut open = OpenOptions::new();
            let open = open.create(true).truncate(false).write(true).custom_flags(wait).open(&path);
            let lock = open.map_err(|error| named(&error, &path))?;
            match FileExt::try_lock(&lock) {
                Ok(()) => return Ok(Some(Place { number, _lock: lock })),
                Err(fs4::TryLockError::WouldBlock) => {}
                Err(fs4::TryLockError::Error(error)) => return Err(named(&error, &path)),
            }
        }
        Ok(None)
    }
}

fn named(error: &io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{error}: {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_places_and_none_more_until_one_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        // Two of them on one folder are what two processes see: the locks belong to open files.
        let places = || Places::new(folder.path().join("slots"), 8);
        let (ours, theirs) = (places(), places());
        let mut taken: Vec<Place> = Vec::new();
        for number in 0..8 {
            let from = if number % 2 == 0 { &ours } else { &theirs };
            taken.push(from.try_take().unwrap().unwrap());
        }
        assert_eq!(taken.iter().map(|place| place.number).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(ours.try_take().unwrap().is_none());
        taken.remove(5);
        assert_eq!(theirs.try_take().unwrap().unwrap().number, 5);
    }
}
