//! Contents that are owed something, because something that it takes was not there when they were read.

use std::path::PathBuf;

use deskscribe_protocol::{ContentKey, MediaKind, Owed};
use rusqlite::Row;

use super::{ReadGuard, row};
use crate::CacheError;

/// A content that is to be read again once there is what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owing {
    /// The name of the content.
    pub key: ContentKey,
    /// What it holds.
    pub kind: MediaKind,
    /// Where it was found, the last place first; files may be gone from there.
    pub places: Vec<PathBuf>,
}

impl ReadGuard {
    /// How many contents are owed this and were found somewhere.
    pub fn owing_count(&self, owed: Owed) -> Result<u64, CacheError> {
        const QUERY: &str = "SELECT count(*) FROM reading
            WHERE pending IS NOT NULL AND instr(pending, ?) > 0
                AND EXISTS (SELECT 1 FROM place WHERE place.key = reading.key)";
        let count = || {
            let mut owing = self.summaries.prepare_cached(QUERY)?;
            owing.query_row([format!("\"{}\"", owed.as_str())], |row| row.get::<_, i64>(0))
        };
        Ok(count().map_err(|error| self.sort(error))? as u64)
    }

    /// The contents that are owed this and were found somewhere, the newest first. Fast, however many others there are.
    pub fn owing(&self, owed: Owed) -> Result<Vec<Owing>, CacheError> {
        const QUERY: &str = "SELECT key, kind FROM reading
            WHERE pending IS NOT NULL AND instr(pending, ?) > 0 ORDER BY moment DESC, key";
        let find = || {
            let mut owing = self.summaries.prepare_cached(QUERY)?;
            let content = |row: &Row<'_>| {
                Ok((ContentKey::from_bytes(row.get("key")?), row::word::<MediaKind>(row, "kind")?))
            };
            owing.query_map([format!("\"{}\"", owed.as_str())], content)?.collect::<Result<Vec<_>, _>>()
        };
        let found = find().map_err(|error| self.sort(error))?;
        let mut owing = Vec::with_capacity(found.len());
        for (key, kind) in found {
            let places = self.places(&key)?;
            if !places.is_empty() {
                owing.push(Owing { key, kind, places });
            }
        }
        Ok(owing)
    }
}
