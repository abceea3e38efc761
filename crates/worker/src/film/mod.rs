//! Recordings: what they hold, what is to be heard in them, and what is to be seen.
//!
//! ```text
//!             ╭─▶ sound ─▶ samples for the listeners
//!  av ─▶ reel ┤
//!             ╰─▶ picture ─▶ frames for the reader
//!  av ─▶ still, for pictures that are coded like frames
//! ```

mod av;
mod formats;
mod picture;
mod reel;
mod refusal;
mod sound;
mod still;
mod survey;

#[cfg(test)]
#[path = "../../tests/common/film_maker.rs"]
mod maker;

pub(crate) use av::Still;
pub(crate) use picture::{Picture, cover};
pub(crate) use reel::Reel;
pub(crate) use sound::Sound;
pub(crate) use still::StillDecoder;
pub(crate) use survey::survey;
