//! Writing: one transaction at a time, under the lock.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskscribe_protocol::ContentKey;
use rusqlite::{Connection, named_params};
use serde::Serialize;

use crate::lock::{self, Lock};
use crate::schema::{SUMMARIES, THUMBNAILS};
use crate::{CacheError, Outcome, Place, Record, Stamp, Thumbnail};

/// How long another process may be busy with making the files.
const MADE_WITHIN: Duration = Duration::from_secs(30);

/// Somebody who may ask for the right to write, with the files open.
#[derive(Debug)]
pub struct Writer {
    summaries: Connection,
    thumbnails: Connection,
    folder: PathBuf,
}

/// The right to write, for one commit. Nothing is stored before [`commit`](Self::commit); dropped without it,
/// nothing is.
#[must_use = "nothing is stored without a commit"]
#[derive(Debug)]
pub struct WriteGuard<'a> {
    writer: &'a Writer,
    _lock: Lock,
}

const PUT: &str = "
    INSERT INTO reading (
        key, kind, bytes, read_at, program, state, code, reason, title, summary, summary_by, tags, text, lines,
        language, width, height, pages, taken_at, camera, seconds, provenance
    ) VALUES (
        :key, :kind, :bytes, :read_at, :program, :state, :code, :reason, :title, :summary, :summary_by, :tags, :text,
        :lines, :language, :width, :height, :pages, :taken_at, :camera, :seconds, :provenance
    ) ON CONFLICT (key) DO UPDATE SET
        kind = :kind, bytes = :bytes, read_at = :read_at, program = :program, state = :state, code = :code, reason = :reason,
        title = :title, summary = :summary, summary_by = :summary_by, tags = :tags, text = :text,
        lines = :lines, language = :language, width = :width, height = :height, pages = :pages,
        taken_at = :taken_at, camera = :camera, seconds = :seconds, provenance = :provenance";

impl Writer {
    pub(crate) fn open(folder: &Path) -> Result<Self, CacheError> {
        let _lock = Lock::take(&lock::path_in(folder), MADE_WITHIN)?;
        let (summaries, thumbnails) = (SUMMARIES.create(folder)?, THUMBNAILS.create(folder)?);
        Ok(Self { summaries, thumbnails, folder: folder.to_owned() })
    }

    /// Waits until nobody else writes.
    ///
    /// # Errors
    /// [`CacheError::Locked`] names the process that holds the lock for longer than `within`.
    pub fn lock(&mut self, within: Duration) -> Result<WriteGuard<'_>, CacheError> {
        let guard = WriteGuard { _lock: Lock::take(&lock::path_in(&self.folder), within)?, writer: self };
        guard.writer.summaries.execute_batch("BEGIN IMMEDIATE").map_err(|error| guard.sort(error))?;
        guard.writer.thumbnails.execute_batch("BEGIN IMMEDIATE").map_err(|error| guard.sort_small(error))?;
        Ok(guard)
    }
}

impl WriteGuard<'_> {
    /// Stores what became of a content, in place of what was known before.
    pub fn put(&mut self, record: &Record) -> Result<(), CacheError> {
        let Record { key, kind, bytes, outcome, read_at, program } = record;
        let (reading, failure) = match outcome {
            Outcome::Read(reading) => (Some(reading), None),
            Outcome::Failed(failure) => (None, Some(failure)),
        };
        let digest = reading.map(|reading| &reading.digest);
        let put = || {
            self.writer.summaries.prepare_cached(PUT)?.execute(named_params! {
                ":key": key.as_bytes(),
                ":kind": kind.as_str(),
                ":bytes": *bytes as i64,
                ":read_at": read_at,
                ":program": program,
                ":state": if failure.is_some() { "failed" } else { "read" },
                ":code": failure.map(|failure| failure.code.as_str()),
                ":reason": failure.map(|failure| &failure.reason),
                ":title": digest.map(|digest| &digest.title),
                ":summary": digest.map(|digest| &digest.summary),
                ":summary_by": digest.map(|digest| &digest.by),
                ":tags": json(digest.map(|digest| &digest.tags))?,
                ":text": reading.map(|reading| &reading.text),
                ":lines": json(reading.map(|reading| &reading.lines))?,
                ":language": reading.map(|reading| &reading.language),
                ":width": reading.map(|reading| reading.width),
                ":height": reading.map(|reading| reading.height),
                ":pages": reading.map(|reading| reading.pages),
                ":taken_at": reading.map(|reading| &reading.taken_at),
                ":camera": reading.map(|reading| &reading.camera),
                ":seconds": reading.map(|reading| reading.seconds),
                ":provenance": json(reading.map(|reading| &reading.provenance))?,
            })
        };
        put().map(drop).map_err(|error| self.sort(error))
    }

    /// Remembers that this content was found at this place.
    pub fn remember(&mut self, place: &Place, key: &ContentKey) -> Result<(), CacheError> {
        const REMEMBER: &str = "INSERT OR REPLACE INTO place
            (path, device, inode, size, mtime_ns, ctime_ns, key) VALUES (?, ?, ?, ?, ?, ?, ?)";
        let Stamp { device, inode, size, mtime_ns, ctime_ns } = place.stamp;
        let remember = || {
            let path = place.path.as_os_str().as_bytes();
            let values = (path, device as i64, inode as i64, size as i64, mtime_ns, ctime_ns, key.as_bytes());
            self.writer.summaries.prepare_cached(REMEMBER)?.execute(values)
        };
        remember().map(drop).map_err(|error| self.sort(error))
    }

    /// Stores the small picture of a content.
    pub fn put_thumbnail(&mut self, key: &ContentKey, small: &Thumbnail) -> Result<(), CacheError> {
        const PUT: &str = "INSERT OR REPLACE INTO thumbnail (key, width, height, jpeg) VALUES (?, ?, ?, ?)";
        let values = (key.as_bytes(), small.width, small.height, &small.jpeg);
        let put = || self.writer.thumbnails.prepare_cached(PUT)?.execute(values);
        put().map(drop).map_err(|error| self.sort_small(error))
    }

    /// Stores everything, for good: after this, neither a crash nor a power cut takes it back.
    pub fn commit(self) -> Result<(), CacheError> {
        // Thumbnails first: one without a reading is harmless.
        self.writer.thumbnails.execute_batch("COMMIT").map_err(|error| self.sort_small(error))?;
        self.writer.summaries.execute_batch("COMMIT").map_err(|error| self.sort(error))
    }

    fn sort(&self, error: rusqlite::Error) -> CacheError {
        CacheError::sort(error, &self.writer.folder.join(SUMMARIES.file))
    }

    fn sort_small(&self, error: rusqlite::Error) -> CacheError {
        CacheError::sort(error, &self.writer.folder.join(THUMBNAILS.file))
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        // Fails where there is nothing to roll back: after a commit, or before the second BEGIN.
        for connection in [&self.writer.summaries, &self.writer.thumbnails] {
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}

fn json<T: Serialize>(value: Option<T>) -> rusqlite::Result<Option<String>> {
    let text = value.as_ref().map(serde_json::to_string).transpose();
    text.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
