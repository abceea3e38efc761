//! Storing what became of a content, and where it was found.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use deskscribe_protocol::ContentKey;
use rusqlite::{OptionalExtension, named_params};
use serde::Serialize;

use super::WriteGuard;
use crate::columns::PUT;
use crate::{Basis, CacheError, Outcome, Place, Record, Stamp, Thumbnail, read};

impl WriteGuard<'_> {
    /// Stores what became of a content, in place of what was known before. Whoever claimed it has done what was to
    /// be done. What language models have said of it stays as long as the words are the same.
    pub fn put(&mut self, record: &Record) -> Result<(), CacheError> {
        const STORED: &str = "UPDATE reading SET stored = ? WHERE id = ?";
        let put = || {
            let id = self.put_row(record)?;
            let basis = match &record.outcome {
                Outcome::Read(reading) => Some(Basis::of(reading)),
                Outcome::Failed(_) => None,
            };
            self.drop_stale(&record.key, basis)?;
            self.give_back(&record.key)?;
            let summaries = &self.writer.summaries;
            summaries.prepare_cached(STORED)?.execute((read::last_change(summaries)? as i64, id))?;
            Ok(id)
        };
        let id = put().map_err(|error| self.sort(error))?;
        self.touched.get_mut().insert(id);
        Ok(())
    }

    fn put_row(&self, record: &Record) -> rusqlite::Result<i64> {
        let Record { key, kind, bytes, outcome, read_at, program } = record;
        let (reading, failure) = match outcome {
            Outcome::Read(reading) => (Some(reading), None),
            Outcome::Failed(failure) => (None, Some(failure)),
        };
        let digest = reading.map(|reading| &reading.digest);
        let values = named_params! {
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
            ":recording": json(reading.and_then(|reading| reading.recording.as_ref()))?,
            ":pending": json(reading.map(|reading| &reading.pending).filter(|pending| !pending.is_empty()))?,
            ":chapters": json(digest.map(|digest| &digest.chapters).filter(|chapters| !chapters.is_empty()))?,
            ":coordinates": json(reading.and_then(|reading| reading.coordinates))?,
            ":omissions": json(reading.map(|reading| &reading.omissions).filter(|them| !them.is_empty()))?,
        };
        self.writer.summaries.prepare_cached(&PUT)?.query_row(values, |row| row.get(0))
    }

    /// Remembers that this content was found at this place, which waits for nothing any more.
    pub fn remember(&mut self, place: &Place, key: &ContentKey, now_ms: i64) -> Result<(), CacheError> {
        let id = self.remember_row(place, key, now_ms).map_err(|error| self.sort(error))?;
        self.touched.get_mut().extend(id);
        self.dequeue(&place.path)
    }

    fn remember_row(&self, place: &Place, key: &ContentKey, now_ms: i64) -> rusqlite::Result<Option<i64>> {
        const REMEMBER: &str = "INSERT OR REPLACE INTO place
            (path, device, inode, size, mtime_ns, ctime_ns, key, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let Stamp { device, inode, size, mtime_ns, ctime_ns } = place.stamp;
        let path = place.path.as_os_str().as_bytes();
        // SQLite's integers are signed; the same cast is used for reading.
        let (device, inode, size) = (device as i64, inode as i64, size as i64);
        let values = (path, device, inode, size, mtime_ns, ctime_ns, key.as_bytes(), now_ms);
        let summaries = &self.writer.summaries;
        let before: Option<[u8; 32]> = summaries
            .prepare_cached("SELECT key FROM place WHERE path = ?")?
            .query_row([path], |row| row.get(0))
            .optional()?;
        summaries.prepare_cached(REMEMBER)?.execute(values)?;
        // What was here is here no more.
        if let Some(before) = before.map(ContentKey::from_bytes).filter(|before| before != key) {
            let id = self.id(&before)?;
            self.touched.borrow_mut().extend(id);
            self.change(&before)?;
        }
        self.change(key)?;
        self.id(key)
    }

    /// Nothing is at this path any more. What was read there stays, for whenever it is found again; without any place
    /// it is not shown.
    pub fn vacate(&mut self, path: &Path) -> Result<(), CacheError> {
        self.vacate_row(path).map_err(|error| self.sort(error))?;
        self.dequeue(path)
    }

    fn vacate_row(&self, path: &Path) -> rusqlite::Result<()> {
        const VACATE: &str = "DELETE FROM place WHERE path = ? RETURNING key";
        let mut vacate = self.writer.summaries.prepare_cached(VACATE)?;
        let key = vacate.query_row([path.as_os_str().as_bytes()], |row| row.get(0)).optional()?;
        let Some(key) = key.map(ContentKey::from_bytes) else { return Ok(()) };
        let id = self.id(&key)?;
        self.touched.borrow_mut().extend(id);
        self.change(&key)
    }

    /// The number of a reading, if there is one of this content.
    pub(super) fn id(&self, key: &ContentKey) -> rusqlite::Result<Option<i64>> {
        self.writer
            .summaries
            .prepare_cached("SELECT id FROM reading WHERE key = ?")?
            .query_row([key.as_bytes()], |row| row.get(0))
            .optional()
    }

    /// Stores the small picture of a content.
    pub fn put_thumbnail(&mut self, key: &ContentKey, small: &Thumbnail) -> Result<(), CacheError> {
        const PUT: &str = "INSERT OR REPLACE INTO thumbnail (key, width, height, jpeg) VALUES (?, ?, ?, ?)";
        let values = (key.as_bytes(), small.width, small.height, &small.jpeg);
        let put = || self.writer.thumbnails.prepare_cached(PUT)?.execute(values);
        put().map(drop).map_err(|error| self.sort_small(error))
    }
}

pub(super) fn json<T: Serialize>(value: Option<T>) -> rusqlite::Result<Option<String>> {
    let text = value.as_ref().map(serde_json::to_string).transpose();
    text.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
