//! Writing: one transaction at a time, under the lock.

mod claim;
mod forget;
mod gone;
mod keep;
mod put;
mod queue;
mod summary;
mod tags;
mod vector;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskscribe_protocol::ContentKey;
use rusqlite::Connection;

use crate::lock::{self, Lock};
use crate::schema::{SUMMARIES, THUMBNAILS};
use crate::{CacheError, FileId, derived, repair, search};

pub use claim::{Claim, SummaryClaim};
pub(crate) use forget::delete_rows;

/// How long another process may be busy with making the files.
const MADE_WITHIN: Duration = Duration::from_secs(30);

/// Somebody who may ask for the right to write, with the files open.
#[derive(Debug)]
pub struct Writer {
    summaries: Connection,
    thumbnails: Connection,
    /// The files that are open; another process may have replaced a damaged one since.
    files: [Option<FileId>; 2],
    folder: PathBuf,
}

/// The right to write, for one commit. Nothing is stored before [`commit`](Self::commit); dropped without it,
/// nothing is.
#[must_use = "nothing is stored without a commit"]
#[derive(Debug)]
pub struct WriteGuard<'a> {
    writer: &'a Writer,
    /// Readings of which something was changed, so that what is made of it is made anew.
    touched: RefCell<BTreeSet<i64>>,
    /// Contents of which no trace is to be left.
    forgotten: Vec<ContentKey>,
    _lock: Lock,
}

impl Writer {
    pub(crate) fn open(folder: &Path) -> Result<Self, CacheError> {
        let _lock = Lock::take(&lock::path_in(folder), MADE_WITHIN)?;
        Self::open_locked(folder)
    }

    fn open_locked(folder: &Path) -> Result<Self, CacheError> {
        let (summaries, thumbnails) = (SUMMARIES.create(folder)?, THUMBNAILS.create(folder)?);
        Ok(Self { summaries, thumbnails, files: files(folder), folder: folder.to_owned() })
    }

    /// Waits until nobody else writes.
    ///
    /// # Errors
    /// [`CacheError::Locked`] names the process that holds the lock for longer than `within`, [`CacheError::Newer`] is
    /// told when a newer program has changed the format since this was opened.
    pub fn lock(&mut self, within: Duration) -> Result<WriteGuard<'_>, CacheError> {
        let lock = Lock::take(&lock::path_in(&self.folder), within)?;
        if self.files != files(&self.folder) || repair::is_unfinished(&self.folder) {
            // What is written into a file that was moved away is lost.
            repair::first_aid(&self.folder, false)?;
            *self = Self::open_locked(&self.folder)?;
        }
        let guard =
            WriteGuard { writer: self, touched: RefCell::default(), forgotten: Vec::new(), _lock: lock };
        guard.writer.summaries.execute_batch("BEGIN IMMEDIATE").map_err(|error| guard.sort(error))?;
        guard.writer.thumbnails.execute_batch("BEGIN IMMEDIATE").map_err(|error| guard.sort_small(error))?;
        SUMMARIES.refuse_newer(&guard.writer.summaries, &guard.writer.folder)?;
        Ok(guard)
    }
}

/// The files that are in this folder now.
fn files(folder: &Path) -> [Option<FileId>; 2] {
    [SUMMARIES, THUMBNAILS].map(|schema| FileId::of(&folder.join(schema.file)))
}

impl WriteGuard<'_> {
    /// Stores everything, for good: after this, neither a crash nor a power cut takes it back. Of what was forgotten,
    /// no trace is left in any file of the cache.
    ///
    /// # Errors
    /// Nothing is stored, but for [`CacheError::Traces`]: then everything is.
    pub fn commit(mut self) -> Result<(), CacheError> {
        let touched: Vec<i64> = self.touched.take().into_iter().collect();
        derived::some(&self.writer.summaries, &touched).map_err(|error| self.sort(error))?;
        if !self.forgotten.is_empty() {
            search::purge(&self.writer.summaries).map_err(|error| self.sort(error))?;
        }
        // Thumbnails first: one without a reading is harmless.
        self.writer.thumbnails.execute_batch("COMMIT").map_err(|error| self.sort_small(error))?;
        self.writer.summaries.execute_batch("COMMIT").map_err(|error| self.sort(error))?;
        let forgotten = mem::take(&mut self.forgotten);
        if forgotten.is_empty() { Ok(()) } else { self.scrub(&forgotten) }
    }

    /// Something about this content is not as it was: onlookers shall look again.
    fn change(&self, key: &ContentKey) -> rusqlite::Result<()> {
        const CHANGE: &str = "INSERT OR REPLACE INTO change (key) VALUES (?)";
        self.writer.summaries.prepare_cached(CHANGE)?.execute([key.as_bytes()]).map(drop)
    }

    fn sort(&self, error: rusqlite::Error) -> CacheError {
        CacheError::sort(error, &self.writer.folder.join(SUMMARIES.file)).noted()
    }

    fn sort_small(&self, error: rusqlite::Error) -> CacheError {
        CacheError::sort(error, &self.writer.folder.join(THUMBNAILS.file)).noted()
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        // Fails where there is nothing to roll back: after a commit, or before the second BEGIN.
        for connection in [&self.writer.summaries, &self.writer.thumbnails] {
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}
