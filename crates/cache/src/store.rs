//! The cache of one folder, and the ways into it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::{CacheError, Changes, EngineLock, ReadGuard, Writer, engines};

/// How long another process may hold the lock while the claims of the dead are given back.
const BURIED_WITHIN: Duration = Duration::from_secs(30);

/// The summaries cache in one folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Arc<PathBuf>,
}

impl Cache {
    /// Opens the cache in this folder and makes what is missing.
    ///
    /// # Errors
    /// The folder cannot be written to, or holds a cache that is damaged or newer than this program. Nothing
    /// that was there is changed then.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let failed = |reason| CacheError::Folder { reason, path: folder.to_owned() };
        // What people keep on their screens is nobody else's business.
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let cache = Self { folder: Arc::new(folder.to_owned()) };
        cache.bury_the_dead(&mut cache.writer()?)?;
        Ok(cache)
    }

    /// Gives back what engines held that died without doing so.
    fn bury_the_dead(&self, writer: &mut Writer) -> Result<(), CacheError> {
        let dead = engines::dead(&self.folder);
        if dead.is_empty() {
            return Ok(());
        }
        let mut guard = writer.lock(BURIED_WITHIN)?;
        dead.iter().try_for_each(|engine| guard.release_all(&engine.id))?;
        guard.commit()?;
        // One that cannot be removed is buried again the next time.
        dead.into_iter().for_each(|engine| drop(engine.bury()));
        Ok(())
    }

    /// The version of SQLite that is linked in.
    pub fn sqlite_version() -> &'static str {
        rusqlite::version()
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
