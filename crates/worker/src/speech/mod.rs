//! What is said in a recording: where somebody speaks, and which words.
//!
//! ```text
//!  samples ─▶ voice ─▶ windows ─▶ whisper ─▶ words ─▶ judge ─▶ segments, and gaps
//!               ╰────────────── evidence ───────────────╯
//! ```

pub(crate) mod evidence;
pub(crate) mod judge;
pub(crate) mod voice;
pub(crate) mod whisper;
pub(crate) mod windows;
pub(crate) mod words;
