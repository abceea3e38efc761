//! Eight workers for the user, however many processes ask: a lock file for each place.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use fs4::FileExt;
use rustix::fs::OFlags;

use crate::{Home, Settings};

/// The places, by number.
pub(super) struct Ceiling {
    folder: PathBuf,
}

/// A place that is ours until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    /// 0 to 7.
    pub(super) number: usize,
    _lock: File,
}

impl Ceiling {
    pub(super) fn of(home: &Home) -> Self {
        Self { folder: home.slots() }
    }

    /// Takes the lowest free place, if other workers do not hold all. The kernel frees the places of a process
    /// that dies, so none can be lost.
    pub(super) fn try_take(&self) -> io::Result<Option<Place>> {
        fs::create_dir_all(&self.folder).map_err(|error| named(&error, &self.folder))?;
        for number in 0..Settings::SLOTS {
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
    fn eight_places_and_no_ninth_until_one_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        // Two ceilings on one folder are what two processes see: the locks belong to open files.
        let home = Home::at(folder.path());
        let (ours, theirs) = (Ceiling::of(&home), Ceiling::of(&home));
        let mut places: Vec<Place> = Vec::new();
        for number in 0..Settings::SLOTS {
            let ceiling = if number % 2 == 0 { &ours } else { &theirs };
            places.push(ceiling.try_take().unwrap().unwrap());
        }
        assert_eq!(places.iter().map(|place| place.number).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(ours.try_take().unwrap().is_none());
        places.remove(5);
        assert_eq!(theirs.try_take().unwrap().unwrap().number, 5);
    }
}
