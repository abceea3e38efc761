//! What is known of files that are gone: kept for a while, as files come back, and then dropped.

use std::time::Duration;

use deskscribe_protocol::ContentKey;

use super::WriteGuard;
use crate::{CacheError, clock};

/// So many contents are dropped in one commit at most: others wait to write.
const AT_ONCE: usize = 500;

impl WriteGuard<'_> {
    /// Drops what is known of contents that lie nowhere any more, and have not for so long; returns how many those
    /// were. What nobody has looked for yet is gone since now. Backups keep it until they are replaced: see
    /// [`forget`](Self::forget) for what must leave no trace.
    pub fn drop_gone(&mut self, kept: Duration) -> Result<usize, CacheError> {
        let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
        let now = clock::now_ms();
        let keys = self.gone_since(now, now.saturating_sub(kept)).map_err(|error| self.sort(error))?;
        for key in &keys {
            self.forget_content(key)?;
        }
        Ok(keys.len())
    }

    fn gone_since(&self, now: i64, last: i64) -> rusqlite::Result<Vec<ContentKey>> {
        const BACK: &str = "DELETE FROM gone WHERE key IN (SELECT key FROM place)";
        // What somebody reads has a place only once it is read.
        const GONE: &str = "INSERT OR IGNORE INTO gone SELECT key, ?1
            FROM (SELECT key FROM reading UNION SELECT key FROM part)
            WHERE key NOT IN (SELECT key FROM place) AND key NOT IN (SELECT key FROM claim)";
        const LONG_GONE: &str = "DELETE FROM gone WHERE key IN
            (SELECT key FROM gone WHERE since <= ?1 ORDER BY since LIMIT ?2) RETURNING key";
        let summaries = &self.writer.summaries;
        summaries.prepare_cached(BACK)?.execute([])?;
        summaries.prepare_cached(GONE)?.execute([now])?;
        let mut gone = summaries.prepare_cached(LONG_GONE)?;
        gone.query_map((last, AT_ONCE as i64), |row| row.get(0).map(ContentKey::from_bytes))?.collect()
    }
}
