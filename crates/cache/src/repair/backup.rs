//! Backups: whole copies of what cannot be made again, kept beside the cache.
//!
//! A copy is made while others read and write. It leaves out what is derived, and rows whose seal does not hold.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskscribe_protocol::ContentKey;
use rusqlite::{Connection, OptionalExtension};

use super::replace::{self, sync, unless_missing};
use crate::columns::HOLDS;
use crate::lock::Lock;
use crate::schema::SUMMARIES;
use crate::write::delete_rows;
use crate::{CacheError, clock};

/// So many contents that have changed are worth a backup.
const MANY_CHANGES: i64 = 1_000;
/// So long, in milliseconds, any change may go without one.
const A_DAY: i64 = 24 * 60 * 60 * 1_000;
/// How long a backup may be in the making while something is to be forgotten.
const FORGOTTEN_WITHIN: Duration = Duration::from_secs(60);
/// Backups that are kept.
const KEPT: usize = 2;
const FOLDER: &str = "backups";
const MAKING: &str = "making";
const PREFIX: &str = "summaries-";
const SUFFIX: &str = ".sqlite";
/// What cannot be made again. Readings come first, and apart: only those whose seal holds. Whoever takes rows out of a
/// backup looks at the seals of all others.
const TABLES: [&str; 8] = ["place", "queue", "part", "tagging", "summary", "receipt", "refusal", "wish"];

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Readings in it.
    pub readings: u64,
    /// Its size.
    pub bytes: u64,
}

/// Makes a backup if enough has changed since the last one, and nobody else is making one.
pub(crate) fn back_up_if_due(folder: &Path) -> Result<Option<Backup>, CacheError> {
    let backups = folder.join(FOLDER);
    let failed = |reason| CacheError::Folder { reason, path: backups.clone() };
    DirBuilder::new().recursive(true).mode(0o700).create(&backups).map_err(failed)?;
    let _lock = match lock(folder, Duration::ZERO) {
        Err(CacheError::Locked { .. }) => return Ok(None),
        lock => lock?,
    };
    if !is_due(folder)? {
        return Ok(None);
    }
    let making = backups.join(MAKING);
    unless_missing(fs::remove_dir_all(&making)).map_err(failed)?;
    DirBuilder::new().mode(0o700).create(&making).map_err(failed)?;
    let made = copy(folder, &making).and_then(|readings| {
        let path = keep(&making.join(SUMMARIES.file), &backups).map_err(failed)?;
        let bytes = fs::metadata(&path).map_err(failed)?.len();
        Ok(Backup { path, readings, bytes })
    });
    let cleared = fs::remove_dir_all(&making).map_err(failed);
    let made = made?;
    cleared?;
    // One copy that is not there yet is worth more than one that is there too long.
    newest_first(folder).skip(KEPT).try_for_each(fs::remove_file).map_err(failed)?;
    Ok(Some(made))
}

/// Takes every trace of these contents out of the backups. What is damaged cannot be searched, and goes.
pub(crate) fn forget(folder: &Path, forgotten: &[ContentKey]) -> Result<(), CacheError> {
    let backups = folder.join(FOLDER);
    let failed = |reason| CacheError::Folder { reason, path: backups.clone() };
    replace::drop_damaged(folder).map_err(failed)?;
    if !backups.exists() {
        return Ok(());
    }
    let _lock = lock(folder, FORGOTTEN_WITHIN)?;
    // Left by somebody who died.
    unless_missing(fs::remove_dir_all(backups.join(MAKING))).map_err(failed)?;
    for backup in newest_first(folder) {
        let forget = || -> rusqlite::Result<()> {
            let connection = Connection::open(&backup)?;
            connection.pragma_update(None, "secure_delete", true)?;
            let transaction = connection.unchecked_transaction()?;
            forgotten.iter().try_for_each(|key| delete_rows(&transaction, key).map(drop))?;
            transaction.commit()?;
            connection.close().map_err(|(_, error)| error)
        };
        match forget().map_err(|error| CacheError::sort(error, &backup)) {
            Err(CacheError::Damaged { .. }) => fs::remove_file(&backup).map_err(failed)?,
            forgotten => forgotten?,
        }
    }
    Ok(())
}

/// Nobody else makes a backup or changes one while this is held.
pub(crate) fn lock(folder: &Path, within: Duration) -> Result<Lock, CacheError> {
    Lock::take(&folder.join(FOLDER).join("backups.lock"), within)
}

/// The backups of this folder.
pub(crate) fn newest_first(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten();
    let mut backups: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| name(path).is_some()).collect();
    // Their names are times.
    backups.sort();
    backups.into_iter().rev()
}

/// The moment in the name of a backup.
fn name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)
}

fn is_due(folder: &Path) -> Result<bool, CacheError> {
    let (summaries, _) = SUMMARIES.read(folder)?;
    let sort = |error| CacheError::sort(error, &folder.join(SUMMARIES.file));
    let changed = |after: i64| -> Result<i64, CacheError> {
        const QUERY: &str = "SELECT count(*) FROM change WHERE number > ?";
        summaries.query_row(QUERY, [after], |row| row.get(0)).map_err(sort)
    };
    let Some(newest) = newest_first(folder).next() else { return Ok(changed(0)? > 0) };
    // One that cannot be read is none.
    let changed = changed(last_change(&newest).unwrap_or_default())?;
    let age = name(&newest).and_then(clock::named_ms).map_or(i64::MAX, |made| clock::now_ms() - made);
    Ok(changed >= MANY_CHANGES || changed > 0 && age >= A_DAY)
}

/// The number of the last change that a backup knows of.
fn last_change(backup: &Path) -> rusqlite::Result<i64> {
    let backup = Connection::open_with_flags(backup, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let last = backup.query_row("SELECT max(number) FROM change", [], |row| row.get(0)).optional()?;
    Ok(last.flatten().unwrap_or_default())
}

/// Copies what is worth it into a new file in the other folder. Returns how many readings there are.
fn copy(folder: &Path, making: &Path) -> Result<u64, CacheError> {
    let path = making.join(SUMMARIES.file);
    let sort = |error| CacheError::sort(error, &path);
    let into = SUMMARIES.create(making)?;
    // If this is cut short by a crash, it is made anew.
    into.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").map_err(sort)?;
    let from = folder.join(SUMMARIES.file);
    let from = from.to_str().ok_or_else(|| {
        let reason = io::Error::other("its path is not UTF-8");
        CacheError::Folder { reason, path: folder.to_owned() }
    })?;
    into.execute("ATTACH ? AS cache", [from]).map_err(sort)?;
    let rows = || -> rusqlite::Result<u64> {
        into.execute_batch("BEGIN")?;
        let readings = into.execute(
            &format!("INSERT INTO reading SELECT * FROM cache.reading WHERE {HOLDS}", HOLDS = *HOLDS),
            [],
        )?;
        for table in TABLES {
            into.execute(&format!("INSERT INTO {table} SELECT * FROM cache.{table}"), [])?;
        }
        into.execute("INSERT INTO change SELECT * FROM cache.change ORDER BY number DESC LIMIT 1", [])?;
        into.execute_batch("COMMIT; DETACH cache")?;
        Ok(readings as u64)
    };
    // What goes wrong with the copy is no word about the cache, but what cannot be read is.
    let readings = rows().map_err(|error| CacheError::sort(error, &folder.join(SUMMARIES.file)))?;
    let found: String = into.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(sort)?;
    into.close().map_err(|(_, error)| sort(error))?;
    if found != "ok" {
        return Err(CacheError::Damaged { reason: found, path });
    }
    Ok(readings)
}

/// Gives the copy its name, for good.
fn keep(copy: &Path, backups: &Path) -> io::Result<PathBuf> {
    File::open(copy)?.sync_all()?;
    let path = backups.join(format!("{PREFIX}{}{SUFFIX}", clock::name()));
    fs::rename(copy, &path)?;
    sync(backups)?;
    Ok(path)
}
