//! Tests across real processes: a bench to run an engine on, and a worker that misbehaves on command.

mod bench;
mod targets;
mod terminal;

pub use bench::{Bench, Told, executable, follow, is_there};
pub use targets::Targets;
pub use terminal::{Said, Terminal, samples};
