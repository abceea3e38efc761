//! Claims: one content is read by one engine, however many have found it.

use deskscribe_protocol::ContentKey;
use rusqlite::OptionalExtension;

use super::WriteGuard;
use crate::{CacheError, EngineLock, Record, engines, read};

/// What came of asking for a content.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// It is the engine's own to read, until it stores an outcome, gives it back or dies.
    Granted,
    /// Somebody has stored an outcome that is good enough.
    Known(Box<Record>),
    /// Another living engine reads it.
    Held {
        /// The name of that engine.
        engine: String,
        /// What comes of it will be a change with a higher number than this.
        after: u64,
    },
}

impl WriteGuard<'_> {
    /// Asks for a content to read, unless something is known about it that is `good`; with the outcome goes the
    /// number of the change by which it was stored.
    pub fn claim(
        &mut self,
        key: &ContentKey,
        engine: &EngineLock,
        good: impl FnOnce(&Record, u64) -> bool,
    ) -> Result<Claim, CacheError> {
        let known = read::record(&self.writer.summaries, key).map_err(|error| self.sort(error))?;
        if let Some((record, change)) = known
            && good(&record, change)
        {
            return Ok(Claim::Known(Box::new(record)));
        }
        self.take(key, engine).map_err(|error| self.sort(error))
    }

    fn take(&self, key: &ContentKey, engine: &EngineLock) -> rusqlite::Result<Claim> {
        let summaries = &self.writer.summaries;
        let holder: Option<String> = summaries
            .prepare_cached("SELECT engine FROM claim WHERE key = ?")?
            .query_row([key.as_bytes()], |row| row.get(0))
            .optional()?;
        if let Some(holder) = holder.filter(|holder| holder != engine.id())
            && engines::is_alive(&self.writer.folder, &holder)
        {
            return Ok(Claim::Held { engine: holder, after: read::last_change(summaries)? });
        }
        summaries
            .prepare_cached("INSERT OR REPLACE INTO claim (key, engine) VALUES (?, ?)")?
            .execute((key.as_bytes(), engine.id()))?;
        Ok(Claim::Granted)
    }

    /// Gives a content back, so that others may read it, and tells those who wait for it.
    pub fn release(&mut self, key: &ContentKey) -> Result<(), CacheError> {
        self.give_back(key).map_err(|error| self.sort(error))
    }

    pub(super) fn give_back(&self, key: &ContentKey) -> rusqlite::Result<()> {
        let summaries = &self.writer.summaries;
        summaries.prepare_cached("DELETE FROM claim WHERE key = ?")?.execute([key.as_bytes()])?;
        self.change(key)
    }

    /// Gives back whatever this engine holds.
    pub fn release_all(&mut self, engine: &str) -> Result<(), CacheError> {
        let release = || {
            let summaries = &self.writer.summaries;
            summaries
                .prepare_cached("INSERT OR REPLACE INTO change (key) SELECT key FROM claim WHERE engine = ?")?
                .execute([engine])?;
            summaries.prepare_cached("DELETE FROM claim WHERE engine = ?")?.execute([engine])
        };
        release().map(drop).map_err(|error| self.sort(error))
    }
}
