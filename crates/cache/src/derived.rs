//! What is made of the other tables: when a medium was made, what a model can be asked about it, and the index of the
//! search.

use rusqlite::Connection;

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
    // What has neither words nor a picture, nobody can be asked about.
    const TURN: &str = "INSERT OR REPLACE INTO turn (reading, moment, has_words, summarised, embedder)
        SELECT id, moment, has_words, EXISTS (SELECT 1 FROM summary WHERE summary.key = reading.key),
            (SELECT model FROM embedding WHERE embedding.key = reading.key)
        FROM (SELECT id, key, kind, moment, coalesce(octet_length(text), 0) > 0 OR coalesce(
                CASE WHEN json_valid(recording) THEN json_array_length(recording, '$.transcript') END, 0
            ) > 0 AS has_words FROM reading WHERE id = ? AND state = 'read') AS reading
        WHERE (has_words OR kind = 'image') AND EXISTS (SELECT 1 FROM place WHERE place.key = reading.key)";
    if connection.prepare_cached(TURN)?.execute([id])? == 0 { pass(connection, id) } else { Ok(()) }
}

/// Nobody is asked about this reading.
fn pass(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM turn WHERE reading = ?")?.execute([id]).map(drop)
}

/// Takes away what was made for a reading that is to be forgotten.
pub(crate) fn forget(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    pass(connection, id)?;
    search::remove(connection, id)
}
