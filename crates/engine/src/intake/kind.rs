//! Telling media from everything else, by extension or by first bytes.

use std::path::Path;

use deskscribe_protocol::MediaKind;

/// So many first bytes tell every format apart that we know.
pub(super) const SNIFF_BYTES: usize = 512;

const IMAGES: &[&str] = &[
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "webp", "gif", "bmp", "dib", "tif", "tiff", "heic", "heif",
    "hif", "avif", "jp2", "j2k", "j2c", "jpc", "jpf", "jpx", "jxl", "qoi", "ico", "tga", "icb", "vda", "pnm",
    "pbm", "pgm", "ppm", "pam",
];
const VIDEOS: &[&str] =
    &["mp4", "m4v", "mov", "mkv", "webm", "avi", "flv", "mpg", "mpeg", "mts", "m2ts", "wmv", "3gp", "ogv"];
const AUDIO: &[&str] =
    &["wav", "mp3", "m4a", "aac", "ogg", "oga", "opus", "flac", "aiff", "aif", "caf", "wma", "amr"];

/// What the extension says. `.ts` says nothing: it is TypeScript far more often than a transport stream, which its
/// first bytes tell.
pub(crate) fn by_name(path: &Path) -> Option<MediaKind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let listed = |names: &[&str]| names.contains(&extension.as_str());
    if listed(IMAGES) {
        Some(MediaKind::Image)
    } else if listed(VIDEOS) {
        Some(MediaKind::Video)
    } else if listed(AUDIO) {
        Some(MediaKind::Audio)
    } else {
        None
    }
}

/// Whether the name alone says that this is a medium.
pub(crate) fn has_media_name(path: &Path) -> bool {
    by_name(path).is_some()
}

/// What the first bytes say.
pub(super) fn by_content(first: &[u8]) -> Option<MediaKind> {
    // A few letters make no medium: a text may begin with them, such as a transcript of ours about GIFs.
    if is_text(first) {
        return None;
    }
    if is_transport_stream(first) {
        return Some(MediaKind::Video);
    }
    let found = infer::get(first)?;
    // Two of them in a text that is not in UTF-8 make no bitmap either.
    if found.mime_type() == "image/bmp" && !has_bitmap_header(first) {
        return None;
    }
    // Matched by their type alone, not by `infer`'s `app` or `book` matchers, which see images in fonts.
    match found.matcher_type() {
        infer::MatcherType::Image => Some(MediaKind::Image),
        infer::MatcherType::Video => Some(MediaKind::Video),
        infer::MatcherType::Audio => Some(MediaKind::Audio),
        _ => None,
    }
}

/// Whether every packet begins as those of an MPEG transport stream do, which has no head. Cameras and Blu-ray discs
/// put four bytes before each.
fn is_transport_stream(first: &[u8]) -> bool {
    const SYNC: u8 = 0x47;
    const PACKET: usize = 188;
    [(0, PACKET), (4, PACKET + 4)].into_iter().any(|(begins, step)| {
        let mut packets = first.iter().skip(begins).step_by(step);
        packets.len() >= 3 && packets.all(|byte| *byte == SYNC)
    })
}

/// Whether these are the first bytes of a text in UTF-8. No medium has none but such bytes in its head.
fn is_text(first: &[u8]) -> bool {
    let valid = match str::from_utf8(first) {
        Ok(text) => text,
        // The last character may be cut off.
        Err(error) if error.error_len().is_none() => {
            first.get(..error.valid_up_to()).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or("\0")
        }
        Err(_) => return false,
    };
    !valid.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Whether the size of the header, which tells its version, is one that there is.
fn has_bitmap_header(first: &[u8]) -> bool {
    let size = first.get(14..18).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    size.is_some_and(|size| [12, 16, 40, 52, 56, 64, 108, 124].contains(&size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_whatever_their_case() {
        assert_eq!(by_name(Path::new("a/Shot.PNG")), Some(MediaKind::Image));
        assert_eq!(by_name(Path::new("talk.Mkv")), Some(MediaKind::Video));
        assert_eq!(by_name(Path::new("note.m4a")), Some(MediaKind::Audio));
        assert_eq!(by_name(Path::new("main.ts")), None);
        assert_eq!(by_name(Path::new("png")), None);
    }

    #[test]
    fn contents_are_told_apart_without_a_name() {
        assert_eq!(by_content(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(MediaKind::Image));
        assert_eq!(by_content(b"RIFF\x24\0\0\0WAVEfmt "), Some(MediaKind::Audio));
        assert_eq!(by_content(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41"), Some(MediaKind::Video));
        assert_eq!(by_content(b"dear diary, today I took a picture"), None);
        assert_eq!(by_content(b"BMW is a car maker, and this is no bitmap"), None);
        assert_eq!(by_content(b"BMW k\xf6nnte das sein, in Latin-1"), None);
        assert_eq!(
            by_content("GIFs and ID3 tags are what we talk about, said \u{e4}\u{f6}".as_bytes()),
            None
        );
        assert_eq!(by_content(&"ID3 größer".as_bytes()[..7]), None, "cut within a character");
        assert_eq!(by_content(b"ID3\x04\0\0\0\0\x02\x01TSSE"), Some(MediaKind::Audio));
        assert_eq!(by_content(b"BM\x9a\0\0\0\0\0\0\0\x7a\0\0\0\x6c\0\0\0"), Some(MediaKind::Image));
        assert_eq!(by_content(b""), None);
    }

    #[test]
    fn a_transport_stream_is_told_from_typescript() {
        let stream = |before: usize| {
            let packet = [vec![0; before], vec![0x47, 0x40, 0, 0x10], vec![0xff; 184]].concat();
            packet.into_iter().cycle().take(SNIFF_BYTES).collect::<Vec<u8>>()
        };
        assert_eq!(by_content(&stream(0)), Some(MediaKind::Video));
        assert_eq!(by_content(&stream(4)), Some(MediaKind::Video));
        assert_eq!(by_content(&stream(0)[..300]), None, "two packets may be chance");
        assert_eq!(by_content(&stream(1)), None);
        assert_eq!(by_content(&[b'G'; SNIFF_BYTES]), None, "a text of the same letter");
        assert_eq!(by_content(b"export const GREETING = 'hello';\n"), None);
    }
}
