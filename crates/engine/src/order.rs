//! What an engine is told to do while it runs.

use std::path::PathBuf;

use deskscribe_protocol::ContentKey;
use tokio::sync::oneshot;

use crate::Again;
use crate::intake::{Drive, Trust};
use crate::path::absolute;
use crate::session::{Preview, PreviewError, PreviewOf};

/// Files to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which ones.
    pub files: Files,
    /// What is read again although something is known about it.
    pub again: Again,
    /// When it is theirs to be read.
    pub turn: Turn,
}

/// Before and after what else an order is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// After what was ordered before: a folder with all that is in it.
    Later,
    /// Before all folders, and what came last first: what has just come into a watched folder.
    Next,
    /// Before everything else: what somebody handed over, and waits for.
    Now,
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
    /// What a watched folder has come to.
    Watched(News),
}

/// What has changed in watched folders. Nobody asked for these files, so that what is known of them is not told again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// The folders.
    pub(crate) folders: Vec<PathBuf>,
    /// Files that are complete, in the order in which they are to be read.
    pub(crate) files: Vec<PathBuf>,
    /// Files and folders that may not be there any more. What was found below them is looked for.
    pub(crate) gone: Vec<PathBuf>,
    /// The drives of these folders that are there.
    pub(crate) drives: Vec<Drive>,
}

impl Files {
    /// The watched folders that they were found in; none, if somebody ordered them.
    pub(crate) fn watched(&self) -> &[PathBuf] {
        match self {
            Self::Watched(news) => &news.folders,
            Self::Below(_) | Self::Queued | Self::Owing => &[],
        }
    }

    /// What a run over them is called.
    pub(crate) fn named(&self) -> Vec<PathBuf> {
        match self {
            Self::Below(paths) => paths.iter().map(|path| absolute(path)).collect(),
            Self::Queued => vec!["what earlier scans left".into()],
            Self::Owing => vec!["recordings that waited for a speech model".into()],
            Self::Watched(news) => news.folders.clone(),
        }
    }
}

impl Turn {
    /// Of what is urgent the last order comes first; the rest keeps its turn.
    pub(crate) fn rank(self, number: u64) -> i64 {
        const NOW: i64 = 1 << 48;
        let number = i64::try_from(number).unwrap_or(NOW).min(NOW);
        match self {
            Self::Now => NOW + number,
            Self::Next => number,
            Self::Later => -number,
        }
    }
}

/// What files owe to the order they came with.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Orders are counted in the life of an engine.
    pub(crate) number: u64,
    pub(crate) turn: Turn,
    /// Whether somebody watches these files, and hands them over again when they have changed.
    pub(crate) watched: bool,
    pub(crate) trust: Trust,
    /// The last change before the order: what was stored since is as new as it can be.
    pub(crate) begun_at: u64,
}

impl Origin {
    /// What goes first ranks highest.
    pub(crate) fn rank(&self) -> i64 {
        self.turn.rank(self.number)
    }

    /// Whether it has places of its own, so that a backlog is not in its way.
    pub(crate) fn is_urgent(&self) -> bool {
        self.turn != Turn::Later
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
    /// This watched folder does not answer: nothing in it is waited for. It is handed over anew once it does.
    Silent(PathBuf),
    /// Summarise these, which were taken note of.
    Summarise(Vec<ContentKey>),
    /// Show this file; of a recording, what is seen at this second.
    Preview { of: PreviewOf, edge: u32, at: f64, answer: oneshot::Sender<Result<Preview, PreviewError>> },
}
