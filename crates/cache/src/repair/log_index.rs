//! What SQLite last said of a write-ahead log: how many of its frames were committed and acknowledged.
//!
//! It keeps that in the file that the processes share which use the database, and which outlives all of them when they
//! are killed: <https://sqlite.org/walformat.html>, section 2.1. Numbers in there are those of this machine.

use std::fs::File;
use std::io;
use std::os::fd::IntoRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::check::beside;
use super::pages::checksum;

/// The header is there twice, so that a reader knows when it saw a writer at it.
const HEADER: usize = 48;
const VERSION: u32 = 3_007_000;

/// Whether the frame with this number, counted from one, was committed to the log of this database, as far as that can
/// be known. The log has these salts.
pub(super) fn acknowledged(database: &Path, salts: &[u8], number: u64) -> io::Result<bool> {
    let index = match File::open(beside(database, "-shm")) {
        Ok(index) => index,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let mut headers = [0; 2 * HEADER];
    let read = index.read_exact_at(&mut headers, 0);
    // Not closed: that would take back the locks that SQLite may have on it in this process.
    let _ = index.into_raw_fd();
    let (header, again) = headers.split_at(HEADER);
    let word = |at: usize| header[at..].first_chunk().map_or(0, |word| u32::from_ne_bytes(*word));
    let is_whole = read.is_ok()
        && header == again
        && word(0) == VERSION
        && checksum(&header[..40], (0, 0), cfg!(target_endian = "big")) == (word(40), word(44));
    Ok(is_whole && header[32..40] == *salts && number <= u64::from(word(16)))
}
