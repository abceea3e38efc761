//! What an engine is told to do while it runs.

use std::path::PathBuf;

use deskscribe_protocol::ContentKey;
use tokio::sync::oneshot;

use crate::Again;
use crate::intake::Trust;
use crate::path::absolute;
use crate::session::{Preview, PreviewError, PreviewOf};

/// Files to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which ones.
    pub files: Files,
    /// What is read again although something is known about it.
    pub again: Again,
    /// Whether they go before everything that was ordered earlier.
    pub first: bool,
}

/// Where the files of an order come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// Everything below these paths; a file stands for itself.
    Below(Vec<PathBuf>),
    /// What was found before and not read: the cache's queue.
    Queued,
    /// What was read and is owed something that can be had now: the words of recordings, once there is a speech model.
    Owing,
}

impl Files {
    /// What a run over them is called.
    pub(crate) fn named(&self) -> Vec<PathBuf> {
        match self {
            Self::Below(paths) => paths.iter().map(|path| absolute(path)).collect(),
            Self::Queued => vec!["what earlier scans left".into()],
            Self::Owing => vec!["recordings that waited for a speech model".into()],
        }
    }
}

/// What files owe to the order they came with.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Orders are counted in the life of an engine.
    pub(crate) number: u64,
    pub(crate) urgent: bool,
    pub(crate) trust: Trust,
    /// The last change before the order: what was stored since is as new as it can be.
    pub(crate) begun_at: u64,
}

impl Origin {
    /// What is urgent comes before everything else, and the last such order before the others; the rest keeps its turn.
    pub(crate) fn rank(&self) -> i64 {
        let number = i64::try_from(self.number).unwrap_or(i64::MAX);
        if self.urgent { number } else { -number }
    }
}

/// What the dispatcher is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// Read these.
    Order(Order),
    /// Take these out: what a worker has is stopped if `busy`, and all else waits no longer.
    Remove { paths: Vec<PathBuf>, busy: bool },
    /// Give up everything that waits, and with `busy` what workers have; answered when that is done and stored.
    GiveUp { busy: bool, done: oneshot::Sender<()> },
    /// Summarise these, which were taken note of.
    Summarise(Vec<ContentKey>),
    /// Show this file; of a recording, what is seen at this second.
    Preview { of: PreviewOf, edge: u32, at: f64, answer: oneshot::Sender<Result<Preview, PreviewError>> },
}
