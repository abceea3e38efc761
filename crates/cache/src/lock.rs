//! The write lock: a file that is locked for one commit, and says by whom.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};

use crate::CacheError;

/// Between two tries: short beside a commit, which takes a millisecond, and long beside a try, which takes one of a
/// thousand.
const TRY_AGAIN: Duration = Duration::from_micros(400);
/// Whoever has waited so long tries twice as often, and so on up to eight times, so that of many who wait the one who
/// has waited longest is likely to be next. After that it is no throng, and everybody tries as at first.
const IMPATIENT: Duration = Duration::from_millis(8);
const THRONG: Duration = Duration::from_secs(1);
/// How long a waiter lets another one be the next. That one may be stopped, and is not to stop everybody.
const POLITE: Duration = Duration::from_millis(200);

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
    ///
    /// Whoever wants the lock first becomes the next one, by a lock on a second file: so whoever has just given it back
    /// cannot take it again before one that was waiting, and of those that wait all have the same chance.
    pub(crate) fn take(path: &Path, within: Duration) -> Result<Self, CacheError> {
        let failed = |reason| CacheError::Folder { reason, path: path.to_owned() };
        let begun = Instant::now();
        let turn = open(&path.with_extension("turn")).map_err(failed)?;
        wait(&turn, begun + within.min(POLITE)).map_err(failed)?;
        let mut file = open(path).map_err(failed)?;
        if !wait(&file, begun + within).map_err(failed)? {
            let (holder, advice) = holder(&mut file);
            return Err(CacheError::Locked { holder, advice, path: path.to_owned() });
        }
        drop(turn);
        // Only for the message above: a lock whose holder cannot be named is a lock all the same.
        let _ = sign(&mut file);
        Ok(Self { _held: file })
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)
}

/// Waits for the lock on this file; returns whether it was had in time.
fn wait(file: &File, deadline: Instant) -> io::Result<bool> {
    let begun = Instant::now();
    loop {
        match FileExt::try_lock(file) {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(false),
            Err(TryLockError::WouldBlock) => {}
        }
        let waited = begun.elapsed();
        let times =
            if waited < THRONG { (waited.as_millis() / IMPATIENT.as_millis()).min(7) as u32 } else { 0 };
        sleep(TRY_AGAIN / (1 + times));
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
    static PROGRAM: LazyLock<String> = LazyLock::new(|| {
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_name).unwrap_or("a program".as_ref());
        program.to_string_lossy().into_owned()
    });
    format!("{}, process {}", *PROGRAM, std::process::id())
}

/// Who has signed this file last, and what to do about it.
fn holder(file: &mut File) -> (String, String) {
    let mut name = String::new();
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut name));
    if read.is_err() || name.is_empty() {
        name = "another program".to_owned();
    }
    let stopped =
        name.rsplit_once("process ").map(|(_, process)| process).filter(|process| is_stopped(process));
    let advice = match stopped {
        Some(process) => {
            format!("it is stopped: let it go on with `kill -CONT {process}` or end it, then try again")
        }
        None => "end that program if it hangs, then try again".to_owned(),
    };
    (name, advice)
}

/// Whether a process was stopped, by a signal or a debugger.
fn is_stopped(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Its name is in brackets, and may have brackets.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['T', 't']))
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
