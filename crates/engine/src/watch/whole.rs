//! What a file says of itself: whether it is there to its end. Some formats tell that in their first and last bytes, so
//! that a half-written picture is not taken for a damaged one.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use deskscribe_protocol::MediaKind;

/// Whether a file is there to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Yes,
    No,
    /// Its format does not tell.
    Unknown,
}

/// So many bytes may follow the end of a JPEG: some programs write more.
const TAIL: u64 = 64 << 10;
/// Boxes of a file that are walked at most.
const MOST_BOXES: u32 = 10_000;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The last chunk of a PNG: no data, its name and its checksum.
const PNG_END: &[u8] = b"\0\0\0\0IEND\xaeB`\x82";
/// How JPEG 2000 begins where it is in no box, and how QOI ends.
const CODESTREAM: &[u8] = b"\xff\x4f\xff\x51";
const QOI_END: &[u8] = b"\0\0\0\0\0\0\0\x01";

/// What this file says, which is open for reading.
pub(super) fn whole(file: &File, kind: MediaKind) -> io::Result<Whole> {
    let size = file.metadata()?.len();
    let mut head = [0; 16];
    let length = read(file, &mut head, 0)?;
    let head = &head[..length];
    let says = |is_whole| if is_whole { Whole::Yes } else { Whole::No };
    if size == 0 {
        return Ok(Whole::No);
    }
    Ok(if head.starts_with(PNG) {
        says(tail(file, size)?.windows(PNG_END.len()).any(|bytes| bytes == PNG_END))
    } else if head.starts_with(b"\xff\xd8\xff") {
        says(tail(file, size)?.windows(2).any(|bytes| bytes == b"\xff\xd9"))
    } else if head.starts_with(b"GIF8") {
        says(tail(file, size)?.last() == Some(&b';'))
    } else if head.starts_with(b"RIFF") && head.len() >= 12 {
        // Some recorders do not know the length before the end, and some never write it.
        match little_endian(&head[4..8]) {
            0 | 0xffff_ffff => Whole::Unknown,
            length => says(size >= length.saturating_add(8)),
        }
    } else if head.get(4..8) == Some(b"ftyp") || head.get(4..8) == Some(b"jP  ") {
        says(has_all_boxes(file, size, kind)?)
    } else if head.starts_with(CODESTREAM) {
        says(tail(file, size)?.ends_with(b"\xff\xd9"))
    } else if head.starts_with(b"qoif") {
        says(tail(file, size)?.ends_with(QOI_END))
    } else if head.starts_with(b"BM") && head.len() >= 6 {
        match little_endian(&head[2..6]) {
            0 => Whole::Unknown,
            length => says(size >= length),
        }
    } else if let Some(directory) = tiff_directory(head)
        && directory >= size
    {
        // Where it lies within the file, its pixels may still come after it.
        Whole::No
    } else {
        Whole::Unknown
    })
}

/// Where the first directory of a TIFF lies, which many programs write last.
fn tiff_directory(head: &[u8]) -> Option<u64> {
    let at = head.get(4..8)?;
    match &head[..4] {
        b"II*\0" => Some(little_endian(at)),
        b"MM\0*" => Some(big_endian(at)),
        _ => None,
    }
}

/// Whether the outermost boxes of an ISO file, such as MP4, HEIC or JP2, are there to the end of the last, and tell
/// what is in them.
fn has_all_boxes(file: &File, size: u64, kind: MediaKind) -> io::Result<bool> {
    let (mut at, mut tells) = (0, false);
    for _ in 0..MOST_BOXES {
        if at == size {
            return Ok(tells);
        }
        let mut head = [0; 16];
        let length = read(file, &mut head, at)?;
        let head = &head[..length];
        if head.len() < 8 {
            return Ok(false);
        }
        let is_picture = matches!(&head[4..8], b"meta" | b"jp2c") && kind == MediaKind::Image;
        tells |= &head[4..8] == b"moov" || is_picture;
        let length = match big_endian(&head[..4]) {
            // To the end of the file, wherever that will be.
            0 => return Ok(tells),
            1 if head.len() == 16 => big_endian(&head[8..]),
            length => length,
        };
        match at.checked_add(length) {
            Some(next) if length >= 8 && next <= size => at = next,
            _ => return Ok(false),
        }
    }
    Ok(tells)
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn tail(file: &File, size: u64) -> io::Result<Vec<u8>> {
    let length = size.min(TAIL);
    let mut bytes = vec![0; length as usize];
    let read = read(file, &mut bytes, size - length)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// As many bytes from there on as there are.
fn read(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    let mut read = 0;
    while read < into.len() {
        match file.read_at(&mut into[read..], at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn says(content: &[u8], kind: MediaKind) -> Whole {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        whole(&file, kind).unwrap()
    }

    fn iso(boxes: &[(&[u8; 4], usize)]) -> Vec<u8> {
        let mut file = Vec::new();
        for (name, length) in boxes {
            file.extend(u32::try_from(8 + length).unwrap().to_be_bytes());
            file.extend(*name);
            file.extend(vec![7; *length]);
        }
        file
    }

    #[test]
    fn a_file_that_is_cut_short_anywhere_says_so() {
        let png = [PNG, &[1; 500], PNG_END].concat();
        let jpeg = [&b"\xff\xd8\xff\xe0"[..], &[1; 500], b"\xff\xd9"].concat();
        let gif = [&b"GIF89a"[..], &[1; 500], b";"].concat();
        let webp = [&b"RIFF"[..], &504_u32.to_le_bytes(), b"WEBP", &[1; 500]].concat();
        let mp4 = iso(&[(b"ftyp", 24), (b"mdat", 400), (b"moov", 80)]);
        let heic = iso(&[(b"ftyp", 24), (b"meta", 80), (b"mdat", 400)]);
        let jp2 = [&b"\0\0\0\x0cjP  \r\n\x87\n"[..], &iso(&[(b"jp2h", 40), (b"jp2c", 400)])].concat();
        let codestream = [CODESTREAM, &[1; 500], b"\xff\xd9"].concat();
        let qoi = [&b"qoif"[..], &[1; 500], QOI_END].concat();
        let bmp = [&b"BM"[..], &506_u32.to_le_bytes(), &[1; 500]].concat();
        for (content, kind) in [
            (jp2, MediaKind::Image),
            (codestream, MediaKind::Image),
            (qoi, MediaKind::Image),
            (bmp, MediaKind::Image),
            (png, MediaKind::Image),
            (jpeg, MediaKind::Image),
            (gif, MediaKind::Image),
            (webp, MediaKind::Image),
            (mp4, MediaKind::Video),
            (heic, MediaKind::Image),
        ] {
            assert_eq!(says(&content, kind), Whole::Yes, "{:?}", &content[..12]);
            for cut in [0, 13, content.len() / 2, content.len() - 1] {
                assert_ne!(says(&content[..cut], kind), Whole::Yes, "{cut} of {:?}", &content[..12]);
            }
        }
    }

    #[test]
    fn a_format_that_does_not_tell_is_not_waited_for_in_vain() {
        assert_eq!(says(b"BM\0\0\0\0 and so on", MediaKind::Image), Whole::Unknown);
        let tiff = [b"II*\0\x64\0\0\0", [1; 200].as_slice()].concat();
        assert_eq!(says(&tiff, MediaKind::Image), Whole::Unknown);
        assert_eq!(says(&tiff[..100], MediaKind::Image), Whole::No);
        assert_eq!(says(b"OggS and so on", MediaKind::Audio), Whole::Unknown);
        let live = [&b"RIFF"[..], &u32::MAX.to_le_bytes(), b"WAVE", &[1; 50]].concat();
        assert_eq!(says(&live, MediaKind::Audio), Whole::Unknown);
    }

    #[test]
    fn what_follows_the_end_does_no_harm() {
        let png = [PNG, &[1; 500], PNG_END, b"and more"].concat();
        assert_eq!(says(&png, MediaKind::Image), Whole::Yes);
        let endless = [&iso(&[(b"ftyp", 24), (b"moov", 80)])[..], &[0, 0, 0, 0], b"mdat", &[7; 100]].concat();
        assert_eq!(says(&endless, MediaKind::Video), Whole::Yes);
    }

    #[test]
    fn boxes_that_lie_about_their_length_end_the_look() {
        let mut file = iso(&[(b"ftyp", 24)]);
        file.extend([0, 0, 0, 1]);
        file.extend(b"moov");
        file.extend(u64::MAX.to_be_bytes());
        assert_eq!(says(&file, MediaKind::Video), Whole::No);
    }
}
