//! The index: kept in step with the readings, and made of nothing else.

use rusqlite::{Connection, OptionalExtension};

use super::document::{Columns, Document};
use super::spelling;

/// No moment lies outside of these seconds since 1970, to search.
const SECONDS: std::ops::RangeInclusive<i64> = 0..=1 << 36;
/// By so many seconds at most does a row stand after its moment, where many moments are one.
pub(super) const DRIFT: i64 = 1 << 20;

/// Makes the index of these readings anew, where something has changed.
pub(crate) fn make(connection: &Connection, readings: &[i64]) -> rusqlite::Result<()> {
    let mut loaded = Vec::with_capacity(readings.len());
    for &reading in readings {
        match Document::load(connection, reading)? {
            Some(document) if document.has_place() => loaded.push(document),
            _ => remove(connection, reading)?,
        }
    }
    // SQLite writes rows that come in order in one go.
    loaded.sort_by_key(|document| document.moment);
    loaded.iter().try_for_each(|document| put(connection, document))
}

/// Takes a reading out of the index.
fn remove(connection: &Connection, reading: i64) -> rusqlite::Result<()> {
    let delete = "DELETE FROM search_entry WHERE reading = ? RETURNING slot";
    let slot =
        connection.prepare_cached(delete)?.query_row([reading], |row| row.get::<_, i64>(0)).optional()?;
    if let Some(slot) = slot {
        connection.prepare_cached("DELETE FROM search WHERE rowid = ?")?.execute([slot])?;
    }
    Ok(())
}

/// Takes a reading that is to be forgotten out of the index, with the words that nothing else holds. SQLite keeps the
/// rest until [`purge`].
pub(crate) fn forget(connection: &Connection, reading: i64) -> rusqlite::Result<()> {
    let document = Document::load(connection, reading)?;
    remove(connection, reading)?;
    document.map_or(Ok(()), |document| spelling::unlearn(connection, &document.columns()))
}

/// Writes the index anew without what was taken out of it.
pub(crate) fn purge(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("INSERT INTO search (search) VALUES ('optimize')")
}

/// Makes the whole index anew.
pub(crate) fn rebuild(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all');
         DELETE FROM search_entry;
         INSERT INTO search_piece (search_piece) VALUES ('delete-all');
         DELETE FROM search_spelling;",
    )?;
    let mut readings = connection.prepare("SELECT id FROM reading ORDER BY moment, id")?;
    let readings: Vec<i64> = readings.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    // A few at a time: texts may be long.
    readings.chunks(100).try_for_each(|some| make(connection, some))?;
    connection.execute_batch(
        "INSERT INTO search (search) VALUES ('optimize');
         INSERT INTO search_piece (search_piece) VALUES ('optimize');",
    )
}

fn put(connection: &Connection, document: &Document) -> rusqlite::Result<()> {
    const ENTRY: &str = "SELECT slot, moment, print FROM search_entry WHERE reading = ?";
    const INSERT: &str = "INSERT INTO search
        (rowid, text, transcript, title, summary, name, tags, other, facet) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let columns = document.columns();
    let print = print(&columns);
    let before: Option<(i64, i64, i64)> = connection
        .prepare_cached(ENTRY)?
        .query_row([document.reading], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if before.is_some_and(|(_, moment, was)| (moment, was) == (document.moment, print)) {
        return Ok(());
    }
    remove(connection, document.reading)?;
    let slot = match before {
        Some((slot, moment, _)) if moment == document.moment => slot,
        _ => free_slot(connection, document)?,
    };
    let [text, transcript, title, summary, name, tags, other] = columns.texts();
    let values = (slot, text, transcript, title, summary, name, tags, other, &columns.facet);
    connection.prepare_cached(INSERT)?.execute(values)?;
    connection
        .prepare_cached("INSERT INTO search_entry (slot, reading, moment, print) VALUES (?, ?, ?, ?)")?
        .execute((slot, document.reading, document.moment, print))?;
    spelling::learn(connection, &columns)
}

/// Tells whether a document changed.
fn print(columns: &Columns) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for text in columns.texts().into_iter().chain([columns.facet.as_str()]) {
        hasher.update(text.as_bytes()).update(b"\n");
    }
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    i64::from_le_bytes(first)
}

/// The second of the document's moment, or a free one soon after: in a span that grows with the number of tries, so
/// that a thousand files of one second, such as an archive unpacks, need few.
fn free_slot(connection: &Connection, document: &Document) -> rusqlite::Result<i64> {
    let second = document.moment.div_euclid(1000).clamp(*SECONDS.start(), *SECONDS.end());
    let mut taken = connection.prepare_cached("SELECT 1 FROM search_entry WHERE slot = ?")?;
    let mut span = 1;
    let mut dice = document.reading as u64;
    while span <= DRIFT {
        for _ in 0..4 {
            let slot = second + (next(&mut dice) % span as u64) as i64;
            if !taken.exists([slot])? {
                return Ok(slot);
            }
        }
        span *= 2;
    }
    // A million files of one second: these come first.
    connection.query_row("SELECT max(slot) + 1 FROM search_entry", [], |row| row.get(0))
}

/// The next of a row of numbers without order (SplitMix64), the same for the same reading.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
