//! Claims: one content is read by one engine, however many have found it, and one has it summarised.

use deskscribe_protocol::ContentKey;
use rusqlite::OptionalExtension;

use super::WriteGuard;
use crate::{Asking, CacheError, EngineLock, Record, Unsummarised, engines, read};

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

/// What came of asking for a content to have it summarised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SummaryClaim {
    /// It is the engine's own to ask about, until it stores what comes of it, gives it back or dies. What is wanted may
    /// have changed since it was listed.
    Granted(Unsummarised),
    /// Nothing is wanted any more.
    Done,
    /// Another living engine has it summarised.
    Held {
        /// The name of that engine.
        engine: String,
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

    /// Asks for a content to have it summarised by who can be asked, or to have a vector made of it. Who reads it is
    /// another matter.
    pub fn claim_summary(
        &mut self,
        key: &ContentKey,
        engine: &EngineLock,
        asking: &Asking<'_>,
        now_ms: i64,
    ) -> Result<SummaryClaim, CacheError> {
        const TAKE: &str = "INSERT OR REPLACE INTO summary_claim (key, engine, since) VALUES (?, ?, ?)";
        let take = || {
            let summaries = &self.writer.summaries;
            let Some(turn) = read::turn(summaries, key, asking)? else { return Ok(SummaryClaim::Done) };
            if let Some(holder) = turn.holder.filter(|holder| holder != engine.id())
                && engines::is_alive(&self.writer.folder, &holder)
            {
                return Ok(SummaryClaim::Held { engine: holder });
            }
            summaries.prepare_cached(TAKE)?.execute((key.as_bytes(), engine.id(), now_ms))?;
            Ok(SummaryClaim::Granted(turn.content))
        };
        take().map_err(|error| self.sort(error))
    }

    /// Gives a content back that was to be summarised, so that others may ask.
    pub fn release_summary(&mut self, key: &ContentKey) -> Result<(), CacheError> {
        let release = || self.give_summary_back(key).and_then(|()| self.change(key));
        release().map_err(|error| self.sort(error))
    }

    pub(super) fn give_summary_back(&self, key: &ContentKey) -> rusqlite::Result<()> {
        let summaries = &self.writer.summaries;
        summaries
            .prepare_cached("DELETE FROM summary_claim WHERE key = ?")?
            .execute([key.as_bytes()])
            .map(drop)
    }

    /// Gives back whatever this engine holds.
    pub fn release_all(&mut self, engine: &str) -> Result<(), CacheError> {
        let release = || {
            for claims in ["claim", "summary_claim"] {
                let change =
                    format!("INSERT OR REPLACE INTO change (key) SELECT key FROM {claims} WHERE engine = ?");
                let delete = format!("DELETE FROM {claims} WHERE engine = ?");
                self.writer.summaries.prepare_cached(&change)?.execute([engine])?;
                self.writer.summaries.prepare_cached(&delete)?.execute([engine])?;
            }
            Ok(())
        };
        release().map_err(|error| self.sort(error))
    }
}
