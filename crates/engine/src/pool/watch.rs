//! What a job has spent so far, and when that is too much.
//!
//! Counted in beats of the engine. Beats that were missed, because the engine was stopped or the machine slept,
//! are not made up for: time that the engine did not see is nobody's fault.

use std::time::Duration;

use deskscribe_protocol::{Code, Failure};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::usage::{cpu_time, resident_memory};
use crate::{Patience, Settings};

/// What a job has spent so far.
pub(super) struct Watch<'a> {
    patience: &'a Patience,
    memory_ceiling: u64,
    pub(super) beat: Interval,
    pid: u32,
    cpu_at_start: Duration,
    cpu_limit: Duration,
    /// Beats since the last progress.
    quiet: u32,
    /// Why the worker was asked to stop, and the beats it has left.
    stopping: Option<(Failure, u32)>,
}

/// What is to be done about a worker.
pub(super) enum Judgement {
    Fine,
    Stop,
    Kill(Failure),
}

impl<'a> Watch<'a> {
    pub(super) fn begin(settings: &'a Settings, pid: u32, bytes: u64) -> Self {
        let patience = &settings.patience;
        let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        Self {
            patience,
            memory_ceiling: settings.memory_ceiling,
            beat: beats(patience),
            pid,
            cpu_at_start: cpu_time(pid).unwrap_or_default(),
            cpu_limit: patience.cpu_base.saturating_add(patience.cpu_per_mebibyte.saturating_mul(mebibytes)),
            quiet: 0,
            stopping: None,
        }
    }

    /// The worker showed progress.
    pub(super) fn progress(&mut self) {
        self.quiet = 0;
    }

    /// Why the worker was asked to stop, if it was.
    pub(super) fn asked_to_stop(self) -> Option<Failure> {
        self.stopping.map(|(failure, _)| failure)
    }

    /// One beat later.
    pub(super) fn judge(&mut self) -> Judgement {
        // No grace: what takes memory this fast may have taken all of it by the next beat.
        if let Some(held) = resident_memory(self.pid).filter(|held| *held > self.memory_ceiling) {
            let reason = format!(
                "its worker held {} MB of memory, more than the {} MB a worker may",
                held >> 20,
                self.memory_ceiling >> 20
            );
            return Judgement::Kill(Failure::new(Code::OutOfMemory, reason));
        }
        if let Some((failure, left)) = &mut self.stopping {
            *left -= 1;
            return if *left == 0 { Judgement::Kill(failure.clone()) } else { Judgement::Fine };
        }
        self.quiet += 1;
        let spent = cpu_time(self.pid).unwrap_or_default().saturating_sub(self.cpu_at_start);
        let failure = if spent > self.cpu_limit {
            let seconds = self.cpu_limit.as_secs();
            let reason = format!("took more than {seconds} s of processor time, the limit for its size");
            Failure::new(Code::TimedOut, reason)
        } else if self.quiet >= self.patience.quiet_beats {
            let seconds = self.patience.beat.as_secs_f32() * self.quiet as f32;
            let reason = format!("reading it made no progress for {seconds:.0} s and was stopped");
            Failure::new(Code::Stalled, reason)
        } else {
            return Judgement::Fine;
        };
        self.stopping = Some((failure, self.patience.grace_beats));
        Judgement::Stop
    }
}

/// Beats from now on; the first comes after one length of them.
fn beats(patience: &Patience) -> Interval {
    let mut beat = interval(patience.beat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    beat
}

/// What comes of a future within so much time, counted in beats.
pub(super) async fn within<T>(
    patience: &Patience,
    time: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut beat = beats(patience);
    let mut left = time;
    tokio::pin!(future);
    loop {
        tokio::select! {
            biased;
            outcome = &mut future => return Some(outcome),
            _ = beat.tick() => {}
        }
        left = left.saturating_sub(patience.beat);
        if left.is_zero() {
            return None;
        }
    }
}
