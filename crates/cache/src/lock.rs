//! The write lock: a file that is locked for one commit, and says by whom.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fs4::FileExt;

use crate::CacheError;

/// Between two tries. Short beside a commit, which takes milliseconds; not so short that waiting costs
/// anything.
const TRY_AGAIN: Duration = Duration::from_millis(3);

/// The exclusive right to write, until this is dropped.
///
/// The lock belongs to the open file: the kernel frees it when its process ends, however that comes about, so
/// there are no stale locks. The file is never deleted, or two processes could lock two files of one name.
#[derive(Debug)]
pub(crate) struct Lock {
    _held: File,
}

impl Lock {
    /// Takes the lock, or says who would not give it back within this time.
    pub(crate) fn take(path: &Path, within: Duration) -> Result<Self, CacheError> {
        let failed = |reason| CacheError::Folder { reason, path: path.to_owned() };
        let options = || OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
        let mut file = options().map_err(failed)?;
        let deadline = Instant::now() + within;
        loop {
            match FileExt::try_lock(&file) {
                Ok(()) => break,
                Err(fs4::TryLockError::Error(reason)) => return Err(failed(reason)),
                Err(fs4::TryLockError::WouldBlock) if Instant::now() < deadline => sleep(TRY_AGAIN),
                Err(fs4::TryLockError::WouldBlock) => {
                    return Err(CacheError::Locked { holder: holder(&mut file), path: path.to_owned() });
                }
            }
        }
        // Only for the message above: a lock whose holder cannot be named is a lock all the same.
        let _ = sign(&mut file);
        Ok(Self { _held: file })
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    // Written in one go over what was there, then cut: a reader in between sees a name, if an odd one.
    file.rewind()?;
    let name = own_name();
    file.write_all(name.as_bytes())?;
    file.set_len(name.len() as u64)
}

/// What others are told of us.
pub(crate) fn own_name() -> String {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::file_name).unwrap_or("a program".as_ref());
    format!("{}, process {}", program.to_string_lossy(), std::process::id())
}

fn holder(file: &mut File) -> String {
    let mut name = String::new();
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut name));
    if read.is_ok() && !name.is_empty() { name } else { "another program".to_owned() }
}

/// Where the lock of this folder lies.
pub(crate) fn path_in(folder: &Path) -> PathBuf {
    folder.join("summaries.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_names_its_holder_and_is_free_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_in(folder.path());
        let held = Lock::take(&path, Duration::ZERO).unwrap();
        let error = Lock::take(&path, Duration::from_millis(20)).unwrap_err().to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        Lock::take(&path, Duration::ZERO).unwrap();
    }
}
