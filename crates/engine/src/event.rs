//! Everything an onlooker can see happen.

use std::path::PathBuf;

use deskscribe_cache::Summary;
use deskscribe_protocol::{Isolation, Stage};

use crate::{Crash, Row, RunCounts, WorkerName};

/// Something happened in a run.
///
/// An engine that stays tells no more of it than `Note`, `Refused`, `Open` and `Finished`, and in the background `Row`;
/// everything else is in its status.
#[derive(Debug, Clone)]
pub enum Event {
    /// The folders are being walked; so many files are worth reading so far.
    Looking {
        /// Files so far.
        files: u64,
    },
    /// The folders were walked.
    Found {
        /// Files that will each get a row.
        files: u64,
    },
    /// Something the user should know that concerns no single file.
    Note(String),
    /// A worker changed its state.
    Worker {
        /// Which one.
        worker: WorkerName,
        /// What it is now.
        state: WorkerState,
    },
    /// A worker is busy with a file.
    Progress(Activity),
    /// Some of a recording was worked through; or nothing of it is done any more, and it was not read.
    Recording {
        /// Which file.
        path: PathBuf,
        /// How far it has come.
        share: Option<Share>,
    },
    /// A file is settled, and what was learned is stored.
    Row(Box<Row>),
    /// A language model has summarised a content, and what it made of it is stored.
    Summarised {
        /// Where the content was found.
        path: PathBuf,
        /// What it made of it.
        summary: Box<Summary>,
    },
    /// A path of an order cannot be walked. The rest of the order is.
    Refused {
        /// Which path.
        path: PathBuf,
        /// Why, in one line that names it.
        reason: String,
    },
    /// The window is to show itself, and to read these: somebody started it once more.
    Open {
        /// Absolute.
        paths: Vec<PathBuf>,
    },
    /// A run is over: for an engine that stays, everything that was ordered.
    Finished {
        /// What it came to.
        counts: RunCounts,
        /// Why it ended early, if it did.
        stopped: Option<String>,
    },
}

/// How much of a recording was worked through, in seconds of it: what is heard, what is said and what is shown count
/// each for itself.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Share {
    /// Seconds that are done.
    pub done: f64,
    /// Seconds in all, as far as they are known.
    pub total: f64,
}

/// What a worker is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Who.
    pub worker: WorkerName,
    /// With which file.
    pub path: PathBuf,
    /// In which stage.
    pub stage: Stage,
    /// Units of the stage that are done.
    pub done: u32,
    /// Units of the stage in all.
    pub total: u32,
}

/// The life of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerState {
    /// Its process was started.
    Starting,
    /// It can be given files.
    Ready {
        /// How well it is confined.
        isolation: Isolation,
    },
    /// It was given a file.
    Busy {
        /// Which one.
        path: PathBuf,
    },
    /// Its file is done with, and it has nothing to do.
    Idle,
    /// It was sent home.
    Ended,
    /// It died, or had to be killed.
    Died(Crash),
}
