//! Tests across real processes: a bench to run an engine on, a worker that misbehaves on command, and the soak.

mod bench;
mod lines;
mod llm;
mod matter;
mod sitting;
mod spoken;
mod store;
mod systemd;
mod targets;
mod terminal;
mod watching;
mod web;
mod weights;

pub mod processes;
pub mod soak;
pub mod words;

pub use bench::{Bench, Told, bare_resources, executable, follow, impatient, is_there};
pub use lines::{Lines, Stream};
pub use llm::{
    Gate, House, Maker, ModelAsked, StandIn, StandInModel, Traffic, Turn, chat, heard, ready, trouble, words,
};
pub use matter::{Content, Matter};
pub use sitting::{Sitting, at_work, logged};
pub use spoken::say;
pub use store::{Fetched, Store};
pub use systemd::Systemd;
pub use targets::Targets;
pub use terminal::{Printed, Said, Terminal, samples};
pub use watching::{Shown, Watching, readings, shown};
pub use web::{Question, Reply, Web};
pub use weights::{list_models, sha256, weights};
