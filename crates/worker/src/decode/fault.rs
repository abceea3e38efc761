//! Why a picture cannot be opened, as a person would say it.

use std::io;

use deskscribe_protocol::{Code, Failure, one_line};
use image::error::{ImageError, LimitErrorKind};
use tiff::TiffError;

/// The most that is told of what a decoder says, in characters.
const LONGEST: usize = 120;

pub(super) fn unreadable(error: &io::Error) -> Failure {
    Failure::new(Code::Unreadable, format!("reading it failed: {error}"))
}

pub(super) fn ends_early() -> Failure {
    Failure::new(Code::Damaged, "the file ends in the middle of the picture")
}

pub(super) fn damaged(why: impl std::fmt::Display) -> Failure {
    let why = one_line(&why.to_string(), LONGEST);
    // What a decoder prints for those who write decoders says nothing to anybody else.
    let why = if why.contains('{') { String::new() } else { format!(": {why}") };
    Failure::new(Code::Damaged, format!("the picture is damaged{why}"))
}

pub(super) fn unsupported(what: impl std::fmt::Display) -> Failure {
    let what = one_line(&what.to_string(), LONGEST);
    Failure::new(Code::Unsupported, format!("a variant that is not read: {what}"))
}

pub(super) fn too_much_memory() -> Failure {
    Failure::new(Code::TooLarge, "opening it takes more memory than a picture may have")
}

/// Whether a picture of these sides may be opened, asked before anything is reserved for it.
pub(super) fn check_size(width: u32, height: u32, most: u64) -> Result<(), Failure> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(damaged("it has no pixels"));
    }
    if pixels > most {
        let (has, may) = (pixels.div_ceil(1_000_000), most / 1_000_000);
        let reason = format!("{width} × {height} are {has} megapixels, more than the limit of {may}");
        return Err(Failure::new(Code::TooLarge, reason));
    }
    Ok(())
}

/// What a decoder of `image` says.
pub(super) fn explain(error: &ImageError) -> Failure {
    match error {
        ImageError::Limits(error) => match error.kind() {
            LimitErrorKind::InsufficientMemory => too_much_memory(),
            _ => Failure::new(Code::TooLarge, "it is larger than any picture may be"),
        },
        ImageError::Unsupported(error) => unsupported(error),
        ImageError::IoError(error) => of_reading(error),
        ImageError::Decoding(error) => {
            let what =
                std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
            // Some decoders have no kind of their own for it, only these words.
            let is_short =
                ["Not enough bytes", "failed to fill whole buffer"].iter().any(|it| what.contains(it));
            if is_short { ends_early() } else { damaged(what) }
        }
        other => damaged(other),
    }
}

/// What the decoder of TIFF says.
pub(super) fn of_tiff(error: &TiffError) -> Failure {
    match error {
        TiffError::IoError(error) => of_reading(error),
        TiffError::UnsupportedError(error) => unsupported(error),
        TiffError::LimitsExceeded | TiffError::IntSizeError => too_much_memory(),
        other => damaged(other),
    }
}

/// What came of reading, or of what was read.
pub(super) fn of_reading(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        ends_early()
    } else if error.raw_os_error().is_some() {
        // The system's own errors have a number; the others are what a decoder thinks of the content.
        unreadable(error)
    } else {
        damaged(error)
    }
}
