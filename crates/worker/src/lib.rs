//! The lean process that reads one file at a time and can touch nothing else.
//!
//! ```text
//!  engine ══frames══▶ wire ─▶ serve ─▶ pipeline ─┬─▶ decode ────────┬─▶ ocr ──┬─▶ digest
//!                      ▲                          ├─▶ film ─▶ screen ╯         │     │
//!                      │                          ├─▶ film ─▶ speech ──────────╯     │
//!                      │                          ╰─▶ summary ◀══ asking             │
//!                      ╰────── progress, questions, answers and pictures ◀═══════════╯
//! ```
//!
//! Everything that parses bytes of strangers is in here, and nothing of ours that is worth stealing.

mod asking;
mod serve;
mod wire;

mod engines;
mod job;
mod origin;
mod pipeline;

mod decode;
mod digest;
mod film;
mod layout;
mod ocr;
mod screen;
mod speech;
mod summary;

pub use engines::{Engines, load_runtime};
pub use job::{Interruption, Job, Medium, Outcome, Watch};
pub use pipeline::work;
pub use serve::{Worker, serve};
