//! Which format a file has, by its first bytes alone.

use deskscribe_protocol::{Code, Failure};
use image::ImageFormat;

/// So many first bytes tell every format apart.
pub(super) const SNIFF_BYTES: usize = 64;

/// Who takes a picture apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A format of one picture, or of one that moves.
    Plain(ImageFormat),
    /// One page or many.
    Tiff,
    /// Pictures in boxes, coded like the frames of a film: HEIC and AVIF.
    Heif,
    Jpeg2000,
}

/// Formats that are read, by a byte string at an offset.
const READ: &[(usize, &[u8], Format)] = &[
    (0, b"\x89PNG\r\n\x1a\n", Format::Plain(ImageFormat::Png)),
    (0, b"\xff\xd8\xff", Format::Plain(ImageFormat::Jpeg)),
    (0, b"GIF87a", Format::Plain(ImageFormat::Gif)),
    (0, b"GIF89a", Format::Plain(ImageFormat::Gif)),
    (0, b"BM", Format::Plain(ImageFormat::Bmp)),
    (0, b"qoif", Format::Plain(ImageFormat::Qoi)),
    (0, b"\0\0\x01\0", Format::Plain(ImageFormat::Ico)),
    (0, b"\0\0\x02\0", Format::Plain(ImageFormat::Ico)),
    (0, b"II*\0", Format::Tiff),
    (0, b"MM\0*", Format::Tiff),
    (0, b"II+\0", Format::Tiff),
    (0, b"MM\0+", Format::Tiff),
    (4, b"ftypavi", Format::Heif),
    (4, b"ftyphei", Format::Heif),
    (4, b"ftyphev", Format::Heif),
    (4, b"ftypmif", Format::Heif),
    (4, b"ftypmsf1", Format::Heif),
    (4, b"jP  \r\n\x87\n", Format::Jpeg2000),
    (0, b"\xff\x4f\xff\x51", Format::Jpeg2000),
];

/// Formats that are told apart but not read.
const NOT_READ: &[(usize, &[u8], &str)] = &[
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL \r\n\x87\n", "JPEG XL"),
    (8, b"CR\x02\0", "Canon raw"),
    (4, b"ftypcrx", "Canon raw"),
    (0, b"IIU\0", "Panasonic raw"),
    (0, b"FUJIFILMCCD-RAW", "Fujifilm raw"),
    (0, b"8BPS", "Photoshop"),
    (0, b"gimp xcf", "GIMP"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"farbfeld", "farbfeld"),
    (0, b"v/1\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance HDR"),
    (0, b"DDS ", "DirectDraw"),
];

/// The format, if it is one that is read; else what the file seems to be. The extension only helps to say so, but for
/// TGA, which begins with no name of its own.
pub(super) fn of(first: &[u8], extension: Option<&str>) -> Result<Format, Failure> {
    let begins =
        |offset: usize, bytes: &[u8]| first.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    if matches!(extension, Some("tga" | "icb" | "vda" | "vst")) && is_tga(first) {
        // Many begin like the cursors of Windows do.
        Ok(Format::Plain(ImageFormat::Tga))
    } else if let Some((.., name)) = NOT_READ.iter().find(|(offset, bytes, _)| begins(*offset, bytes)) {
        Err(Failure::new(Code::Unsupported, format!("{name} files are not read")))
    } else if let Some((.., format)) = READ.iter().find(|(offset, bytes, _)| begins(*offset, bytes)) {
        Ok(*format)
    } else if begins(0, b"RIFF") && begins(8, b"WEBP") {
        Ok(Format::Plain(ImageFormat::WebP))
    } else if is_pnm(first) {
        Ok(Format::Plain(ImageFormat::Pnm))
    } else {
        Err(Failure::new(Code::Damaged, what_else(first, extension)))
    }
}

/// Whether these are the first bytes of a portable pixmap of any kind: `P1` to `P7` and white space.
fn is_pnm(first: &[u8]) -> bool {
    matches!(first, [b'P', b'1'..=b'7', space, ..] if space.is_ascii_whitespace())
}

/// Whether the header of a Targa makes sense: its kind, its map of colours, its sides and its depth.
fn is_tga(first: &[u8]) -> bool {
    let &[_, map, kind, _, _, _, _, map_depth, _, _, _, _, w, w_high, h, h_high, depth, flags, ..] = first
    else {
        return false;
    };
    let is_mapped = matches!(kind, 1 | 9);
    map <= 1
        && (is_mapped || matches!(kind, 2 | 3 | 10 | 11))
        && (!is_mapped || (map == 1 && matches!(map_depth, 15 | 16 | 24 | 32)))
        && (w, w_high) != (0, 0)
        && (h, h_high) != (0, 0)
        && matches!(depth, 1 | 8 | 15 | 16 | 24 | 32)
        && flags & 0xc0 == 0
}

fn what_else(first: &[u8], extension: Option<&str>) -> String {
    // A character may be cut in two at the end of what was looked at.
    let text = match std::str::from_utf8(first) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    let is =
        if text && !first.contains(&0) { "its content is text" } else { "its content is of no known kind" };
    match extension {
        // Not which: a copy may have another.
        Some(_) => format!("not a picture, whatever its name says: {is}"),
        None => format!("not a picture: {is}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_whatever_the_name_says() {
        let format = |first: &[u8], extension| of(first, extension).unwrap();
        assert_eq!(format(b"\xff\xd8\xff\xe0 a jpeg", Some("bmp")), Format::Plain(ImageFormat::Jpeg));
        assert_eq!(format(b"RIFF\x10\0\0\0WEBPVP8 ", None), Format::Plain(ImageFormat::WebP));
        assert_eq!(format(b"II*\0\x08\0\0\0", Some("png")), Format::Tiff);
        assert_eq!(format(b"\0\0\0\x1cftypavif", None), Format::Heif);
        assert_eq!(format(b"P6\n640 480\n255\n", None), Format::Plain(ImageFormat::Pnm));
        assert_eq!(of(b"P61 is the number of a part", None).unwrap_err().code, Code::Damaged);
    }

    #[test]
    fn a_targa_is_believed_where_name_and_header_agree() {
        let header = b"\0\0\x02\0\0\0\0\0\0\0\0\0\x80\x02\xe0\x01\x18\x20";
        assert_eq!(of(header, Some("tga")).unwrap(), Format::Plain(ImageFormat::Tga));
        assert_eq!(of(header, Some("cur")).unwrap(), Format::Plain(ImageFormat::Ico));
        let run_length = b"\0\0\x0a\0\0\0\0\0\0\0\0\0\x80\x02\xe0\x01\x18\x20";
        assert_eq!(of(run_length, Some("tga")).unwrap(), Format::Plain(ImageFormat::Tga));
        assert_eq!(of(run_length, None).unwrap_err().code, Code::Damaged);
        assert!(!is_tga(b"name,price\ncoffee,4.50\n"));
    }

    #[test]
    fn what_is_not_read_is_named() {
        let reason = |first: &[u8], extension| of(first, Some(extension)).unwrap_err().to_string();
        assert_eq!(reason(b"\xff\x0a\xfa\x7f", "jxl"), "JPEG XL files are not read");
        assert_eq!(reason(b"\0\0\0\x18ftypcrx ", "cr3"), "Canon raw files are not read");
        assert_eq!(
            reason(b"name,price\n", "tiff"),
            "not a picture, whatever its name says: its content is text"
        );
        assert_eq!(
            reason(b"RIFF\x10\0\0\0WAVE", "png").split(": ").nth(1),
            Some("its content is of no known kind")
        );
    }
}
