//! JPEG 2000, in its own file format or as a bare codestream.

use deskscribe_protocol::{Failure, Omission, Omitted};
use hayro_jpeg2000::{DecodeError, DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use super::{More, Origin, Picture, Source, fault, plain};

/// Opens a picture with at most so many pixels.
pub(super) fn open(source: &Source, pixels: u64) -> Result<Picture, Failure> {
    let bytes = source.bytes(0, source.size()).map_err(|error| fault::unreadable(&error))?;
    let damaged = |error: DecodeError| fault::damaged(error);
    let image = Image::new(&bytes, &DecodeSettings::default()).map_err(damaged)?;
    let (width, height) = (image.width(), image.height());
    fault::check_size(width, height, pixels)?;
    let mut context = DecoderContext::default();
    let samples = image.decode(&mut context).map_err(damaged)?.data_u8();
    let colours = image.color_space().num_channels();
    let picture = match (colours, image.has_alpha()) {
        (1, false) => GrayImage::from_raw(width, height, samples).map(DynamicImage::from),
        (1, true) => GrayAlphaImage::from_raw(width, height, samples).map(DynamicImage::from),
        (3, false) => RgbImage::from_raw(width, height, samples).map(DynamicImage::from),
        (3, true) => RgbaImage::from_raw(width, height, samples).map(DynamicImage::from),
        (4, has_alpha) => {
            let (inks, _) = samples.as_chunks::<4>();
            let inks = inks.iter().filter(|_| !has_alpha).flat_map(|inks| super::tiff::mixed(*inks));
            RgbImage::from_raw(width, height, inks.collect()).map(DynamicImage::from)
        }
        (other, _) => return Err(fault::unsupported(format!("{other} colours"))),
    };
    let picture = picture.ok_or_else(|| fault::damaged("it has fewer pixels than it says"))?;
    let omissions = if is_whole(&bytes) {
        Vec::new()
    } else {
        vec![Omission { what: Omitted::Part, page: 0, reason: fault::ends_early().reason }]
    };
    Ok(Picture { first: plain::flat(picture), more: More::Nothing, origin: Origin::default(), omissions })
}

/// Whether the end of the codestream is there. What has been cut off is shown as far as it goes, blurred; within the
/// data of a picture no byte of this value follows another one of that.
fn is_whole(bytes: &[u8]) -> bool {
    bytes.windows(2).rev().any(|pair| pair == [0xff, 0xd9])
}
