//! Which format a file has, by its first bytes alone.

use deskscribe_protocol::{Code, Failure};
use image::ImageFormat;

/// So many first bytes tell every format apart.
pub(super) const SNIFF_BYTES: usize = 64;

/// Formats that are told apart but not read, by a byte string at an offset.
const NOT_READ: &[(usize, &[u8], &str)] = &[
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "BigTIFF"),
    (0, b"MM\0+", "BigTIFF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypmsf1", "HEIF"),
    (4, b"jP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL \r\n\x87\n", "JPEG XL"),
    (0, b"qoif", "QOI"),
    (0, b"\0\0\x01\0", "ICO"),
    (0, b"\0\0\x02\0", "CUR"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"farbfeld", "farbfeld"),
    (0, b"v/1\x01", "OpenEXR"),
    (0, b"P1", "PNM"),
    (0, b"P2", "PNM"),
    (0, b"P3", "PNM"),
    (0, b"P4", "PNM"),
    (0, b"P5", "PNM"),
    (0, b"P6", "PNM"),
];

/// The format, if it is one that is read; else what the file seems to be. The extension only helps to say so.
pub(super) fn of(first: &[u8], extension: Option<&str>) -> Result<ImageFormat, Failure> {
    let begins =
        |offset: usize, bytes: &[u8]| first.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    if begins(0, b"\x89PNG\r\n\x1a\n") {
        Ok(ImageFormat::Png)
    } else if begins(0, b"\xff\xd8\xff") {
        Ok(ImageFormat::Jpeg)
    } else if begins(0, b"RIFF") && begins(8, b"WEBP") {
        Ok(ImageFormat::WebP)
    } else if begins(0, b"GIF87a") || begins(0, b"GIF89a") {
        Ok(ImageFormat::Gif)
    } else if begins(0, b"BM") {
        Ok(ImageFormat::Bmp)
    } else if let Some((.., name)) = NOT_READ.iter().find(|(offset, bytes, _)| begins(*offset, bytes)) {
        Err(Failure::new(Code::Unsupported, format!("{name} files are not read yet")))
    } else {
        Err(Failure::new(Code::Damaged, what_else(first, extension)))
    }
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
        assert_eq!(of(b"\xff\xd8\xff\xe0 a jpeg", Some("bmp")).unwrap(), ImageFormat::Jpeg);
        assert_eq!(of(b"RIFF\x10\0\0\0WEBPVP8 ", None).unwrap(), ImageFormat::WebP);
    }

    #[test]
    fn what_is_not_read_is_named() {
        let reason = |first: &[u8], extension| of(first, Some(extension)).unwrap_err().to_string();
        assert_eq!(reason(b"II*\0\x08\0\0\0", "tif"), "TIFF files are not read yet");
        assert_eq!(reason(b"\0\0\0\x1cftypavif", "png"), "AVIF files are not read yet");
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
