//! What was learned from a medium, and how.

use serde::{Deserialize, Serialize};

use crate::recording::Recording;
use crate::{Coordinates, Digest, Omission, Stage};

/// What a worker learned from one medium. An empty text is a result: "no text found" is no failure.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Everything that can be read, in reading order: a line for each paragraph, each line of a program and each row of
    /// cells, which tabs separate; a cell of a table may be empty.
    pub text: String,
    /// The lines of text with their places, in reading order.
    pub lines: Vec<Line>,
    /// The language of the text as a BCP-47 tag, when there is enough text to tell.
    pub language: Option<String>,
    /// Width of the upright picture in pixels; 0 for sound alone.
    pub width: u32,
    /// Height of the upright picture in pixels; 0 for sound alone.
    pub height: u32,
    /// How many pages or distinct frames were read.
    pub pages: u32,
    /// What a recording has beside that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
    /// What a picture holds and could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omissions: Vec<Omission>,
    /// What is still owed, because something that it takes was not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Owed>,
    /// When it was taken, as RFC 3339, if the file says so.
    pub taken_at: Option<String>,
    /// What took it, if the file says so.
    pub camera: Option<String>,
    /// Where it was taken, if the file says so.
    pub coordinates: Option<Coordinates>,
    /// The short form.
    pub digest: Digest,
    /// Time in the worker, in seconds, without the queue.
    pub seconds: f64,
    /// What made this reading.
    pub provenance: Provenance,
}

/// What a reading may still be owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// The words that were said: there was no speech model.
    Speech,
    /// A summary by a language model: it has not answered yet.
    Summary,
}

impl Owed {
    /// The word used in rows and in the cache.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::Summary => "summary",
        }
    }
}

/// A reading, or a part of one, that breaks a promise of its type, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// Width or height is 0.
    #[error("a picture without pixels")]
    NoPixels,
    /// More of these than there may be.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// One of these is longer than it may be.
    #[error("a {0} that is too long")]
    TooLong(&'static str),
    /// A control character in one of these.
    #[error("a control character in a {0}")]
    Control(&'static str),
    /// A line that stands on no page that was read.
    #[error("a line on a page that there is not")]
    NoSuchPage,
    /// A confidence outside 0 to 1.
    #[error("a confidence that is not between 0 and 1")]
    Confidence,
    /// A corner or a time that is no finite number, a time below 0, or a place that is not on earth.
    #[error("a number that no picture, clock or map has")]
    Number,
    /// Something that was not asked for.
    #[error("an answer to another question")]
    OutOfPlace,
}

impl Reading {
    /// The most text there may be, in bytes: as a whole, and of all lines together.
    pub const MOST_TEXT: usize = 4 << 20;
    /// The most lines there may be.
    pub const MOST_LINES: usize = 50_000;
    /// The longest of the short texts that name something, in characters.
    pub const LONGEST_NAME: usize = 200;

    /// Whether the reading keeps the promises of its type, which its JSON form alone cannot make: a worker that
    /// was taken over by a file can still lie about that file, but about nothing else, and not beyond these bounds.
    pub fn check(&self) -> Result<(), ReadingError> {
        let Self { text, language, width, height, taken_at, camera, coordinates, digest, recording, .. } =
            self;
        let has_picture = *width > 0 && *height > 0;
        // Sound alone has no pixels in either direction.
        if !has_picture && (recording.is_none() || *width != *height) {
            return Err(ReadingError::NoPixels);
        }
        recording.as_ref().map_or(Ok(()), Recording::check)?;
        if self.pending.len() > 2 {
            return Err(ReadingError::TooMany("things that are owed"));
        }
        if self.omissions.len() > Omission::MOST {
            return Err(ReadingError::TooMany("omissions"));
        }
        self.omissions.iter().try_for_each(Omission::check)?;
        if text.len() > Self::MOST_TEXT {
            return Err(ReadingError::TooLong("text"));
        }
        if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(ReadingError::Control("text"));
        }
        self.check_lines()?;
        for name in [language, taken_at, camera].into_iter().flatten() {
            is_short(name, "name", Self::LONGEST_NAME)?;
        }
        coordinates.map_or(Ok(()), Coordinates::check)?;
        digest.check()?;
        self.check_provenance()
    }

    fn check_lines(&self) -> Result<(), ReadingError> {
        let Self { lines, pages, .. } = self;
        if lines.len() > Self::MOST_LINES {
            return Err(ReadingError::TooMany("lines"));
        }
        if lines.iter().map(|line| line.text.len()).sum::<usize>() > Self::MOST_TEXT {
            return Err(ReadingError::TooLong("text of all lines"));
        }
        for line in lines {
            if line.page >= *pages {
                return Err(ReadingError::NoSuchPage);
            }
            line.check()?;
        }
        Ok(())
    }

    fn check_provenance(&self) -> Result<(), ReadingError> {
        let Provenance { program, engines, stages } = &self.provenance;
        if engines.len() > Provenance::MOST || stages.len() > Provenance::MOST {
            return Err(ReadingError::TooMany("engines or stages"));
        }
        let names = engines.iter().flat_map(|used| [&used.engine, &used.model, &used.sha256]);
        for name in names.chain([program]) {
            is_short(name, "name", Self::LONGEST_NAME)?;
        }
        let mut times = stages.iter().map(|stage| stage.seconds).chain([self.seconds]);
        if !times.all(|seconds| (0.0..f64::INFINITY).contains(&seconds)) {
            return Err(ReadingError::Number);
        }
        Ok(())
    }
}

/// A short text must be short, and of one line.
pub(crate) fn is_short(text: &str, what: &'static str, longest: usize) -> Result<(), ReadingError> {
    if text.chars().nth(longest).is_some() {
        return Err(ReadingError::TooLong(what));
    }
    if text.contains(char::is_control) {
        return Err(ReadingError::Control(what));
    }
    Ok(())
}

/// A line of text found in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Line {
    /// Its characters.
    pub text: String,
    /// How sure the engine is, 0 to 1.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub confidence: f32,
    /// Its corners as `[x, y]` in pixels of the upright picture, clockwise from where the text begins, on top.
    #[serde(rename = "box")]
    #[cfg_attr(feature = "page-types", specta(type = [[i32; 2]; 4]))]
    pub corners: [[f32; 2]; 4],
    /// The page or frame it stands on, from 0.
    pub page: u32,
}

impl Line {
    pub(crate) fn check(&self) -> Result<(), ReadingError> {
        if self.text.contains(char::is_control) {
            return Err(ReadingError::Control("line"));
        }
        if !(0.0..=1.0).contains(&self.confidence) {
            return Err(ReadingError::Confidence);
        }
        // JSON knows no infinity, but a number too large for a corner becomes one, and could be stored but never
        // read back.
        if !self.corners.as_flattened().iter().all(|number| number.is_finite()) {
            return Err(ReadingError::Number);
        }
        Ok(())
    }
}

/// What made a reading: enough to know later which readings a better model would improve.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Provenance {
    /// Version of the program.
    pub program: String,
    /// The engines and models that took part.
    pub engines: Vec<EngineUse>,
    /// How long each stage took.
    pub stages: Vec<StageTime>,
}

impl Provenance {
    /// The most engines, and the most stages, there may be.
    pub const MOST: usize = 8;
}

/// An engine that took part in a reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct EngineUse {
    /// What it did.
    pub stage: Stage,
    /// Its name and version.
    pub engine: String,
    /// The model it ran.
    pub model: String,
    /// SHA-256 of that model's file, in hex.
    pub sha256: String,
}

/// How long a stage took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct StageTime {
    /// Which stage.
    pub stage: Stage,
    /// Wall-clock seconds in the worker.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chapter, Omitted};

    fn reading() -> Reading {
        let line = Line { text: "a".to_owned(), confidence: 1.0, corners: [[-0.5, 2.0]; 4], page: 0 };
        let digest = Digest {
            title: None,
            summary: None,
            tags: vec!["tag".to_owned(); 8],
            chapters: vec![Chapter { at: 0.0, title: "a".to_owned() }],
            by: "extractive".to_owned(),
        };
        let stages = vec![StageTime { stage: Stage::Ocr, seconds: 0.0 }];
        let engine = EngineUse {
            stage: Stage::Ocr,
            engine: "oar".to_owned(),
            model: "small".to_owned(),
            sha256: "0".repeat(64),
        };
        Reading {
            text: "a".to_owned(),
            lines: vec![line],
            width: 1,
            height: 1,
            pages: 1,
            digest,
            provenance: Provenance { engines: vec![engine], stages, ..Provenance::default() },
            ..Reading::default()
        }
    }

    fn omission(reason: &str) -> Omission {
        Omission { what: Omitted::Page, page: 1, reason: reason.to_owned() }
    }

    fn place(latitude: f64, longitude: f64) -> Option<Coordinates> {
        Some(Coordinates { latitude, longitude })
    }

    /// One character more than this.
    fn long(most: usize) -> Option<String> {
        Some("ä".repeat(most + 1))
    }

    #[test]
    fn a_reading_that_is_as_large_as_it_may_be_is_fine() {
        let mut reading = reading();
        reading.text = "a\tb\nc".to_owned() + &"x".repeat(Reading::MOST_TEXT - 5);
        reading.lines = vec![reading.lines[0].clone(); Reading::MOST_LINES];
        reading.digest.title = Some("ä".repeat(200));
        reading.digest.summary = Some("ä".repeat(2000));
        reading.digest.tags = vec!["ä".repeat(100); 8];
        reading.camera = Some("ä".repeat(200));
        reading.coordinates = place(-90.0, 180.0);
        assert_eq!(reading.check(), Ok(()));
    }

    #[test]
    fn a_reading_that_cannot_be_true_is_found_out() {
        assert_eq!(reading().check(), Ok(()));
        type Spoil = fn(&mut Reading);
        let wrong: [(Spoil, ReadingError); 37] = [
            (|reading| reading.width = 0, ReadingError::NoPixels),
            (|reading| reading.height = 0, ReadingError::NoPixels),
            (|reading| reading.digest.tags.push(String::new()), ReadingError::TooMany("tags")),
            (|reading| reading.pages = 0, ReadingError::NoSuchPage),
            (|reading| reading.lines[0].confidence = 1.1, ReadingError::Confidence),
            (|reading| reading.lines[0].corners[2][1] = f32::INFINITY, ReadingError::Number),
            (|reading| reading.seconds = -1.0, ReadingError::Number),
            (|reading| reading.provenance.stages[0].seconds = f64::NAN, ReadingError::Number),
            (|reading| reading.seconds = f64::INFINITY, ReadingError::Number),
            (|reading| reading.text = "x".repeat(Reading::MOST_TEXT + 1), ReadingError::TooLong("text")),
            (|reading| reading.text.push('\x1b'), ReadingError::Control("text")),
            (|reading| reading.text.push('\r'), ReadingError::Control("text")),
            (
                |reading| reading.lines = vec![reading.lines[0].clone(); 50_001],
                ReadingError::TooMany("lines"),
            ),
            (
                |reading| {
                    reading.lines[0].text = "x".repeat(Reading::MOST_TEXT / 2);
                    reading.lines = vec![reading.lines[0].clone(); 3];
                },
                ReadingError::TooLong("text of all lines"),
            ),
            (|reading| reading.lines[0].text.push('\n'), ReadingError::Control("line")),
            (|reading| reading.language = long(200), ReadingError::TooLong("name")),
            (|reading| reading.taken_at = long(200), ReadingError::TooLong("name")),
            (|reading| reading.camera = long(200), ReadingError::TooLong("name")),
            (|reading| reading.camera = Some("\u{9b}2J".to_owned()), ReadingError::Control("name")),
            (|reading| reading.coordinates = place(90.5, 0.0), ReadingError::Number),
            (|reading| reading.coordinates = place(0.0, f64::NAN), ReadingError::Number),
            (|reading| reading.omissions = vec![omission("a"); 101], ReadingError::TooMany("omissions")),
            (|reading| reading.omissions.push(omission("a\nb")), ReadingError::Control("reason")),
            (|reading| reading.digest.title = long(200), ReadingError::TooLong("title")),
            (|reading| reading.digest.title = Some("a\nb".to_owned()), ReadingError::Control("title")),
            (|reading| reading.digest.summary = long(2000), ReadingError::TooLong("summary")),
            (|reading| reading.digest.summary = Some("\x7f".to_owned()), ReadingError::Control("summary")),
            (|reading| reading.digest.tags[7] += &"ä".repeat(98), ReadingError::TooLong("tag")),
            (|reading| reading.digest.tags[7].push('\0'), ReadingError::Control("tag")),
            (|reading| reading.digest.chapters[0].at = -1.0, ReadingError::Number),
            (|reading| reading.digest.chapters[0].title.push('\n'), ReadingError::Control("chapter")),
            (
                |reading| reading.digest.chapters = vec![reading.digest.chapters[0].clone(); 101],
                ReadingError::TooMany("chapters"),
            ),
            (|reading| reading.digest.by = "x".repeat(201), ReadingError::TooLong("name")),
            (|reading| reading.provenance.program = "x".repeat(201), ReadingError::TooLong("name")),
            (|reading| reading.provenance.engines[0].model = "x".repeat(201), ReadingError::TooLong("name")),
            (
                |reading| reading.provenance.engines = vec![reading.provenance.engines[0].clone(); 9],
                ReadingError::TooMany("engines or stages"),
            ),
            (
                |reading| reading.provenance.stages = vec![reading.provenance.stages[0].clone(); 9],
                ReadingError::TooMany("engines or stages"),
            ),
        ];
        for (make, error) in wrong {
            let mut reading = reading();
            make(&mut reading);
            assert_eq!(reading.check(), Err(error));
        }
    }
}
