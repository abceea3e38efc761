//! Engines that are alive: each holds a lock of its own for as long as it lives.
//!
//! What a row says that an engine is doing is void once the lock of that engine can be taken: the kernel frees it
//! however the engine ends. A name is never used twice, and an engine that ends in order takes its file with it; so a
//! file that nobody holds is left from an engine that did not.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use fs4::FileExt;

use crate::{CacheError, FileId, lock};

/// How often a file may be swept away between its being made and its being locked.
const TRIES: u32 = 16;
const EXTENSION: &str = "lock";

/// A living engine, until this is dropped.
#[derive(Debug)]
pub struct EngineLock {
    id: String,
    path: PathBuf,
    _held: File,
}

impl EngineLock {
    /// Comes to life under this name, which nobody may ever have had.
    pub(crate) fn take(folder: &Path, id: &str) -> Result<Self, CacheError> {
        let engines = folder_in(folder);
        let failed = |reason| CacheError::Folder { reason, path: engines.clone() };
        DirBuilder::new().recursive(true).mode(0o700).create(&engines).map_err(failed)?;
        let path = engines.join(id).with_added_extension(EXTENSION);
        for _ in 0..TRIES {
            let mut file =
                OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(failed)?;
            // Somebody who sweeps may hold it for a moment, thinking that it was left behind, and take it away.
            FileExt::lock(&file).map_err(failed)?;
            if is_at(&file, &path) {
                // For people who look into the folder.
                let _ = file.write_all(lock::own_name().as_bytes());
                return Ok(Self { id: id.to_owned(), path, _held: file });
            }
        }
        Err(failed(io::Error::other("the lock of this engine is taken away again and again")))
    }

    /// The engine's name.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for EngineLock {
    fn drop(&mut self) {
        // While it is held, so that nobody else can have a file of this name.
        let _ = fs::remove_file(&self.path);
    }
}

/// An engine that died without taking its file away; nobody else can sweep it until this is dropped.
#[derive(Debug)]
pub(crate) struct DeadEngine {
    pub(crate) id: String,
    path: PathBuf,
    _held: File,
}

impl DeadEngine {
    /// Nothing is left to do for it.
    pub(crate) fn bury(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// The engines that died and were not buried.
pub(crate) fn dead(folder: &Path) -> Vec<DeadEngine> {
    // Without the folder, nobody has ever lived.
    let entries = fs::read_dir(folder_in(folder)).into_iter().flatten().filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
        .filter_map(find_dead)
        .collect()
}

fn find_dead(path: PathBuf) -> Option<DeadEngine> {
    let file = File::open(&path).ok()?;
    FileExt::try_lock(&file).ok()?;
    let id = path.file_stem()?.to_str()?.to_owned();
    is_at(&file, &path).then_some(DeadEngine { id, path, _held: file })
}

/// Whether this engine is alive.
pub(crate) fn is_alive(folder: &Path, id: &str) -> bool {
    let Ok(file) = File::open(folder_in(folder).join(id).with_added_extension(EXTENSION)) else {
        return false;
    };
    matches!(FileExt::try_lock_shared(&file), Err(fs4::TryLockError::WouldBlock))
}

fn folder_in(folder: &Path) -> PathBuf {
    folder.join("engines")
}

/// Whether this open file is the one at this path.
fn is_at(file: &File, path: &Path) -> bool {
    FileId::of(path).is_some_and(|there| FileId::of_open(file) == Some(there))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_lives_until_it_is_dropped_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_alive(folder.path(), "1-a") && dead(folder.path()).is_empty());
        let engine = EngineLock::take(folder.path(), "1-a").unwrap();
        assert!(is_alive(folder.path(), "1-a") && dead(folder.path()).is_empty());
        drop(engine);
        assert!(!is_alive(folder.path(), "1-a"));
        assert_eq!(fs::read_dir(folder_in(folder.path())).unwrap().count(), 0);
    }

    #[test]
    fn an_engine_that_did_not_end_in_order_is_found_once() {
        let folder = tempfile::tempdir().unwrap();
        // As the kernel leaves it: the lock free, the file there.
        fs::create_dir(folder_in(folder.path())).unwrap();
        fs::write(folder_in(folder.path()).join("7-b.lock"), "").unwrap();
        fs::write(folder_in(folder.path()).join("7-b.sock"), "").unwrap();
        assert!(!is_alive(folder.path(), "7-b"));
        let mut found = dead(folder.path());
        assert!(dead(folder.path()).is_empty(), "somebody is at it");
        let dead_engine = found.pop().unwrap();
        assert_eq!((dead_engine.id.as_str(), found.len()), ("7-b", 0));
        dead_engine.bury().unwrap();
        assert!(dead(folder.path()).is_empty());
    }
}
