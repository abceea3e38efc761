//! Looking at a cache without touching it: in a folder that may not be written, from a newer program, on a disk that is
//! full.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::SystemTime;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempDir;

use crate::CacheError;
use crate::schema::Schema;

/// How often a file may change while it is copied.
const TRIES: u32 = 5;

/// A database that is open for reading alone.
pub(super) struct Look {
    pub(super) connection: Connection,
    pub(super) format: i64,
    /// Where the copy lies that is read, if it had to be copied.
    pub(super) copy: Option<TempDir>,
}

/// Opens a database for reading alone, whatever may be written around it.
///
/// SQLite needs a file of shared memory beside a database with a log, and makes it if it is missing. Where it may not,
/// a database without a log is read as one that nobody changes, and any other is copied with its log.
pub(super) fn look(schema: &Schema, folder: &Path) -> Result<Look, CacheError> {
    let error = match schema.read(folder) {
        Ok((connection, format)) => return Ok(Look { connection, format, copy: None }),
        Err(error) => error,
    };
    let path = folder.join(schema.file);
    let is_shut = match &error {
        CacheError::ReadOnly(_) => true,
        CacheError::Sqlite { reason, .. } => reason.sqlite_error_code() == Some(ErrorCode::CannotOpen),
        _ => false,
    };
    if !is_shut || !path.is_file() {
        return Err(error);
    }
    let log = log_of(&path);
    if fs::metadata(&log).map_or(0, |metadata| metadata.len()) == 0 {
        let (connection, format) = schema.open(
            &path,
            &unchanging(&path),
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
        )?;
        return Ok(Look { connection, format, copy: None });
    }
    let failed = |reason| CacheError::Folder { reason, path: path.clone() };
    let copy = TempDir::with_prefix("deskscribe-").map_err(failed)?;
    for _ in 0..TRIES {
        let before = [look_of(&path), look_of(&log)];
        for file in [&path, &log] {
            let to = copy.path().join(file.file_name().unwrap_or_default());
            fs::copy(file, to).map_err(failed)?;
        }
        if before == [look_of(&path), look_of(&log)] {
            let (connection, format) = schema.read(copy.path())?;
            return Ok(Look { connection, format, copy: Some(copy) });
        }
    }
    Err(failed(io::Error::other("it changes faster than it can be copied")))
}

/// Where the write-ahead log of a database lies.
fn log_of(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn look_of(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

/// The address of a file that is promised not to change.
fn unchanging(path: &Path) -> OsString {
    let mut address = b"file:".to_vec();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => address.push(*byte),
            byte => address.extend(format!("%{byte:02x}").bytes()),
        }
    }
    address.extend(b"?immutable=1");
    OsString::from_vec(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_has_an_address() {
        assert_eq!(unchanging(Path::new("/a b/50%?#\u{e4}")), "file:/a%20b/50%25%3f%23%c3%a4?immutable=1");
    }
}
