//! From bytes to an upright picture without transparency.

mod backdrop;
mod format;

use std::io::{BufReader, Read, Seek};

use deskscribe_protocol::{Code, Failure, Raster};
use image::error::{ImageError, LimitErrorKind};
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage, imageops};

use crate::job::Medium;

/// So many bytes per pixel are enough for any format, intermediate copies included.
const BYTES_PER_PIXEL: u64 = 8;

/// Opens a picture: its first frame, upright, as 8-bit RGB.
///
/// # Errors
/// `empty`, `unsupported`, `too_large` (told by its header, before anything is reserved), `damaged` or `unreadable`.
pub(crate) fn open(medium: Medium) -> Result<RgbImage, Failure> {
    let Medium { file, bytes, extension, limits } = medium;
    if bytes == 0 {
        return Err(Failure::new(Code::Empty, "the file is empty"));
    }
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut first = Vec::with_capacity(format::SNIFF_BYTES);
    file.by_ref().take(format::SNIFF_BYTES as u64).read_to_end(&mut first).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    let format = format::of(&first, extension.as_deref())?;

    let mut reader = ImageReader::with_format(file, format);
    let mut bounds = Limits::no_limits();
    bounds.max_alloc = Some(limits.pixels * BYTES_PER_PIXEL);
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(|error| explain(&error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.pixels {
        let (has, may) = (pixels.div_ceil(1_000_000), limits.pixels / 1_000_000);
        let reason = format!("{width} × {height} are {has} megapixels, more than the limit of {may}");
        return Err(Failure::new(Code::TooLarge, reason));
    }
    // A file that does not say how it is to be held is upright.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| explain(&error))?;
    picture.apply_orientation(orientation);
    Ok(match picture {
        DynamicImage::ImageRgb8(picture) => picture,
        picture if picture.color().has_alpha() => backdrop::lay_under(&picture.into_rgba8()),
        picture => picture.into_rgb8(),
    })
}

/// A small copy whose longer edge is at most `edge`, as 8-bit RGB; nothing for an edge of 0.
pub(crate) fn thumbnail(picture: &RgbImage, edge: u32) -> Option<(Raster, Vec<u8>)> {
    if edge == 0 {
        return None;
    }
    let small = match within(picture, edge) {
        Some((width, height)) => imageops::thumbnail(picture, width, height),
        None => picture.clone(),
    };
    let raster = Raster { width: small.width(), height: small.height() };
    Some((raster, small.into_raw()))
}

/// The picture itself, or a copy whose longer edge is `edge`, made so that its text stays legible.
///
/// A triangle filter weighs every pixel. On its way it holds four floating-point numbers for each of them in one
/// direction, so that a much larger picture is first brought near its size by plain means of whole pixels.
pub(crate) fn preview(picture: RgbImage, edge: u32) -> (Raster, Vec<u8>) {
    let edge = edge.clamp(1, Raster::LONGEST_EDGE);
    let picture = match within(&picture, 2 * edge) {
        Some((width, height)) if picture.width().max(picture.height()) >= 4 * edge => {
            imageops::thumbnail(&picture, width, height)
        }
        _ => picture,
    };
    let small = match within(&picture, edge) {
        Some((width, height)) => imageops::resize(&picture, width, height, FilterType::Triangle),
        None => picture,
    };
    (Raster { width: small.width(), height: small.height() }, small.into_raw())
}

/// The sides of a picture that has to be made smaller to be no longer than `edge`.
fn within(picture: &RgbImage, edge: u32) -> Option<(u32, u32)> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    let scale = |side: u32| (u64::from(side) * u64::from(edge) / u64::from(longer)).max(1) as u32;
    (longer > edge).then(|| (scale(width), scale(height)))
}

fn unreadable(error: std::io::Error) -> Failure {
    Failure::new(Code::Unreadable, format!("reading it failed: {error}"))
}

fn ends_early() -> Failure {
    Failure::new(Code::Damaged, "the file ends in the middle of the picture")
}

/// What a decoder says, as a person would say it.
fn explain(error: &ImageError) -> Failure {
    match error {
        ImageError::Limits(error) => match error.kind() {
            LimitErrorKind::InsufficientMemory => {
                Failure::new(Code::TooLarge, "opening it takes more memory than a picture may have")
            }
            _ => Failure::new(Code::TooLarge, "it is larger than any picture may be"),
        },
        ImageError::Unsupported(error) => {
            Failure::new(Code::Unsupported, format!("a variant that is not read: {error}"))
        }
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => ends_early(),
        // The system's own errors have a number; the others are what a decoder thinks of the content.
        ImageError::IoError(error) if error.raw_os_error().is_some() => {
            Failure::new(Code::Unreadable, format!("reading it failed: {error}"))
        }
        ImageError::IoError(error) => Failure::new(Code::Damaged, format!("the picture is damaged: {error}")),
        ImageError::Decoding(error) => {
            let what =
                std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
            // The JPEG decoder has no kind of its own for it, only these words.
            if what.contains("Not enough bytes") {
                return ends_early();
            }
            Failure::new(Code::Damaged, format!("the picture is damaged: {what}"))
        }
        other => Failure::new(Code::Damaged, format!("the picture is damaged: {other}")),
    }
}
