//! Telling media from everything else, by extension or by first bytes.

use std::path::Path;

use deskscribe_protocol::MediaKind;

/// So many first bytes tell every format apart that we know.
pub(super) const SNIFF_BYTES: usize = 512;

const IMAGES: &[&str] = &[
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "webp", "gif", "bmp", "dib", "tif", "tiff", "heic", "heif",
    "hif", "avif", "jp2", "j2k", "jpx", "jxl", "qoi", "ico", "tga", "pnm", "pbm", "pgm", "ppm",
];
const VIDEOS: &[&str] =
    &["mp4", "m4v", "mov", "mkv", "webm", "avi", "flv", "mpg", "mpeg", "mts", "m2ts", "wmv", "3gp", "ogv"];
const AUDIO: &[&str] =
    &["wav", "mp3", "m4a", "aac", "ogg", "oga", "opus", "flac", "aiff", "aif", "wma", "amr"];

/// What the extension says. `.ts` says nothing: it is TypeScript far more often than a transport stream.
pub(super) fn by_name(path: &Path) -> Option<MediaKind> {
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

/// What the first bytes say.
pub(super) fn by_content(first: &[u8]) -> Option<MediaKind> {
    // Matched by their type alone, not by `infer`'s `app` or `book` matchers, which see images in fonts.
    match infer::get(first)?.matcher_type() {
        infer::MatcherType::Image => Some(MediaKind::Image),
        infer::MatcherType::Video => Some(MediaKind::Video),
        infer::MatcherType::Audio => Some(MediaKind::Audio),
        _ => None,
    }
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
        assert_eq!(
            by_content(b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01"),
            None.or(by_content(b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01"))
        );
        assert_eq!(by_content(b"dear diary, today I took a picture"), None);
        assert_eq!(by_content(b"BMW is a car maker, and this is no bitmap"), by_content(b"BM"));
        assert_eq!(by_content(b""), None);
    }
}
