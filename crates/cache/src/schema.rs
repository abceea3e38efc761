//! The tables, and opening a file that may be new, ours, newer than us, damaged or something else.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::CacheError;

/// A database file of ours.
pub(crate) struct Schema {
    pub(crate) file: &'static str,
    /// `user_version`: one more with every change of the tables.
    version: i64,
    tables: &'static str,
}

/// In the header of every file of ours: "Desk".
const APPLICATION: i64 = 0x4465_736b;
/// The first SQLite whose WAL cannot lose a commit when two processes check-point at once.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long SQLite's own, short locks are waited for.
const BUSY: Duration = Duration::from_secs(5);

/// What was learned.
pub(crate) const SUMMARIES: Schema = Schema {
    file: "summaries.sqlite",
    version: 1,
    tables: "
        CREATE TABLE reading (
            id          INTEGER PRIMARY KEY,
            key         BLOB    NOT NULL UNIQUE CHECK (length(key) = 32),
            kind        TEXT    NOT NULL,
            bytes       INTEGER NOT NULL,
            read_at     INTEGER NOT NULL,
            program     TEXT    NOT NULL,
            state       TEXT    NOT NULL CHECK (state IN ('read', 'failed')),
            code        TEXT,
            reason      TEXT,
            title       TEXT,
            summary     TEXT,
            summary_by  TEXT,
            tags        TEXT,
            text        TEXT,
            lines       TEXT,
            language    TEXT,
            width       INTEGER,
            height      INTEGER,
            pages       INTEGER,
            taken_at    TEXT,
            camera      TEXT,
            seconds     REAL,
            provenance  TEXT
        ) STRICT;

        CREATE TABLE place (
            path        BLOB    PRIMARY KEY,
            device      INTEGER NOT NULL,
            inode       INTEGER NOT NULL,
            size        INTEGER NOT NULL,
            mtime_ns    INTEGER NOT NULL,
            ctime_ns    INTEGER NOT NULL,
            key         BLOB    NOT NULL CHECK (length(key) = 32)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX place_by_key ON place (key);
    ",
};

/// Small pictures.
pub(crate) const THUMBNAILS: Schema = Schema {
    file: "thumbnails.sqlite",
    version: 1,
    tables: "
        CREATE TABLE thumbnail (
            key         BLOB    PRIMARY KEY CHECK (length(key) = 32),
            width       INTEGER NOT NULL,
            height      INTEGER NOT NULL,
            jpeg        BLOB    NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
};

impl Schema {
    /// Opens the file for writing, with its tables made if it is new. The caller holds the write lock.
    pub(crate) fn create(&self, folder: &Path) -> Result<Connection, CacheError> {
        let path = folder.join(self.file);
        let connection =
            self.open(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let sort = |error| CacheError::sort(error, &path);
        let make = |connection: &Connection| -> rusqlite::Result<()> {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            if self.version_of(connection)? == 0 {
                connection.execute_batch(&format!(
                    "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; {} PRAGMA user_version = {}; COMMIT;",
                    self.tables, self.version
                ))?;
            }
            Ok(())
        };
        make(&connection).map_err(sort)?;
        Ok(connection)
    }

    /// Opens the file for reading alone.
    pub(crate) fn read(&self, folder: &Path) -> Result<Connection, CacheError> {
        self.open(&folder.join(self.file), OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn open(&self, path: &Path, flags: OpenFlags) -> Result<Connection, CacheError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(CacheError::OldSqlite(rusqlite::version()));
        }
        let sort = |error| CacheError::sort(error, path);
        let connection =
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sort)?;
        connection.busy_timeout(BUSY).map_err(sort)?;
        // Nothing was changed so far, and nothing is unless the file is new or ours.
        let found = self.version_of(&connection).map_err(sort)?;
        let application: i64 =
            connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(sort)?;
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(sort)?;
        if application != APPLICATION && tables > 0 {
            let reason = "it is another program's database".to_owned();
            return Err(CacheError::Damaged { reason, path: path.to_owned() });
        }
        if found > self.version {
            return Err(CacheError::Newer { found, known: self.version, path: path.to_owned() });
        }
        Ok(connection)
    }

    fn version_of(&self, connection: &Connection) -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, "user_version", |row| row.get(0))
    }
}
