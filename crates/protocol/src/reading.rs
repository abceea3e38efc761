//! What was learned from a medium, and how.

use serde::{Deserialize, Serialize};

use crate::Stage;

/// What a worker learned from one medium. An empty text is a result: "no text found" is no failure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Everything that can be read, in reading order, a line a visual line; a tab marks a wide gap.
    pub text: String,
    /// The lines of text with their places, in reading order.
    pub lines: Vec<Line>,
    /// The language of the text as a BCP-47 tag, when there is enough text to tell.
    pub language: Option<String>,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// How many pages or distinct frames were read.
    pub pages: u32,
    /// When it was taken, as RFC 3339, if the file says so.
    pub taken_at: Option<String>,
    /// What took it, if the file says so.
    pub camera: Option<String>,
    /// The short form.
    pub digest: Digest,
    /// Time in the worker, in seconds, without the queue.
    pub seconds: f64,
    /// What made this reading.
    pub provenance: Provenance,
}

/// A reading that breaks a promise of its type, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// Width or height is 0.
    #[error("a picture without pixels")]
    NoPixels,
    /// More than [`Digest::MOST_TAGS`].
    #[error("more than {} tags", Digest::MOST_TAGS)]
    TooManyTags,
    /// A line that stands on no page that was read.
    #[error("a line on a page that there is not")]
    NoSuchPage,
    /// A confidence outside 0 to 1.
    #[error("a confidence that is not between 0 and 1")]
    Confidence,
    /// A corner or a time that is no finite number, or a time below 0.
    #[error("a number that no picture and no clock has")]
    Number,
}

impl Reading {
    /// Whether the reading keeps the promises of its type, which its JSON form alone cannot make: a worker that
    /// was taken over by a file can still lie about that file, but about nothing else, and not beyond these bounds.
    pub fn check(&self) -> Result<(), ReadingError> {
        let Self { width, height, pages, lines, digest, seconds, provenance, .. } = self;
        if *width == 0 || *height == 0 {
            return Err(ReadingError::NoPixels);
        }
        if digest.tags.len() > Digest::MOST_TAGS {
            return Err(ReadingError::TooManyTags);
        }
        for line in lines {
            if line.page >= *pages {
                return Err(ReadingError::NoSuchPage);
            }
            if !(0.0..=1.0).contains(&line.confidence) {
                return Err(ReadingError::Confidence);
            }
            // JSON knows no infinity, but a number too large for a corner becomes one, and could be stored but
            // never read back.
            if !line.corners.as_flattened().iter().all(|number| number.is_finite()) {
                return Err(ReadingError::Number);
            }
        }
        let mut times = provenance.stages.iter().map(|stage| stage.seconds).chain([*seconds]);
        if !times.all(|seconds| (0.0..f64::INFINITY).contains(&seconds)) {
            return Err(ReadingError::Number);
        }
        Ok(())
    }
}

/// A line of text found in a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its characters.
    pub text: String,
    /// How sure the engine is, 0 to 1.
    pub confidence: f32,
    /// Its corners as `[x, y]` in pixels of the upright picture, clockwise from where the text begins, on top.
    #[serde(rename = "box")]
    pub corners: [[f32; 2]; 4],
    /// The page or frame it stands on, from 0.
    pub page: u32,
}

/// The short form of a text: what a person would call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// A few words; absent when there is no text to make them of.
    pub title: Option<String>,
    /// One to three sentences.
    pub summary: Option<String>,
    /// At most eight, most telling first.
    pub tags: Vec<String>,
    /// What made it: `extractive`, or the name of a model.
    pub by: String,
}

impl Digest {
    /// The most tags there may be.
    pub const MOST_TAGS: usize = 8;
}

/// What made a reading: enough to know later which readings a better model would improve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the program.
    pub program: String,
    /// The engines and models that took part.
    pub engines: Vec<EngineUse>,
    /// How long each stage took.
    pub stages: Vec<StageTime>,
}

/// An engine that took part in a reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct StageTime {
    /// Which stage.
    pub stage: Stage,
    /// Wall-clock seconds in the worker.
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> Reading {
        let line = Line { text: "a".to_owned(), confidence: 1.0, corners: [[-0.5, 2.0]; 4], page: 0 };
        let digest = Digest {
            title: None,
            summary: None,
            tags: vec!["tag".to_owned(); 8],
            by: "extractive".to_owned(),
        };
        let stages = vec![StageTime { stage: Stage::Ocr, seconds: 0.0 }];
        Reading {
            text: "a".to_owned(),
            lines: vec![line],
            language: None,
            width: 1,
            height: 1,
            pages: 1,
            taken_at: None,
            camera: None,
            digest,
            seconds: 0.0,
            provenance: Provenance { program: String::new(), engines: Vec::new(), stages },
        }
    }

    #[test]
    fn a_reading_that_cannot_be_true_is_found_out() {
        assert_eq!(reading().check(), Ok(()));
        type Spoil = fn(&mut Reading);
        let wrong: [(Spoil, ReadingError); 8] = [
            (|reading| reading.width = 0, ReadingError::NoPixels),
            (|reading| reading.height = 0, ReadingError::NoPixels),
            (|reading| reading.digest.tags.push(String::new()), ReadingError::TooManyTags),
            (|reading| reading.pages = 0, ReadingError::NoSuchPage),
            (|reading| reading.lines[0].confidence = 1.1, ReadingError::Confidence),
            (|reading| reading.lines[0].corners[2][1] = f32::INFINITY, ReadingError::Number),
            (|reading| reading.seconds = -1.0, ReadingError::Number),
            (|reading| reading.provenance.stages[0].seconds = f64::NAN, ReadingError::Number),
        ];
        for (make, error) in wrong {
            let mut reading = reading();
            make(&mut reading);
            assert_eq!(reading.check(), Err(error));
        }
    }
}
