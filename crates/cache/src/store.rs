//! The cache of one folder, and the ways into it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::engines::DeadEngine;
use crate::lock::{self, Lock};
use crate::{Backup, CacheError, Changes, EngineLock, ReadGuard, Repair, Writer, engines, network, repair};

/// How long another process may hold the lock: it may be repairing the files.
const OPENED_WITHIN: Duration = Duration::from_secs(60);

/// The summaries cache in one folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Arc<PathBuf>,
    repairs: Arc<[Repair]>,
}

impl Cache {
    /// Opens the cache in this folder and makes what is missing. What is damaged is repaired: see
    /// [`repairs`](Self::repairs).
    ///
    /// # Errors
    /// The folder cannot be written to, lies on a network file system, or holds a cache that is newer than this program or so damaged that nothing
    /// of it is left. Nothing that was there is changed then.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let failed = |reason| CacheError::Folder { reason, path: folder.to_owned() };
        // What people keep on their screens is nobody else's business.
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        network::refuse(folder)?;
        let lock = Lock::take(&lock::path_in(folder), OPENED_WITHIN)?;
        let dead = engines::dead(folder);
        let repairs = repair::first_aid(folder, !dead.is_empty())?.into();
        drop(lock);
        let cache = Self { folder: Arc::new(folder.to_owned()), repairs };
        cache.bury(dead)?;
        Ok(cache)
    }

    /// Gives back what engines held that died without doing so.
    fn bury(&self, dead: Vec<DeadEngine>) -> Result<(), CacheError> {
        if dead.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer()?;
        let mut guard = writer.lock(OPENED_WITHIN)?;
        dead.iter().try_for_each(|engine| guard.release_all(&engine.id))?;
        guard.commit()?;
        // One that cannot be removed is buried again the next time.
        dead.into_iter().for_each(|engine| drop(engine.bury()));
        Ok(())
    }

    /// What was damaged when this was opened, and what was done about it: a line each for the user.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// Makes a backup if a thousand contents have changed since the last one, or any a day ago. Others read and write
    /// meanwhile; if somebody else is making a backup, this makes none.
    pub fn back_up_if_due(&self) -> Result<Option<Backup>, CacheError> {
        repair::back_up_if_due(&self.folder)
    }

    /// The version of SQLite that is linked in.
    pub fn sqlite_version() -> &'static str {
        rusqlite::version()
    }

    /// A way to read the cache in this folder without making, changing or repairing anything: the folder may be one
    /// that may not be written. Of a cache that a newer program has made, what this one knows is read, and
    /// [`ReadGuard::newer`] says so.
    ///
    /// # Errors
    /// [`CacheError::Nothing`] where there is no cache; [`CacheError::Damaged`] where it must be repaired first.
    pub fn look(folder: &Path) -> Result<ReadGuard, CacheError> {
        repair::look_for_traces(folder)?;
        ReadGuard::open(folder)
    }

    /// A way to read. Never waits for writers, and sees what was committed before it was asked.
    pub fn read(&self) -> Result<ReadGuard, CacheError> {
        ReadGuard::open(&self.folder)
    }

    /// Somebody who may ask for the right to write.
    pub fn writer(&self) -> Result<Writer, CacheError> {
        Writer::open(&self.folder)
    }

    /// A new engine, alive under this name until the lock is dropped. Nobody may ever have had the name.
    pub fn enter(&self, id: &str) -> Result<EngineLock, CacheError> {
        EngineLock::take(&self.folder, id)
    }

    /// Whether the engine of this name is alive, in whatever process.
    pub fn is_alive(&self, id: &str) -> bool {
        engines::is_alive(&self.folder, id)
    }

    /// Everything that changes after the change with this number, whoever makes it.
    pub fn changes_after(&self, number: u64) -> Result<Changes, CacheError> {
        Ok(Changes::after(number, self.read()?, &self.folder))
    }
}
