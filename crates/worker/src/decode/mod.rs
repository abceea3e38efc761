//! From bytes to upright pictures without transparency.
//!
//! ```text
//!                   ╭─▶ plain ──────▶ frames, of one that moves
//!  source ─▶ format ┼─▶ tiff ───────▶ pages
//!                   ├─▶ heif (HEIC, AVIF)
//!                   ╰─▶ jpeg2000
//! ```

mod backdrop;
mod exif;
mod fault;
mod format;
mod frames;
mod gps;
mod heif;
mod jpeg2000;
mod plain;
mod small;
mod source;
mod tiff;

use std::io::Read;

use deskscribe_protocol::{Code, Failure, Omission};
use image::RgbImage;

use crate::job::Medium;
use exif::Origin;
use format::Format;
pub(crate) use frames::{Frames, look};
pub(crate) use small::{preview, thumbnail};
use source::Source;
pub(crate) use tiff::Pages;

/// An open picture.
pub(crate) struct Picture {
    /// The first of its pages or frames, upright, as 8-bit RGB.
    pub(crate) first: RgbImage,
    /// What else it has to show.
    pub(crate) more: More,
    /// When it was taken, by what, and where.
    pub(crate) origin: Origin,
    /// What of it is known to be lost so far.
    pub(crate) omissions: Vec<Omission>,
}

/// What a picture has beside the first that is seen of it.
pub(crate) enum More {
    Nothing,
    /// The pages of a document.
    Pages(Box<Pages>),
    /// The frames of one that moves.
    Frames(Frames),
}

/// Opens a picture.
///
/// # Errors
/// `empty`, `unsupported`, `too_large` (told by its header, before anything is reserved), `damaged` or `unreadable`.
pub(crate) fn open(medium: Medium) -> Result<Picture, Failure> {
    let Medium { file, bytes, extension, limits } = medium;
    if bytes == 0 {
        return Err(Failure::new(Code::Empty, "the file is empty"));
    }
    let source = Source::new(file, bytes);
    let mut first = Vec::with_capacity(format::SNIFF_BYTES);
    let head = source.anew().take(format::SNIFF_BYTES as u64).read_to_end(&mut first);
    head.map_err(|error| fault::unreadable(&error))?;
    match format::of(&first, extension.as_deref())? {
        Format::Plain(format) => plain::open(&source, format, limits.pixels),
        Format::Tiff => tiff::open(source, limits.pixels),
        Format::Heif => heif::open(&source, limits.pixels),
        Format::Jpeg2000 => jpeg2000::open(&source, limits.pixels),
    }
}
