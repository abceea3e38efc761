//! Recordings: what they hold, what is to be heard in them, and what is to be seen.
//!
//! ```text
//!             ╭─▶ sound ─▶ samples for the listeners
//!  av ─▶ reel ┤
//!             ╰─▶ picture ─▶ frames for the reader
//! ```

mod av;
mod date;
mod formats;
mod picture;
mod reel;
mod refusal;
mod sound;
mod survey;

#[cfg(test)]
#[path = "../../tests/common/film_maker.rs"]
mod maker;

pub(crate) use picture::{Picture, cover};
pub(crate) use reel::Reel;
pub(crate) use sound::Sound;
pub(crate) use survey::survey;
