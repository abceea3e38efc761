//! Pictures that move: GIF, APNG and WebP, and which of their frames are worth reading.

use std::collections::VecDeque;
use std::time::Duration;

use deskscribe_protocol::{Omission, Omitted};
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::ImageError;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, Frame, ImageDecoder, ImageFormat, RgbImage, imageops};

use super::plain::{bounds, buffered, flat};
use super::{Source, fault, small};
use crate::job::Interruption;
use crate::screen::Look;

/// The most frames that are read. Of more, those that stand longest.
const MOST_READ: usize = 100;
/// How many are remembered, so that one that comes back is not read again.
const REMEMBERED: usize = 8;
/// The most pixels of all frames that are looked at; what comes then is left.
const MOST_PIXELS: u64 = 4_000_000_000;

/// The frames of a picture that moves.
pub(crate) struct Frames {
    source: Source,
    format: ImageFormat,
    orientation: Orientation,
    pixels: u64,
}

impl Frames {
    /// Of this picture, if it has more than one; each is to be held like this.
    ///
    /// # Errors
    /// It is one that moves, and nothing after its first frame can be read.
    pub(super) fn of(
        source: &Source,
        format: ImageFormat,
        orientation: Orientation,
        pixels: u64,
    ) -> Result<Option<Self>, Omission> {
        let frames = Self { source: source.clone(), format, orientation, pixels };
        let Some(mut decoded) = frames.decode() else { return Ok(None) };
        let moves = match decoded.next() {
            // One that stands still may lack its end as well.
            Some(Ok(first)) => format != ImageFormat::Gif || !Duration::from(first.delay()).is_zero(),
            _ => false,
        };
        // The second tells; what is no animation has none.
        match decoded.next() {
            Some(Ok(_)) => Ok(Some(frames)),
            Some(Err(error)) if moves => Err(lost(1, &error)),
            _ => Ok(None),
        }
    }

    /// Which frames show something that is not in `first`, nor in another that was chosen, by their number; and what is
    /// lost of the rest.
    ///
    /// # Errors
    /// It was cancelled: `live` said no.
    pub(crate) fn distinct(
        &self,
        first: &RgbImage,
        live: &dyn Fn() -> bool,
    ) -> Result<(Vec<usize>, Option<Omission>), Interruption> {
        let mut known = VecDeque::from([look(first)]);
        // Each with how long it stands. What was there before is not read again, however long it stands now.
        let mut found: Vec<(usize, Duration)> = Vec::new();
        let mut left = MOST_PIXELS;
        let mut omission = None;
        for (number, frame) in self.decode().into_iter().flatten().enumerate() {
            if !live() {
                return Err(Interruption::Cancelled);
            }
            let frame = match frame {
                Ok(frame) => frame,
                // What is damaged ends here; what came before is good.
                Err(error) => {
                    omission = Some(lost(number, &error));
                    break;
                }
            };
            let stands = Duration::from(frame.delay());
            let picture = self.upright(frame);
            let pixels = u64::from(picture.width()) * u64::from(picture.height());
            left = match left.checked_sub(pixels) {
                Some(left) => left,
                None => break,
            };
            let next = look(&picture);
            match known.iter().position(|known| !next.differs_from(known).contains(&true)) {
                None => {
                    found.push((number, stands));
                    known.push_front(next);
                    known.truncate(REMEMBERED);
                }
                Some(0) => found.last_mut().into_iter().for_each(|(_, stood)| *stood += stands),
                Some(_) => {}
            }
        }
        found.sort_by_key(|(number, stood)| (std::cmp::Reverse(*stood), *number));
        found.truncate(MOST_READ);
        let mut chosen: Vec<usize> = found.into_iter().map(|(number, _)| number).collect();
        chosen.sort_unstable();
        Ok((chosen, omission))
    }

    /// These frames, upright, as 8-bit RGB, in order.
    pub(crate) fn only(&self, chosen: &[usize]) -> impl Iterator<Item = RgbImage> {
        let frames = self.decode().into_iter().flatten().enumerate();
        let frames = frames.take(chosen.last().map_or(0, |last| last + 1));
        let chosen = frames.filter(|(number, _)| chosen.binary_search(number).is_ok());
        chosen.map_while(|(_, frame)| frame.ok()).map(|frame| self.upright(frame))
    }

    fn upright(&self, frame: Frame) -> RgbImage {
        let mut picture = DynamicImage::from(frame.into_buffer());
        picture.apply_orientation(self.orientation);
        flat(picture)
    }

    /// All frames, as far as they can be decoded.
    fn decode(&self) -> Option<image::Frames<'static>> {
        let (source, bounds) = (buffered(&self.source), bounds(self.pixels));
        match self.format {
            ImageFormat::Gif => {
                let mut decoder = GifDecoder::new(source).ok()?;
                decoder.set_limits(bounds).ok()?;
                Some(decoder.into_frames())
            }
            ImageFormat::Png => {
                let decoder = PngDecoder::with_limits(source, bounds).ok()?;
                if decoder.is_apng().ok()? { Some(decoder.apng().ok()?.into_frames()) } else { None }
            }
            ImageFormat::WebP => {
                let mut decoder = WebPDecoder::new(source).ok()?;
                decoder.set_limits(bounds).ok()?;
                decoder.has_animation().then(|| decoder.into_frames())
            }
            _ => None,
        }
    }
}

/// All frames from this one on.
fn lost(number: usize, error: &ImageError) -> Omission {
    let page = u32::try_from(number).unwrap_or(u32::MAX);
    Omission { what: Omitted::Frames, page, reason: fault::explain(error).reason }
}

/// What a frame looks like, as those of a recording do.
pub(crate) fn look(picture: &RgbImage) -> Look {
    Look::new(match small::within(picture, Look::EDGE) {
        Some((width, height)) => imageops::grayscale(&imageops::thumbnail(picture, width, height)),
        None => imageops::grayscale(picture),
    })
}
