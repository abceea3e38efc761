//! A track, as its header describes it.

#![expect(unsafe_code, reason = "FFmpeg's streams are raw pointers")]

use std::ffi::{CStr, c_char, c_int};
#[cfg(ffmpeg_6_1)]
use std::ptr;

use ffmpeg_sys_the_third as ffi;

/// What a track is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Picture,
    /// One picture that belongs to all of it.
    Cover,
    Sound,
    Other,
}

/// A track, as its header describes it.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) index: usize,
    pub(crate) content: Content,
    /// Its format, such as `h264`.
    pub(crate) codec: String,
    pub(crate) is_default: bool,
    /// Seconds of one unit of its timestamps.
    pub(crate) tick: f64,
    /// In pixels, as stored.
    pub(crate) width: u32,
    /// In pixels, as stored.
    pub(crate) height: u32,
    /// How often its frames are to be turned by 90 degrees clockwise.
    pub(crate) quarter_turns: u8,
    /// How much wider than high a pixel is.
    pub(crate) pixel_aspect: f64,
}

/// What the header says of a track.
///
/// # Safety
/// The stream belongs to an open context.
pub(super) unsafe fn describe(index: usize, stream: &ffi::AVStream) -> Track {
    // SAFETY: every stream has parameters; names of codecs are constants.
    let (parameters, codec) =
        unsafe { (&*stream.codecpar, text(ffi::avcodec_get_name((*stream.codecpar).codec_id))) };
    let tick = tick(stream.time_base);
    let has = |bit| stream.disposition & bit as c_int != 0;
    let content = match parameters.codec_type {
        ffi::AVMediaType::VIDEO if has(ffi::AV_DISPOSITION_ATTACHED_PIC) => Content::Cover,
        ffi::AVMediaType::VIDEO => Content::Picture,
        ffi::AVMediaType::AUDIO => Content::Sound,
        _ => Content::Other,
    };
    let aspect = match (stream.sample_aspect_ratio, parameters.sample_aspect_ratio) {
        (ffi::AVRational { num: 0, .. }, of_codec) => of_codec,
        (of_container, _) => of_container,
    };
    let aspect = f64::from(aspect.num) / f64::from(aspect.den);
    Track {
        index,
        content,
        codec,
        is_default: has(ffi::AV_DISPOSITION_DEFAULT),
        tick,
        width: u32::try_from(parameters.width).unwrap_or(0),
        height: u32::try_from(parameters.height).unwrap_or(0),
        // SAFETY: the stream is good.
        quarter_turns: unsafe { quarter_turns(stream) },
        pixel_aspect: if (0.05..20.0).contains(&aspect) { aspect } else { 1.0 },
    }
}

/// How the matrix of a track says that it is to be turned.
///
/// # Safety
/// The stream belongs to an open context.
unsafe fn quarter_turns(stream: &ffi::AVStream) -> u8 {
    const NUMBERS: usize = 9;
    let kind = ffi::AVPacketSideDataType::DISPLAYMATRIX;
    // SAFETY: null, or as many bytes as it says, at an address as good as `malloc` makes it.
    let matrix = unsafe {
        #[cfg(ffmpeg_6_1)]
        let (data, size) = {
            let all = &*stream.codecpar;
            let found = ffi::av_packet_side_data_get(all.coded_side_data, all.nb_coded_side_data, kind);
            if found.is_null() { (ptr::null_mut(), 0) } else { ((*found).data, (*found).size) }
        };
        #[cfg(not(ffmpeg_6_1))]
        let (data, size) = {
            let mut size = 0;
            let data = ffi::av_stream_get_side_data(stream, kind, &raw mut size);
            (data, size)
        };
        if data.is_null() || size < NUMBERS * size_of::<i32>() {
            return 0;
        }
        data.cast::<[i32; NUMBERS]>().read_unaligned()
    };
    // SAFETY: nine numbers.
    let degrees = -unsafe { ffi::av_display_rotation_get(matrix.as_ptr()) };
    if degrees.is_finite() { ((degrees / 90.0).round() as i64).rem_euclid(4) as u8 } else { 0 }
}

/// Seconds of one unit of timestamps.
pub(super) fn tick(base: ffi::AVRational) -> f64 {
    let tick = f64::from(base.num) / f64::from(base.den);
    if tick > 0.0 && tick.is_finite() { tick } else { 1.0 / f64::from(ffi::AV_TIME_BASE as c_int) }
}

/// What the library says in characters of C.
///
/// # Safety
/// Null, or characters with a zero at their end.
pub(super) unsafe fn text(characters: *const c_char) -> String {
    if characters.is_null() {
        return String::new();
    }
    // SAFETY: see above.
    unsafe { CStr::from_ptr(characters) }.to_string_lossy().into_owned()
}
