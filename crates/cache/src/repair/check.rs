//! Whether a database file is whole, and a mark for one that may not be.

use std::fs;
use std::path::{Path, PathBuf};

use super::{backup, pages};
use rusqlite::Connection;

use crate::CacheError;
use crate::schema::Schema;

/// Opens the file, as new where there is none, and looks at every page of it if it must be doubted. The caller
/// holds the write lock.
pub(super) fn check(schema: &Schema, folder: &Path, doubted: bool) -> Result<(), CacheError> {
    let path = folder.join(schema.file);
    let damaged = |reason: &str| Err(CacheError::Damaged { reason: reason.to_owned(), path: path.clone() });
    if mark(&path).exists() {
        return damaged("a program could not make sense of it");
    }
    if schema.is_dear {
        // Before SQLite is let near: it takes an empty file for a new one, and drops what lies behind a bad frame.
        let io = |reason| CacheError::Folder { reason, path: path.clone() };
        if pages::has_broken_log(&path).map_err(io)? {
            return damaged("its log is broken in the middle");
        }
        if let Some(reason) = is_gone(&path, folder) {
            return damaged(reason);
        }
        if length(&path) > 0 && pages::is_cut(&path).map_err(io)? {
            return damaged("its end is missing");
        }
    }
    let connection = schema.create(folder)?;
    if !doubted {
        return Ok(());
    }
    match look_closely(&connection).map_err(|error| CacheError::sort(error, &path))? {
        Some(reason) => damaged(&reason),
        None => Ok(()),
    }
}

/// Looks at every page of every table, but for those of search: they are large, and made of the others. Whoever finds
/// one of them damaged leaves a mark.
fn look_closely(connection: &Connection) -> rusqlite::Result<Option<String>> {
    const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'";
    let mut tables = connection.prepare(TABLES)?;
    let tables: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut check = connection.prepare("SELECT quick_check FROM pragma_quick_check(?)")?;
    for table in tables {
        let found: String = check.query_row([table], |row| row.get(0))?;
        if found != "ok" {
            return Ok(found.lines().last().map(ToOwned::to_owned));
        }
    }
    Ok(None)
}

/// Whether there is nothing where something was, and how that shows.
pub(super) fn is_gone(path: &Path, folder: &Path) -> Option<&'static str> {
    if length(path) > 0 {
        return None;
    }
    let has_traces = length(&beside(path, "-wal")) > 0 || backup::newest_first(folder).next().is_some();
    match path.exists() {
        // Small pictures are only ever stored beside a cache that was made whole.
        true => (has_traces || folder.join("thumbnails.sqlite").exists()).then_some("it is empty"),
        false => has_traces.then_some("it is missing"),
    }
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Notes that a file did not make sense to somebody, so that it is repaired when it is opened the next time.
pub(crate) fn doubt(path: &Path) {
    // Where nothing can be written, nothing can be repaired either.
    let _ = fs::write(mark(path), "");
}

/// Drops the mark again.
pub(super) fn trust(path: &Path) {
    let _ = fs::remove_file(mark(path));
}

fn mark(path: &Path) -> PathBuf {
    beside(path, "-doubted")
}

/// The file that belongs to this one, by the end of its name.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}
