//! The pages of a database file and its write-ahead log, read without SQLite, which gives up where a page is damaged.
//!
//! What a page and a frame look like: <https://sqlite.org/fileformat2.html>, sections 1.2 and 4.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::check::beside;
use super::log_index;

/// What every file of ours is cut into; a file that says otherwise is believed if it can be true.
const USUAL_SIZE: usize = 4096;
/// What the name of a log ends with.
const LOG: &str = "-wal";
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The pages of one database, as its last commit left them.
pub(crate) struct Pages {
    main: Option<File>,
    log: Option<Log>,
    size: usize,
    count: u32,
}

/// A write-ahead log.
struct Log {
    file: File,
    /// Where the newest committed content of each page lies.
    newest: HashMap<u32, u64>,
    /// Pages of the database after the last commit.
    count: u32,
    size: usize,
    /// Whether commits lie behind a frame that is damaged, where SQLite does not find them.
    broken: bool,
}

impl Pages {
    /// The pages of the database at this path; what is missing or cannot be read has none.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let main = match File::open(path) {
            Ok(main) => Some(main),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let log = Log::read(path)?;
        let size = match &log {
            Some(log) => log.size,
            None => main.as_ref().and_then(page_size).unwrap_or(USUAL_SIZE),
        };
        let length = main.as_ref().map_or(Ok(0), |main| main.metadata().map(|metadata| metadata.len()))?;
        let in_main = u32::try_from(length.div_ceil(size as u64)).unwrap_or(u32::MAX);
        let count = log.as_ref().filter(|log| log.count > 0).map_or(in_main, |log| log.count);
        Ok(Self { main, log, size, count })
    }

    /// The bytes of a page.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Pages are numbered from one to this.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// A page, unless it is missing, cut short or refused by the disk.
    pub(crate) fn get(&self, number: u32) -> Option<Vec<u8>> {
        let mut page = vec![0; self.size];
        let in_log = self.log.as_ref().and_then(|log| Some((&log.file, *log.newest.get(&number)?)));
        let in_main = || {
            let at = u64::from(number.checked_sub(1)?) * self.size as u64;
            Some((self.main.as_ref()?, at))
        };
        let (file, at) = in_log.or_else(in_main)?;
        file.read_exact_at(&mut page, at).ok()?;
        Some(page)
    }
}

/// Whether the log beside this database holds commits that SQLite does not find, because a frame before them is
/// damaged.
pub(crate) fn has_broken_log(path: &Path) -> io::Result<bool> {
    Ok(Log::read(path)?.is_some_and(|log| log.broken))
}

/// Whether the end of a database is missing that has nothing in its log; SQLite takes a page that is cut short for one
/// that ends in zeros.
pub(crate) fn is_cut(path: &Path) -> io::Result<bool> {
    // Closing a file takes back the locks that SQLite has on it in this process, so it is not even opened while it has
    // a log, as it has as long as somebody uses it, and longer, if the last one only read. A missing page is noticed by
    // SQLite then; half of one shows from outside.
    match fs::metadata(beside(path, LOG)) {
        Ok(log) => {
            let is_whole = fs::metadata(path)?.len().is_multiple_of(USUAL_SIZE as u64);
            return Ok(log.len() == 0 && !is_whole);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let main = File::open(path)?;
    let mut header = [0; 100];
    if main.read_exact_at(&mut header, 0).is_err() {
        return Ok(true);
    }
    // The count of pages holds if it is as old as the last change; other programs may leave it behind.
    let is_current = header[24..28] == header[92..96];
    let Some(size) = page_size(&main).filter(|_| is_current) else { return Ok(false) };
    Ok(main.metadata()?.len() < u64::from(word(&header[28..])) * size as u64)
}

fn page_size(main: &File) -> Option<usize> {
    let mut bytes = [0; 2];
    main.read_exact_at(&mut bytes, 16).ok()?;
    let size = u16::from_be_bytes(bytes) as usize;
    (size.is_power_of_two() && size >= 512).then_some(size)
}

impl Log {
    /// The log of this database.
    fn read(database: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(beside(database, LOG)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut header = [0; LOG_HEADER];
        if file.read_exact_at(&mut header, 0).is_err() {
            return Ok(None);
        }
        // A damaged header is no reason to give up: the frames say the rest, and nearly all is as it always is.
        let is_whole = checksum(&header[..24], (0, 0), big_endian(&header)) == sums(&header[24..]);
        let size = if is_whole { word(&header[8..]) as usize } else { USUAL_SIZE };
        let mut log = Self { file, newest: HashMap::new(), count: 0, size, broken: false };
        let frame_size = FRAME_HEADER + size;
        let (mut before, mut salts) = (sums(&header[24..]), is_whole.then(|| header[16..24].to_vec()));
        let (mut pending, mut is_behind_damage) = (Vec::new(), !is_whole);
        let mut frame = vec![0; frame_size];
        let mut at = LOG_HEADER as u64;
        while log.file.read_exact_at(&mut frame, at).is_ok() {
            let salts = salts.get_or_insert_with(|| frame[8..16].to_vec());
            // Frames of an older round lie behind the last one of this: the end.
            if frame[8..16] != salts[..] && !is_behind_damage {
                break;
            }
            // Each frame's sums go on from those of the one before it, so one that is damaged vouches for nothing,
            // but the ones behind it can vouch for themselves.
            let wanted = sums(&frame[16..]);
            let begun = checksum(&frame[..8], before, big_endian(&header));
            if frame[8..16] == salts[..]
                && checksum(&frame[FRAME_HEADER..], begun, big_endian(&header)) == wanted
            {
                pending.push((word(&frame), at + FRAME_HEADER as u64));
                let count = word(&frame[4..]);
                if count > 0 {
                    // A commit that was never acknowledged, because its process was killed in the last moment, is
                    // partly written over by the next one, and what is left of it looks the same.
                    let number = (at - LOG_HEADER as u64) / frame_size as u64 + 1;
                    if is_behind_damage && !log_index::acknowledged(database, salts, number)? {
                        break;
                    }
                    log.newest.extend(pending.drain(..));
                    log.count = count;
                    log.broken |= is_behind_damage;
                }
            } else {
                is_behind_damage = true;
            }
            before = wanted;
            at += frame_size as u64;
        }
        Ok(Some(log))
    }
}

fn big_endian(header: &[u8]) -> bool {
    word(header) & 1 == 1
}

fn word(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |word| u32::from_be_bytes(*word))
}

fn sums(bytes: &[u8]) -> (u32, u32) {
    (word(bytes), word(bytes.get(4..).unwrap_or_default()))
}

pub(super) fn checksum(bytes: &[u8], (mut first, mut second): (u32, u32), big_endian: bool) -> (u32, u32) {
    let words = bytes.as_chunks::<4>().0.iter();
    let read = if big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
    let mut words = words.map(|word| read(*word));
    while let (Some(one), Some(other)) = (words.next(), words.next()) {
        first = first.wrapping_add(one).wrapping_add(second);
        second = second.wrapping_add(other).wrapping_add(first);
    }
    (first, second)
}
