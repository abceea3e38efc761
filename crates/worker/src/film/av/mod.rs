//! FFmpeg's libraries behind a safe face: everything that is unsafe about recordings is in here.
//!
//! ```text
//!  descriptor ─▶ io ─▶ container ─▶ decoder ─▶ frame ─┬─▶ resample (sound)
//!                                                     ╰─▶ paint (pictures)
//! ```
//!
//! The libraries are the system's. They are loaded with the program, before it is confined, and take no path, no
//! socket and no thread of their own.

mod container;
mod decoder;
mod frame;
mod io;
mod packet;
mod paint;
mod resample;
mod track;

use std::ffi::{CStr, c_char, c_int};
use std::fmt;

use ffmpeg_sys_the_third as ffi;
use rustix::io::Errno;

pub(crate) use container::{Bounds, Container, Refusal};
pub(crate) use decoder::{Decoder, Still};
pub(crate) use frame::Frame;
pub(crate) use io::Pulse;
pub(crate) use packet::Packet;
pub(crate) use paint::Painter;
pub(crate) use resample::Resampler;
pub(crate) use track::{Content, Track};

/// A number by which FFmpeg says that something went wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault(c_int);

impl Fault {
    /// There is no more, which need not be wrong.
    pub(crate) const END: Self = Self(ffi::AVERROR_EOF);
    /// Whoever was asked whether to go on said no.
    pub(crate) const STOPPED: Self = Self(ffi::AVERROR_EXIT);
    /// Nothing that makes sense.
    pub(crate) const NONSENSE: Self = Self(ffi::AVERROR_INVALIDDATA);
    /// No memory, or more tracks than are looked at.
    pub(crate) const MEMORY: Self = Self(ffi::AVERROR(Errno::NOMEM.raw_os_error()));
    /// No decoder that is used knows this.
    pub(crate) const UNKNOWN: Self = Self(ffi::AVERROR_DECODER_NOT_FOUND);
    /// Nothing now, but later.
    const AGAIN: Self = Self(ffi::AVERROR(Errno::AGAIN.raw_os_error()));

    /// What a call returned, if that is no fault.
    fn check(code: c_int) -> Result<c_int, Self> {
        if code < 0 { Err(Self(code)) } else { Ok(code) }
    }
}

impl fmt::Display for Fault {
    #[expect(unsafe_code, reason = "FFmpeg writes its words into a buffer")]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = [0 as c_char; ffi::AV_ERROR_MAX_STRING_SIZE];
        // SAFETY: it writes as many characters as there is room for, and a zero at their end.
        let words = unsafe {
            ffi::av_strerror(self.0, words.as_mut_ptr(), words.len());
            CStr::from_ptr(words.as_ptr())
        };
        formatter.write_str(&words.to_string_lossy())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fault({self})")
    }
}
