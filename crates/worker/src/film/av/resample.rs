//! From whatever samples a decoder makes to those that are listened to: one channel, 16 bits, 16 kHz.

#![expect(unsafe_code, reason = "FFmpeg's contexts are raw pointers")]

use std::ffi::c_int;
use std::ops::RangeInclusive;
use std::ptr;

use deskscribe_protocol::SAMPLE_RATE;
use ffmpeg_sys_the_third as ffi;

use super::{Fault, Frame};

/// How many samples a second can have. Fewer are no sound, and a few bytes of them would last for days.
const RATES: RangeInclusive<c_int> = 1_000..=1_536_000;

/// What samples are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    format: c_int,
    rate: c_int,
    channels: c_int,
    /// Which speakers they are for; 0 if that is not said.
    mask: u64,
}

impl Kind {
    fn of(frame: &Frame) -> Self {
        let raw = frame.raw();
        let layout = &raw.ch_layout;
        let channels = layout.nb_channels;
        let native = layout.order == ffi::AVChannelOrder::NATIVE;
        // SAFETY: in this order, a mask is what it holds.
        let mask = if native { unsafe { layout.u.mask } } else { 0 };
        let mask = if i64::from(mask.count_ones()) == i64::from(channels) { mask } else { 0 };
        Self { format: raw.format, rate: raw.sample_rate, channels, mask }
    }
}

/// Turns frames of one kind into samples at [`SAMPLE_RATE`].
pub(crate) struct Resampler {
    context: *mut ffi::SwrContext,
    kind: Kind,
}

impl Resampler {
    /// For frames like this one.
    pub(crate) fn new(frame: &Frame) -> Result<Self, Fault> {
        let kind = Kind::of(frame);
        let is_sound = RATES.contains(&kind.rate) && (1..=64).contains(&kind.channels);
        if !is_sound || kind.format < 0 {
            return Err(Fault::NONSENSE);
        }
        let mut resampler = Self { context: ptr::null_mut(), kind };
        // SAFETY: layouts without a map own no memory; the context is ours, and freed with what is returned.
        unsafe {
            let mut mono = ffi::AVChannelLayout::empty();
            ffi::av_channel_layout_default(&raw mut mono, 1);
            let mut theirs = ffi::AVChannelLayout::empty();
            match kind.mask {
                0 => ffi::av_channel_layout_default(&raw mut theirs, kind.channels),
                mask => drop(ffi::av_channel_layout_from_mask(&raw mut theirs, mask)),
            }
            Fault::check(ffi::swr_alloc_set_opts2(
                &raw mut resampler.context,
                &raw mut mono,
                ffi::AVSampleFormat::S16,
                SAMPLE_RATE as c_int,
                &raw mut theirs,
                ffi::AVSampleFormat(kind.format),
                kind.rate,
                0,
                ptr::null_mut(),
            ))?;
            Fault::check(ffi::swr_init(resampler.context))?;
        }
        Ok(resampler)
    }

    /// Whether a frame is of the kind that this was made for.
    pub(crate) fn fits(&self, frame: &Frame) -> bool {
        self.kind == Kind::of(frame)
    }

    /// Adds what comes of a frame to `samples`. Some of it stays behind, and comes with the next.
    pub(crate) fn convert(&mut self, frame: &Frame, samples: &mut Vec<i16>) -> Result<(), Fault> {
        if !self.fits(frame) {
            return Err(Fault::NONSENSE);
        }
        let raw = frame.raw();
        // SAFETY: the frame has as many samples in as many planes as the context was made for.
        unsafe { self.run(raw.extended_data.cast(), raw.nb_samples, samples) }
    }

    /// Adds what has stayed behind; nothing can follow.
    pub(crate) fn finish(mut self, samples: &mut Vec<i16>) -> Result<(), Fault> {
        // SAFETY: without input, what is left is given out.
        unsafe { self.run(ptr::null_mut(), 0, samples) }
    }

    /// # Safety
    /// `planes` has `count` samples of this kind, or is null and there are none.
    unsafe fn run(
        &mut self,
        planes: *mut *const u8,
        count: c_int,
        samples: &mut Vec<i16>,
    ) -> Result<(), Fault> {
        // SAFETY: the context is initialised; there is room for as many samples as it is told.
        unsafe {
            let most = Fault::check(ffi::swr_get_out_samples(self.context, count))?;
            let had = samples.len();
            samples.resize(had + most as usize, 0);
            let mut room = samples.as_mut_ptr().add(had).cast::<u8>();
            let made = Fault::check(ffi::swr_convert(self.context, &raw mut room, most, planes, count));
            samples.truncate(had + made.map_or(0, |made| made as usize));
            made.map(drop)
        }
    }
}

impl Drop for Resampler {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { ffi::swr_free(&raw mut self.context) }
    }
}
