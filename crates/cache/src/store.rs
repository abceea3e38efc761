//! The cache of one folder, and the ways into it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{CacheError, ReadGuard, Writer};

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
        cache.writer()?;
        Ok(cache)
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
}
