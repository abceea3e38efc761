//! The real window on a screen of its own, used as a person would: see [`Desk`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this runs in tests alone, where a panic is a failed test"
)]

mod desk;
mod desktop;
mod film;
mod notices;
mod page;
mod recorded;
mod tray;

pub use desk::{Desk, Held, Look};
pub use film::Film;
pub use notices::{Notices, Shown};
pub use page::{Window, test_id, until};
pub use recorded::{RecordedPage, Screen, ui};
pub use tray::{Line, Tray};
