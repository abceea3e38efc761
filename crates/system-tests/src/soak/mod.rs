//! The soak: real processes killed, a cache cut and damaged, a disk filled up, and a count of what was lost.
//!
//! Every part takes a seed, which is printed, and gives a [`Table`] of figures. `cargo xtask soak` runs them at
//! full length against the release build; the tests run short forms.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "this runs in tests and in the soak alone, where what cannot go on has failed and says where"
)]

mod cuts;
mod damage;
mod desktop;
mod full_disk;
mod jobs;
mod pictures;
mod scan;
mod storm;
mod table;
mod writers;
mod zombies;

pub use cuts::{Cuts, cuts};
pub use damage::{Damage, damage};
pub use desktop::{Busy, desktop};
pub use full_disk::{Disk, full_disk};
pub use jobs::{Jobs, drift, jobs};
pub use pictures::{Pictures, pictures};
pub use storm::Weather;
pub use table::Table;
pub use writers::{Writers, record, writers};
