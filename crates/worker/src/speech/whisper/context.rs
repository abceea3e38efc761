//! whisper.cpp behind a safe door: a model, and what it says of a window of sound.
//!
//! The bindings of `whisper-rs` take a model by its path or whole in memory, and stop only between windows; here a
//! model comes from its descriptor piece by piece, so that it is in memory once, and everything can be stopped.
#![expect(unsafe_code, reason = "calls of a C library")]

use std::ffi::{CStr, CString, c_int, c_void};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::ptr::{self, NonNull};
use std::slice;

use whisper_rs::whisper_rs_sys as sys;

use super::onlooker::{Onlooker, present, stops};

/// A loaded model with what it takes to run it. It belongs to one thread.
pub(super) struct Context {
    context: NonNull<sys::whisper_context>,
    state: NonNull<sys::whisper_state>,
    threads: c_int,
}

/// Nothing came of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The onlooker wants no more.
    #[error("stopped")]
    Stopped,
    /// The file of the model cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// whisper.cpp does not take the model, or finds no memory for it.
    #[error("whisper.cpp does not take it, or there is not enough memory for it")]
    Refused,
    /// whisper.cpp gives up, with this number.
    #[error("whisper.cpp failed with error {0}")]
    Failed(c_int),
}

/// How a window is put into words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Manner<'a> {
    /// Which language is spoken.
    pub(super) language: &'a str,
    /// From which temperature on: 0 takes the likeliest words, 1 any as often as they are likely.
    pub(super) temperature: f32,
}

/// Some words of a window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    /// From when to when, in seconds of the window.
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) text: String,
    /// The mean logarithm of the probability of its tokens.
    pub(crate) logprob: f32,
    /// How probable the engine finds it that nobody speaks at all.
    pub(crate) no_speech: f32,
}

impl Context {
    /// Loads a model of so many bytes, whose form has been looked at before: whisper.cpp believes what it reads.
    pub(super) fn load(file: &File, bytes: u64, tell: &dyn Fn(u64) -> bool) -> Result<Self, Fault> {
        whisper_rs::install_logging_hooks();
        let mut source = Source { file, at: 0, bytes, tell, is_stopped: false, fault: None };
        let mut loader = sys::whisper_model_loader {
            context: ptr::from_mut(&mut source).cast(),
            read: Some(read),
            eof: Some(is_at_end),
            close: Some(close),
        };
        // SAFETY: plain values.
        let mut parameters = unsafe { sys::whisper_context_default_params() };
        parameters.use_gpu = false;
        // On a processor it takes a third longer, and saves less memory than a small model takes.
        parameters.flash_attn = false;
        // SAFETY: the loader and its source outlive the call, which keeps neither.
        let context = unsafe { sys::whisper_init_with_params_no_state(&raw mut loader, parameters) };
        let Source { fault, is_stopped, .. } = source;
        let context = match (NonNull::new(context), fault) {
            (Some(context), None) if !is_stopped => context,
            (context, fault) => {
                // SAFETY: it is ours, and used by nobody any more.
                context.inspect(|context| unsafe { sys::whisper_free(context.as_ptr()) });
                let refused = if is_stopped { Fault::Stopped } else { Fault::Refused };
                return Err(fault.map_or(refused, Fault::Unreadable));
            }
        };
        // SAFETY: the context is whole.
        let Some(state) = NonNull::new(unsafe { sys::whisper_init_state(context.as_ptr()) }) else {
            // SAFETY: as above.
            unsafe { sys::whisper_free(context.as_ptr()) };
            return Err(Fault::Refused);
        };
        Ok(Self { context, state, threads: 1 })
    }

    /// From now on, so many threads compute. They wait for each other without rest, dozens of times a second: one that
    /// has to wait for a processor holds up all others.
    pub(super) fn use_threads(&mut self, threads: u32) {
        self.threads = c_int::try_from(threads).unwrap_or(1).max(1);
    }

    /// Whether it knows other languages than English.
    pub(super) fn is_multilingual(&self) -> bool {
        // SAFETY: the context is whole.
        unsafe { sys::whisper_is_multilingual(self.context.as_ptr()) != 0 }
    }

    /// How probable each language is in a window, by its number in whisper.cpp.
    pub(super) fn languages(&mut self, window: &[f32], onlooker: &Onlooker<'_>) -> Result<Vec<f32>, Fault> {
        let (context, state) = (self.context.as_ptr(), self.state.as_ptr());
        let length = c_int::try_from(window.len()).map_err(|_| Fault::Failed(0))?;
        // SAFETY: there are so many samples, and room for a number of every language; both outlive the calls.
        let (numbers, outcome) = onlooker.during(|| unsafe {
            let mut numbers = vec![0.0; sys::whisper_lang_max_id().unsigned_abs() as usize + 1];
            let heard =
                sys::whisper_pcm_to_mel_with_state(context, state, window.as_ptr(), length, self.threads);
            let outcome = if heard == 0 {
                let numbers = numbers.as_mut_ptr();
                sys::whisper_lang_auto_detect_with_state(context, state, 0, self.threads, numbers)
            } else {
                -heard.abs()
            };
            (numbers, outcome)
        });
        match outcome {
            _ if onlooker.has_stopped() => Err(Fault::Stopped),
            outcome if outcome < 0 => Err(Fault::Failed(outcome)),
            _ => Ok(numbers),
        }
    }

    /// Puts words to a window. What was said in others has no influence.
    pub(super) fn transcribe(
        &mut self,
        window: &[f32],
        manner: Manner<'_>,
        onlooker: &Onlooker<'_>,
    ) -> Result<Vec<Said>, Fault> {
        let language = CString::new(manner.language).map_err(|_| Fault::Failed(0))?;
        let length = c_int::try_from(window.len()).map_err(|_| Fault::Failed(0))?;
        let outcome = onlooker.during(|| {
            let parameters = self.parameters(&language, manner.temperature);
            // SAFETY: the language and so many samples outlive the call, and so does the onlooker.
            unsafe {
                let (context, state) = (self.context.as_ptr(), self.state.as_ptr());
                sys::whisper_full_with_state(context, state, parameters, window.as_ptr(), length)
            }
        });
        match outcome {
            _ if onlooker.has_stopped() => Err(Fault::Stopped),
            0 => Ok(self.said()),
            outcome => Err(Fault::Failed(outcome)),
        }
    }

    fn parameters(&self, language: &CStr, temperature: f32) -> sys::whisper_full_params {
        const GREEDY: sys::whisper_sampling_strategy = sys::whisper_sampling_strategy_WHISPER_SAMPLING_GREEDY;
        // SAFETY: plain values.
        let mut parameters = unsafe { sys::whisper_full_default_params(GREEDY) };
        parameters.n_threads = self.threads;
        parameters.language = language.as_ptr();
        parameters.temperature = temperature;
        // More candidates take several times the memory, and this much rarely.
        parameters.greedy.best_of = 1;
        // No text is carried from one part to the next: it is what loops feed on.
        parameters.no_context = true;
        parameters.n_max_text_ctx = 0;
        parameters.print_progress = false;
        parameters.print_timestamps = false;
        parameters.abort_callback = Some(stops);
        parameters.abort_callback_user_data = present();
        parameters
    }

    fn said(&self) -> Vec<Said> {
        let (context, state) = (self.context.as_ptr(), self.state.as_ptr());
        // SAFETY: the context is whole, and the state holds what came of the last call; numbers of segments and
        // tokens are below their counts. The text is copied before anything changes.
        unsafe {
            let end = sys::whisper_token_eot(context);
            let segment = |at: c_int| {
                let text = sys::whisper_full_get_segment_text_from_state(state, at);
                let text = if text.is_null() { c"" } else { CStr::from_ptr(text) };
                let tokens = (0..sys::whisper_full_n_tokens_from_state(state, at))
                    .map(|token| sys::whisper_full_get_token_data_from_state(state, at, token));
                let (mut sum, mut count) = (0.0, 0_u16);
                for token in tokens.filter(|token| token.id < end) {
                    (sum, count) = (sum + token.plog, count.saturating_add(1));
                }
                Said {
                    from: sys::whisper_full_get_segment_t0_from_state(state, at) as f64 / 100.0,
                    to: sys::whisper_full_get_segment_t1_from_state(state, at) as f64 / 100.0,
                    text: text.to_string_lossy().into_owned(),
                    logprob: sum / f32::from(count.max(1)),
                    no_speech: sys::whisper_full_get_segment_no_speech_prob_from_state(state, at),
                }
            };
            (0..sys::whisper_full_n_segments_from_state(state)).map(segment).collect()
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: both are ours, whole, and used by nobody any more.
        unsafe {
            sys::whisper_free_state(self.state.as_ptr());
            sys::whisper_free(self.context.as_ptr());
        }
    }
}

/// Where whisper.cpp reads a model from.
struct Source<'a> {
    file: &'a File,
    at: u64,
    bytes: u64,
    /// Hears how many bytes are read, and says whether to go on.
    tell: &'a dyn Fn(u64) -> bool,
    is_stopped: bool,
    fault: Option<io::Error>,
}

impl Source<'_> {
    /// Weights come in pieces larger than this, and nothing else does.
    const SMALL: usize = 1 << 10;

    /// Whether a piece is passed over: of a model that nobody wants any more. It is read to its end all the same,
    /// without its weights, because whisper.cpp never gives back what it holds of one that is broken off.
    fn passes_over(&mut self, length: usize) -> bool {
        let passes = self.is_stopped && length > Self::SMALL;
        if passes {
            self.at += length as u64;
        }
        passes
    }

    /// Fills in a piece of the model, of zeros, as far as there is anything to read.
    fn fill(&mut self, into: &mut [u8]) {
        for part in into.chunks_mut(1 << 20) {
            if self.fault.is_some() || self.at >= self.bytes {
                break;
            }
            let length = part.len().min(usize::try_from(self.bytes - self.at).unwrap_or(usize::MAX));
            if let Err(error) = self.file.read_exact_at(&mut part[..length], self.at) {
                self.fault = Some(error);
            }
            self.at += length as u64;
            self.is_stopped = self.is_stopped || !(self.tell)(self.at);
        }
    }
}

unsafe extern "C" fn read(source: *mut c_void, into: *mut c_void, length: usize) -> usize {
    if into.is_null() || length == 0 {
        return 0;
    }
    // SAFETY: `Context::load` made it of a source that is borrowed nowhere else.
    let source = unsafe { &mut *source.cast::<Source<'_>>() };
    if !source.passes_over(length) {
        let into = into.cast::<u8>();
        // SAFETY: whisper.cpp has room for so many bytes there. They are zeros before anybody looks at them.
        let into = unsafe {
            into.write_bytes(0, length);
            slice::from_raw_parts_mut(into, length)
        };
        source.fill(into);
    }
    length
}

unsafe extern "C" fn is_at_end(source: *mut c_void) -> bool {
    // SAFETY: as above.
    let source = unsafe { &*source.cast::<Source<'_>>() };
    source.fault.is_some() || source.at >= source.bytes
}

unsafe extern "C" fn close(_: *mut c_void) {}
