//! Forgetting: everything that is known about a content, and every trace of it in the files.

use deskscribe_protocol::ContentKey;

use super::WriteGuard;
use crate::{CacheError, derived};

impl WriteGuard<'_> {
    /// Forgets a content and all its places. Returns whether there was anything to forget.
    ///
    /// The files themselves are nobody's business here; found again, they are read again.
    pub fn forget(&mut self, key: &ContentKey) -> Result<bool, CacheError> {
        let known = self.forget_rows(key).map_err(|error| self.sort(error))?;
        let forget = || {
            let thumbnails = &self.writer.thumbnails;
            thumbnails.prepare_cached("DELETE FROM thumbnail WHERE key = ?")?.execute([key.as_bytes()])
        };
        forget().map_err(|error| self.sort_small(error))?;
        Ok(known)
    }

    fn forget_rows(&self, key: &ContentKey) -> rusqlite::Result<bool> {
        let summaries = &self.writer.summaries;
        let id = self.id(key)?;
        if let Some(id) = id {
            derived::forget(summaries, id)?;
            self.has_forgotten.set(true);
            self.touched.borrow_mut().remove(&id);
        }
        summaries
            .prepare_cached("DELETE FROM queue WHERE path IN (SELECT path FROM place WHERE key = ?)")?
            .execute([key.as_bytes()])?;
        let mut rows = 0;
        for table in ["reading", "place", "part", "vector"] {
            let delete = format!("DELETE FROM {table} WHERE key = ?");
            rows += summaries.prepare_cached(&delete)?.execute([key.as_bytes()])?;
        }
        if rows > 0 {
            self.change(key)?;
        }
        Ok(rows > 0)
    }
}
