//! The real window on a screen of its own, used as a person would: see [`Desk`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this runs in tests alone, where a panic is a failed test"
)]

mod desk;
mod desktop;
mod page;

pub use desk::{Desk, Look};
pub use page::{Window, test_id, until};
