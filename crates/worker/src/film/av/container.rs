//! A container: its tracks, and the packets that it interleaves.

#![expect(unsafe_code, reason = "FFmpeg's contexts are raw pointers")]

use std::ffi::{CStr, c_char, c_int};
use std::fs::File;
use std::{io, ptr, slice};

use ffmpeg_sys_the_third as ffi;

use super::io::{Io, Pulse};
use super::track::{self, Track, text};
use super::{Fault, Packet, decoder};
use crate::film::formats;

/// What is spent on finding out what a file holds: so many bytes, and so much of its time in microseconds.
const PROBE_BYTES: i64 = 5 << 20;
const PROBE_TIME: i64 = 5_000_000;
/// What is looked at to tell one container from another, in bytes.
const SNIFF_BYTES: u32 = 1 << 20;

/// What a container may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The most tracks.
    pub(crate) tracks: u32,
    /// The most pixels of a frame.
    pub(crate) pixels: u64,
}

/// Why a container could not be opened.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is known and not read: its name.
    Foreign(String),
    /// The system does not hand over its bytes.
    Unreadable(io::Error),
    /// Anything else.
    Fault(Fault),
}

/// An open container.
pub(crate) struct Container<'w> {
    /// Closed before `io`, through which it reads.
    context: *mut ffi::AVFormatContext,
    io: Io<'w>,
}

impl<'w> Container<'w> {
    /// Opens what this file, `size` bytes long, holds, and looks into it until all tracks are known.
    pub(crate) fn open(file: File, size: u64, bounds: Bounds, pulse: Pulse<'w>) -> Result<Self, Refusal> {
        let io = Io::new(file, size, pulse).map_err(Refusal::Fault)?;
        let mut container = Self { context: ptr::null_mut(), io };
        match container.begin(bounds) {
            Ok(()) => Ok(container),
            Err(refusal) => Err(match container.io.take_error() {
                Some(error) => Refusal::Unreadable(error),
                None => refusal,
            }),
        }
    }

    fn begin(&mut self, bounds: Bounds) -> Result<(), Refusal> {
        // SAFETY: the log level is a global that only we set. The probe reads through `io`, and gives back a
        // description that lives as long as the program.
        let format = unsafe {
            ffi::av_log_set_level(ffi::AV_LOG_QUIET);
            let mut format = ptr::null();
            let found = ffi::av_probe_input_buffer2(
                self.io.as_ptr(),
                &raw mut format,
                c"".as_ptr(),
                ptr::null_mut(),
                0,
                SNIFF_BYTES,
            );
            Fault::check(found).map_err(Refusal::Fault)?;
            let name = text((*format).name);
            if !name.split(',').any(|name| formats::CONTAINERS.contains(&name)) {
                return Err(Refusal::Foreign(text((*format).long_name)));
            }
            format
        };
        // SAFETY: the context is ours; strings that FFmpeg will free are made by it. When opening fails it frees the
        // context and says so by clearing our pointer.
        unsafe {
            let context = ffi::avformat_alloc_context();
            if context.is_null() {
                return Err(Refusal::Fault(Fault::MEMORY));
            }
            self.context = context;
            (*context).pb = self.io.as_ptr();
            (*context).flags |= ffi::AVFMT_FLAG_CUSTOM_IO as c_int;
            (*context).io_open = Some(refuse_to_open);
            (*context).max_streams = c_int::try_from(bounds.tracks).unwrap_or(c_int::MAX);
            (*context).probesize = PROBE_BYTES;
            (*context).max_analyze_duration = PROBE_TIME;
            // No protocol has this name.
            (*context).protocol_whitelist = ffi::av_strdup(c"none".as_ptr());
            (*context).codec_whitelist = ffi::av_strdup(formats::DECODERS.as_ptr());
            let mut options = ptr::null_mut();
            // References out of a QuickTime file to others are not followed anyway: nothing can be opened.
            ffi::av_dict_set(&raw mut options, c"enable_drefs".as_ptr(), c"0".as_ptr(), 0);
            let opened =
                ffi::avformat_open_input(&raw mut self.context, c"".as_ptr(), format, &raw mut options);
            ffi::av_dict_free(&raw mut options);
            Fault::check(opened).map_err(Refusal::Fault)?;
            self.find_tracks(bounds.pixels).map_err(Refusal::Fault)
        }
    }

    /// Decodes as much as it takes to know all tracks.
    fn find_tracks(&mut self, pixels: u64) -> Result<(), Fault> {
        let tracks = self.raw_tracks().len();
        let mut options = vec![ptr::null_mut(); tracks];
        // SAFETY: there is one dictionary for each track that is known by now; all are freed again.
        unsafe {
            for options in &mut options {
                decoder::bound(options, pixels);
            }
            let found = ffi::avformat_find_stream_info(self.context, options.as_mut_ptr());
            for options in &mut options {
                ffi::av_dict_free(options);
            }
            Fault::check(found).map(drop)
        }
    }

    fn raw_tracks(&self) -> &[*mut ffi::AVStream] {
        // SAFETY: as many as it says, for as long as nothing is read.
        unsafe {
            let (first, count) = ((*self.context).streams, (*self.context).nb_streams as usize);
            if count == 0 { &[] } else { slice::from_raw_parts(first, count) }
        }
    }

    /// The tracks that are known by now, in the order of the file.
    pub(crate) fn tracks(&self) -> Vec<Track> {
        let bounded = self.raw_tracks().iter().enumerate();
        // SAFETY: the pointers of a context's streams, and those to their parameters, are always good.
        bounded.map(|(index, stream)| unsafe { track::describe(index, &**stream) }).collect()
    }

    /// How long it lasts, in seconds, if the file says so.
    pub(crate) fn duration(&self) -> Option<f64> {
        // SAFETY: the context is open.
        let context = unsafe { &*self.context };
        // A guess from the size, which is wrong by any factor.
        let is_guess = context.duration_estimation_method == ffi::AVDurationEstimationMethod::BITRATE;
        let known = context.duration != ffi::AV_NOPTS_VALUE && context.duration > 0 && !is_guess;
        known.then(|| context.duration as f64 / f64::from(ffi::AV_TIME_BASE as c_int))
    }

    /// When its clock begins, in seconds.
    pub(crate) fn starts(&self) -> Option<f64> {
        // SAFETY: the context is open.
        let starts = unsafe { (*self.context).start_time };
        (starts != ffi::AV_NOPTS_VALUE).then(|| starts as f64 / f64::from(ffi::AV_TIME_BASE as c_int))
    }

    /// The names by which FFmpeg knows this kind of container, separated by commas.
    pub(crate) fn format(&self) -> String {
        // SAFETY: an open context knows its format, which is a constant of the library.
        unsafe { text((*(*self.context).iformat).name) }
    }

    /// What the file says about itself under this name, or about this track.
    pub(crate) fn note(&self, track: Option<usize>, name: &CStr) -> Option<String> {
        // SAFETY: dictionaries may be null; what is found lives until they change, and is copied.
        unsafe {
            let notes = match track {
                Some(track) => (**self.raw_tracks().get(track)?).metadata,
                None => (*self.context).metadata,
            };
            let entry = ffi::av_dict_get(notes, name.as_ptr(), ptr::null(), 0);
            (!entry.is_null()).then(|| text((*entry).value))
        }
    }

    /// Reads these tracks alone.
    pub(crate) fn keep_only(&mut self, kept: &[usize]) {
        for (index, stream) in self.raw_tracks().iter().enumerate() {
            let discard = if kept.contains(&index) { ffi::AVDiscard::DEFAULT } else { ffi::AVDiscard::ALL };
            // SAFETY: the streams of a context are good, and this field is ours to set.
            unsafe { (**stream).discard = discard };
        }
    }

    /// The next packet of a track that is read.
    pub(crate) fn read(&mut self, packet: &mut Packet) -> Result<(), Fault> {
        // SAFETY: both are good; what the packet held is given back first.
        let read = unsafe {
            ffi::av_packet_unref(packet.as_mut_ptr());
            ffi::av_read_frame(self.context, packet.as_mut_ptr())
        };
        Fault::check(read).map(drop)
    }

    /// The picture that belongs to all of a track of that kind.
    pub(crate) fn cover(&self, track: usize) -> Option<Packet> {
        let mut packet = Packet::new().ok()?;
        let stream = *self.raw_tracks().get(track)?;
        // SAFETY: the stream is good; its packet is copied by reference.
        let copied = unsafe { ffi::av_packet_ref(packet.as_mut_ptr(), &raw const (*stream).attached_pic) };
        (copied >= 0).then_some(packet)
    }

    /// Goes to a place at or before `seconds` on the clock of the file from which this track can be decoded.
    pub(crate) fn seek(&mut self, track: usize, seconds: f64) -> Result<(), Fault> {
        let stream = *self.raw_tracks().get(track).ok_or(Fault::NONSENSE)?;
        // SAFETY: the context and its stream are good.
        let sought = unsafe {
            let tick = track::tick((*stream).time_base);
            // Saturates.
            let at = (seconds / tick).floor() as i64;
            ffi::avformat_seek_file(self.context, track as c_int, i64::MIN, at, at, 0)
        };
        Fault::check(sought).map(drop)
    }

    /// Why the system did not hand over what was asked for, if that was so.
    pub(crate) fn take_error(&mut self) -> Option<io::Error> {
        self.io.take_error()
    }

    /// The parameters of a track.
    pub(super) fn parameters(&self, track: usize) -> Option<&ffi::AVCodecParameters> {
        // SAFETY: every stream has parameters, for as long as the context is open and nothing is read.
        self.raw_tracks().get(track).map(|stream| unsafe { &*(**stream).codecpar })
    }

    /// The unit of a track's timestamps.
    pub(super) fn time_base(&self, track: usize) -> ffi::AVRational {
        let unknown = ffi::AVRational { num: 0, den: 1 };
        // SAFETY: the streams of a context are good.
        self.raw_tracks().get(track).map_or(unknown, |stream| unsafe { (**stream).time_base })
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        // SAFETY: closed once. It does not touch `io`, which is not its own.
        unsafe { ffi::avformat_close_input(&raw mut self.context) }
    }
}

/// What FFmpeg asks when a file names another.
unsafe extern "C" fn refuse_to_open(
    _: *mut ffi::AVFormatContext,
    _: *mut *mut ffi::AVIOContext,
    _: *const c_char,
    _: c_int,
    _: *mut *mut ffi::AVDictionary,
) -> c_int {
    ffi::AVERROR(rustix::io::Errno::PERM.raw_os_error())
}
