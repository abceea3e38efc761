//! Reading: what is known about a path, and about a content.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use deskscribe_protocol::{Code, ContentKey, Digest, Failure, MediaKind, Reading};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;

use crate::schema::{SUMMARIES, THUMBNAILS};
use crate::{CacheError, Outcome, Record, Stamp, Thumbnail};

/// A way to read the cache. It cannot write.
pub struct ReadGuard {
    summaries: Connection,
    folder: PathBuf,
}

impl ReadGuard {
    pub(crate) fn open(folder: &Path) -> Result<Self, CacheError> {
        Ok(Self { summaries: SUMMARIES.read(folder)?, folder: folder.to_owned() })
    }

    /// The content at this path, if the file looks exactly as it did when the content was named.
    pub fn key_at(&self, path: &Path, stamp: &Stamp) -> Result<Option<ContentKey>, CacheError> {
        const QUERY: &str = "SELECT key FROM place
            WHERE path = ? AND device = ? AND inode = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ?";
        let Stamp { device, inode, size, mtime_ns, ctime_ns } = *stamp;
        let find = || {
            let path = path.as_os_str().as_bytes();
            // SQLite's integers are signed; the same cast is used for storing.
            let values = (path, device as i64, inode as i64, size as i64, mtime_ns, ctime_ns);
            self.summaries.prepare_cached(QUERY)?.query_row(values, |row| row.get(0)).optional()
        };
        Ok(find().map_err(|error| self.sort(error))?.map(ContentKey::from_bytes))
    }

    /// What became of this content, if anything.
    pub fn outcome(&self, key: &ContentKey) -> Result<Option<Record>, CacheError> {
        let find = || {
            self.summaries
                .prepare_cached("SELECT * FROM reading WHERE key = ?")?
                .query_row([key.as_bytes()], |row| record(*key, row))
                .optional()
        };
        find().map_err(|error| self.sort(error))
    }

    /// The small picture of this content, if there is one.
    pub fn thumbnail(&self, key: &ContentKey) -> Result<Option<Thumbnail>, CacheError> {
        const QUERY: &str = "SELECT width, height, jpeg FROM thumbnail WHERE key = ?";
        let small =
            |row: &Row<'_>| Ok(Thumbnail { width: row.get(0)?, height: row.get(1)?, jpeg: row.get(2)? });
        THUMBNAILS
            .read(&self.folder)?
            .query_row(QUERY, [key.as_bytes()], small)
            .optional()
            .map_err(|error| CacheError::sort(error, &self.folder.join(THUMBNAILS.file)))
    }

    fn sort(&self, error: rusqlite::Error) -> CacheError {
        // A value that is not what a column is for was not written by us.
        if let rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) = &error
        {
            let path = self.folder.join(SUMMARIES.file);
            return CacheError::Damaged { reason: error.to_string(), path };
        }
        CacheError::sort(error, &self.folder.join(SUMMARIES.file))
    }
}

fn record(key: ContentKey, row: &Row<'_>) -> rusqlite::Result<Record> {
    let outcome = if row.get::<_, String>("state")? == "failed" {
        Outcome::Failed(Failure { code: word::<Code>(row, "code")?, reason: row.get("reason")? })
    } else {
        Outcome::Read(Box::new(reading(row)?))
    };
    Ok(Record {
        key,
        kind: word::<MediaKind>(row, "kind")?,
        bytes: row.get::<_, i64>("bytes")? as u64,
        outcome,
        read_at: row.get("read_at")?,
        program: row.get("program")?,
    })
}

fn reading(row: &Row<'_>) -> rusqlite::Result<Reading> {
    Ok(Reading {
        text: row.get("text")?,
        lines: json(row, "lines")?,
        language: row.get("language")?,
        width: row.get("width")?,
        height: row.get("height")?,
        pages: row.get("pages")?,
        taken_at: row.get("taken_at")?,
        camera: row.get("camera")?,
        digest: Digest {
            title: row.get("title")?,
            summary: row.get("summary")?,
            tags: json(row, "tags")?,
            by: row.get("summary_by")?,
        },
        seconds: row.get("seconds")?,
        provenance: json(row, "provenance")?,
    })
}

/// A column that holds JSON.
fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| broken(column, error))
}

/// A column that holds one word of a closed list.
fn word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(text)).map_err(|error| broken(column, error))
}

fn broken(column: &str, error: serde_json::Error) -> rusqlite::Error {
    let error = format!("in column {column}: {error}");
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
}
