//! Readings in short, all of them, by the beginning of their key, and files of the queue by their path.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use deskscribe_protocol::{ContentKey, Failure, MediaKind, Owed};
use rusqlite::{OptionalExtension, Row};

use super::queue::queued;
use super::{ReadGuard, row};
use crate::columns::duration;
use crate::digest::{made, remote, told};
use crate::tags::own_tags;
use crate::{CacheError, Queued, tags};

/// What is told of a content in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The name of the content.
    pub key: ContentKey,
    /// What it holds.
    pub kind: MediaKind,
    /// Why it could not be read, if it could not.
    pub failure: Option<Failure>,
    /// A few words; absent when there is no text.
    pub title: Option<String>,
    /// The user's, if these gave it any, else the machine's; most telling first.
    pub tags: Vec<String>,
    /// What made title and tags: `extractive`, or the model's name.
    pub summary_by: Option<String>,
    /// Whether anything of it was ever sent to another machine.
    pub remote: bool,
    /// How long a recording plays, in seconds.
    pub duration: Option<f64>,
    /// What it is still owed.
    pub pending: Vec<Owed>,
    /// When it was taken, as far as is known, in milliseconds since 1970.
    pub moment: i64,
    /// The number of the change by which it was stored; what happens to its places makes later ones.
    pub stored: u64,
}

impl ReadGuard {
    /// What is told of this content in a list, if anything became of it.
    pub fn head(&self, key: &ContentKey) -> Result<Option<Head>, CacheError> {
        const QUERY: &str = concat!(
            "SELECT kind, code, reason, ",
            told!(),
            ", ",
            own_tags!(),
            " AS own_tags, ",
            remote!(),
            " AS remote, ",
            duration!(),
            " AS duration, pending, moment, stored FROM reading ",
            made!(),
            " WHERE reading.key = ?"
        );
        let find = || {
            let mut head = self.summaries.prepare_cached(QUERY)?;
            head.query_row([key.as_bytes()], |row| in_short(*key, row)).optional()
        };
        find().map_err(|error| self.sort(error))
    }

    /// The contents of which something became, the newest first.
    pub fn keys(&self) -> Result<Vec<ContentKey>, CacheError> {
        const QUERY: &str = "SELECT key FROM reading ORDER BY moment DESC, key";
        let find = || {
            let mut keys = self.summaries.prepare_cached(QUERY)?;
            keys.query_map([], |row| row.get(0).map(ContentKey::from_bytes))?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }

    /// The contents of which something became and whose keys lie between these two, both included; at most so many.
    pub fn keys_between(
        &self,
        first: &ContentKey,
        last: &ContentKey,
        most: usize,
    ) -> Result<Vec<ContentKey>, CacheError> {
        const QUERY: &str = "SELECT key FROM reading WHERE key >= ? AND key <= ? ORDER BY key LIMIT ?";
        let find = || {
            let mut keys = self.summaries.prepare_cached(QUERY)?;
            let values = (first.as_bytes(), last.as_bytes(), most as i64);
            keys.query_map(values, |row| row.get(0).map(ContentKey::from_bytes))?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }

    /// The file at this path, if it waits to be read.
    pub fn queued_at(&self, path: &Path) -> Result<Option<Queued>, CacheError> {
        const QUERY: &str = "SELECT path, kind, since, code, reason FROM queue WHERE path = ?";
        let find = || {
            let mut queue = self.summaries.prepare_cached(QUERY)?;
            queue.query_row([path.as_os_str().as_bytes()], queued).optional()
        };
        find().map_err(|error| self.sort(error))
    }
}

fn in_short(key: ContentKey, row: &Row<'_>) -> rusqlite::Result<Head> {
    let text = |column| row.get::<_, Option<String>>(column);
    let (tags, _) = tags::effective(text("own_tags")?.as_deref(), text("tags")?.as_deref());
    Ok(Head {
        key,
        kind: row::word::<MediaKind>(row, "kind")?,
        failure: row::failure(row)?,
        title: row.get("title")?,
        tags,
        summary_by: row.get("summary_by")?,
        remote: row.get("remote")?,
        duration: row.get("duration")?,
        // What cannot be understood is of a newer program.
        pending: row::some_json(row, "pending").ok().flatten().unwrap_or_default(),
        moment: row.get("moment")?,
        stored: row.get::<_, i64>("stored")? as u64,
    })
}
