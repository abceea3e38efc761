//! What is read, by the names that FFmpeg has for it. All else is refused before a byte of it is taken apart.

use std::ffi::CStr;

/// Containers that hold what they hold: none that names other files.
pub(super) const CONTAINERS: &[&str] = &[
    "mov", "mp4", "m4a", "3gp", "matroska", "webm", "avi", "flv", "mpegts", "mpeg", "wav", "w64", "mp3",
    "aac", "ogg", "flac", "aiff", "caf",
];

/// Decoders, in the form of an option: the first that knows a format is taken.
pub(super) const DECODERS: &CStr = c"h264,hevc,vp8,vp9,libdav1d,libaom-av1,libvpx,libvpx-vp9,mjpeg,prores,\
mpeg4,mpeg1video,mpeg2video,mpegvideo,h263,flv,msmpeg4,msmpeg4v2,theora,qtrle,rawvideo,png,\
aac,aac_latm,mp3float,mp3,mp2float,mp2,mp1float,ac3,eac3,opus,libopus,vorbis,libvorbis,flac,alac,\
pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_u16le,pcm_u16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,\
pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,pcm_s16le_planar,\
adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,adpcm_swf,gsm_ms,amrnb,amrwb";

/// Names of kinds that hold nothing but the names of other files.
const LISTS: [(&[u8], &str); 7] = [
    (b"#EXTM3U", "an HLS playlist"),
    (b"<MPD", "a DASH manifest"),
    (b"ffconcat version", "a list of files to be joined"),
    (b"[playlist]", "a playlist"),
    (b"[Reference]", "a reference to a stream"),
    (b"v=0\n", "a description of a stream"),
    (b"v=0\r\n", "a description of a stream"),
];

/// What this is, if it is a list of other files, by its first bytes.
pub(super) fn list(first: &[u8]) -> Option<&'static str> {
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    let is_xml = text.starts_with(b"<?xml");
    LISTS.iter().find_map(|(mark, name)| {
        let inside = is_xml && text.windows(mark.len()).any(|window| window == *mark);
        (text.starts_with(mark) || inside).then_some(*name)
    })
}
