//! Forgetting: everything that is known about a content, and every trace of it in the files.

use std::path::Path;

use deskscribe_protocol::ContentKey;
use rusqlite::Connection;

use super::WriteGuard;
use crate::schema::{SUMMARIES, THUMBNAILS};
use crate::{CacheError, derived, repair};

impl WriteGuard<'_> {
    /// Forgets a content and all its places. Returns whether there was anything to forget.
    ///
    /// The files themselves are nobody's business here; found again, they are read again.
    pub fn forget(&mut self, key: &ContentKey) -> Result<bool, CacheError> {
        let known = self.forget_content(key)?;
        self.forgotten.push(*key);
        Ok(known)
    }

    /// Drops what is known of a content, and nothing but that: what was made before has it still.
    pub(super) fn forget_content(&mut self, key: &ContentKey) -> Result<bool, CacheError> {
        let known = self.forget_rows(key).map_err(|error| self.sort(error))?;
        let forget = || {
            let thumbnails = &self.writer.thumbnails;
            thumbnails.prepare_cached("DELETE FROM thumbnail WHERE key = ?")?.execute([key.as_bytes()])
        };
        forget().map_err(|error| self.sort_small(error))?;
        Ok(known)
    }

    /// Forgets a file that waits to be read, with all that was learned of parts of it so far. Whose parts are whose is
    /// not known before a medium was read to its end: so all go that are of no known file, and that nobody works on.
    pub fn forget_queued(&mut self, path: &Path) -> Result<(), CacheError> {
        const STRAY: &str = "DELETE FROM part WHERE key NOT IN (SELECT key FROM place)
            AND key NOT IN (SELECT key FROM claim) RETURNING key";
        self.dequeue(path)?;
        let forget = || -> rusqlite::Result<Vec<ContentKey>> {
            let mut stray = self.writer.summaries.prepare_cached(STRAY)?;
            stray.query_map([], |row| row.get(0).map(ContentKey::from_bytes))?.collect()
        };
        let mut stray = forget().map_err(|error| self.sort(error))?;
        stray.dedup();
        self.forgotten.extend(stray);
        Ok(())
    }

    /// After the commit: what was deleted is overwritten in the tables, but the logs still have it as it was, and so do
    /// backups and files that were kept because they are damaged.
    pub(super) fn scrub(self, forgotten: &[ContentKey]) -> Result<(), CacheError> {
        let writer = self.writer;
        for (connection, schema) in [(&writer.summaries, SUMMARIES), (&writer.thumbnails, THUMBNAILS)] {
            let path = writer.folder.join(schema.file);
            let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            if busy.map_err(|error| CacheError::sort(error, &path))? {
                return Err(CacheError::Traces(path));
            }
        }
        // Others may write meanwhile.
        drop(self);
        repair::forget(&writer.folder, forgotten)
    }

    fn forget_rows(&self, key: &ContentKey) -> rusqlite::Result<bool> {
        let summaries = &self.writer.summaries;
        let id = self.id(key)?;
        if let Some(id) = id {
            derived::forget(summaries, id)?;
            self.touched.borrow_mut().remove(&id);
        }
        let rows = delete_rows(summaries, key)?;
        if rows > 0 {
            self.change(key)?;
        }
        Ok(rows > 0)
    }
}

/// Deletes what is known about a content from the tables that are not made of others; returns how many rows that were.
pub(crate) fn delete_rows(summaries: &Connection, key: &ContentKey) -> rusqlite::Result<usize> {
    const WAITING: &str = "DELETE FROM queue WHERE path IN (SELECT path FROM place WHERE key = ?)";
    summaries.prepare_cached(WAITING)?.execute([key.as_bytes()])?;
    // A backup may be older than a table.
    const IS_THERE: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
    let tables = [
        "reading",
        "place",
        "part",
        "vector",
        "tagging",
        "summary",
        "receipt",
        "refusal",
        "wish",
        "embedding",
        "summary_claim",
        "gone",
    ];
    tables.into_iter().try_fold(0, |rows, table| {
        if !summaries.prepare_cached(IS_THERE)?.exists([table])? {
            return Ok(rows);
        }
        let delete = format!("DELETE FROM {table} WHERE key = ?");
        Ok(rows + summaries.prepare_cached(&delete)?.execute([key.as_bytes()])?)
    })
}
