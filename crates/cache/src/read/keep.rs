//! What is kept beside readings: parts of media that are not read to their end.

use deskscribe_protocol::ContentKey;
use rusqlite::Row;

use super::ReadGuard;
use crate::CacheError;

/// What was learned from one part of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How the medium was cut.
    pub plan: String,
    /// Which of its parts.
    pub number: u32,
    /// Whatever was put there.
    pub content: Vec<u8>,
}

impl ReadGuard {
    /// The parts of a medium that were read by this plan, by number. One that is not what was stored, because the disk
    /// has changed it, is none.
    pub fn parts(&self, key: &ContentKey, plan: &str) -> Result<Vec<(u32, Vec<u8>)>, CacheError> {
        let parts = self.parts_of(key)?.into_iter().filter(|part| part.plan == plan);
        Ok(parts.map(|part| (part.number, part.content)).collect())
    }

    /// All parts of a medium that were read, by plan and number.
    pub fn parts_of(&self, key: &ContentKey) -> Result<Vec<Part>, CacheError> {
        const QUERY: &str = "SELECT plan, number, content FROM part
            WHERE key = ? AND seal(key, plan, number, content) = seal ORDER BY plan, number";
        let find = || {
            let mut parts = self.summaries.prepare_cached(QUERY)?;
            let part =
                |row: &Row<'_>| Ok(Part { plan: row.get(0)?, number: row.get(1)?, content: row.get(2)? });
            parts.query_map([key.as_bytes()], part)?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }
}
