//! Recordings: what they hold, what is to be heard in them, and what is to be seen.
//!
//! ```text
//!             ╭─▶ sound ─▶ samples for the listeners
//!  av ─▶ reel ┤
//!             ╰─▶ picture ─▶ frames for the reader
//! ```

mod av;
mod formats;
mod reel;
mod refusal;
mod sound;

#[cfg(test)]
#[path = "../../tests/common/film_maker.rs"]
mod maker;

pub(crate) use sound::Sound;
