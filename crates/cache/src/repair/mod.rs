//! Repair: a damaged cache becomes a whole one, and never an empty one.
//!
//! ```text
//!  what is whole in the damaged file ─╮
//!  what only the newest backup has   ─┼─▶ repair/ ─▶ repaired/ ─▶ summaries.sqlite
//!  what only an older backup has     ─╯                           damaged/<time>/ keeps the old one
//! ```
//!
//! Whatever is found at a place and was read by nobody is queued. If there is nothing at all to be found, nothing is
//! changed, and the error says so.

mod backup;
mod cells;
mod check;
mod log_index;
mod pages;
mod replace;
mod salvage;

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::schema::{SUMMARIES, THUMBNAILS};
use crate::{CacheError, FileId, clock, derived, grouped};
use salvage::Source;

pub use backup::Backup;
pub(crate) use backup::{back_up_if_due, forget};
pub(crate) use check::doubt;
pub(crate) use replace::once_in_place;

/// What was done about damage, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// The cache was damaged, or missing.
    Summaries {
        /// What was wrong with it.
        reason: String,
        /// Readings that were restored.
        restored: u64,
        /// Readings that are lost, whose files are queued to be read again.
        again: u64,
        /// Where the damaged file is kept; nowhere if there was none.
        kept: Option<PathBuf>,
    },
    /// The small pictures were damaged; they are made again as files are read.
    Thumbnails {
        /// Where the damaged file is kept.
        kept: PathBuf,
    },
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Summaries { restored, again, kept, .. } => {
                let what = if kept.is_some() { "damaged" } else { "missing" };
                let (all, some, rest) = (grouped(restored + again), grouped(*restored), grouped(*again));
                match again {
                    0 => write!(f, "the cache was {what}: all {all} readings are restored")?,
                    _ => write!(
                        f,
                        "the cache was {what}: {some} of {all} readings are restored, {rest} will be read again"
                    )?,
                }
                match kept {
                    Some(kept) => write!(f, "; the damaged file is kept in {}", kept.display()),
                    None => write!(f, " from a backup"),
                }
            }
            Self::Thumbnails { kept } => {
                let kept = kept.display();
                write!(
                    f,
                    "the small pictures were damaged and begin anew; the damaged file is kept in {kept}"
                )
            }
        }
    }
}

/// Whether a new file was made whole, and whoever was to put it in its place has died: what is written into the old one
/// would be lost.
pub(crate) fn is_unfinished(folder: &Path) -> bool {
    replace::is_unfinished(folder, SUMMARIES.file)
}

/// Sees to it that both files of this folder are whole, and makes those that are not there. After an unclean end they
/// are looked at closely. The caller holds the write lock.
pub(crate) fn first_aid(folder: &Path, unclean: bool) -> Result<Vec<Repair>, CacheError> {
    let mut repairs = Vec::new();
    let failed = |reason| CacheError::Folder { reason, path: folder.to_owned() };
    if is_unfinished(folder) {
        replace::finish(folder, SUMMARIES.file).map_err(failed)?;
    }
    replace::give_up(folder).map_err(failed)?;
    let (summaries, thumbnails) = (folder.join(SUMMARIES.file), folder.join(THUMBNAILS.file));
    match check::check(&SUMMARIES, folder, unclean) {
        Err(CacheError::Damaged { reason, .. }) => repairs.extend(restore(folder, reason)?),
        checked => checked?,
    }
    check::trust(&summaries);
    match check::check(&THUMBNAILS, folder, unclean) {
        Err(CacheError::Damaged { .. }) => {
            let kept = replace::move_aside(folder, THUMBNAILS.file).map_err(failed)?;
            THUMBNAILS.create(folder)?;
            repairs.push(Repair::Thumbnails { kept });
        }
        checked => checked?,
    }
    check::trust(&thumbnails);
    Ok(repairs)
}

/// Whether there is a cache to look at.
pub(crate) fn look_for_traces(folder: &Path) -> Result<(), CacheError> {
    let path = folder.join(SUMMARIES.file);
    match check::is_gone(&path, folder) {
        Some(reason) => Err(CacheError::Damaged { reason: reason.to_owned(), path }),
        None if FileId::of(&path).is_none() => Err(CacheError::Nothing(folder.to_owned())),
        None => Ok(()),
    }
}

/// Makes a new file of all that is left, and puts it in the place of the damaged one.
fn restore(folder: &Path, reason: String) -> Result<Option<Repair>, CacheError> {
    let path = folder.join(SUMMARIES.file);
    if let Some(found) = format(&path).filter(|found| SUMMARIES.is_newer(*found)) {
        // What a newer program keeps in it, only a newer one can save.
        return Err(CacheError::Newer { found, known: SUMMARIES.version(), path });
    }
    let failed = |reason| CacheError::Folder { reason, path: folder.to_owned() };
    let making = replace::begin(folder).map_err(failed)?;
    let made = gather(folder, &making);
    let Some((restored, again)) = made.inspect_err(|_| drop(replace::give_up(folder)))? else {
        replace::give_up(folder).map_err(failed)?;
        // Nothing is lost with a file that is not there.
        return if path.exists() { Err(CacheError::Lost { reason, path }) } else { Ok(None) };
    };
    let was_there = path.exists();
    let kept = replace::put_in_place(folder, SUMMARIES.file).map_err(failed)?;
    let kept = was_there.then_some(kept);
    // From now on it has a log again.
    SUMMARIES.create(folder)?;
    Ok(Some(Repair::Summaries { reason, restored, again, kept }))
}

/// The format that the header of a file tells.
fn format(path: &Path) -> Option<i64> {
    let mut bytes = [0; 4];
    File::open(path).ok()?.read_exact_at(&mut bytes, 60).ok()?;
    Some(i64::from(i32::from_be_bytes(bytes)))
}

/// Makes the new file. Returns how many readings it has and how many files are to be read again, or nothing where
/// there was nothing to be found.
fn gather(folder: &Path, making: &Path) -> Result<Option<(u64, u64)>, CacheError> {
    let path = making.join(SUMMARIES.file);
    let into = SUMMARIES.create(making)?;
    let sort = |error| CacheError::sort(error, &path);
    into.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN").map_err(sort)?;
    // The clock is ahead of nearly any number that was ever handed out, should the last one not be found: what
    // onlookers have seen stays seen, and all is new to them.
    const LAST: &str = "INSERT INTO sqlite_sequence (name, seq) VALUES ('change', ?)";
    into.execute_batch("DELETE FROM sqlite_sequence").map_err(sort)?;
    into.execute(LAST, [clock::now_ms()]).map_err(sort)?;
    let take = |from: &Path, source| {
        let failed = |reason: io::Error| CacheError::Folder { reason, path: from.to_owned() };
        salvage::take(&into, from, source).map_err(failed)?.map_err(sort)
    };
    take(&folder.join(SUMMARIES.file), Source::Damaged)?;
    backup::newest_first(folder).try_for_each(|backup| take(&backup, Source::Backup))?;
    let counts = settle(&into).map_err(sort)?;
    into.close().map_err(|(_, error)| sort(error))?;
    Ok(counts)
}

/// Makes of the rows that were found a cache that hangs together.
fn settle(into: &Connection) -> rusqlite::Result<Option<(u64, u64)>> {
    let count = |query| into.query_row(query, [], |row| row.get::<_, i64>(0)).map(|count| count as u64);
    let found = count(
        "SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM place) + (SELECT count(*) FROM queue)
            + (SELECT count(*) FROM part) + (SELECT count(*) FROM tagging) + (SELECT count(*) FROM summary)
            + (SELECT count(*) FROM receipt)",
    )?;
    if found == 0 {
        return Ok(None);
    }
    let again = count("SELECT count(DISTINCT key) FROM place WHERE key NOT IN (SELECT key FROM reading)")?;
    let now = clock::now_ms();
    into.execute(
        "INSERT OR IGNORE INTO queue (path, kind, since)
            SELECT path, 'unknown', ? FROM place WHERE key NOT IN (SELECT key FROM reading)",
        [now],
    )?;
    into.execute_batch(
        "DELETE FROM part WHERE key IN (SELECT key FROM reading WHERE state = 'read' AND pending IS NULL)",
    )?;
    into.execute_batch(
        // Of what is to be read again nobody knows yet whether it has the same words.
        "DELETE FROM summary WHERE basis <> (SELECT basis(text, recording) FROM reading WHERE reading.key = summary.key);
         DELETE FROM refusal WHERE basis <> (SELECT basis(text, recording) FROM reading WHERE reading.key = refusal.key);
         DELETE FROM embedding WHERE basis <> (SELECT basis(text, recording) FROM reading WHERE reading.key = embedding.key);
         DELETE FROM wish WHERE EXISTS (SELECT 1 FROM summary WHERE summary.key = wish.key AND made_at >= wished_at
            AND (wish.model IS NULL OR wish.model = summary.model));",
    )?;
    into.execute_batch("INSERT INTO change (key) SELECT key FROM reading ORDER BY read_at, id")?;
    derived::all(into)?;
    into.execute_batch("COMMIT")?;
    Ok(Some((count("SELECT count(*) FROM reading")?, again)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_is_told_in_one_line_with_its_counts() {
        let told = |restored, again| {
            let kept = Some(PathBuf::from("/home/damaged/today"));
            Repair::Summaries { reason: "malformed".to_owned(), restored, again, kept }.to_string()
        };
        assert_eq!(
            told(4_102, 165),
            "the cache was damaged: 4,102 of 4,267 readings are restored, 165 will be read again; the damaged \
             file is kept in /home/damaged/today"
        );
        assert_eq!(
            told(1_234_567, 0),
            "the cache was damaged: all 1,234,567 readings are restored; the damaged file is kept in \
             /home/damaged/today"
        );
        let gone =
            Repair::Summaries { reason: "it is missing".to_owned(), restored: 7, again: 0, kept: None };
        assert_eq!(gone.to_string(), "the cache was missing: all 7 readings are restored from a backup");
    }
}
