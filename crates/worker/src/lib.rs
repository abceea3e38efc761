//! The lean process that reads one file at a time and can touch nothing else.
//!
//! ```text
//!  engine ══frames══▶ wire ─▶ serve ─▶ pipeline ─▶ decode ─▶ ocr ─▶ digest
//!                      ▲                                               │
//!                      ╰───── progress, reading and thumbnail ◀════════╯
//! ```
//!
//! Everything that parses bytes of strangers is in here, and nothing of ours that is worth stealing.

mod serve;
mod wire;

mod job;
mod pipeline;

mod decode;
mod digest;
mod ocr;

pub use job::{Finding, Interruption, Medium, Watch};
pub use pipeline::{Engines, load_runtime, preview_image, read_image};
pub use serve::{Reader, serve};
