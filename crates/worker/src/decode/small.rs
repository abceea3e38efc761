//! Small copies of a picture: its thumbnail, and what is shown of it in a window.

use deskscribe_protocol::Raster;
use image::RgbImage;
use image::imageops::{self, FilterType};

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
pub(super) fn within(picture: &RgbImage, edge: u32) -> Option<(u32, u32)> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    let scale = |side: u32| (u64::from(side) * u64::from(edge) / u64::from(longer)).max(1) as u32;
    (longer > edge).then(|| (scale(width), scale(height)))
}
