//! The picture that a model gets to see.

use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deskscribe_protocol::{Code, Failure};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use ollama_rs::generation::images::Image;

use crate::decode;
use crate::job::Medium;

/// The longer edge, in pixels: models make tiles of no more.
const EDGE: u32 = 1024;
/// Models that take a picture apart into patches fail on less, in pixels.
const LEAST: u32 = 32;
/// Of 100.
const QUALITY: u8 = 80;
/// So many tokens a picture of that size takes, at most.
pub(super) const TOKENS: usize = 1600;

/// A picture, upright, small and without anything else that its file says. A decoder that panics fails as on any other
/// damaged picture: the text of it is still there.
pub(super) fn picture(medium: Medium) -> Result<Image, Failure> {
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        decode::open(medium).map(|picture| decode::preview(picture.first, EDGE))
    }));
    let damaged = || Failure::new(Code::Damaged, "the decoder could not make sense of it");
    let (raster, pixels) = decoded.unwrap_or_else(|_| Err(damaged()))?;
    if raster.width.min(raster.height) < LEAST {
        return Err(Failure::new(Code::Unsupported, "too small or too narrow for a language model to see"));
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode(&pixels, raster.width, raster.height, ExtendedColorType::Rgb8)
        .map_err(|error| Failure::new(Code::Internal, format!("it could not be made smaller: {error}")))?;
    Ok(Image::from_base64(STANDARD.encode(jpeg)))
}
