//! What is made of the other tables: when a medium was made, its tags to find it by, the index of the search.

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::search;

/// Makes it for all readings anew.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<()> {
    let mut ids = connection.prepare("SELECT id FROM reading")?;
    let ids: Vec<i64> = ids.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ids.into_iter().try_for_each(|id| one(connection, id))?;
    search::rebuild(connection)
}

/// Makes it for some readings anew.
pub(crate) fn some(connection: &Connection, ids: &[i64]) -> rusqlite::Result<()> {
    ids.iter().try_for_each(|id| one(connection, *id))?;
    search::make(connection, ids)
}

fn one(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    // A picture was made when it says so, else when the oldest of its copies was last written.
    const MOMENT: &str = "UPDATE reading SET moment = coalesce(
            CAST(round(unixepoch(taken_at, 'subsec') * 1000) AS INTEGER),
            (SELECT min(mtime_ns) / 1000000 FROM place WHERE place.key = reading.key),
            read_at
        ) WHERE id = ?";
    connection.prepare_cached(MOMENT)?.execute([id])?;
    connection.prepare_cached("DELETE FROM tag WHERE reading = ?")?.execute([id])?;
    let tags: Value = connection
        .prepare_cached("SELECT tags FROM reading WHERE id = ?")?
        .query_row([id], |row| row.get(0))?;
    let Value::Text(tags) = tags else { return Ok(()) };
    // What cannot be understood is no tag; the reading itself tells that it is damaged.
    for tag in serde_json::from_str::<Vec<String>>(&tags).unwrap_or_default() {
        connection
            .prepare_cached("INSERT OR IGNORE INTO tag (reading, tag) VALUES (?, ?)")?
            .execute((id, tag.to_lowercase()))?;
    }
    Ok(())
}

/// Takes away what was made for a reading that is to be forgotten.
pub(crate) fn forget(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM tag WHERE reading = ?")?.execute([id])?;
    search::forget(connection, id)
}
