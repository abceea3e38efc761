//! What a running engine tells about itself, whenever it is asked.
//!
//! [`board`] takes note of everything that happens, the way any onlooker hears of it; [`traffic`] and
//! [`queue`] count what is too frequent to be an event. Nobody who works ever looks at any of it: data flows
//! one way, and a [`Status`] is a copy.

mod board;
mod changes;
mod notes;
mod pace;
mod queue;
mod recordings;
mod traffic;

pub(crate) use board::{Board, Onlookers};
pub use changes::StatusChanges;
pub(crate) use notes::Pending;
pub use pace::Pace;
pub(crate) use queue::Queue;
pub use recordings::RecordingStatus;
pub(crate) use traffic::Traffic;

use deskscribe_protocol::{Isolation, Stage};
use serde::{Deserialize, Serialize};

use crate::gateway::LlmState;
use crate::pause::PauseStatus;
use crate::watch::FolderStatus;
use crate::{Crash, RunCounts};

/// A running engine at one moment. The JSON form is part of the program's contract and pinned by a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Status {
    /// Names the run among all that go on in this home.
    pub id: String,
    /// The process of the engine.
    pub pid: u32,
    /// Its build.
    pub program: String,
    /// What it runs for.
    #[serde(default)]
    pub host: Host,
    /// Whether it stays without anything to do; what follows is then of the last round, if there was one.
    #[serde(default)]
    pub idle: bool,
    /// Whether nothing is read until it goes on.
    #[serde(default)]
    pub paused: bool,
    /// Why, and for how long, while that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseStatus>,
    /// The folders that it watches, or waits to watch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watch: Vec<FolderStatus>,
    /// What is being read, as it was named.
    pub folders: Vec<String>,
    /// Whether it was asked to stop.
    pub stopping: bool,
    /// Files that will each get a row; absent while the folders are still being walked.
    pub found: Option<u64>,
    /// What the run came to so far.
    pub counts: RunCounts,
    /// Files that were done in a second, of late. Absent before that can be measured, and when nothing is left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Seconds until all is done, as far as can be measured. Absent with the rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_seconds: Option<f64>,
    /// Memory of the engine itself that is in RAM, in bytes.
    pub resident: Option<u64>,
    /// Why no worker can be had, while that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<String>,
    /// Every slot that this run has used, by its number.
    pub workers: Vec<WorkerStatus>,
    /// Recordings that are being read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recordings: Vec<RecordingStatus>,
    /// How it stands with summaries by a language model.
    #[serde(default)]
    pub summaries: SummariesStatus,
    /// Where things wait.
    pub queues: Queues,
    /// What was said to workers and by them, all of them together.
    pub wire: Wire,
    /// Workers that died, or had to be killed.
    pub deaths: u64,
    /// The last of those deaths, the latest last.
    pub crashes: Vec<CrashStatus>,
}

/// How it stands with summaries by a language model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct SummariesStatus {
    /// Who makes them, or why nobody does.
    pub model: LlmState,
    /// Contents that are known to wait for one, those that are summarised now among them.
    pub waiting: usize,
    /// What it writes just now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writing: Vec<WritingStatus>,
}

/// How it goes with a summary that a language model writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct WritingStatus {
    /// Absolute path of the file that it is of; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// The true bytes of the path in base64, when they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// For how long, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub seconds: f64,
    /// What it has said so far, in the pieces in which it came: mostly a token each.
    pub tokens: u64,
    /// So many of them came in a second; absent until that can be told.
    #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
    pub tokens_per_second: Option<f64>,
    /// How long it still takes if it takes as long as others mostly did, in seconds; absent where nothing is known of
    /// others, or it takes longer already.
    #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
    pub left_seconds: Option<f64>,
}

/// What an engine runs for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// A command, which ends with its run.
    #[default]
    Terminal,
    /// A window, which stays.
    Window,
    /// A watch in the background, which stays and has no window.
    Background,
}

impl Host {
    /// Whether it goes on without anything to do.
    pub fn stays(self) -> bool {
        self != Self::Terminal
    }
}

/// One slot and its worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct WorkerStatus {
    /// 0 to 7.
    pub slot: usize,
    /// The process, which is gone when the state is `ended` or `died`.
    pub pid: u32,
    /// What it is doing.
    pub state: Phase,
    /// For how long, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub seconds: f64,
    /// The file it has.
    pub work: Option<Work>,
    /// Its memory that is in RAM, in bytes.
    pub resident: Option<u64>,
    /// Files that workers of this slot have finished in this run, read or not.
    pub files: u64,
    /// Workers of this slot that died in this run, or had to be killed.
    pub deaths: u64,
    /// How well it is confined; absent before it is ready.
    pub isolation: Option<Isolation>,
}

/// What a worker is doing, from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Its process was started, and loads its libraries.
    Starting,
    /// It was never given a file.
    Ready,
    /// It has its first file, and loads its models for it.
    Loading,
    /// It has a file.
    Busy,
    /// It waits for the next file.
    Idle,
    /// It was sent home.
    Ended,
    /// It died, or had to be killed.
    Died,
}

/// A file with a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Work {
    /// Absolute path; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// The true bytes of the path in base64, when they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The stage it is in; absent until the worker says something.
    pub stage: Option<Stage>,
    /// Units of the stage that are done.
    pub done: u32,
    /// Units of the stage in all; 0 until the worker says something.
    pub total: u32,
}

/// The queues, in the order in which a file meets them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Queues {
    /// Files that were found and looked at, on their way to the dispatcher.
    pub arrivals: QueueStatus,
    /// Open files that wait for a worker.
    pub pending: QueueStatus,
    /// Files that workers died of, to be tried alone when nothing else waits; not kept open, and so without a bound.
    pub alone: QueueStatus,
    /// Contents that other engines read, and that are waited for; not kept open either.
    #[serde(default)]
    pub elsewhere: QueueStatus,
    /// What was learned and is not stored yet.
    pub recording: QueueStatus,
    /// Events that whoever shows the run has not looked at yet.
    pub events: QueueStatus,
}

/// One queue.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct QueueStatus {
    /// How many wait in it.
    pub depth: usize,
    /// How many may wait, as things are, before whoever fills it has to wait as well; absent when there is no such
    /// number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<usize>,
    /// For how long the oldest has waited, in seconds; absent when it is empty, or where nobody keeps count of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_seconds: Option<f64>,
}

/// The conversation with workers, since the run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Wire {
    /// To workers. Open files, which ride beside frames, have no bytes.
    pub sent: Volume,
    /// From workers.
    pub received: Volume,
}

/// So much in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Volume {
    /// Whole frames.
    pub frames: u64,
    /// Their bytes, headers and attachments included.
    pub bytes: u64,
}

/// A death in this run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct CrashStatus {
    /// How long ago, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub seconds_ago: f64,
    /// Who died, of what, and how.
    #[serde(flatten)]
    pub crash: Crash,
}

impl Phase {
    /// The word used in tables and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Loading => "loading",
            Self::Busy => "busy",
            Self::Idle => "idle",
            Self::Ended => "ended",
            Self::Died => "died",
        }
    }

    /// Whether there is a process to speak of.
    pub fn is_alive(self) -> bool {
        !matches!(self, Self::Ended | Self::Died)
    }
}
