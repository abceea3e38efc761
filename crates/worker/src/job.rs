//! What a stage is given and what may come of it.

use std::cell::Cell;
use std::fs::File;
use std::time::{Duration, Instant};

use deskscribe_protocol::{Answer, Ask, Code, Failure, Limits, MediaKind, Raster, Reply, Stage, Work};

/// What there is to do.
#[derive(Debug)]
pub struct Job {
    /// What is to be done.
    pub work: Work,
    /// What the engine takes the medium for.
    pub kind: MediaKind,
    /// The medium, for a work that looks into it.
    pub medium: Option<Medium>,
    /// The other files that the work names, in its order.
    pub files: Vec<File>,
}

/// A file to look into.
#[derive(Debug)]
pub struct Medium {
    /// Open for reading. Others may read it at the same time, and share its offset: a recording is read by
    /// position alone.
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

    /// Asks a language model and waits until it has answered, without taking any processor time. `hear` gets each piece
    /// of the answer as it comes, [`Reply::End`] last.
    ///
    /// # Errors
    /// The job was cancelled meanwhile, which is also what happens when the model fails; or nobody can be asked, which
    /// is so unless somebody says otherwise.
    fn ask(&self, _ask: Ask, _hear: &mut dyn FnMut(Reply)) -> Result<(), Interruption> {
        Err(Failure::new(Code::Internal, "there is no language model to be asked").into())
    }
}

/// Keeps progress from being told more often than anybody can see.
#[derive(Debug, Default)]
pub(crate) struct Pace(Cell<Option<Instant>>);

impl Pace {
    const EVERY: Duration = Duration::from_millis(200);

    /// Tells progress if it is time to.
    pub(crate) fn tell(&self, watch: &dyn Watch, stage: Stage, done: u32, total: u32) {
        if self.0.get().is_none_or(|told| told.elapsed() >= Self::EVERY) {
            self.0.set(Some(Instant::now()));
            watch.progress(stage, done.min(total), total.max(1));
        }
    }
}

/// What came of a job.
#[derive(Debug)]
pub struct Outcome {
    /// What came of it.
    pub answer: Answer,
    /// A picture that belongs to it, as 8-bit RGB.
    pub picture: Option<(Raster, Vec<u8>)>,
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
