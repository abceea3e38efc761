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
