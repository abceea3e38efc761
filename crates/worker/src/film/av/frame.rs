//! A decoded frame: of a picture, or some samples of sound.

#![expect(unsafe_code, reason = "FFmpeg's frames are raw pointers")]

use ffmpeg_sys_the_third as ffi;

use super::Fault;

/// One frame, again and again.
pub(crate) struct Frame(*mut ffi::AVFrame);

impl Frame {
    pub(crate) fn new() -> Result<Self, Fault> {
        // SAFETY: null, or ours.
        let frame = unsafe { ffi::av_frame_alloc() };
        if frame.is_null() { Err(Fault::MEMORY) } else { Ok(Self(frame)) }
    }

    /// When it is shown or heard, in ticks of its track, as well as that can be told.
    pub(crate) fn at(&self) -> Option<i64> {
        let at = self.raw().best_effort_timestamp;
        (at != ffi::AV_NOPTS_VALUE).then_some(at)
    }

    /// In pixels, as stored.
    pub(crate) fn width(&self) -> u32 {
        u32::try_from(self.raw().width).unwrap_or(0)
    }

    /// In pixels, as stored.
    pub(crate) fn height(&self) -> u32 {
        u32::try_from(self.raw().height).unwrap_or(0)
    }

    /// Samples of each channel.
    pub(crate) fn samples(&self) -> usize {
        usize::try_from(self.raw().nb_samples).unwrap_or(0)
    }

    /// Samples a second.
    pub(crate) fn rate(&self) -> u32 {
        u32::try_from(self.raw().sample_rate).unwrap_or(0)
    }

    pub(super) fn raw(&self) -> &ffi::AVFrame {
        // SAFETY: ours.
        unsafe { &*self.0 }
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut ffi::AVFrame {
        self.0
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { ffi::av_frame_free(&raw mut self.0) }
    }
}
