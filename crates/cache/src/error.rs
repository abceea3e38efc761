//! What can go wrong with the cache, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::repair;

/// Room on its disk with which storing goes on, in bytes: for readings, their search index and small pictures, and
/// SQLite's logs of them.
pub const ROOM: u64 = 16_000_000;

/// Why the cache could not be used. Whatever it is, what was stored is left as it was.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The folder cannot be made or written to.
    #[error(
        "the cache folder cannot be used ({reason}); check its permissions, or set DESKSCRIBE_HOME: {path}"
    )]
    Folder {
        /// What the system says.
        reason: io::Error,
        /// Which folder.
        path: PathBuf,
    },
    /// The folder lies on a network file system.
    #[error(
        "the cache cannot live on a network file system ({kind}); set DESKSCRIBE_HOME to a folder on a disk of this \
         machine: {path}"
    )]
    Network {
        /// What it is called.
        kind: String,
        /// Which folder.
        path: PathBuf,
    },
    /// Another process has held the write lock for too long.
    #[error("the cache is locked by {holder}; {advice}: {path}")]
    Locked {
        /// Who holds it, as far as it says.
        holder: String,
        /// What to do about it.
        advice: String,
        /// The lock file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error(
        "the disk is full, so nothing more can be stored; free at least {room} MB, then try again: {0}",
        room = ROOM / 1_000_000
    )]
    Full(PathBuf),
    /// The disk fails, or takes no more for another reason than being full, such as a limit on the size of files.
    #[error(
        "the disk does not take what is to be stored ({reason}); check that it is whole, and that files may grow \
         there, then try again: {path}"
    )]
    Disk {
        /// What SQLite says.
        reason: rusqlite::Error,
        /// The file.
        path: PathBuf,
    },
    /// The file may not be written.
    #[error("the cache may not be written; check its permissions: {0}")]
    ReadOnly(PathBuf),
    /// Made by a program that is newer than this one.
    #[error(
        "the cache was made by a newer Deskscribe (format {found}, this one knows {known}); update this one: {path}"
    )]
    Newer {
        /// The format of the file.
        found: i64,
        /// The newest format we know.
        known: i64,
        /// The file.
        path: PathBuf,
    },
    /// Made by a program that is older than the search, and not brought up to date.
    #[error(
        "the cache was made by an older Deskscribe and cannot be searched as it is; `deskscribe scan` brings it up to \
         date where it may be written: {0}"
    )]
    Older(PathBuf),
    /// There is no cache.
    #[error("nothing was read yet: `deskscribe scan` begins with it ({0})")]
    Nothing(PathBuf),
    /// Something else lies where the cache should be.
    #[error(
        "another program's database is in the place of the cache; move it elsewhere, or set DESKSCRIBE_HOME: {0}"
    )]
    Foreign(PathBuf),
    /// The file is damaged. Whatever is whole in it and its backups is restored when it is opened for writing.
    #[error("the cache is damaged ({reason}); the next scan restores what can be restored: {path}")]
    Damaged {
        /// What is wrong with it.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged, and there is nothing to restore: not from it, and not from a backup.
    #[error(
        "the cache is damaged ({reason}), and nothing could be restored; it was left as it is: move it elsewhere to \
         begin anew: {path}"
    )]
    Lost {
        /// What is wrong with it.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// Something is forgotten, but what it was can still be found in a file that another program is reading.
    #[error(
        "it is forgotten, but traces are left while another program reads the cache; forget it once more: {0}"
    )]
    Traces(PathBuf),
    /// The SQLite that is linked in has a bug that can damage files.
    #[error("SQLite {0} is linked in, which can damage the cache; 3.51.3 or later is needed")]
    OldSqlite(&'static str),
    /// Anything else that SQLite reports.
    #[error("the cache could not be used ({reason}): {path}")]
    Sqlite {
        /// What SQLite says.
        reason: rusqlite::Error,
        /// The file.
        path: PathBuf,
    },
}

impl CacheError {
    /// Sees to it that damage is repaired when the file is opened the next time.
    pub(crate) fn noted(self) -> Self {
        if let Self::Damaged { path, .. } = &self {
            repair::doubt(path);
        }
        self
    }

    /// Sorts what SQLite says about this file by what a person can do about it.
    pub(crate) fn sort(reason: rusqlite::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match reason.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(path),
            Some(ErrorCode::SystemIoFailure) => Self::Disk { reason, path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly(path),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { reason: reason.to_string(), path }
            }
            _ => Self::Sqlite { reason, path },
        }
    }
}
