//! What is kept about a recording: what was shown, what was said, and what was lost. Times are seconds from its
//! beginning.

use serde::{Deserialize, Serialize};

use crate::reading::{ReadingError, is_short};

/// A stretch of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Span {
    /// Where it begins, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub from: f64,
    /// Where it ends, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub to: f64,
}

impl Span {
    /// How long it is, in seconds.
    pub fn seconds(self) -> f64 {
        self.to - self.from
    }

    /// Whether this is a stretch of time.
    pub(crate) fn is_sane(self) -> bool {
        (0.0..=self.to).contains(&self.from) && self.to <= Recording::LONGEST
    }
}

/// What the reading of a recording has that the reading of a picture has not.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Recording {
    /// How long it really plays, in seconds, whatever it says.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub duration: f64,
    /// What can be heard.
    pub sound: Sound,
    /// What was said, in order.
    pub transcript: Vec<Segment>,
    /// The language that is spoken, as a BCP-47 tag, when there was speech and a model to tell.
    pub spoken_language: Option<String>,
    /// What was shown: every line once for each time that it stood there, by when it appeared.
    pub screen: Vec<OnScreen>,
    /// What could not be read, in order.
    pub gaps: Vec<Gap>,
}

/// What can be heard in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// It has no track of sound that can be decoded.
    #[default]
    Absent,
    /// It has one, and nothing is to be heard in it.
    Silent,
    /// Something, but nobody speaks.
    NoSpeech,
    /// Somebody speaks.
    Speech,
}

/// Some words that were said in one go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Segment {
    /// In seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub start: f64,
    /// In seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub end: f64,
    /// The words.
    pub text: String,
    /// How sure the engine is, 0 to 1.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub confidence: f32,
}

/// A line of text that stood on the screen for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct OnScreen {
    /// When it was first seen, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub from: f64,
    /// When it was gone, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub to: f64,
    /// What it says.
    pub text: String,
}

/// A stretch of a recording of which something is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Gap {
    /// In seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub from: f64,
    /// In seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub to: f64,
    /// What is missing.
    pub what: Missing,
    /// Why, in one line.
    pub reason: String,
}

/// What is missing from a stretch of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// What was shown.
    Picture,
    /// What is to be heard: it could not be decoded.
    Sound,
    /// The words: it was heard, and not understood.
    Words,
    /// Everything: the file says that it lasts so long, and does not.
    Rest,
}

impl Recording {
    /// The longest recording, in seconds: a hundred hours. What lies behind that is not read.
    pub const LONGEST: f64 = 360_000.0;
    /// The most segments, and the most lines on screen, there may be.
    pub const MOST: usize = 50_000;
    /// The most gaps there may be.
    pub const MOST_GAPS: usize = 1_000;
    /// The longest segment and the longest line on screen, in characters.
    pub const LONGEST_LINE: usize = 2_000;
    /// The most bytes of text, of all segments together and of all lines together.
    pub const MOST_TEXT: usize = 4 << 20;

    /// Whether it keeps the promises of its type.
    pub(crate) fn check(&self) -> Result<(), ReadingError> {
        let Self { duration, transcript, spoken_language, screen, gaps, sound: _ } = self;
        if !(0.0..=Self::LONGEST).contains(duration) {
            return Err(ReadingError::Number);
        }
        if let Some(language) = spoken_language {
            is_short(language, "name", crate::Reading::LONGEST_NAME)?;
        }
        check_segments(transcript)?;
        check_texts(screen.iter().map(|it| (Span { from: it.from, to: it.to }, it.text.as_str())))?;
        check_gaps(gaps)
    }
}

/// Whether segments can be true.
pub(crate) fn check_segments(segments: &[Segment]) -> Result<(), ReadingError> {
    if !segments.iter().all(|segment| (0.0..=1.0).contains(&segment.confidence)) {
        return Err(ReadingError::Confidence);
    }
    check_texts(segments.iter().map(|it| (Span { from: it.start, to: it.end }, it.text.as_str())))
}

/// Whether gaps can be true.
pub(crate) fn check_gaps(gaps: &[Gap]) -> Result<(), ReadingError> {
    if gaps.len() > Recording::MOST_GAPS {
        return Err(ReadingError::TooMany("gaps"));
    }
    check_texts(gaps.iter().map(|gap| (Span { from: gap.from, to: gap.to }, gap.reason.as_str())))
}

/// Whether lines with their times can be true.
pub(crate) fn check_texts<'a>(lines: impl Iterator<Item = (Span, &'a str)>) -> Result<(), ReadingError> {
    let (mut count, mut bytes) = (0, 0);
    for (span, text) in lines {
        if !span.is_sane() {
            return Err(ReadingError::Number);
        }
        is_short(text, "line", Recording::LONGEST_LINE)?;
        (count, bytes) = (count + 1, bytes + text.len());
    }
    if count > Recording::MOST {
        return Err(ReadingError::TooMany("lines"));
    }
    if bytes > Recording::MOST_TEXT { Err(ReadingError::TooLong("text of all lines")) } else { Ok(()) }
}
