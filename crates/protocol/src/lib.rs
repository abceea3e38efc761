//! The language spoken between the engine and its workers, and the nouns both use.
//!
//! ```text
//!  engine                                              worker
//!    │ ◀──────────────────────────────────────── Hello ── │   protocol and build
//!    │ ── Start + descriptors of the models ────────────▶ │
//!    │ ◀──────────────────────────────────────── Ready ── │   what was really confined
//!    │ ── Work + descriptor of the medium ──────────────▶ │   read, show, or one part of a recording
//!    │ ◀───────────────────────────────────── Progress ── │   any number
//!    │ ◀────────────────────────────────────────── Ask ── │   of a language model, for a summary alone
//!    │ ── Reply ────────────────────────────────────────▶ │   piece by piece
//!    │ ◀────────────────────────────── Done / Failed ─── │   one for every Work, or Cancelled
//! ```
//!
//! Frames carry JSON, so that a log can be read; pixels ride beside it as an attachment; files never cross
//! as bytes or paths, but as open read-only descriptors.

mod ask;
mod confinement;
mod coordinates;
mod descriptor;
mod digest;
mod failure;
mod frame;
mod job;
mod media;
mod message;
mod omission;
mod part;
mod reading;
mod recording;
mod summary;
mod text;
mod version;
mod work;

pub use ask::{Ask, Reply};
pub use confinement::{Canary, Confinement, Isolation, Layer, LayerState};
pub use coordinates::Coordinates;
pub use descriptor::{MAX_DESCRIPTORS, receive, send};
pub use digest::{Chapter, Digest};
pub use failure::{Code, Failure, exit};
pub use frame::{Frame, FrameError, HEADER_BYTES, Header, MAX_ATTACHMENT_BYTES, MAX_BODY_BYTES};
pub use job::{JobId, Limits, Stage};
pub use media::{ContentKey, KeyError, MediaKind};
pub use message::{FromWorker, ModelGrant, ModelRole, Raster, RasterError, ToWorker};
pub use omission::{Omission, Omitted};
pub use part::{Block, Heard, PictureTrack, SAMPLE_RATE, Seen, SoundTrack, Survey, Transcript, Watched};
pub use reading::{EngineUse, Line, Owed, Provenance, Reading, ReadingError, StageTime};
pub use recording::{Gap, Missing, OnScreen, Recording, Segment, Sound, Span};
pub use summary::{Brief, Form, LanguageModel, Summary};
pub use text::{acts, one_line, tame};
pub use version::{Build, PROTOCOL};
pub use work::{Answer, Parts, Work};
