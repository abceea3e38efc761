//! One program of a home watches a folder: two would hand over every file twice. The others wait for their turn, which
//! comes when that program ends, however it ends: the kernel frees its lock.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::thread;

use fs4::{FileExt, TryLockError};

use super::signal::{Signal, Signals};
use crate::Home;

/// Takes the turn to watch this folder if nobody has it; else it comes as a [signal](Signal::Turn), some time.
pub(super) fn take(home: &Home, folder: &Path, signals: &Signals) -> io::Result<Option<File>> {
    let file = open(home, folder)?;
    match FileExt::try_lock(&file) {
        Ok(()) => return Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let (signals, folder) = (signals.clone(), PathBuf::from(folder));
    thread::Builder::new().name("turn".to_owned()).spawn(move || match FileExt::lock(&file) {
        // Whoever does not want it any more drops it, and with it the lock.
        Ok(()) => drop(signals.send(Signal::Turn(folder, file))),
        Err(error) => tracing::warn!(%error, "the turn to watch a folder does not come"),
    })?;
    Ok(None)
}

/// The file whose lock is the turn: one for each folder, named by its path.
fn open(home: &Home, folder: &Path) -> io::Result<File> {
    let name = blake3::hash(folder.as_os_str().as_bytes()).to_hex();
    fs::create_dir_all(home.watching())?;
    let path = home.watching().join(format!("{}.lock", &name[..16]));
    File::options().create(true).append(true).open(path)
}
