//! What a picture holds that its reading has not, and why.

use serde::{Deserialize, Serialize};

use crate::reading::{Reading, ReadingError, is_short};

/// A part of a picture that could not be read, while the rest of it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Omission {
    /// What was left out.
    pub what: Omitted,
    /// The page or frame on which it begins, as the file counts them, from 0.
    pub page: u32,
    /// Why, in a few words without a full stop.
    pub reason: String,
}

/// What was left out of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Omitted {
    /// A page.
    Page,
    /// A page, and all that come after it.
    Pages,
    /// A frame, and all that come after it.
    Frames,
    /// Some of what the picture shows.
    Part,
    /// Writing in letters that the engine does not know.
    Script,
}

impl Omission {
    /// The most there may be of one picture.
    pub const MOST: usize = 100;

    pub(crate) fn check(&self) -> Result<(), ReadingError> {
        is_short(&self.reason, "reason", Reading::LONGEST_NAME)
    }
}
