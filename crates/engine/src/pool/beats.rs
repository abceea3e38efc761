//! Beats: how the engine counts time against a worker, and how it holds a worker while it is paused.
//!
//! Beats that were missed, because the engine was stopped or the machine slept, are not made up for: time that the
//! engine did not see is nobody's fault. Nor is it a worker's fault when other programs have the processors: for as
//! long as it had to wait for one, a beat does not count. While the engine is paused, its workers are stopped by the
//! system (SIGSTOP) and no beat comes. What is stopped can still be killed, and dies with its parent as before.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::usage::Meter;
use crate::Patience;

/// By what one worker is held.
#[derive(Debug, Clone)]
pub(super) struct Leash<'a> {
    patience: &'a Patience,
    /// Of a process that has not been reaped for as long as this is used, so that its number is nobody else's.
    meter: Arc<Meter>,
    /// Without it, no pause concerns this worker.
    paused: Option<watch::Receiver<bool>>,
}

/// Beats from now on; the first comes after one length of them.
pub(super) struct Beats<'a> {
    leash: Leash<'a>,
    beat: Interval,
    is_held: bool,
    /// For how long it had waited for processors at the last beat.
    run_delay: Duration,
}

/// Something that happens by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// A beat passed, of which so much counts.
    Passed(Duration),
    /// The worker was stopped. The next beat comes a whole one after it goes on.
    Held,
}

impl<'a> Leash<'a> {
    pub(super) fn of(
        patience: &'a Patience,
        meter: &Arc<Meter>,
        paused: Option<watch::Receiver<bool>>,
    ) -> Self {
        Self { patience, meter: Arc::clone(meter), paused }
    }

    pub(super) fn beats(&self) -> Beats<'a> {
        let mut beat = interval(self.patience.beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        Beats { leash: self.clone(), beat, is_held: false, run_delay: self.meter.run_delay() }
    }

    /// What comes of a future within so much time, counted in beats.
    pub(super) async fn within<T>(&self, time: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut beats = self.beats();
        let mut left = time;
        tokio::pin!(future);
        loop {
            let beat = tokio::select! {
                biased;
                outcome = &mut future => return Some(outcome),
                beat = beats.next() => beat,
            };
            if let Beat::Passed(counts) = beat {
                left = left.saturating_sub(counts);
            }
            if left.is_zero() {
                return None;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        // Fails only for a process that is gone, which is found out in other ways.
        if let Some(pid) = i32::try_from(self.meter.pid()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Beats<'_> {
    /// The next thing that happens by itself. May be dropped and asked for again at any time.
    pub(super) async fn next(&mut self) -> Beat {
        loop {
            let paused = self.leash.paused.as_mut().is_some_and(|paused| *paused.borrow_and_update());
            if paused && !self.is_held {
                self.leash.signal(Signal::STOP);
                self.is_held = true;
                return Beat::Held;
            }
            if !paused {
                self.go_on();
            }
            let changed = async {
                let told = match &mut self.leash.paused {
                    Some(paused) => paused.changed().await.is_ok(),
                    None => false,
                };
                if !told {
                    // An engine that is gone pauses no more; its pool is being closed.
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = changed => {}
                _ = self.beat.tick(), if !paused => return Beat::Passed(self.counts()),
            }
        }
    }

    /// How much of the last beat it had, or could have had.
    fn counts(&mut self) -> Duration {
        let run_delay = self.leash.meter.run_delay();
        // Less than before when a thread has ended.
        let waited = run_delay.saturating_sub(std::mem::replace(&mut self.run_delay, run_delay));
        self.leash.patience.beat.saturating_sub(waited)
    }

    /// Whether the worker is stopped.
    pub(super) fn is_held(&self) -> bool {
        self.is_held
    }

    fn go_on(&mut self) {
        if std::mem::take(&mut self.is_held) {
            self.leash.signal(Signal::CONT);
            self.beat.reset();
        }
    }
}

impl Drop for Beats<'_> {
    fn drop(&mut self) {
        // Whatever comes next has beats of its own, and holds the worker again if it has to.
        self.go_on();
    }
}
