//! TIFF: its pages, one after the other, and the many ways to store their pixels.

use std::io::BufReader;

use deskscribe_protocol::{Code, Failure, Omission, Omitted};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage, RgbaImage};
use tiff::decoder::ifd::Value;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::{ExtraSamples, IfdPointer, Tag};
use tiff::{ColorType, TiffError, TiffResult};

use super::exif::{Notes, Origin};
use super::gps::Angle;
use super::{More, Picture, Source, fault, plain};
use crate::film::{Still, StillDecoder};

/// So many bytes per pixel are enough: four inks of 16 bits.
const BYTES_PER_PIXEL: u64 = 8;
/// The most pages that are read.
const MOST_PAGES: u16 = 100;
/// Bits of `NewSubfileType`: a small copy of another page, and a mask for one.
const COPY: u32 = 1;
const MASK: u32 = 4;
/// Where Exif keeps what a picture file has no tag for.
const TAKEN: Tag = Tag::Unknown(0x9003);
const OFFSET: Tag = Tag::Unknown(0x9011);
/// Where it keeps each angle of a place: the letter for its side, and its fractions.
const LATITUDE: [Tag; 2] = [Tag::Unknown(1), Tag::Unknown(2)];
const LONGITUDE: [Tag; 2] = [Tag::Unknown(3), Tag::Unknown(4)];

/// The pages after the first.
pub(crate) struct Pages {
    decoder: Decoder<BufReader<Source>>,
    source: Source,
    pixels: u64,
    /// Which one was read last, counted from 1.
    number: u16,
    /// What could not be read since somebody asked.
    omissions: Vec<Omission>,
}

/// Opens a document, each page of which has at most so many pixels.
pub(super) fn open(source: Source, pixels: u64) -> Result<Picture, Failure> {
    let decoder = match Decoder::new(plain::buffered(&source)) {
        Ok(decoder) => decoder,
        // Its first page cannot even be described.
        Err(error) => {
            let first = elsewhere(&source, 1, pixels, &error)?;
            let (more, origin) = (More::Nothing, Origin::default());
            return Ok(Picture { first, more, origin, omissions: Vec::new() });
        }
    };
    let mut limits = Limits::default();
    let bytes = usize::try_from(pixels.saturating_mul(BYTES_PER_PIXEL)).unwrap_or(usize::MAX);
    (limits.decoding_buffer_size, limits.intermediate_buffer_size) = (bytes, bytes);
    let decoder = decoder.with_limits(limits);
    let mut pages = Pages { decoder, source, pixels, number: 1, omissions: Vec::new() };
    let (first, origin) = match pages.page() {
        Ok(first) => (first, pages.origin()),
        // The others may be good.
        Err(failure) if failure.code == Code::Damaged => {
            pages.omit(Omitted::Page, &failure);
            (pages.next().ok_or(failure)?, Origin::default())
        }
        Err(failure) => return Err(failure),
    };
    let omissions = std::mem::take(&mut pages.omissions);
    let more = if pages.decoder.more_images() { More::Pages(Box::new(pages)) } else { More::Nothing };
    Ok(Picture { first, more, origin, omissions })
}

impl Pages {
    /// The next page, upright, as 8-bit RGB. None, when there is no other that can be read.
    pub(crate) fn next(&mut self) -> Option<RgbImage> {
        while self.decoder.more_images() {
            self.number += 1;
            if self.number > MOST_PAGES {
                let reason = format!("no more than {MOST_PAGES} are read");
                self.omit(Omitted::Pages, &Failure::new(Code::TooLarge, reason));
                return None;
            }
            // Without its description, nobody knows where the next one is.
            if let Err(error) = self.decoder.next_image() {
                self.omit(Omitted::Pages, &fault::of_tiff(&error));
                return None;
            }
            let kind = self.decoder.find_tag_unsigned::<u32>(Tag::NewSubfileType).ok().flatten();
            if kind.unwrap_or_default() & (COPY | MASK) != 0 {
                continue;
            }
            match self.page() {
                Ok(page) => return Some(page),
                // What is wrong with one page says nothing of the others.
                Err(failure) => self.omit(Omitted::Page, &failure),
            }
        }
        None
    }

    /// Which page was handed over last, as the file counts them, from 0.
    pub(crate) fn current(&self) -> u32 {
        u32::from(self.number - 1)
    }

    /// What could not be read among the pages after the first good one.
    pub(crate) fn omissions(self) -> Vec<Omission> {
        self.omissions
    }

    fn omit(&mut self, what: Omitted, failure: &Failure) {
        if self.omissions.len() < Omission::MOST {
            let page = self.current();
            self.omissions.push(Omission { what, page, reason: failure.reason.clone() });
        }
    }

    /// The page that the decoder is at.
    fn page(&mut self) -> Result<RgbImage, Failure> {
        let (width, height) = self.decoder.dimensions().map_err(|error| fault::of_tiff(&error))?;
        fault::check_size(width, height, self.pixels)?;
        let picture = match self.read(width, height) {
            Ok(picture) => picture?,
            Err(error) => elsewhere(&self.source, self.number, self.pixels, &error)?.into(),
        };
        let mut picture = picture;
        let orientation = self.decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
        picture.apply_orientation(
            orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms),
        );
        Ok(plain::flat(picture))
    }

    fn read(&mut self, width: u32, height: u32) -> TiffResult<Result<DynamicImage, Failure>> {
        let colours = self.decoder.colortype()?;
        let alpha = self.decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)?;
        let alpha = alpha.and_then(|extra| ExtraSamples::from_u16(*extra.first()?));
        let mut samples = DecodingResult::U8(Vec::new());
        let layout = self.decoder.read_image_to_buffer(&mut samples)?;
        let is_planar = layout.planes > 1;
        let samples = match colours {
            ColorType::Gray(bits @ (1 | 2 | 4)) => unpacked(&eight_bits(samples)?, bits, width, height),
            _ => eight_bits(samples)?,
        };
        Ok(paint(&Samples { samples, is_planar, width, height }, colours, alpha))
    }

    /// When the first page was made, by what, and where.
    fn origin(&mut self) -> Origin {
        let mut notes = Notes {
            make: self.text(Tag::Make),
            model: self.text(Tag::Model),
            taken: self.text(Tag::DateTime),
            ..Notes::default()
        };
        let exif = self.decoder.find_tag_unsigned::<u64>(Tag::ExifDirectory).ok().flatten();
        if let Some(exif) = exif.and_then(|at| self.decoder.read_directory(IfdPointer(at)).ok()) {
            let mut exif = self.decoder.read_directory_tags(&exif);
            let mut text = |tag| exif.find_tag(tag).ok().flatten()?.into_string().ok();
            notes.taken = text(TAKEN).or(notes.taken);
            notes.offset = text(OFFSET);
        }
        [notes.latitude, notes.longitude] = self.place().unwrap_or_default();
        Origin::of(&notes)
    }

    /// Latitude and longitude.
    fn place(&mut self) -> Option<[Option<Angle>; 2]> {
        let at = self.decoder.find_tag_unsigned::<u64>(Tag::GpsDirectory).ok().flatten()?;
        let directory = self.decoder.read_directory(IfdPointer(at)).ok()?;
        let mut tags = self.decoder.read_directory_tags(&directory);
        Some([LATITUDE, LONGITUDE].map(|[side, fractions]| {
            let side = tags.find_tag(side).ok().flatten()?.into_string().ok()?;
            let fractions = match tags.find_tag(fractions).ok().flatten()? {
                Value::List(fractions) => fractions,
                fraction => vec![fraction],
            };
            let pair = |fraction| match fraction {
                Value::Rational(above, below) => Some((above, below)),
                _ => None,
            };
            Some(Angle { fractions: fractions.into_iter().map(pair).collect::<Option<_>>()?, side })
        }))
    }

    fn text(&mut self, tag: Tag) -> Option<String> {
        self.decoder.find_tag(tag).ok().flatten()?.into_string().ok()
    }
}

/// A page that this decoder does not know: with colours from a table, in the older code of faxes, and so on. FFmpeg's
/// may.
fn elsewhere(source: &Source, page: u16, pixels: u64, error: &TiffError) -> Result<RgbImage, Failure> {
    if !matches!(error, TiffError::UnsupportedError(_)) {
        return Err(fault::of_tiff(error));
    }
    let bytes = source.bytes(0, source.size()).map_err(|error| fault::unreadable(&error))?;
    let decoded = StillDecoder::open(Still::Tiff(page), pixels).and_then(|mut it| it.decode(&bytes));
    decoded.map_err(|_| fault::of_tiff(error))
}

/// The samples of a page, 8 bits each.
struct Samples {
    samples: Vec<u8>,
    /// Whether all of one colour come before all of the next.
    is_planar: bool,
    width: u32,
    height: u32,
}

impl Samples {
    /// The first `N` of the `all` samples of every pixel.
    fn pixels<const N: usize>(&self, all: usize) -> impl Iterator<Item = [u8; N]> {
        let count = self.width as usize * self.height as usize;
        let (pixel, colour) = if self.is_planar { (1, count) } else { (all, 1) };
        (0..count).map(move |at| {
            std::array::from_fn(|index| {
                self.samples.get(at * pixel + index * colour).copied().unwrap_or_default()
            })
        })
    }

    fn opaque(&self, pixels: impl Iterator<Item = [u8; 3]>) -> Option<DynamicImage> {
        let picture = RgbImage::from_raw(self.width, self.height, pixels.flatten().collect());
        picture.map(DynamicImage::from)
    }

    fn transparent(&self, pixels: impl Iterator<Item = [u8; 4]>) -> Option<DynamicImage> {
        let picture = RgbaImage::from_raw(self.width, self.height, pixels.flatten().collect());
        picture.map(DynamicImage::from)
    }
}

/// The picture of these samples.
fn paint(page: &Samples, colours: ColorType, alpha: Option<ExtraSamples>) -> Result<DynamicImage, Failure> {
    let all = usize::from(colours.num_samples());
    let wanted = page.width as usize * page.height as usize * all;
    if page.samples.len() < wanted {
        // It stops after the first plane where the others do not fit.
        return Err(fault::too_much_memory());
    }
    let is_mixed = alpha == Some(ExtraSamples::AssociatedAlpha);
    let clear = |[red, green, blue, alpha]: [u8; 4]| match is_mixed {
        true => [parted(red, alpha), parted(green, alpha), parted(blue, alpha), alpha],
        false => [red, green, blue, alpha],
    };
    let picture = match colours {
        ColorType::Gray(_) => page.opaque(page.pixels::<1>(all).map(|[grey]| [grey; 3])),
        ColorType::GrayA(_) => {
            page.transparent(page.pixels(all).map(|[grey, a]| clear([grey, grey, grey, a])))
        }
        ColorType::Multiband { num_samples: 2, .. } if is_alpha(alpha) => {
            page.transparent(page.pixels(all).map(|[grey, a]| clear([grey, grey, grey, a])))
        }
        ColorType::Multiband { .. } => page.opaque(page.pixels::<1>(all).map(|[grey]| [grey; 3])),
        ColorType::RGB(_) => page.opaque(page.pixels(all)),
        ColorType::RGBA(_) => page.transparent(page.pixels(all).map(clear)),
        ColorType::CMYK(_) | ColorType::CMYKA(_) => page.opaque(page.pixels(all).map(mixed)),
        ColorType::YCbCr(_) => page.opaque(page.pixels(all).map(from_ycbcr)),
        _ => return Err(Failure::new(Code::Unsupported, "its colours are of a kind that is not read")),
    };
    picture.ok_or_else(|| fault::damaged("it has fewer pixels than it says"))
}

fn is_alpha(extra: Option<ExtraSamples>) -> bool {
    matches!(extra, Some(ExtraSamples::AssociatedAlpha | ExtraSamples::UnassociatedAlpha))
}

/// A colour without the transparency that it was mixed with.
fn parted(colour: u8, alpha: u8) -> u8 {
    match alpha {
        0 => 0,
        alpha => (u32::from(colour) * 255 / u32::from(alpha)).min(255) as u8,
    }
}

/// What four inks look like on paper.
pub(super) fn mixed([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = |ink: u8| (u32::from(255 - ink) * u32::from(255 - black) / 255) as u8;
    [light(cyan), light(magenta), light(yellow)]
}

/// Brightness and two differences, as JPEG has them.
fn from_ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    // Saturates.
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|colour| colour.round() as u8)
}

/// Samples of any depth as such of 8 bits.
fn eight_bits(samples: DecodingResult) -> TiffResult<Vec<u8>> {
    // Saturates, and is 0 for what is no number.
    let share = |share: f64| (share * 255.0).round() as u8;
    Ok(match samples {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples.into_iter().map(|sample| (sample >> 8) as u8).collect(),
        DecodingResult::U32(samples) => samples.into_iter().map(|sample| (sample >> 24) as u8).collect(),
        DecodingResult::U64(samples) => samples.into_iter().map(|sample| (sample >> 56) as u8).collect(),
        DecodingResult::F16(samples) => samples.into_iter().map(|sample| share(sample.to_f64())).collect(),
        DecodingResult::F32(samples) => samples.into_iter().map(|sample| share(sample.into())).collect(),
        DecodingResult::F64(samples) => samples.into_iter().map(share).collect(),
        DecodingResult::I8(_) | DecodingResult::I16(_) | DecodingResult::I32(_) | DecodingResult::I64(_) => {
            return Err(TiffError::UnsupportedError(tiff::TiffUnsupportedError::UnsupportedSampleFormat(
                vec![tiff::tags::SampleFormat::Int],
            )));
        }
    })
}

/// Greys of less than 8 bits, several in a byte, each row in bytes of its own.
fn unpacked(packed: &[u8], bits: u8, width: u32, height: u32) -> Vec<u8> {
    let (width, each) = (width as usize, usize::from(8 / bits));
    let most = u8::MAX >> (8 - bits);
    let rows = packed.chunks(width.div_ceil(each)).take(height as usize);
    let grey = |row: &[u8], x: usize| {
        let byte = row.get(x / each).copied().unwrap_or_default();
        (byte >> (8 - bits as usize * (x % each + 1))) & most
    };
    rows.flat_map(|row| (0..width).map(move |x| grey(row, x) * (255 / most))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greys_of_few_bits_become_greys() {
        assert_eq!(unpacked(&[0b1010_0000, 0b0100_0000], 1, 3, 2), [255, 0, 255, 0, 255, 0]);
        assert_eq!(unpacked(&[0b00_01_10_11], 2, 4, 1), [0, 85, 170, 255]);
        assert_eq!(unpacked(&[0x0f, 0x80], 4, 3, 1), [0, 255, 136]);
    }

    #[test]
    fn deep_samples_keep_their_brightness() {
        assert_eq!(eight_bits(DecodingResult::U16(vec![0, 0x80ff, 0xffff])).unwrap(), [0, 0x80, 0xff]);
        assert_eq!(
            eight_bits(DecodingResult::F32(vec![-1.0, 0.5, 7.0, f32::NAN])).unwrap(),
            [0, 128, 255, 0]
        );
        assert!(eight_bits(DecodingResult::I16(vec![1])).is_err());
    }

    #[test]
    fn inks_and_differences_become_colours() {
        assert_eq!(mixed([0, 0, 0, 0]), [255; 3]);
        assert_eq!(mixed([0, 255, 255, 0]), [255, 0, 0]);
        assert_eq!(mixed([9, 9, 9, 255]), [0; 3]);
        assert_eq!(from_ycbcr([76, 85, 255]), [254, 0, 0]);
        assert_eq!(from_ycbcr([200, 128, 128]), [200; 3]);
    }

    #[test]
    fn planes_are_woven_together() {
        let page = |samples: Vec<u8>, is_planar| Samples { samples, is_planar, width: 2, height: 1 };
        let wanted = [[1, 2, 3], [4, 5, 6]];
        assert!(page(vec![1, 2, 3, 4, 5, 6], false).pixels::<3>(3).eq(wanted));
        assert!(page(vec![1, 4, 2, 5, 3, 6], true).pixels::<3>(3).eq(wanted));
        assert!(paint(&page(vec![1, 4, 2], true), ColorType::RGB(8), None).is_err());
    }
}
