//! Tests across real processes: a bench to run an engine on, a worker that misbehaves on command, and the soak.

mod bench;
mod sitting;
mod targets;
mod terminal;

pub mod processes;
pub mod soak;
pub mod words;

pub use bench::{Bench, Told, bare_resources, executable, follow, impatient, is_there};
pub use sitting::{Sitting, at_work, logged};
pub use targets::Targets;
pub use terminal::{Printed, Said, Terminal, samples};
