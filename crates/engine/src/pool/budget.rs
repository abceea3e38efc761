//! What a job may spend before it is stopped.

use std::time::Duration;

use deskscribe_protocol::{Block, Heard, SAMPLE_RATE, Span, Work};

use super::Job;
use crate::Patience;

/// Processor time for every second of sound that is decoded and looked through for speech: some two hundred times what
/// it takes.
const HEAR: f64 = 2.0;
/// For every second of speech that words are put to: with the largest model, a slow processor takes five.
const TRANSCRIBE: f64 = 60.0;
/// For every second of picture that is watched: up to two frames are decoded and one is read.
const WATCH: f64 = 20.0;
/// A listener may be silent so many times as long: the largest model looks at half a minute of sound in one go.
const THINKS: u32 = 5;

/// The bounds of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    /// Processor time.
    pub(super) processor: Duration,
    /// Beats without progress.
    pub(super) quiet_beats: u32,
}

impl Budget {
    /// In proportion to the size of the medium where all of it is looked into, and else to the length of the part.
    pub(super) fn of(job: &Job, patience: &Patience) -> Self {
        let mebibytes = u32::try_from(job.medium.stamp.size >> 20).unwrap_or(u32::MAX);
        let by_size = || patience.cpu_per_mebibyte.saturating_mul(mebibytes);
        let by_length = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let (more, times) = match &job.work {
            Work::Read | Work::Preview { .. } => (by_size(), 1),
            // Headers, and a few frames.
            Work::Survey | Work::Compose(_) | Work::Summarise(_) => (Duration::ZERO, 1),
            Work::Hear { blocks, .. } => {
                let seconds = f64::from(*blocks) * Block::LONGEST as f64 / f64::from(SAMPLE_RATE);
                (by_length(HEAR * seconds), 1)
            }
            Work::Transcribe { speech, .. } => {
                // Whatever its length, a stretch is looked at as if it were the longest.
                let seconds =
                    speech.iter().map(|span| span.seconds().max(Heard::LONGEST_SPEECH)).sum::<f64>();
                (by_length(TRANSCRIBE * seconds), THINKS)
            }
            Work::Watch { from, to } => {
                let span = to.map(|to| Span { from: *from, to });
                (span.map_or_else(by_size, |span| by_length(WATCH * span.seconds())), 1)
            }
        };
        let processor = patience.cpu_base.saturating_add(more);
        Self { processor, quiet_beats: patience.quiet_beats.saturating_mul(times) }
    }
}
