//! What the cache keeps about one content.

use deskscribe_protocol::{Build, ContentKey, Failure, MediaKind, Reading};

/// One content and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The name of the content.
    pub key: ContentKey,
    /// What it holds.
    pub kind: MediaKind,
    /// Its size.
    pub bytes: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// When, in milliseconds since 1970.
    pub read_at: i64,
    /// Which build of the program says so; with the limit, when a failure is about one.
    pub program: String,
}

impl Record {
    /// Whether something is missing from it that can be had later.
    pub fn is_owed_something(&self) -> bool {
        matches!(&self.outcome, Outcome::Read(reading) if !reading.pending.is_empty())
    }

    /// What this build writes into [`Record::program`].
    pub fn own() -> String {
        Build::own().to_string()
    }
}

/// What became of a content.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was read.
    Read(Box<Reading>),
    /// It cannot be read, and trying again with the same program is pointless.
    Failed(Failure),
}

/// A small picture of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Encoded as JPEG.
    pub jpeg: Vec<u8>,
}
