//! Formats that `image` reads: PNG, JPEG, WebP, GIF, BMP, QOI, ICO, TGA and PNM.

use std::io::BufReader;

use deskscribe_protocol::Failure;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::{Frames, More, Origin, Picture, Source, backdrop, fault};

/// So many bytes per pixel are enough for any format, intermediate copies included.
const BYTES_PER_PIXEL: u64 = 8;

/// Opens a picture of this format with at most so many pixels.
pub(super) fn open(source: &Source, format: ImageFormat, pixels: u64) -> Result<Picture, Failure> {
    let mut reader = ImageReader::with_format(buffered(source), format);
    reader.limits(bounds(pixels));
    let mut decoder = reader.into_decoder().map_err(|error| fault::explain(&error))?;
    let (width, height) = decoder.dimensions();
    fault::check_size(width, height, pixels)?;
    // A file that does not say how it is to be held is upright.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let exif = decoder.exif_metadata().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| fault::explain(&error))?;
    picture.apply_orientation(orientation);
    let (more, omissions) = match Frames::of(source, format, orientation, pixels) {
        Ok(frames) => (frames.map_or(More::Nothing, More::Frames), Vec::new()),
        Err(lost) => (More::Nothing, vec![lost]),
    };
    Ok(Picture {
        first: flat(picture),
        more,
        origin: exif.map(Origin::of_exif).unwrap_or_default(),
        omissions,
    })
}

/// 8-bit RGB, whatever it was.
pub(super) fn flat(picture: DynamicImage) -> RgbImage {
    match picture {
        DynamicImage::ImageRgb8(picture) => picture,
        picture if picture.color().has_alpha() => backdrop::lay_under(&picture.into_rgba8()),
        picture => picture.into_rgb8(),
    }
}

/// The source from its beginning, as decoders like to read it.
pub(super) fn buffered(source: &Source) -> BufReader<Source> {
    BufReader::with_capacity(1 << 16, source.anew())
}

/// What a decoder may reserve for a picture of so many pixels.
pub(super) fn bounds(pixels: u64) -> Limits {
    let mut bounds = Limits::no_limits();
    bounds.max_alloc = Some(pixels.saturating_mul(BYTES_PER_PIXEL));
    bounds
}
