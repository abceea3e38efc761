//! Tags that the user gives.

use deskscribe_protocol::ContentKey;

use super::WriteGuard;
use crate::{CacheError, tags};

impl WriteGuard<'_> {
    /// Gives a content of which something became the tags that the user typed, in place of the machine's, for good; or
    /// gives it back to the machine. What was typed is made sound: at most 24 tags of one line and 100 characters, each
    /// once. Returns whether there is such a content.
    pub fn set_tags(
        &mut self,
        key: &ContentKey,
        typed: Option<&[String]>,
        now_ms: i64,
    ) -> Result<bool, CacheError> {
        let set = || {
            let Some(id) = self.id(key)? else { return Ok(None) };
            self.set_row(key, typed, now_ms)?;
            self.change(key)?;
            Ok(Some(id))
        };
        let id = set().map_err(|error| self.sort(error))?;
        self.touched.get_mut().extend(id);
        Ok(id.is_some())
    }

    fn set_row(&self, key: &ContentKey, typed: Option<&[String]>, now_ms: i64) -> rusqlite::Result<()> {
        // Later than what it replaces, whatever the clock says.
        const SET: &str = "INSERT INTO tagging (key, set_at, tags, seal)
            SELECT key, set_at, tags, seal(key, set_at, tags) FROM (SELECT ?1 AS key, ?3 AS tags,
                max(?2, coalesce((SELECT set_at + 1 FROM tagging WHERE key = ?1), ?2)) AS set_at)
            WHERE true
            ON CONFLICT (key) DO UPDATE SET set_at = excluded.set_at, tags = excluded.tags, seal = excluded.seal";
        let tags = super::put::json(typed.map(tags::clean))?;
        self.writer.summaries.prepare_cached(SET)?.execute((key.as_bytes(), now_ms, tags)).map(drop)
    }

    /// The tags that the user gave this content: see [`ReadGuard::own_tags`](crate::ReadGuard::own_tags).
    pub fn own_tags(&self, key: &ContentKey) -> Result<Option<Vec<String>>, CacheError> {
        tags::own(&self.writer.summaries, key).map_err(|error| self.sort(error))
    }
}
