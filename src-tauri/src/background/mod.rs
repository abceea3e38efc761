//! Without a window: the icon in the tray, the notice at the end of a round, the start at login, and whether it goes on
//! at all.

pub(crate) mod autostart;
pub(crate) mod closing;
pub(crate) mod notice;
mod standing;
pub(crate) mod tray;
