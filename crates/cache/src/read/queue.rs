//! What is not read yet.

use std::fmt;
use std::path::PathBuf;

use deskscribe_protocol::{Code, ContentKey, Failure, MediaKind};
use rusqlite::{Connection, Row};
use serde::Serialize;

use super::{ReadGuard, path, row};
use crate::{CacheError, Page, grouped, search};

/// A file that was found and not read.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Absolute.
    pub path: PathBuf,
    /// What it holds, as far as its name and first bytes tell.
    pub kind: MediaKind,
    /// When it was found, in milliseconds since 1970.
    pub since: i64,
    /// Why it could not be read for now; without it, its turn has not come yet.
    pub failure: Option<Failure>,
}

/// How much of what was found has been read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Coverage {
    /// Contents that were read.
    pub read: u64,
    /// Contents and files that could not be read.
    pub failed: u64,
    /// Files whose turn has not come yet.
    pub queued: u64,
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, failed, queued } = *self;
        write!(f, "searched {} of {}", grouped(read), grouped(read + failed + queued))?;
        if queued > 0 {
            write!(f, ", {} not read yet", grouped(queued))?;
        }
        if failed > 0 {
            write!(f, ", {} could not be read", grouped(failed))?;
        }
        Ok(())
    }
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// The content, if it was read far enough to have a name.
    pub key: Option<ContentKey>,
    /// The file; of a content that has a name, ask for its places.
    pub path: Option<PathBuf>,
    /// What it holds.
    pub kind: MediaKind,
    /// Why it could not be read.
    pub failure: Failure,
    /// When that was found out; of a file that was put off, when it was found. In milliseconds since 1970.
    pub moment: i64,
}

impl ReadGuard {
    /// Files whose turn has not come, the longest waiting first, and how many there are.
    pub fn waiting(&self, page: Page) -> Result<(Vec<Queued>, usize), CacheError> {
        const COUNT: &str = "SELECT count(*) FROM queue WHERE code IS NULL";
        const QUERY: &str = "SELECT path, kind, since, code, reason FROM queue WHERE code IS NULL
            ORDER BY since, path LIMIT ? OFFSET ?";
        self.page_of(COUNT, QUERY, page, queued)
    }

    /// Contents that could not be read, as far as they are at any place, and files that were put off; the newest first,
    /// and how many there are.
    pub fn unread(&self, page: Page) -> Result<(Vec<Unread>, usize), CacheError> {
        const COUNT: &str = "SELECT (SELECT count(*) FROM queue WHERE code IS NOT NULL)
            + (SELECT count(*) FROM reading WHERE state = 'failed'
                AND EXISTS (SELECT 1 FROM place WHERE place.key = reading.key))";
        const QUERY: &str = "SELECT NULL AS key, path, kind, code, reason, since AS moment FROM queue
                WHERE code IS NOT NULL
            UNION ALL SELECT key, NULL, kind, code, reason, read_at FROM reading WHERE state = 'failed'
                AND EXISTS (SELECT 1 FROM place WHERE place.key = reading.key)
            ORDER BY moment DESC, path, key LIMIT ? OFFSET ?";
        let unread = |row: &Row<'_>| {
            let key: Option<[u8; 32]> = row.get("key")?;
            Ok(Unread {
                key: key.map(ContentKey::from_bytes),
                path: row.get::<_, Option<Vec<u8>>>("path")?.map(path),
                kind: row::word::<MediaKind>(row, "kind")?,
                failure: Failure { code: row::word::<Code>(row, "code")?, reason: row.get("reason")? },
                moment: row.get("moment")?,
            })
        };
        self.page_of(COUNT, QUERY, page, unread)
    }

    fn page_of<T>(
        &self,
        count: &str,
        query: &str,
        page: Page,
        tell: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<(Vec<T>, usize), CacheError> {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        let find = || {
            // One view of both, whatever is written meanwhile.
            let view = self.summaries.unchecked_transaction()?;
            let count = view.prepare_cached(count)?.query_row([], |row| row.get::<_, i64>(0))?;
            let mut rows = view.prepare_cached(query)?;
            let rows = rows.query_map((number(page.limit), number(page.offset)), tell)?;
            Ok((rows.collect::<Result<_, _>>()?, usize::try_from(count).unwrap_or_default()))
        };
        find().map_err(|error| self.sort(error))
    }

    /// The files that were found and not read, the longest waiting first.
    pub fn queue(&self) -> Result<Vec<Queued>, CacheError> {
        const QUERY: &str = "SELECT path, kind, since, code, reason FROM queue ORDER BY since, path";
        let find = || {
            let mut queue = self.summaries.prepare_cached(QUERY)?;
            queue.query_map([], queued)?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }

    /// How much of what was found has been read. What was read and is at no place any more, because its file was
    /// edited, counts no more.
    pub fn coverage(&self) -> Result<Coverage, CacheError> {
        // One view of everything, whatever is written meanwhile.
        let count = || {
            let view = self.summaries.unchecked_transaction()?;
            self.coverage_in(&view)
        };
        count().map_err(|error| self.sort(error))
    }

    /// The same, as it is in this view.
    pub(crate) fn coverage_in(&self, view: &Connection) -> rusqlite::Result<Coverage> {
        // What can be searched has a place; all of that is counted faster than a part of it, and few have failed.
        const FOUND: &str = "SELECT count(*) FROM search_entry";
        const OLDER: &str = "SELECT count(DISTINCT key) FROM place WHERE key IN (SELECT key FROM reading)";
        const REST: &str = "SELECT
            (SELECT count(*) FROM reading WHERE state = 'failed'
                AND EXISTS (SELECT 1 FROM place WHERE place.key = reading.key)),
            (SELECT count(*) FROM queue WHERE code IS NOT NULL),
            (SELECT count(*) FROM queue WHERE code IS NULL)";
        let count = |row: &Row<'_>, column| row.get::<_, i64>(column).map(|number| number as u64);
        let found = if self.has_format(search::SINCE) { FOUND } else { OLDER };
        let found = view.prepare_cached(found)?.query_row([], |row| count(row, 0))?;
        let rest = |row: &Row<'_>| Ok((count(row, 0)?, count(row, 1)?, count(row, 2)?));
        let (failed, put_off, queued) = view.prepare_cached(REST)?.query_row([], rest)?;
        Ok(Coverage { read: found.saturating_sub(failed), failed: failed + put_off, queued })
    }
}

pub(super) fn queued(row: &Row<'_>) -> rusqlite::Result<Queued> {
    Ok(Queued {
        path: path(row.get("path")?),
        kind: row::word::<MediaKind>(row, "kind")?,
        since: row.get("since")?,
        failure: row::failure(row)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coverage_is_told() {
        let told = |read, failed, queued| Coverage { read, failed, queued }.to_string();
        assert_eq!(told(4102, 0, 165), "searched 4,102 of 4,267, 165 not read yet");
        assert_eq!(told(12, 0, 0), "searched 12 of 12");
        assert_eq!(told(1_000_000, 7, 0), "searched 1,000,000 of 1,000,007, 7 could not be read");
    }
}
