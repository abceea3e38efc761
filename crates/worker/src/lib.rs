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

mod pipeline;

mod decode;
mod digest;
mod ocr;

pub use pipeline::{Engines, Finding, Interruption, Medium, Watch, load_runtime, read_image};
pub use serve::serve;
