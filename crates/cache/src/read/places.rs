//! Where contents were found: what is known of a file by its path, and by what it looks like.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use deskscribe_protocol::ContentKey;
use rusqlite::{OptionalExtension, Row, ToSql};

use super::{ReadGuard, path};
use crate::{CacheError, Place, Stamp};

impl ReadGuard {
    /// The content at this path, if the file looks exactly as it did when the content was named. A drive may have got
    /// another number since.
    pub fn key_at(&self, path: &Path, stamp: &Stamp) -> Result<Option<ContentKey>, CacheError> {
        const QUERY: &str = "SELECT key FROM place
            WHERE path = ? AND inode = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ?";
        let Stamp { inode, size, mtime_ns, ctime_ns, .. } = *stamp;
        let find = || {
            let path = path.as_os_str().as_bytes();
            // SQLite's integers are signed; the same cast is used for storing.
            let values = (path, inode as i64, size as i64, mtime_ns, ctime_ns);
            self.summaries.prepare_cached(QUERY)?.query_row(values, |row| row.get(0)).optional()
        };
        Ok(find().map_err(|error| self.sort(error))?.map(ContentKey::from_bytes))
    }

    /// Where this content was found, the last place first.
    pub fn places(&self, key: &ContentKey) -> Result<Vec<PathBuf>, CacheError> {
        const QUERY: &str = "SELECT path FROM place WHERE key = ? ORDER BY seen_at DESC, path";
        self.all(QUERY, &[&key.as_bytes()], |row| row.get(0).map(path))
    }

    /// What was last found at this path, whatever is there now.
    pub fn place_at(&self, path: &Path) -> Result<Option<(Place, ContentKey)>, CacheError> {
        const QUERY: &str =
            "SELECT path, device, inode, size, mtime_ns, ctime_ns, key FROM place WHERE path = ?";
        Ok(self.all(QUERY, &[&path.as_os_str().as_bytes()], place)?.pop())
    }

    /// What was found anywhere and is the same file as one that looks like this, as far as its number, its size and the
    /// time of its content tell: such as one that was moved, which changes its `ctime_ns`.
    pub fn places_of_file(&self, stamp: &Stamp) -> Result<Vec<(Place, ContentKey)>, CacheError> {
        const QUERY: &str = "SELECT path, device, inode, size, mtime_ns, ctime_ns, key FROM place
            WHERE inode = ? AND size = ? AND mtime_ns = ?";
        self.all(QUERY, &[&(stamp.inode as i64), &(stamp.size as i64), &stamp.mtime_ns], place)
    }

    /// Everything that was found at this path or, if it is a folder, below it.
    pub fn places_below(&self, path: &Path) -> Result<Vec<Place>, CacheError> {
        const QUERY: &str = "SELECT path, device, inode, size, mtime_ns, ctime_ns, key FROM place
            WHERE path = ?1 OR path > ?2 AND path < ?3";
        let (itself, [from, to]) = (path.as_os_str().as_bytes(), below(path));
        let places = self.all(QUERY, &[&itself, &from, &to], place)?;
        Ok(places.into_iter().map(|(place, _)| place).collect())
    }

    /// The files at or below this path that were found and not read.
    pub fn queued_below(&self, path: &Path) -> Result<Vec<PathBuf>, CacheError> {
        const QUERY: &str = "SELECT path FROM queue WHERE path = ?1 OR path > ?2 AND path < ?3";
        let (itself, [from, to]) = (path.as_os_str().as_bytes(), below(path));
        self.all(QUERY, &[&itself, &from, &to], |row| row.get(0).map(super::path))
    }

    /// The content that was last found at this path, whatever is there now.
    pub fn last_key_at(&self, path: &Path) -> Result<Option<ContentKey>, CacheError> {
        Ok(self.place_at(path)?.map(|(_, key)| key))
    }

    fn all<T>(
        &self,
        query: &str,
        values: &[&dyn ToSql],
        tell: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, CacheError> {
        let find = || {
            let mut all = self.summaries.prepare_cached(query)?;
            all.query_map(values, tell)?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }
}

/// What every path below this one lies between: all have a slash behind it, and in the order of bytes a zero comes
/// next.
fn below(path: &Path) -> [Vec<u8>; 2] {
    let itself = path.as_os_str().as_bytes();
    [b'/', b'0'].map(|end| if itself == b"/" { vec![end] } else { [itself, &[end]].concat() })
}

fn place(row: &Row<'_>) -> rusqlite::Result<(Place, ContentKey)> {
    let number = |column| row.get::<_, i64>(column);
    let stamp = Stamp {
        device: number("device")? as u64,
        inode: number("inode")? as u64,
        size: number("size")? as u64,
        mtime_ns: number("mtime_ns")?,
        ctime_ns: number("ctime_ns")?,
    };
    let key = ContentKey::from_bytes(row.get("key")?);
    Ok((Place { path: path(row.get("path")?), stamp }, key))
}
