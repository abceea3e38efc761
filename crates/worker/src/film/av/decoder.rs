//! A decoder: packets in, frames out.

#![expect(unsafe_code, reason = "FFmpeg's contexts are raw pointers")]

use std::ffi::{CString, c_int};
use std::ptr;

use ffmpeg_sys_the_third as ffi;

use super::{Container, Fault, Frame, Packet};
use crate::film::formats;

/// How a picture outside a film is coded.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Still<'a> {
    /// HEVC, with the parameters that stand in the box `hvcC`.
    Hevc(&'a [u8]),
    /// AV1.
    Av1,
    /// A TIFF file, and which of its pages, counted from 1.
    Tiff(u16),
}

impl Still<'_> {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hevc(_) => "HEVC",
            Self::Av1 => "AV1",
            Self::Tiff(_) => "TIFF",
        }
    }
}

/// An open decoder of one track. It works on the thread that calls it.
pub(crate) struct Decoder(*mut ffi::AVCodecContext);

impl Decoder {
    /// For this track, of frames with at most so many pixels.
    ///
    /// # Errors
    /// None of the decoders that are used knows its format, or it does not make sense of its parameters.
    pub(crate) fn open(container: &Container<'_>, track: usize, pixels: u64) -> Result<Self, Fault> {
        let parameters = container.parameters(track).ok_or(Fault::NONSENSE)?;
        let codec = find(parameters.codec_id).ok_or(Fault::UNKNOWN)?;
        // SAFETY: the codec is a constant of the library; the context is ours, and freed with what is returned.
        unsafe {
            let decoder = Self(ffi::avcodec_alloc_context3(codec));
            if decoder.0.is_null() {
                return Err(Fault::MEMORY);
            }
            Fault::check(ffi::avcodec_parameters_to_context(decoder.0, parameters))?;
            // Without it, samples that are skipped at the beginning would take no time.
            (*decoder.0).pkt_timebase = container.time_base(track);
            let mut options = ptr::null_mut();
            bound(&mut options, pixels);
            let opened = ffi::avcodec_open2(decoder.0, codec, &raw mut options);
            ffi::av_dict_free(&raw mut options);
            Fault::check(opened)?;
            Ok(decoder)
        }
    }

    /// For pictures that are coded like this, with at most so many pixels each.
    ///
    /// # Errors
    /// None of the decoders that are used knows the format, or it does not make sense of the parameters.
    pub(crate) fn of_still(still: Still<'_>, pixels: u64) -> Result<Self, Fault> {
        let codec = match still {
            Still::Hevc(_) => find(ffi::AVCodecID::HEVC),
            Still::Av1 => find(ffi::AVCodecID::AV1),
            // SAFETY: codecs are constants of the library. It is not one of those that recordings use.
            Still::Tiff(_) => Some(unsafe { ffi::avcodec_find_decoder_by_name(c"tiff".as_ptr()) }),
        };
        let codec = codec.filter(|codec| !codec.is_null()).ok_or(Fault::UNKNOWN)?;
        // SAFETY: the codec is a constant of the library; the context is ours, and freed with what is returned, as are
        // the parameters that are copied for it, with as much room behind them as decoders want.
        unsafe {
            let decoder = Self(ffi::avcodec_alloc_context3(codec));
            if decoder.0.is_null() {
                return Err(Fault::MEMORY);
            }
            if let Still::Hevc(parameters) = still {
                let room = ffi::av_mallocz(parameters.len() + ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize);
                if room.is_null() {
                    return Err(Fault::MEMORY);
                }
                ptr::copy_nonoverlapping(parameters.as_ptr(), room.cast(), parameters.len());
                (*decoder.0).extradata = room.cast();
                (*decoder.0).extradata_size = c_int::try_from(parameters.len()).map_err(|_| Fault::MEMORY)?;
            }
            let mut options = ptr::null_mut();
            bound(&mut options, pixels);
            if let Still::Tiff(page) = still {
                ffi::av_dict_set_int(&raw mut options, c"page".as_ptr(), page.into(), 0);
            }
            let opened = ffi::avcodec_open2(decoder.0, codec, &raw mut options);
            ffi::av_dict_free(&raw mut options);
            Fault::check(opened)?;
            Ok(decoder)
        }
    }

    /// Whether there is a decoder for this track at all.
    pub(crate) fn is_known(container: &Container<'_>, track: usize) -> bool {
        container.parameters(track).is_some_and(|parameters| find(parameters.codec_id).is_some())
    }

    /// Takes a packet; none at the end.
    pub(crate) fn send(&mut self, packet: Option<&Packet>) -> Result<(), Fault> {
        let packet = packet.map_or(ptr::null(), Packet::as_ptr);
        // SAFETY: both are good.
        Fault::check(unsafe { ffi::avcodec_send_packet(self.0, packet) }).map(drop)
    }

    /// The next frame of what was taken, if there is one.
    pub(crate) fn receive(&mut self, frame: &mut Frame) -> Result<bool, Fault> {
        // SAFETY: both are good.
        match Fault::check(unsafe { ffi::avcodec_receive_frame(self.0, frame.as_mut_ptr()) }) {
            Ok(_) => Ok(true),
            Err(Fault::AGAIN | Fault::END) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Whether every packet can be decoded without those before it.
    pub(crate) fn stands_alone(&self) -> bool {
        // SAFETY: open; descriptions are constants of the library.
        unsafe {
            let description = ffi::avcodec_descriptor_get((*self.0).codec_id);
            !description.is_null() && (*description).props & ffi::AV_CODEC_PROP_INTRA_ONLY as c_int != 0
        }
    }

    /// Forgets what came before, to go on at another place.
    pub(crate) fn flush(&mut self) {
        // SAFETY: open.
        unsafe { ffi::avcodec_flush_buffers(self.0) }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { ffi::avcodec_free_context(&raw mut self.0) }
    }
}

/// The first of the decoders that are used which knows this format.
fn find(id: ffi::AVCodecID) -> Option<*const ffi::AVCodec> {
    let names = formats::DECODERS.to_str().unwrap_or_default().split(',');
    // SAFETY: codecs are constants of the library.
    let known = names.filter_map(|name| {
        let name = CString::new(name).ok()?;
        let codec = unsafe { ffi::avcodec_find_decoder_by_name(name.as_ptr()) };
        (!codec.is_null()).then_some(codec)
    });
    known.into_iter().find(|codec| unsafe { (**codec).id == id })
}

/// Bounds for a decoder that is opened with these options.
pub(super) fn bound(options: &mut *mut ffi::AVDictionary, pixels: u64) {
    // What FFmpeg can count to.
    let pixels = i64::try_from(pixels).unwrap_or(i64::MAX).min(i64::from(i32::MAX));
    // SAFETY: it makes a dictionary where there is none, and copies the names.
    unsafe {
        ffi::av_dict_set(options, c"threads".as_ptr(), c"1".as_ptr(), 0);
        ffi::av_dict_set_int(options, c"max_pixels".as_ptr(), pixels, 0);
    }
}
