//! What a job has spent so far, and when that is too much.
//!
//! Counted in [beats](super::beats) of the engine: time without progress by what counts of them, and all others whole.

use std::time::Duration;

use deskscribe_protocol::{Code, Failure, Stage};

use super::budget::Budget;
use super::usage::Meter;
use crate::{Patience, Settings};

/// More threads than any worker of ours has, with as many processors as one may use.
const MOST_THREADS: u64 = 64;
/// No job takes more than so many times its processor time, however much progress it shows.
const LONGEST: u32 = 4;

/// What a job has spent so far.
pub(super) struct Watch<'a> {
    patience: &'a Patience,
    memory_ceiling: u64,
    meter: &'a Meter,
    cpu_at_start: Duration,
    budget: Budget,
    /// How far it has come.
    reached: Option<Mark>,
    /// What counts since the last progress.
    quiet: Duration,
    /// Beats since it began.
    total: u32,
    /// Why the worker was asked to stop, and the beats it has left.
    stopping: Option<(Reason, u32)>,
}

/// Why a worker is asked to stop.
#[derive(Debug, Clone)]
pub(super) enum Reason {
    /// Its file takes more than it is given.
    Failure(Failure),
    /// Nobody wants the file any more.
    Unwanted,
}

/// A point on the way through a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    stage: Stage,
    done: u32,
    total: u32,
}

/// What is to be done about a worker.
pub(super) enum Judgement {
    Fine,
    Stop,
    /// Kill it, for this reason.
    Kill(Reason),
    /// Kill it: it does what no sane worker does.
    Rogue(String),
}

impl Mark {
    fn is_sane(self) -> bool {
        self.total >= 1 && self.done <= self.total
    }

    /// Whether this is further on the way. Parts of a stage are compared as fractions: how many units there are
    /// is sometimes known only half way through.
    fn is_beyond(self, other: Self) -> bool {
        let fraction = u64::from(self.done) * u64::from(other.total);
        (self.stage, fraction) > (other.stage, u64::from(other.done) * u64::from(self.total))
    }
}

impl<'a> Watch<'a> {
    /// Begins to watch a job that may spend so much, in a worker that may hold so many bytes beyond the ceiling.
    pub(super) fn begin(settings: &'a Settings, meter: &'a Meter, budget: Budget, memory: u64) -> Self {
        let patience = &settings.patience;
        Self {
            patience,
            memory_ceiling: settings.memory_ceiling.saturating_add(memory),
            meter,
            cpu_at_start: meter.read().map(|usage| usage.processor).unwrap_or_default(),
            budget,
            reached: None,
            quiet: Duration::ZERO,
            total: 0,
            stopping: None,
        }
    }

    /// The worker says how far it has come, which counts as a sign of life if it has come further. Tells whether
    /// that can be true.
    pub(super) fn progress(&mut self, stage: Stage, done: u32, total: u32) -> bool {
        let mark = Mark { stage, done, total };
        if mark.is_sane() && self.reached.is_none_or(|reached| mark.is_beyond(reached)) {
            self.reached = Some(mark);
            self.quiet = Duration::ZERO;
        }
        mark.is_sane()
    }

    /// The worker waits for somebody other than us, and cannot come further meanwhile: neither silence nor the time
    /// that passes count.
    pub(super) fn waits(&mut self) {
        (self.quiet, self.total) = (Duration::ZERO, 0);
    }

    /// Nobody wants the file any more: the worker has its grace from now on, if it was not asked to stop before.
    pub(super) fn stop(&mut self) {
        self.stopping.get_or_insert((Reason::Unwanted, self.patience.grace_beats.max(1)));
    }

    /// Why the worker was asked to stop, if it was.
    pub(super) fn asked_to_stop(&self) -> Option<&Reason> {
        self.stopping.as_ref().map(|(reason, _)| reason)
    }

    /// One beat later, of which so much counts as time in which it could have come further.
    pub(super) fn judge(&mut self, counts: Duration) -> Judgement {
        let usage = self.meter.read_living();
        // No grace: what takes memory this fast may have taken all of it by the next beat.
        if let Some(held) = usage.map(|usage| usage.resident).filter(|held| *held > self.memory_ceiling) {
            let reason = format!(
                "its worker held {} MB of memory, more than the {} MB a worker may",
                held >> 20,
                self.memory_ceiling >> 20
            );
            return Judgement::Kill(Reason::Failure(Failure::new(Code::OutOfMemory, reason)));
        }
        if let Some(threads) = usage.map(|usage| usage.threads).filter(|threads| *threads > MOST_THREADS) {
            return Judgement::Rogue(format!(
                "it had {threads} threads, more than the {MOST_THREADS} a worker may"
            ));
        }
        if let Some((reason, left)) = &mut self.stopping {
            *left = left.saturating_sub(1);
            return if *left == 0 { Judgement::Kill(reason.clone()) } else { Judgement::Fine };
        }
        self.quiet = self.quiet.saturating_add(counts);
        self.total = self.total.saturating_add(1);
        let spent = usage.map(|usage| usage.processor).unwrap_or_default().saturating_sub(self.cpu_at_start);
        let beats = |count: u32| self.patience.beat.saturating_mul(count);
        let failure = if spent > self.budget.processor {
            let seconds = self.budget.processor.as_secs();
            let reason =
                format!("took more than {seconds} s of processor time, the limit for its length or size");
            Failure::new(Code::TimedOut, reason)
        } else if self.quiet >= beats(self.budget.quiet_beats) {
            let seconds = self.quiet.as_secs_f32();
            let reason = format!("reading it made no progress for {seconds:.0} s and was stopped");
            Failure::new(Code::Stalled, reason)
        } else if beats(self.total) > self.budget.processor.saturating_mul(LONGEST) {
            // Not lasting, unlike processor time: the machine may have been busy with something else.
            let seconds = beats(self.total).as_secs_f32();
            let reason = format!("reading it came to no end within {seconds:.0} s and was stopped");
            Failure::new(Code::Stalled, reason)
        } else {
            return Judgement::Fine;
        };
        self.stopping = Some((Reason::Failure(failure), self.patience.grace_beats));
        Judgement::Stop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_what_comes_further_and_can_be_true() {
        let mark = |stage, done, total| Mark { stage, done, total };
        let way = [
            mark(Stage::Load, 0, 2),
            mark(Stage::Load, 1, 2),
            mark(Stage::Decode, 0, 1),
            mark(Stage::Ocr, 0, 1),
            mark(Stage::Ocr, 11, 24),
            mark(Stage::Ocr, 4, 6),
            mark(Stage::Summarise, 0, 1),
        ];
        for pair in way.windows(2) {
            assert!(pair[1].is_beyond(pair[0]) && !pair[0].is_beyond(pair[1]), "{pair:?}");
        }
        assert!(!way[4].is_beyond(way[4]));
        assert!(way.iter().all(|mark| mark.is_sane()));
        assert!(!mark(Stage::Ocr, 0, 0).is_sane() && !mark(Stage::Ocr, 3, 2).is_sane());
    }

    #[test]
    fn who_gets_no_processor_has_not_been_silent() {
        let (settings, meter) = (Settings::default(), Meter::of(std::process::id()));
        let Patience { beat, quiet_beats, .. } = settings.patience;
        let budget = Budget { processor: settings.patience.cpu_base, quiet_beats };
        let mut watch = Watch::begin(&settings, &meter, budget, 0);
        for _ in 0..10 * quiet_beats {
            assert!(matches!(watch.judge(Duration::ZERO), Judgement::Fine));
        }
        let mut judgements = (0..quiet_beats).map(|_| watch.judge(beat));
        assert!(judgements.by_ref().take(quiet_beats as usize - 1).all(|one| matches!(one, Judgement::Fine)));
        assert!(matches!(judgements.next(), Some(Judgement::Stop)));
    }
}
