//! What is kept beside readings: parts of media that are not read to their end.

use deskscribe_protocol::ContentKey;

use super::WriteGuard;
use crate::CacheError;

impl WriteGuard<'_> {
    /// Stores what was learned from one part of a medium. Parts belong to a plan: what another plan cut differently
    /// is of no use to it.
    pub fn put_part(
        &mut self,
        key: &ContentKey,
        plan: &str,
        number: u32,
        content: &[u8],
    ) -> Result<(), CacheError> {
        const PUT: &str = "INSERT OR REPLACE INTO part (key, plan, number, content, seal)
            VALUES (?1, ?2, ?3, ?4, seal(?1, ?2, ?3, ?4))";
        let values = (key.as_bytes(), plan, number, content);
        let put = || self.writer.summaries.prepare_cached(PUT)?.execute(values);
        put().map(drop).map_err(|error| self.sort(error))
    }

    /// Drops the parts of a medium, of any plan: it was read to its end, or is to be read anew.
    pub fn drop_parts(&mut self, key: &ContentKey) -> Result<(), CacheError> {
        const DROP: &str = "DELETE FROM part WHERE key = ?";
        let drop_all = || self.writer.summaries.prepare_cached(DROP)?.execute([key.as_bytes()]);
        drop_all().map(drop).map_err(|error| self.sort(error))
    }

    /// Drops the parts of a medium that were read by this plan: they are to be read anew, or are of no use any more.
    pub fn drop_parts_of_plan(&mut self, key: &ContentKey, plan: &str) -> Result<(), CacheError> {
        const DROP: &str = "DELETE FROM part WHERE key = ? AND plan = ?";
        let drop_all = || self.writer.summaries.prepare_cached(DROP)?.execute((key.as_bytes(), plan));
        drop_all().map(drop).map_err(|error| self.sort(error))
    }
}
