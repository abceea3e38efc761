//! What the user can choose.

mod background;
mod change;
mod changes;
mod chosen;
mod edit;
mod error;
mod file;
mod filter;
mod folder;
mod fresh;
mod keys;
mod last_good;
mod limit;
mod llm;
mod parse;
mod setting;
mod template;
mod toml_text;
mod watch;
mod way_back;

use std::num::NonZeroUsize;
use std::time::Duration;

use deskscribe_protocol::{Isolation, Limits};

use crate::Sidecars;
use crate::models::Address;

pub use background::{OnBattery, Priority};
pub use changes::SettingsChanges;
pub use chosen::Chosen;
pub use edit::Edit;
pub use error::SettingsError;
pub use filter::{Filter, GlobError};
pub use llm::{Llm, LlmServer};
pub use setting::{Plain, Setting, Takes};
pub use watch::WatchedFolder;
pub use way_back::WayBack;

/// Choices that hold for a whole engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The most workers at once; eight for all processes of the user together, whatever this says.
    pub workers: NonZeroUsize,
    /// Files that may be open and wait for a worker.
    pub queue: NonZeroUsize,
    /// What may be spent on one medium.
    pub limits: Limits,
    /// The least confinement a worker must have to be given a file.
    pub isolation: Isolation,
    /// The most memory a worker may hold, in resident bytes. One that holds more is killed, and its file tried
    /// once more alone. The largest picture that the limits allow was measured at 1.4 GB (16-bit RGBA).
    pub memory_ceiling: u64,
    /// For how long it is kept what was read in files that are gone; they are not read anew if they come back before.
    pub keep_gone: Duration,
    /// The most requests to a language model that are on their way at once, over all processes of the user.
    pub max_concurrent_requests: NonZeroUsize,
    /// The language model that summarises.
    pub llm: Llm,
    /// The speech model that listens, by its name; without one the best that is installed and fits.
    pub speech_model: Option<String>,
    /// How models are downloaded.
    pub downloads: Downloads,
    /// Whether what is said in recordings is written to files of their own, and where.
    pub sidecars: Sidecars,
    /// When a worker is replaced although nothing is wrong with it.
    pub wear: Wear,
    /// How long a worker may take for what.
    pub patience: Patience,
    /// The folders that are watched, each once, in the order of the file.
    pub watch: Vec<WatchedFolder>,
    /// Whether closing the window leaves the program running.
    pub keep_running: bool,
    /// Whether the desktop is told what came of what was found in watched folders.
    pub notifications: bool,
    /// What to do while the machine runs on its battery.
    pub on_battery: OnBattery,
    /// How workers share processor and disk with other programs.
    pub priority: Priority,
}

/// How models are downloaded: from where, by which way, and how patiently.
#[derive(Debug, Clone, PartialEq)]
pub struct Downloads {
    /// A folder on another server that has the same files; also one without `https`, as the user says so.
    pub mirror: Option<Address>,
    /// What everything goes through; without one what the environment says.
    pub proxy: Option<Address>,
    /// Until there is a connection.
    pub connect: Duration,
    /// Without a byte before a connection is given up.
    pub quiet: Duration,
    /// Tries in a row without getting further, before it is given up.
    pub tries: u32,
    /// Between two tries, doubled each time.
    pub pause: Duration,
    /// No such pause is longer than this, whatever the server asks for.
    pub longest_pause: Duration,
}

/// How long a worker may take for what.
///
/// Bounds on a job are counted in beats. Counted beats, unlike a clock, stand still with the engine: a laptop
/// that slept, or a process tree that was stopped, makes no worker look stalled.
#[derive(Debug, Clone, PartialEq)]
pub struct Patience {
    /// From the start of the process to its first words.
    pub hello: Duration,
    /// From the first words to being ready, with libraries loaded.
    pub ready: Duration,
    /// The length of a beat.
    pub beat: Duration,
    /// Beats without progress before a job is stopped.
    pub quiet_beats: u32,
    /// Beats between asking a worker to stop and killing it.
    pub grace_beats: u32,
    /// Processor time for any file. Far above what the largest picture needs: this is for files that keep a
    /// worker busy for ever, with progress to show for it.
    pub cpu_base: Duration,
    /// More processor time for every MiB of the file.
    pub cpu_per_mebibyte: Duration,
    /// A worker without work is sent home after this, and its memory with it.
    pub rest: Duration,
    /// How long a slot waits before it starts a worker after a death, doubled with each further one in a row up
    /// to four times as long. Not before a file that is tried alone, which nobody waits behind.
    pub cool_down: Duration,
    /// How long a pause lasts before workers that were stopped for it go, and their memory with them.
    pub pause: Duration,
    /// How long nothing is lent when many different files killed workers, doubled each time until a file is
    /// read.
    pub breaker_pause: Duration,
    /// No such pause is longer than this.
    pub longest_breaker_pause: Duration,
}

/// When a worker is sent home after a job and another one started for the next. Costs no file anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Wear {
    /// After so many jobs, whatever it looks like.
    pub jobs: u32,
    /// When it holds so many resident bytes more than after its first job: a native library leaks.
    pub growth: u64,
    /// After so many panics of ours that it caught. What it keeps from one job to the next may have suffered.
    pub panics: u32,
}

impl Default for Downloads {
    fn default() -> Self {
        Self {
            mirror: None,
            proxy: None,
            connect: Duration::from_secs(20),
            quiet: Duration::from_secs(30),
            tries: 6,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Default for Wear {
    fn default() -> Self {
        Self { jobs: 500, growth: 1 << 30, panics: 3 }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(10),
            ready: Duration::from_secs(60),
            beat: Duration::from_secs(1),
            quiet_beats: 60,
            grace_beats: 2,
            cpu_base: Duration::from_secs(600),
            cpu_per_mebibyte: Duration::from_secs(10),
            rest: Duration::from_secs(30),
            cool_down: Duration::from_millis(250),
            pause: Duration::from_secs(60),
            breaker_pause: Duration::from_secs(1),
            longest_breaker_pause: Duration::from_secs(4),
        }
    }
}

impl Settings {
    /// Worker slots there are, over all processes.
    pub const SLOTS: usize = 8;

    /// Address space that a worker needs beside what is resident: libraries, mapped models, the stacks of its
    /// threads, and what allocators reserve and do not touch. 0.1 GB were measured on two processors; every
    /// thread more takes some tens of megabytes.
    const MAPPED: u64 = 2 << 30;

    /// The most address space a worker may ask for, in bytes. This is what makes an absurd allocation fail at
    /// once, between two looks at the memory it holds.
    pub(crate) fn address_space(&self) -> u64 {
        self.memory_ceiling.saturating_add(Self::MAPPED)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: NonZeroUsize::new(Self::SLOTS).unwrap_or(NonZeroUsize::MIN),
            queue: NonZeroUsize::new(16).unwrap_or(NonZeroUsize::MIN),
            limits: Limits::default(),
            isolation: Isolation::Reduced,
            memory_ceiling: 2 << 30,
            keep_gone: Duration::from_secs(90 * 86_400),
            // What a model that runs on the user's own machine can take.
            max_concurrent_requests: NonZeroUsize::MIN,
            llm: Llm::default(),
            speech_model: None,
            downloads: Downloads::default(),
            sidecars: Sidecars::default(),
            wear: Wear::default(),
            patience: Patience::default(),
            watch: Vec::new(),
            keep_running: false,
            notifications: true,
            on_battery: OnBattery::default(),
            priority: Priority::default(),
        }
    }
}
