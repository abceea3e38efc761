//! Waiting for somebody who may never answer. It is counted in beats of the watch and not in time, so that a program
//! that was stopped, or a machine that slept, makes nobody look silent.

use std::time::{Duration, Instant};

/// Between two beats.
const BEAT: Duration = Duration::from_secs(1);
/// Whoever has not stirred for so many is not waited for any longer. A disk that has to spin up takes some seconds.
const MOST: u32 = 10;

/// How long somebody is waited for.
#[derive(Debug, Default)]
pub(super) struct Wait {
    beats: u32,
    next: Option<Instant>,
    /// How far they had come.
    mark: u64,
}

impl Wait {
    /// Looks whether they have come further than before, if they are waited for at all. Tells whether they are silent.
    pub(super) fn look(&mut self, is_waited_for: bool, mark: u64, now: Instant) -> bool {
        if !is_waited_for || mark != self.mark {
            *self = Self { mark, ..Self::default() };
        }
        if !is_waited_for {
            return false;
        }
        let next = *self.next.get_or_insert(now + BEAT);
        if next <= now {
            self.beats += 1;
            self.next = Some(now + BEAT);
        }
        self.is_over()
    }

    /// Whether they were silent when they were looked at last.
    pub(super) fn is_over(&self) -> bool {
        self.beats >= MOST
    }

    /// When to look again, if they are waited for and may still be heard of.
    pub(super) fn next(&self) -> Option<Instant> {
        self.next.filter(|_| !self.is_over())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_does_not_stir_for_ten_beats_is_silent() {
        let begun = Instant::now();
        let mut wait = Wait::default();
        assert!(!wait.look(true, 0, begun));
        // However long nobody counted.
        assert!(!wait.look(true, 0, begun + 100 * BEAT));
        let silent = (0..).find(|beat| wait.look(true, 0, begun + (101 + beat) * BEAT));
        assert_eq!((silent, wait.next()), (Some(MOST - 2), None));
        assert!(!wait.look(true, 1, begun + 200 * BEAT), "something came of it");
        assert!(!wait.look(false, 1, begun + 201 * BEAT) && wait.next().is_none());
    }
}
