//! From whatever pixels a decoder makes to those of a picture, in the size that is wanted.

#![expect(unsafe_code, reason = "FFmpeg's contexts are raw pointers")]

use std::ffi::c_int;
use std::ptr;

use ffmpeg_sys_the_third as ffi;
use image::{GrayImage, RgbImage};

use super::{Fault, Frame};

/// Weighs all pixels that one of the result stands for.
const AREA: c_int = 0x20;
/// Between neighbours; colours are as fine as brightness is.
const LINEAR: c_int = 2 | 0x2000 | 0x4_0000;
/// Rows begin at multiples of this, and the last one is followed by as much room: what writes many pixels at once
/// writes beyond the last.
const ROOM: usize = 64;

/// What a context was made for: width, height and format, from and to.
type Shape = (c_int, c_int, c_int, c_int, c_int, ffi::AVPixelFormat);

/// Makes pictures of frames.
#[derive(Default)]
pub(crate) struct Painter {
    context: Option<(Shape, Context)>,
    canvas: Vec<u8>,
}

struct Context(*mut ffi::SwsContext);

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe { ffi::sws_freeContext(self.0) }
    }
}

impl Painter {
    /// The frame in colours, so many pixels wide and high.
    pub(crate) fn colours(&mut self, frame: &Frame, width: u32, height: u32) -> Result<RgbImage, Fault> {
        let pixels = self.paint(frame, width, height, ffi::AVPixelFormat::RGB24, 3)?;
        RgbImage::from_raw(width, height, pixels).ok_or(Fault::NONSENSE)
    }

    /// The frame's brightness, so many pixels wide and high.
    pub(crate) fn greys(&mut self, frame: &Frame, width: u32, height: u32) -> Result<GrayImage, Fault> {
        let pixels = self.paint(frame, width, height, ffi::AVPixelFormat::GRAY8, 1)?;
        GrayImage::from_raw(width, height, pixels).ok_or(Fault::NONSENSE)
    }

    fn paint(
        &mut self,
        frame: &Frame,
        width: u32,
        height: u32,
        format: ffi::AVPixelFormat,
        bytes: usize,
    ) -> Result<Vec<u8>, Fault> {
        let raw = frame.raw();
        let side = |side: u32| c_int::try_from(side).ok().filter(|side| *side > 0).ok_or(Fault::NONSENSE);
        let shape: Shape = (raw.width, raw.height, raw.format, side(width)?, side(height)?, format);
        if raw.width <= 0 || raw.height <= 0 || raw.data[0].is_null() {
            return Err(Fault::NONSENSE);
        }
        let context = match self.context.take() {
            Some(kept) if kept.0 == shape => kept,
            _ => (shape, Context::new(shape, frame)?),
        };
        let context = &self.context.insert(context).1;

        let (row, rows) = (width as usize * bytes, height as usize);
        let stride = row.next_multiple_of(ROOM);
        self.canvas.clear();
        self.canvas.resize(stride * rows + ROOM, 0);
        let planes = [self.canvas.as_mut_ptr(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut()];
        let strides = [c_int::try_from(stride).map_err(|_| Fault::MEMORY)?, 0, 0, 0];
        // SAFETY: the context was made for frames of this size and format, and there is room for what comes of it.
        let painted = unsafe {
            ffi::sws_scale(
                context.0,
                raw.data.as_ptr().cast(),
                raw.linesize.as_ptr(),
                0,
                raw.height,
                planes.as_ptr(),
                strides.as_ptr(),
            )
        };
        Fault::check(painted)?;
        let mut pixels = Vec::with_capacity(row * rows);
        self.canvas.chunks_exact(stride).take(rows).for_each(|line| pixels.extend_from_slice(&line[..row]));
        Ok(pixels)
    }
}

impl Context {
    fn new((width, height, format, to_width, to_height, to): Shape, frame: &Frame) -> Result<Self, Fault> {
        // The largest video standard of the days before high definition.
        const SMALL: c_int = 576;
        const BT_709: c_int = 1;
        const BT_601: c_int = 5;
        const FULL: c_int = 1;
        let filter = if to_width < width || to_height < height { AREA } else { LINEAR };
        // SAFETY: the context is ours; what the frame says of its colours are plain numbers, and tables are
        // constants of the library.
        unsafe {
            let context = Self(ffi::sws_getContext(
                width,
                height,
                ffi::AVPixelFormat(format),
                to_width,
                to_height,
                to,
                filter,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null(),
            ));
            if context.0.is_null() {
                return Err(Fault::NONSENSE);
            }
            let raw = frame.raw();
            let space = match raw.colorspace {
                ffi::AVColorSpace::UNSPECIFIED if height > SMALL => BT_709,
                ffi::AVColorSpace::UNSPECIFIED => BT_601,
                said => c_int::try_from(said.0).unwrap_or(BT_601),
            };
            let is_full = c_int::from(raw.color_range == ffi::AVColorRange::JPEG);
            // Refused where there is nothing to turn, such as from RGB to RGB.
            ffi::sws_setColorspaceDetails(
                context.0,
                ffi::sws_getCoefficients(space),
                is_full,
                ffi::sws_getCoefficients(BT_601),
                FULL,
                0,
                1 << 16,
                1 << 16,
            );
            Ok(context)
        }
    }
}
