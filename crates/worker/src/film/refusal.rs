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
        Refusal::Fault(fault) => Failure::new(
            Code::Damaged,
            not_a_recording(medium, &format!("its content makes no sense as one ({fault})")),
        ),
    }
}

/// What to say when the system does not hand over the bytes.
pub(super) fn unreadable(error: &io::Error) -> Failure {
    Failure::new(Code::Unreadable, format!("reading it failed: {error}"))
}

/// What to say of a track that does not come to anything.
pub(super) fn undecodable(what: &str, fault: Fault) -> Failure {
    Failure::new(Code::Damaged, format!("its {what} cannot be decoded: {fault}"))
}

fn not_a_recording(medium: &Medium, is: &str) -> String {
    match &medium.extension {
        Some(extension) => format!("not a recording, whatever .{extension} says: {is}"),
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
