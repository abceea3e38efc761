//! A row of the cache, put together again.

use deskscribe_protocol::{Code, ContentKey, Digest, Failure, MediaKind, Reading};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;

use crate::columns::GET;
use crate::{Outcome, Record};

/// What became of this content, if anything that is still what was stored, and the number of the change by which it was
/// stored. Its digest is that of a language model, if one has made any, and its tags are the user's, if these gave it
/// any.
pub(crate) fn record(summaries: &Connection, key: &ContentKey) -> rusqlite::Result<Option<(Record, u64)>> {
    let mut get = summaries.prepare_cached(&GET)?;
    let record = |row: &Row<'_>| Ok((whole(*key, row)?, row.get::<_, i64>("stored")? as u64));
    get.query_row([key.as_bytes()], record).optional()
}

fn whole(key: ContentKey, row: &Row<'_>) -> rusqlite::Result<Record> {
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
        recording: some_json(row, "recording")?,
        omissions: some_json(row, "omissions")?.unwrap_or_default(),
        pending: some_json(row, "pending")?.unwrap_or_default(),
        taken_at: row.get("taken_at")?,
        camera: row.get("camera")?,
        coordinates: some_json(row, "coordinates")?,
        digest: Digest {
            title: row.get("title")?,
            summary: row.get("summary")?,
            tags: some_json(row, "own_tags")?.map_or_else(|| json(row, "tags"), Ok)?,
            chapters: some_json(row, "chapters")?.unwrap_or_default(),
            by: row.get("summary_by")?,
        },
        seconds: row.get("seconds")?,
        provenance: json(row, "provenance")?,
    })
}

/// A column that holds JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| broken(column, error))
}

/// A column that holds JSON or nothing.
pub(super) fn some_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| broken(column, error))).transpose()
}

/// Why something could not be read, of a row that has the columns `code` and `reason`.
pub(crate) fn failure(row: &Row<'_>) -> rusqlite::Result<Option<Failure>> {
    let code: Option<String> = row.get("code")?;
    code.map(|_| Ok(Failure { code: word::<Code>(row, "code")?, reason: row.get("reason")? })).transpose()
}

/// A column that holds one word of a closed list.
pub(super) fn word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(text)).map_err(|error| broken(column, error))
}

fn broken(column: &str, error: serde_json::Error) -> rusqlite::Error {
    let error = format!("in column {column}: {error}");
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
}
