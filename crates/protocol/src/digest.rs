//! The short form of what was read, whoever made it.

use serde::{Deserialize, Serialize};

use crate::reading::{Reading, ReadingError, is_short};

/// The short form of a text: what a person would call it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Digest {
    /// A few words; absent when there is no text to make them of.
    pub title: Option<String>,
    /// One to three sentences.
    pub summary: Option<String>,
    /// At most eight, most telling first.
    pub tags: Vec<String>,
    /// Of a recording, where a new topic begins, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chapters: Vec<Chapter>,
    /// What made it: `extractive`, or the name of a model.
    pub by: String,
}

impl Digest {
    /// Who makes it where no model does.
    pub const EXTRACTIVE: &str = "extractive";
    /// The most tags there may be.
    pub const MOST_TAGS: usize = 8;
    /// The longest title, in characters.
    pub const LONGEST_TITLE: usize = 200;
    /// The longest summary, in characters.
    pub const LONGEST_SUMMARY: usize = 2000;
    /// The longest tag, in characters.
    pub const LONGEST_TAG: usize = 100;
    /// The most chapters there may be.
    pub const MOST_CHAPTERS: usize = 100;

    pub(crate) fn check(&self) -> Result<(), ReadingError> {
        let Self { title, summary, tags, chapters, by } = self;
        if tags.len() > Self::MOST_TAGS {
            return Err(ReadingError::TooMany("tags"));
        }
        is_short(title.as_deref().unwrap_or_default(), "title", Self::LONGEST_TITLE)?;
        is_short(summary.as_deref().unwrap_or_default(), "summary", Self::LONGEST_SUMMARY)?;
        tags.iter().try_for_each(|tag| is_short(tag, "tag", Self::LONGEST_TAG))?;
        if chapters.len() > Self::MOST_CHAPTERS {
            return Err(ReadingError::TooMany("chapters"));
        }
        chapters.iter().try_for_each(Chapter::check)?;
        is_short(by, "name", Reading::LONGEST_NAME)
    }
}

/// A part of a recording with a topic of its own, up to the next one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Chapter {
    /// Where it begins, in seconds from the beginning of the recording.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub at: f64,
    /// What it is about, in a few words.
    pub title: String,
}

impl Chapter {
    fn check(&self) -> Result<(), ReadingError> {
        if !(0.0..f64::INFINITY).contains(&self.at) {
            return Err(ReadingError::Number);
        }
        is_short(&self.title, "chapter", Digest::LONGEST_TITLE)
    }
}
