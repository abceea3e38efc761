//! Why a recording cannot be opened, as a person would say it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use deskscribe_protocol::{Code, Failure};

use super::av::{Fault, Refusal};
use super::{formats, reel};
use crate::job::Medium;

/// So many first bytes tell what a file is instead.
const SNIFF_BYTES: usize = 512;

/// What to say of a refusal.
pub(super) fn explain(refusal: Refusal, medium: &Medium) -> Failure {
    let first = match first_bytes(&medium.file) {
        Ok(first) => first,
        Err(error) => return unreadable(&error),
    };
    if let Some(name) = formats::list(&first) {
        let reason = format!("it is {name}: it only names other files, which are not opened through it");
        return Failure::new(Code::Unsupported, reason);
    }
    match refusal {
        Refusal::Unreadable(error) => unreadable(&error),
        Refusal::Foreign(name) => Failure::new(Code::Unsupported, format!("{name} files are not read")),
        Refusal::Fault(Fault::MEMORY) => {
            let reason = format!(
                "it has more than {} tracks, or its header takes more memory than a recording may have",
                reel::MOST_TRACKS
            );
            Failure::new(Code::TooLarge, reason)
        }
        Refusal::Fault(_) if is_without_index(medium).unwrap_or(false) => Failure::new(
            Code::Damaged,
            "the file ends before its index, without which nothing in it can be found: it was cut off while it was \
             recorded or copied. Copy it again from where it came from; a program that repairs MP4 files may save it",
        ),
        Refusal::Fault(_) if is_text(&first) => {
            Failure::new(Code::Damaged, not_a_recording(medium, "its content is text"))
        }
        Refusal::Fault(_) => Failure::new(
            Code::Damaged,
            not_a_recording(medium, "its content makes no sense as one, at least not at its beginning"),
        ),
    }
}

/// What to say when the system does not hand over the bytes.
pub(super) fn unreadable(error: &io::Error) -> Failure {
    Failure::new(Code::Unreadable, format!("reading it failed: {error}"))
}

/// What to say of a track that does not come to anything.
pub(super) fn undecodable(what: &str, fault: Fault) -> Failure {
    let reason = match fault {
        Fault::MEMORY => format!("its {what} takes more memory to decode than there is"),
        _ => format!("its {what} cannot be decoded: what the file says about it makes no sense"),
    };
    Failure::new(Code::Damaged, reason)
}

/// What to say of a clock that goes on somewhere else, so many seconds later, or earlier if that is negative.
pub(super) fn leap(seconds: f64) -> String {
    let by = seconds.abs();
    if seconds < 0.0 {
        format!("its clock goes back by {by:.0} seconds: what follows is told as if it had gone on")
    } else {
        format!("its clock leaps by {by:.0} seconds: what follows is told as if it had not")
    }
}

/// What to say of so many packets that were skipped.
pub(super) fn broken(packets: u32) -> String {
    let pieces = if packets == 1 { "1 piece".to_owned() } else { format!("{packets} pieces") };
    format!("it is damaged: {pieces} of it could not be decoded")
}

/// What to say of so many packets that were skipped at the end.
pub(super) fn broken_end(packets: u32) -> String {
    let pieces = if packets == 1 { "piece".to_owned() } else { format!("{packets} pieces") };
    format!("its end is damaged: the last {pieces} of it could not be decoded")
}

/// What to say of frames of so many pixels, if that is more than may be.
pub(super) fn too_large(width: u32, height: u32, pixels: u64) -> Option<Failure> {
    let all = u64::from(width) * u64::from(height);
    let reason = format!(
        "its picture is {width} × {height}, {} megapixels, more than the limit of {}",
        all.div_ceil(1_000_000),
        pixels / 1_000_000
    );
    (all > pixels).then(|| Failure::new(Code::TooLarge, reason))
}

fn not_a_recording(medium: &Medium, is: &str) -> String {
    match &medium.extension {
        // Not which: a copy may have another.
        Some(_) => format!("not a recording, whatever its name says: {is}"),
        None => format!("not a recording: {is}"),
    }
}

fn is_text(first: &[u8]) -> bool {
    // A character may be cut in two at the end of what was looked at.
    let text = match std::str::from_utf8(first) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    text && !first.contains(&0)
}

fn first_bytes(file: &File) -> io::Result<Vec<u8>> {
    let mut first = vec![0; SNIFF_BYTES];
    let read = file.read_at(&mut first, 0)?;
    first.truncate(read);
    Ok(first)
}

/// Whether this is a QuickTime or MP4 file that ends before its index comes.
fn is_without_index(medium: &Medium) -> io::Result<bool> {
    /// What such a file may begin with.
    const BEGINNINGS: [&[u8; 4]; 5] = [b"ftyp", b"mdat", b"wide", b"free", b"skip"];
    /// More boxes than any real file has on its top level before the index.
    const MOST_BOXES: usize = 10_000;
    let mut position = 0_u64;
    for number in 0..MOST_BOXES {
        let mut head = [0; 16];
        let read = medium.file.read_at(&mut head, position)?;
        if read < 8 {
            return Ok(number > 0);
        }
        let (size, name) = (u32::from_be_bytes([head[0], head[1], head[2], head[3]]), &head[4..8]);
        let is_first_of_such = BEGINNINGS.iter().any(|beginning| *beginning == name);
        if name == b"moov" || (number == 0 && !is_first_of_such) {
            return Ok(false);
        }
        let size = match (u64::from(size), read) {
            (0, _) => return Ok(true),
            (1, 16) => u64::from_be_bytes([
                head[8], head[9], head[10], head[11], head[12], head[13], head[14], head[15],
            ]),
            (size, _) => size,
        };
        if size < 8 {
            return Ok(false);
        }
        position = match position.checked_add(size) {
            Some(position) if position <= medium.bytes => position,
            _ => return Ok(true),
        };
    }
    Ok(false)
}
