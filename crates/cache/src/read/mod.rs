//! Reading: what is known about a path, and about a content.

mod common_tags;
mod keep;
mod list;
mod look;
mod owing;
mod own_tags;
mod places;
mod queue;
mod row;
mod summary;
mod thumbnail;
mod turn;
mod vector;

use std::cell::RefCell;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use deskscribe_protocol::ContentKey;
use rusqlite::{Connection, Row};
use tempfile::TempDir;

use crate::meaning::Vectors;
use crate::schema::SUMMARIES;
use crate::{CacheError, FileId, Record, columns, digest, repair, tags};

pub use keep::Part;
pub use list::Head;
use look::Look;
pub use owing::Owing;
pub use queue::{Coverage, Queued, Unread};
pub(crate) use row::{failure, record};
use thumbnail::Thumbnails;
pub(crate) use turn::turn;

/// A way to read the cache. It cannot write.
pub struct ReadGuard {
    summaries: Connection,
    /// The format of the file, which may be newer than ours.
    format: i64,
    folder: PathBuf,
    /// The file that is open; another process may have replaced it since.
    file: Option<FileId>,
    _copy: Option<TempDir>,
    /// Opened when the first small picture is asked for.
    thumbnails: RefCell<Option<Thumbnails>>,
    /// Those of the model that was asked for last, once it was.
    vectors: RefCell<Option<Vectors>>,
}

impl ReadGuard {
    pub(crate) fn open(folder: &Path) -> Result<Self, CacheError> {
        repair::once_in_place(folder, || {
            loop {
                let file = FileId::of(&folder.join(SUMMARIES.file));
                let Look { connection: summaries, format, copy } = look::look(&SUMMARIES, folder)?;
                if format == 0 {
                    // Somebody is making it at this moment.
                    return Err(CacheError::Nothing(folder.to_owned()));
                }
                let tables = [(tags::SINCE, tags::NONE_YET), (digest::SINCE, digest::NONE_YET)];
                let tables =
                    tables.into_iter().filter(|(since, _)| format < *since).map(|(_, none_yet)| none_yet);
                for none_yet in tables.chain(columns::none_yet(format)) {
                    let made = summaries.execute_batch(none_yet);
                    made.map_err(|error| CacheError::sort(error, &folder.join(SUMMARIES.file)))?;
                }
                let thumbnails = RefCell::default();
                let (folder, vectors) = (folder.to_owned(), RefCell::default());
                let guard = Self { summaries, format, folder, file, _copy: copy, thumbnails, vectors };
                // Replaced meanwhile, it might be read with the log of the other one.
                if guard.is_current() {
                    return Ok(guard);
                }
            }
        })
    }

    /// Whether this reads the file that is there now. One that was damaged is replaced by whoever finds that out.
    fn is_current(&self) -> bool {
        self.file == FileId::of(&self.folder.join(SUMMARIES.file))
    }

    /// Goes on with the file that is there now, if another process has replaced a damaged one, and with its new tables,
    /// if one has changed its format. A guard that is kept for long sees nothing new without this. Returns whether
    /// there was either, so that nothing seen before need be true.
    pub fn refresh(&mut self) -> Result<bool, CacheError> {
        let is_old = !self.is_current() || self.has_changed_format()?;
        if is_old {
            *self = Self::open(&self.folder)?;
        }
        Ok(is_old)
    }

    /// Whether the file has got another format since it was opened: from this program, or from a newer one.
    fn has_changed_format(&self) -> Result<bool, CacheError> {
        let format = self.summaries.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        Ok(format.map_err(|error| self.sort(error))? != self.format)
    }

    /// The format of a cache that was made by a newer program: it can be read, but not written to.
    pub fn newer(&self) -> Option<i64> {
        (self.format > SUMMARIES.version()).then_some(self.format)
    }

    /// Whether the file has the tables of this format, which was ours once.
    pub(crate) fn has_format(&self, format: i64) -> bool {
        self.format >= format
    }

    /// What became of this content, if anything. A row that is not what was stored, because the disk has changed it,
    /// counts as none: the content is read again.
    pub fn outcome(&self, key: &ContentKey) -> Result<Option<Record>, CacheError> {
        Ok(record(&self.summaries, key).map_err(|error| self.sort(error))?.map(|(record, _)| record))
    }

    /// Changes whenever somebody else has committed something.
    pub(crate) fn data_version(&self) -> Result<i64, CacheError> {
        let version = self.summaries.pragma_query_value(None, "data_version", |row| row.get(0));
        version.map_err(|error| self.sort(error))
    }

    /// The number of the last change.
    pub fn last_change(&self) -> Result<u64, CacheError> {
        last_change(&self.summaries).map_err(|error| self.sort(error))
    }

    /// The contents that changed after the change with this number, and the number of the last change.
    pub fn changed_after(&self, number: u64) -> Result<(Vec<ContentKey>, u64), CacheError> {
        const QUERY: &str = "SELECT key, number FROM change WHERE number > ? ORDER BY number";
        let find = || {
            let mut changes = self.summaries.prepare_cached(QUERY)?;
            let key = |row: &Row<'_>| Ok((ContentKey::from_bytes(row.get(0)?), row.get::<_, i64>(1)? as u64));
            let mut last = number;
            let keys = changes.query_map([number as i64], key)?.map(|change| {
                change.map(|(key, number)| {
                    last = number;
                    key
                })
            });
            Ok((keys.collect::<Result<_, _>>()?, last))
        };
        find().map_err(|error| self.sort(error))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database that everything but thumbnails is read from.
    pub(crate) fn summaries(&self) -> &Connection {
        &self.summaries
    }

    pub(crate) fn sort(&self, error: rusqlite::Error) -> CacheError {
        let path = self.folder.join(SUMMARIES.file);
        let error = match error {
            // A value that is not what a column is for was not written by us.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => CacheError::Damaged { reason: error.to_string(), path },
            error => CacheError::sort(error, &path),
        };
        // The damage of a file that was replaced is no news, and what a newer program means is not ours to judge.
        if self.is_current() && self.newer().is_none() { error.noted() } else { error }
    }
}

/// The number of the last change; numbers are never used again.
pub(crate) fn last_change(summaries: &Connection) -> rusqlite::Result<u64> {
    const QUERY: &str = "SELECT coalesce(max(number), 0) FROM change";
    Ok(summaries.prepare_cached(QUERY)?.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

fn path(bytes: Vec<u8>) -> PathBuf {
    std::ffi::OsString::from_vec(bytes).into()
}
