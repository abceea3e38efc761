//! Putting a file in the place of a damaged one, so that a crash at any moment leaves one of the two.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, fcntl_lock};

use super::check::beside;
use crate::schema::SUMMARIES;
use crate::{CacheError, FileId, clock};

/// Where a file is made that is to replace a damaged one.
const MAKING: &str = "repair";
/// Where it waits to be put in its place, once it is whole. Found there, what is left to do is done.
const MADE: &str = "repaired";
/// Where damaged files are kept, and how many of each.
const DAMAGED: &str = "damaged";
const KEPT: usize = 2;
/// How long another process may take to close the damaged file.
const CLOSED_WITHIN: Duration = Duration::from_secs(10);

/// How long a reader waits while somebody replaces a file. Whoever has died meanwhile will not.
const IN_PLACE_WITHIN: Duration = Duration::from_secs(5);

/// What comes of this for a reader, who holds no lock: it is tried again while somebody puts a new file in its place,
/// for then there is none for a moment.
pub(crate) fn once_in_place<T>(
    folder: &Path,
    mut attempt: impl FnMut() -> Result<T, CacheError>,
) -> Result<T, CacheError> {
    let file = || FileId::of(&folder.join(SUMMARIES.file));
    let deadline = Instant::now() + IN_PLACE_WITHIN;
    loop {
        let before = file();
        match attempt() {
            Err(_)
                if (is_unfinished(folder, SUMMARIES.file) || before != file())
                    && Instant::now() < deadline =>
            {
                sleep(Duration::from_millis(1));
            }
            done => return done,
        }
    }
}

/// An empty folder to make the new file in.
pub(super) fn begin(folder: &Path) -> io::Result<PathBuf> {
    let making = folder.join(MAKING);
    give_up(folder)?;
    make(&making)?;
    Ok(making)
}

/// What was made is not wanted, or was left by somebody who died.
pub(super) fn give_up(folder: &Path) -> io::Result<()> {
    unless_missing(fs::remove_dir_all(folder.join(MAKING)))
}

/// Replaces the damaged file by the one that was made, and tells where the damaged one is kept.
pub(super) fn put_in_place(folder: &Path, file: &str) -> io::Result<PathBuf> {
    let making = folder.join(MAKING);
    File::open(making.join(file))?.sync_all()?;
    sync(&making)?;
    // From here on, whoever comes will finish it.
    fs::rename(making, folder.join(MADE))?;
    sync(folder)?;
    finish(folder, file)
}

/// Whether a file was made whole and not put in its place.
pub(super) fn is_unfinished(folder: &Path, file: &str) -> bool {
    folder.join(MADE).join(file).exists()
}

/// Puts a file in its place that was made whole.
pub(super) fn finish(folder: &Path, file: &str) -> io::Result<PathBuf> {
    let kept = move_aside(folder, file)?;
    let made = folder.join(MADE);
    fs::rename(made.join(file), folder.join(file))?;
    sync(folder)?;
    fs::remove_dir_all(made)?;
    Ok(kept)
}

/// Moves a damaged file away with all that belongs to it, and tells where to.
pub(super) fn move_aside(folder: &Path, file: &str) -> io::Result<PathBuf> {
    let path = folder.join(file);
    let damaged = folder.join(DAMAGED);
    let kept = damaged.join(clock::name());
    make(&kept)?;
    // Whoever closes the damaged file as the last one removes its log, by name: that must not be the new one's.
    let _held = hold(&path)?;
    for end in ["", "-wal", "-shm", "-journal"] {
        let name = beside(Path::new(file), end);
        unless_missing(fs::rename(folder.join(&name), kept.join(&name)))?;
    }
    sync(&kept)?;
    sync(folder)?;
    // Empty, it says nothing.
    let _ = fs::remove_dir(&kept);
    drop_old(&damaged, file)?;
    Ok(kept)
}

/// Takes the lock that SQLite takes of a file that is open, so that nobody thinks to be the last one.
fn hold(path: &Path) -> io::Result<Option<File>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let deadline = Instant::now() + CLOSED_WITHIN;
    loop {
        match fcntl_lock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => return Ok(Some(file)),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => sleep(Duration::from_millis(10)),
        }
    }
}

/// Forgets all damaged files but the newest.
fn drop_old(damaged: &Path, file: &str) -> io::Result<()> {
    let mut kept: Vec<PathBuf> = fs::read_dir(damaged)?.flatten().map(|entry| entry.path()).collect();
    kept.retain(|kept| kept.join(file).exists());
    // Their names are times.
    kept.sort();
    kept.iter().rev().skip(KEPT).try_for_each(fs::remove_dir_all)
}

/// Forgets all damaged files.
pub(super) fn drop_damaged(folder: &Path) -> io::Result<()> {
    unless_missing(fs::remove_dir_all(folder.join(DAMAGED)))
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes the names in a folder outlast a power cut.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

pub(super) fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
