//! What the user can choose.

mod file;

use std::num::NonZeroUsize;
use std::time::Duration;

use deskscribe_protocol::{Isolation, Limits};

pub use file::SettingsError;

/// Choices that hold for a whole engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The most workers at once; eight for all processes of the user together, whatever this says.
    pub workers: NonZeroUsize,
    /// Files that may be open and wait for a worker.
    pub queue: NonZeroUsize,
    /// What may be spent on one medium.
    pub limits: Limits,
    /// The least confinement a worker must have to be given a file.
    pub isolation: Isolation,
    /// The most memory a worker may ask the system for, in bytes of address space.
    pub memory_ceiling: u64,
    /// How long a worker may take for what.
    pub patience: Patience,
}

/// How long a worker may take for what.
///
/// Bounds on a job are counted in beats. Counted beats, unlike a clock, stand still with the engine: a laptop
/// that slept, or a process tree that was stopped, makes no worker look stalled.
#[derive(Debug, Clone)]
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
        }
    }
}

impl Settings {
    /// Worker slots there are, over all processes.
    pub const SLOTS: usize = 8;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: NonZeroUsize::new(Self::SLOTS).unwrap_or(NonZeroUsize::MIN),
            queue: NonZeroUsize::new(16).unwrap_or(NonZeroUsize::MIN),
            limits: Limits::default(),
            isolation: Isolation::Off,
            memory_ceiling: 4 << 30,
            patience: Patience::default(),
        }
    }
}
