//! One unit of work, its stages and its limits.

use serde::{Deserialize, Serialize};

use crate::MediaKind;

/// Names one job of one engine; never used twice in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub u64);

/// What a worker is doing with a medium, in the order in which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Loading the models that a medium takes: once in the life of a worker, with the first such file, and before
    /// anything of the file is looked at.
    Load,
    /// Turning the file into pixels.
    Decode,
    /// Finding and reading the text in them.
    Ocr,
    /// Decoding the sound of a recording and looking for speech; counted in seconds of it.
    Hear,
    /// Putting words to speech; counted in seconds that are listened to, 30 for each window of it.
    Transcribe,
    /// Looking at a recording and reading its frames; counted in seconds of it.
    Watch,
    /// Making a title, a summary and tags of the text.
    Summarise,
}

impl Stage {
    /// How a person calls it while it happens.
    pub fn as_verb(self) -> &'static str {
        match self {
            Self::Load => "loading",
            Self::Decode => "opening",
            Self::Ocr => "reading",
            Self::Hear => "looking for speech",
            Self::Transcribe => "listening",
            Self::Watch => "watching",
            Self::Summarise => "summarising",
        }
    }
}

/// What a worker may spend on one medium. The engine watches the time; these are the bounds that only the
/// worker can check before it commits to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most pixels a picture may have.
    pub pixels: u64,
    /// The longer edge of the thumbnail, in pixels; 0 for none.
    pub thumbnail_edge: u32,
    /// The most bytes the file of a recording may have.
    pub recording_bytes: u64,
}

impl Limits {
    /// The most bytes a file of this kind may have. For a picture that is four a pixel, more than any format needs.
    pub fn bytes(&self, kind: MediaKind) -> u64 {
        match kind {
            MediaKind::Image => self.pixels.saturating_mul(4),
            MediaKind::Video | MediaKind::Audio | MediaKind::Unknown => self.recording_bytes,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { pixels: 120_000_000, thumbnail_edge: 320, recording_bytes: 20 << 30 }
    }
}
