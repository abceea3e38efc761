//! The tables, and opening a file that may be new, ours, older or newer than us, damaged or something else.
//!
//! `user_version` counts the steps in `summaries/` and `thumbnails/` that a file has behind it. A step that was
//! shipped is never edited; what has to change is a new one. Steps only ever add, so that an older program can still
//! read what a newer one has made.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::{CacheError, derived, seal};

/// A database file of ours.
pub(crate) struct Schema {
    pub(crate) file: &'static str,
    /// From nothing to now.
    steps: &'static [&'static str],
    /// What is made of the other tables, anew after a step.
    derive: fn(&Connection) -> rusqlite::Result<()>,
}

/// In the header of every file of ours: "Desk".
const APPLICATION: i64 = 0x4465_736b;
/// The first SQLite whose WAL cannot lose a commit when two processes check-point at once.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long SQLite's own, short locks are waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Of what a reader has looked at, so many KiB at most are kept in memory; negative, as SQLite has it.
const KEPT: i64 = -16 << 10;

/// What was learned.
pub(crate) const SUMMARIES: Schema = Schema {
    file: "summaries.sqlite",
    steps: &[
        include_str!("summaries/1.sql"),
        include_str!("summaries/2.sql"),
        include_str!("summaries/3.sql"),
    ],
    derive: derived::all,
};

/// Small pictures.
pub(crate) const THUMBNAILS: Schema =
    Schema { file: "thumbnails.sqlite", steps: &[include_str!("thumbnails/1.sql")], derive: |_| Ok(()) };

impl Schema {
    /// The newest format that we know.
    pub(crate) fn version(&self) -> i64 {
        self.steps.len() as i64
    }

    /// Opens the file for writing, with its tables made if it is new, and brought up to date if it is older. The
    /// caller holds the write lock.
    pub(crate) fn create(&self, folder: &Path) -> Result<Connection, CacheError> {
        let path = folder.join(self.file);
        let (connection, found) =
            self.open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        if found > self.version() {
            return Err(CacheError::Newer { found, known: self.version(), path });
        }
        let make = || -> rusqlite::Result<()> {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            if found < self.version() { self.migrate(&connection, found) } else { Ok(()) }
        };
        make().map_err(|error| CacheError::sort(error, &path))?;
        Ok(connection)
    }

    /// Opens the file for reading alone, and tells its format, which may be newer than ours.
    pub(crate) fn read(&self, folder: &Path) -> Result<(Connection, i64), CacheError> {
        let path = folder.join(self.file);
        let (connection, format) = self.open(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.pragma_update(None, "cache_size", KEPT).map_err(|error| CacheError::sort(error, &path))?;
        Ok((connection, format))
    }

    /// All steps that are missing, or none.
    fn migrate(&self, connection: &Connection, found: i64) -> rusqlite::Result<()> {
        let transaction = connection.unchecked_transaction()?;
        for step in &self.steps[found as usize..] {
            transaction.execute_batch(step)?;
        }
        (self.derive)(&transaction)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", self.version())?;
        transaction.commit()
    }

    fn open(&self, path: &Path, flags: OpenFlags) -> Result<(Connection, i64), CacheError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(CacheError::OldSqlite(rusqlite::version()));
        }
        let sort = |error| CacheError::sort(error, path);
        let connection =
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sort)?;
        connection.busy_timeout(BUSY).map_err(sort)?;
        // Nothing was changed so far, and nothing is unless the file is new or ours.
        let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let (found, application) =
            (number("user_version").map_err(sort)?, number("application_id").map_err(sort)?);
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(sort)?;
        if (application != APPLICATION && tables > 0) || found < 0 {
            let reason = "it is another program's database".to_owned();
            return Err(CacheError::Damaged { reason, path: path.to_owned() });
        }
        seal::teach(&connection).map_err(sort)?;
        Ok((connection, found))
    }
}
