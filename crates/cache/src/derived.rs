//! What is made of the other tables: when a medium was made, and the index of the search.

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
    connection.prepare_cached(MOMENT)?.execute([id]).map(drop)
}

/// Takes away what was made for a reading that is to be forgotten.
pub(crate) fn forget(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    search::forget(connection, id)
}
