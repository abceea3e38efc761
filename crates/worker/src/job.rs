//! What a stage is given and what may come of it.

use std::fs::File;

use deskscribe_protocol::{Failure, Limits, Raster, Reading, Stage};

/// A file to read.
#[derive(Debug)]
pub struct Medium {
    /// Open for reading, at its beginning.
    pub file: File,
    /// Its size.
    pub bytes: u64,
    /// In lower case, for messages only: the content decides.
    pub extension: Option<String>,
    /// What may be spent on it.
    pub limits: Limits,
}

/// Whoever waits for a job.
pub trait Watch {
    /// So many units of a stage are done. This is also the sign of life: it must come every few seconds.
    fn progress(&self, stage: Stage, done: u32, total: u32);

    /// Whether the job should be dropped as soon as possible.
    fn cancelled(&self) -> bool;
}

/// What was found in a picture.
#[derive(Debug)]
pub struct Finding {
    /// What was read.
    pub reading: Reading,
    /// A small picture as 8-bit RGB.
    pub thumbnail: Option<(Raster, Vec<u8>)>,
}

/// Why nothing was found.
#[derive(Debug)]
pub enum Interruption {
    /// Nobody wants it any more.
    Cancelled,
    /// It cannot be read.
    Failed(Failure),
    /// This worker can read nothing: a model does not load.
    Unfit(Failure),
}

impl From<Failure> for Interruption {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
