//! How FFmpeg reads: by position, from one descriptor, within its size. Nothing else can be opened by it.

#![expect(unsafe_code, reason = "FFmpeg calls back with raw pointers")]

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::mem::MaybeUninit;
use std::{io, ptr, slice};

use ffmpeg_sys_the_third as ffi;
use rustix::io::{Errno, pread};

use super::Fault;

/// So many bytes are read at a time where FFmpeg does not ask for more.
const BUFFER: usize = 64 << 10;

/// Heard at every read: whether to go on.
pub(crate) type Pulse<'w> = Box<dyn FnMut() -> bool + 'w>;

/// What FFmpeg's callbacks work on.
struct State<'w> {
    file: File,
    size: u64,
    position: u64,
    pulse: Pulse<'w>,
    error: Option<io::Error>,
}

/// A file, as FFmpeg reads it.
pub(super) struct Io<'w> {
    context: *mut ffi::AVIOContext,
    state: *mut State<'w>,
}

impl<'w> Io<'w> {
    /// Of this file, `size` bytes long, the offset of which is neither used nor changed.
    pub(super) fn new(file: File, size: u64, pulse: Pulse<'w>) -> Result<Self, Fault> {
        let state = Box::into_raw(Box::new(State { file, size, position: 0, pulse, error: None }));
        // SAFETY: the buffer is FFmpeg's own from here on, and the state lives until `drop`.
        let context = unsafe {
            let buffer = ffi::av_malloc(BUFFER).cast::<u8>();
            if buffer.is_null() {
                ptr::null_mut()
            } else {
                let context = ffi::avio_alloc_context(
                    buffer,
                    BUFFER as c_int,
                    0,
                    state.cast(),
                    Some(read),
                    None,
                    Some(seek),
                );
                if context.is_null() {
                    ffi::av_free(buffer.cast());
                }
                context
            }
        };
        let io = Self { context, state };
        if context.is_null() { Err(Fault::MEMORY) } else { Ok(io) }
    }

    pub(super) fn as_ptr(&self) -> *mut ffi::AVIOContext {
        self.context
    }

    /// Why the system did not hand over what was asked for, if that was so.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        // SAFETY: FFmpeg uses the state only within its calls, and none is running.
        unsafe { (*self.state).error.take() }
    }
}

impl Drop for Io<'_> {
    fn drop(&mut self) {
        // SAFETY: whoever reads through this was closed before. The buffer may be another one by now, but it is the
        // context's; the state was made by `Box::into_raw`.
        unsafe {
            if !self.context.is_null() {
                ffi::av_freep((&raw mut (*self.context).buffer).cast());
                ffi::avio_context_free(&raw mut self.context);
            }
            drop(Box::from_raw(self.state));
        }
    }
}

/// # Safety
/// As FFmpeg calls it: with a [`State`] that nobody else uses now, and room for `length` bytes.
unsafe extern "C" fn read(state: *mut c_void, buffer: *mut u8, length: c_int) -> c_int {
    // SAFETY: see above.
    let state = unsafe { &mut *state.cast::<State<'static>>() };
    if !(state.pulse)() {
        return ffi::AVERROR_EXIT;
    }
    let left = state.size.saturating_sub(state.position);
    let length = usize::try_from(length).unwrap_or(0).min(usize::try_from(left).unwrap_or(usize::MAX));
    if length == 0 {
        return ffi::AVERROR_EOF;
    }
    // SAFETY: see above. What FFmpeg has for us to write to need not have been written to before.
    let buffer = unsafe { slice::from_raw_parts_mut(buffer.cast::<MaybeUninit<u8>>(), length) };
    loop {
        match pread(&state.file, &mut *buffer, state.position) {
            Ok((read, _)) => {
                state.position += read.len() as u64;
                // No more than `length`. A file that was cut short meanwhile ends here.
                return if read.is_empty() { ffi::AVERROR_EOF } else { read.len() as c_int };
            }
            Err(Errno::INTR) => {}
            Err(error) => {
                state.error = Some(error.into());
                return ffi::AVERROR(error.raw_os_error());
            }
        }
    }
}

/// # Safety
/// As FFmpeg calls it: with a [`State`] that nobody else uses now.
unsafe extern "C" fn seek(state: *mut c_void, offset: i64, whence: c_int) -> i64 {
    const FROM_START: c_int = 0;
    const FROM_HERE: c_int = 1;
    const FROM_END: c_int = 2;
    // SAFETY: see above.
    let state = unsafe { &mut *state.cast::<State<'static>>() };
    let size = i64::try_from(state.size).unwrap_or(i64::MAX);
    let here = i64::try_from(state.position).unwrap_or(i64::MAX);
    let target = match whence & !(ffi::AVSEEK_FORCE as c_int) {
        whence if whence == ffi::AVSEEK_SIZE as c_int => return size,
        FROM_START => Some(offset),
        FROM_HERE => here.checked_add(offset),
        FROM_END => size.checked_add(offset),
        _ => None,
    };
    match target.and_then(|target| u64::try_from(target).ok().map(|position| (target, position))) {
        Some((target, position)) => {
            state.position = position;
            target
        }
        None => i64::from(ffi::AVERROR(Errno::INVAL.raw_os_error())),
    }
}
