//! A packet: some of what a track holds, as it is stored.

#![expect(unsafe_code, reason = "FFmpeg's packets are raw pointers")]

use std::ffi::c_int;
use std::ptr;

use ffmpeg_sys_the_third as ffi;

use super::Fault;

/// One packet, again and again.
pub(crate) struct Packet(*mut ffi::AVPacket);

impl Packet {
    pub(crate) fn new() -> Result<Self, Fault> {
        // SAFETY: null, or ours.
        let packet = unsafe { ffi::av_packet_alloc() };
        if packet.is_null() { Err(Fault::MEMORY) } else { Ok(Self(packet)) }
    }

    /// Holds these bytes, and nothing of what it held.
    pub(crate) fn fill(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let size = c_int::try_from(bytes.len()).map_err(|_| Fault::MEMORY)?;
        // SAFETY: ours. The new buffer has room for as many bytes as were asked for, with zeros behind them.
        unsafe {
            ffi::av_packet_unref(self.0);
            Fault::check(ffi::av_new_packet(self.0, size))?;
            ptr::copy_nonoverlapping(bytes.as_ptr(), (*self.0).data, bytes.len());
        }
        Ok(())
    }

    /// Which track it is of.
    pub(crate) fn track(&self) -> usize {
        // SAFETY: ours.
        usize::try_from(unsafe { (*self.0).stream_index }).unwrap_or(usize::MAX)
    }

    /// When it is shown or heard, in ticks of its track; where that is not known, when it is decoded.
    pub(crate) fn at(&self) -> Option<i64> {
        // SAFETY: ours.
        let (shown, decoded) = unsafe { ((*self.0).pts, (*self.0).dts) };
        [shown, decoded].into_iter().find(|at| *at != ffi::AV_NOPTS_VALUE)
    }

    /// For how long, in ticks of its track; 0 if that is not known.
    pub(crate) fn lasts(&self) -> i64 {
        // SAFETY: ours.
        unsafe { (*self.0).duration }
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut ffi::AVPacket {
        self.0
    }

    pub(super) fn as_ptr(&self) -> *const ffi::AVPacket {
        self.0
    }
}

impl Drop for Packet {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { ffi::av_packet_free(&raw mut self.0) }
    }
}
