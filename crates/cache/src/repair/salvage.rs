//! Salvage: every row that is still whole, taken out of a damaged file page by page.
//!
//! Pages are taken as they come, not by way of tables: one broken page costs its own rows, not those behind it. A
//! reading, a part, the user's tags and what came of language models are known by their seals, everything else by the
//! shape of its row.

use std::io;
use std::path::Path;

use deskscribe_protocol::{Code, MediaKind};
use rusqlite::types::Value::{self, Blob, Integer, Null, Text};
use rusqlite::{Connection, params_from_iter};
use serde::de::DeserializeOwned;

use super::cells;
use super::pages::Pages;
use crate::columns::{COLUMNS, FIRST, KEEP};

/// The values of a reading, before the columns that came with the fifth format.
const READING: usize = 1 + FIRST + 3;

/// Where rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The cache itself: what waits and what is being done counts.
    Damaged,
    /// An older copy: what was waiting then may be done by now.
    Backup,
}

/// Takes every row that is whole and not there yet.
pub(super) fn take(into: &Connection, from: &Path, source: Source) -> io::Result<rusqlite::Result<()>> {
    let pages = Pages::open(from)?;
    Ok((1..=pages.count()).try_for_each(|number| {
        cells::rows(&pages, number).into_iter().try_for_each(|row| keep(into, row, source))
    }))
}

fn keep(into: &Connection, mut row: Vec<Value>, source: Source) -> rusqlite::Result<()> {
    let keep = |sql: &str, row: &[Value]| into.prepare_cached(sql)?.execute(params_from_iter(row)).map(drop);
    match &row[..] {
        [Null, Blob(_), ..] if row.len() >= READING => reading(row).map_or(Ok(()), |row| keep(&KEEP, &row)),
        [Blob(_), Integer(_), Integer(_), Integer(_), Integer(_), Integer(_), Blob(key), rest @ ..]
            if is_key(key) && matches!(rest, [] | [Integer(_)]) =>
        {
            // Rows from before the second format lack the last column.
            row.resize(8, Integer(0));
            keep("INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?)", &row)
        }
        [Blob(key), Text(_), Integer(_), Blob(_), Blob(_)] if is_key(key) => keep(
            "INSERT OR IGNORE INTO part SELECT ?1, ?2, ?3, ?4, ?5 WHERE seal(?1, ?2, ?3, ?4) = ?5",
            &row,
        ),
        [Blob(_), Text(kind), Integer(_), code, reason] if is_word::<MediaKind>(kind) => {
            let fine = match (code, reason) {
                (Null, Null) => true,
                (Text(code), Text(_)) => is_word::<Code>(code),
                _ => false,
            };
            if !fine {
                row[3..].fill(Null);
            }
            match source {
                Source::Damaged => keep("INSERT OR IGNORE INTO queue VALUES (?, ?, ?, ?, ?)", &row),
                Source::Backup => keep(
                    "INSERT OR IGNORE INTO queue SELECT ?1, ?2, ?3, ?4, ?5
                     WHERE NOT EXISTS (SELECT 1 FROM place WHERE path = ?1)",
                    &row,
                ),
            }
        }
        [Null, Blob(key), rest @ ..] if is_key(key) => match models(rest) {
            Some(sql) => keep(sql, &row[1..]),
            None => Ok(()),
        },
        // Whatever the user said last, in the cache or in a backup.
        [Blob(key), Integer(_), Text(_) | Null, Blob(_)] if is_key(key) => keep(
            "INSERT INTO tagging SELECT ?1, ?2, ?3, ?4 WHERE seal(?1, ?2, ?3) = ?4
             ON CONFLICT (key) DO UPDATE SET set_at = excluded.set_at, tags = excluded.tags, seal = excluded.seal
             WHERE excluded.set_at > set_at",
            &row,
        ),
        [Blob(key), Text(_)] if is_key(key) && source == Source::Damaged => {
            keep("INSERT OR IGNORE INTO claim VALUES (?, ?)", &row)
        }
        [Blob(key), Text(_), Integer(_)] if is_key(key) && source == Source::Damaged => {
            keep("INSERT OR IGNORE INTO summary_claim VALUES (?, ?, ?)", &row)
        }
        // The number of the last change.
        [Text(table), Integer(_)] if table == "change" => {
            keep("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", &row)
        }
        _ => Ok(()),
    }
}

/// How a row is kept that is about language models, by its columns behind the key; the last one is its seal.
fn models(columns: &[Value]) -> Option<&'static str> {
    Some(match columns {
        [Text(_), _, _, _, _, Text(_), Text(_), Integer(_), Blob(_), Blob(_)] => {
            "INSERT OR IGNORE INTO summary
                (key, model, title, summary, tags, chapters, form, receipt, made_at, basis, seal)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
             WHERE seal(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) = ?11"
        }
        // What was sent is only ever more.
        [Text(_), Text(_), Integer(_), Integer(_), Integer(_), Integer(_), Integer(_), Blob(_)] => {
            "INSERT INTO receipt (key, server, model, remote, requests, sent, received, ms, seal)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE seal(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) = ?9
             ON CONFLICT (key, server, model) DO UPDATE SET remote = excluded.remote, requests = excluded.requests,
                sent = excluded.sent, received = excluded.received, ms = excluded.ms, seal = excluded.seal
             WHERE excluded.requests > requests"
        }
        [Text(_), Text(_), Integer(_), Blob(_), Blob(_)] => {
            "INSERT OR IGNORE INTO refusal (key, model, reason, refused_at, basis, seal)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE seal(?1, ?2, ?3, ?4, ?5) = ?6"
        }
        [Text(_) | Null, Integer(_), Blob(_)] => {
            "INSERT OR IGNORE INTO wish (key, model, wished_at, seal)
             SELECT ?1, ?2, ?3, ?4 WHERE seal(?1, ?2, ?3) = ?4"
        }
        [Text(_), Blob(_), Blob(_), Blob(_)] => {
            "INSERT OR IGNORE INTO embedding (key, model, vector, basis, seal)
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE seal(?1, ?2, ?3, ?4) = ?5"
        }
        _ => return None,
    })
}

/// The columns of a reading and its seal, from its row as it lies in the file: its number, which is not stored, the
/// columns that there always were, the seal, by which change it was stored and when it was made; then the columns that
/// later formats have brought, as many as there were when it was stored.
fn reading(mut row: Vec<Value>) -> Option<Vec<Value>> {
    let later = row.split_off(READING);
    let mut sealed = row.split_off(1 + FIRST);
    row.remove(0);
    if later.len() > COLUMNS.len() - FIRST || !matches!(sealed[..], [Blob(_), Integer(_), Integer(_)]) {
        return None;
    }
    row.extend(later);
    row.resize(COLUMNS.len(), Null);
    for (value, column) in row.iter_mut().zip(COLUMNS) {
        // SQLite stores a number that happens to be whole as such, and gives it back as it was.
        if let (Integer(whole), "seconds") = (&value, column) {
            *value = Value::Real(*whole as f64);
        }
    }
    row.push(sealed.swap_remove(0));
    Some(row)
}

fn is_key(blob: &[u8]) -> bool {
    blob.len() == 32
}

/// Whether this is a word of a closed list.
fn is_word<T: DeserializeOwned>(word: &str) -> bool {
    serde_json::from_value::<T>(word.into()).is_ok()
}
