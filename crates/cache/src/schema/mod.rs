//! The tables, and opening a file that may be new, ours, older or newer than us, damaged or something else.
//!
//! `user_version` counts the steps in `summaries/` and `thumbnails/` that a file has behind it. A step that was
//! shipped is never edited; what has to change is a new one. Steps only ever add, so that an older program can still
//! read what a newer one has made.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{CacheError, basis, derived, seal};

/// A database file of ours.
pub(crate) struct Schema {
    pub(crate) file: &'static str,
    /// Whether what it holds cannot be made again in a moment.
    pub(crate) is_dear: bool,
    /// From nothing to now.
    steps: &'static [&'static str],
    /// What is made of the other tables, …
    derive: fn(&Connection) -> rusqlite::Result<()>,
    /// … and the last step after which it has to be made anew.
    derived_by: i64,
}

/// In the header of every file of ours: "Desk".
const APPLICATION: i64 = 0x4465_736b;
/// The first SQLite whose WAL cannot lose a commit when two processes check-point at once.
const OLDEST_SQLITE: i32 = 3_051_003;
/// More formats than there will ever be: a file that claims to be newer than that is damaged.
const MANY_FORMATS: i64 = 1_000;
/// How long SQLite's own, short locks are waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Of what a reader has looked at, so many KiB at most are kept in memory; negative, as SQLite has it.
const KEPT: i64 = -16 << 10;

/// What was learned.
pub(crate) const SUMMARIES: Schema = Schema {
    file: "summaries.sqlite",
    is_dear: true,
    steps: &[
        include_str!("summaries/1.sql"),
        include_str!("summaries/2.sql"),
        include_str!("summaries/3.sql"),
        include_str!("summaries/4.sql"),
        include_str!("summaries/5.sql"),
        include_str!("summaries/6.sql"),
        include_str!("summaries/7.sql"),
        include_str!("summaries/8.sql"),
        include_str!("summaries/9.sql"),
        include_str!("summaries/10.sql"),
    ],
    derive: derived::all,
    derived_by: 3,
};

/// Small pictures.
pub(crate) const THUMBNAILS: Schema = Schema {
    file: "thumbnails.sqlite",
    is_dear: false,
    steps: &[include_str!("thumbnails/1.sql")],
    derive: |_| Ok(()),
    derived_by: 0,
};

impl Schema {
    /// The newest format that we know.
    pub(crate) fn version(&self) -> i64 {
        self.steps.len() as i64
    }

    /// Whether this is the format of a newer program.
    pub(crate) fn is_newer(&self, format: i64) -> bool {
        (self.version() + 1..MANY_FORMATS).contains(&format)
    }

    /// Opens the file for writing, with its tables made if it is new, and brought up to date if it is older. The
    /// caller holds the write lock.
    pub(crate) fn create(&self, folder: &Path) -> Result<Connection, CacheError> {
        let path = folder.join(self.file);
        let (connection, found) = self.open(
            &path,
            path.as_os_str(),
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        if found > self.version() {
            return Err(CacheError::Newer { found, known: self.version(), path });
        }
        let make = || -> rusqlite::Result<()> {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // What is deleted is overwritten.
            connection.pragma_update(None, "secure_delete", true)?;
            if found < self.version() { self.migrate(&connection, found) } else { Ok(()) }
        };
        make().map_err(|error| match error.sqlite_error_code() {
            // A step that does not fit onto what is there: the file is not of the format that it says.
            Some(ErrorCode::Unknown) => CacheError::Damaged { reason: error.to_string(), path: path.clone() },
            _ => CacheError::sort(error, &path),
        })?;
        Ok(connection)
    }

    /// Opens the file for reading alone, and tells its format, which may be newer than ours.
    pub(crate) fn read(&self, folder: &Path) -> Result<(Connection, i64), CacheError> {
        let path = folder.join(self.file);
        let (connection, format) = self.open(&path, path.as_os_str(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.pragma_update(None, "cache_size", KEPT).map_err(|error| CacheError::sort(error, &path))?;
        Ok((connection, format))
    }

    /// A newer program may have changed the format of a file that is open.
    pub(crate) fn refuse_newer(&self, connection: &Connection, folder: &Path) -> Result<(), CacheError> {
        let path = folder.join(self.file);
        let found = connection.pragma_query_value(None, "user_version", |row| row.get(0));
        let found: i64 = found.map_err(|error| CacheError::sort(error, &path))?;
        let known = self.version();
        if found > known { Err(CacheError::Newer { found, known, path }) } else { Ok(()) }
    }

    /// All steps that are missing, or none.
    fn migrate(&self, connection: &Connection, found: i64) -> rusqlite::Result<()> {
        let transaction = connection.unchecked_transaction()?;
        for step in &self.steps[found as usize..] {
            transaction.execute_batch(step)?;
        }
        if found < self.derived_by {
            (self.derive)(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", self.version())?;
        transaction.commit()
    }

    /// Opens the file at this path under an address, which is the path itself or a URI, and tells its format.
    pub(crate) fn open(
        &self,
        path: &Path,
        address: &OsStr,
        flags: OpenFlags,
    ) -> Result<(Connection, i64), CacheError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(CacheError::OldSqlite(rusqlite::version()));
        }
        let sort = |error| CacheError::sort(error, path);
        let connection =
            Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sort)?;
        connection.busy_timeout(BUSY).map_err(sort)?;
        // Nothing was changed so far, and nothing is unless the file is new or ours. All of it is asked at one moment:
        // whoever looks holds no lock, and somebody may be making the file.
        let moment = connection.unchecked_transaction().map_err(sort)?;
        let number = |pragma| moment.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let (found, application) =
            (number("user_version").map_err(sort)?, number("application_id").map_err(sort)?);
        // The first table of each step, which nobody else has.
        const TABLES: &str = "SELECT count(*), count(*) FILTER (WHERE name IN ('reading', 'thumbnail'))
            FROM sqlite_schema";
        let (tables, ours): (i64, i64) =
            moment.query_row(TABLES, [], |row| Ok((row.get(0)?, row.get(1)?))).map_err(sort)?;
        moment.finish().map_err(sort)?;
        let is_marked = application == APPLICATION;
        if !is_marked && tables > 0 && ours == 0 {
            return Err(CacheError::Foreign(path.to_owned()));
        }
        if is_marked != (ours > 0) || found < 0 || (found > self.version() && !self.is_newer(found)) {
            let reason = "its header is not what it was".to_owned();
            return Err(CacheError::Damaged { reason, path: path.to_owned() });
        }
        seal::teach(&connection).and_then(|()| basis::teach(&connection)).map_err(sort)?;
        Ok((connection, found))
    }
}
