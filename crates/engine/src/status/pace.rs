//! How fast it goes and how long it will take: measured, not guessed.

use std::collections::VecDeque;
use std::time::Duration;

/// What happened before that says nothing about now.
const RECENT: Duration = Duration::from_secs(60);
/// However long ago they were, so many files are looked at.
const LEAST: usize = 8;
/// Before so many files are done, a rate would be a guess.
const ENOUGH: usize = 3;

/// The pace of one round, on the clock of whoever keeps it. Only time in which work was possible counts: from the first
/// worker on, without pauses.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// Time that counted before the last pause.
    worked: Duration,
    /// Since when time counts; without it, none does.
    since: Option<Duration>,
    paused: bool,
    began: bool,
    /// When the last files were done that cost a worker's time, on the clock of time that counts.
    done: VecDeque<Duration>,
    /// When the one before these was done, or it all began.
    before: Duration,
}

impl Pace {
    /// The first worker was started.
    pub fn begin(&mut self, now: Duration) {
        if !self.began {
            self.began = true;
            self.since = (!self.paused).then_some(now);
        }
    }

    /// Work stands still, or goes on.
    pub fn pause(&mut self, paused: bool, now: Duration) {
        if self.paused != paused {
            self.worked = self.clock(now);
            self.paused = paused;
            self.since = (self.began && !paused).then_some(now);
        }
    }

    /// A file is done that cost a worker's time.
    pub fn done(&mut self, now: Duration) {
        let clock = self.clock(now);
        self.done.push_back(clock);
        while self.done.len() > LEAST
            && let Some(first) = self.done.front().copied().filter(|first| *first + RECENT < clock)
        {
            self.before = first;
            self.done.pop_front();
        }
    }

    /// Files in a second, of late. Absent before there is enough to measure.
    pub fn rate(&self, now: Duration) -> Option<f64> {
        let took = self.clock(now).saturating_sub(self.before).as_secs_f64();
        (self.done.len() >= ENOUGH && took > 0.0).then(|| self.done.len() as f64 / took)
    }

    /// Seconds until so many more files are done.
    pub fn left(&self, files: u64, now: Duration) -> Option<f64> {
        Some(files as f64 / self.rate(now)?)
    }

    /// How much time counted.
    fn clock(&self, now: Duration) -> Duration {
        self.worked + self.since.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn nothing_is_told_before_it_was_measured() {
        let mut pace = Pace::default();
        pace.begin(at(10));
        for _ in 0..2 {
            pace.done(at(11));
            assert_eq!(pace.rate(at(20)), None);
        }
        pace.done(at(11));
        assert_eq!((pace.rate(at(13)), pace.left(10, at(13))), (Some(1.0), Some(10.0)));
    }

    #[test]
    fn what_was_long_ago_does_not_count() {
        let mut pace = Pace::default();
        pace.begin(at(0));
        (1..=1000).for_each(|second| pace.done(at(second)));
        assert!((pace.rate(at(1000)).unwrap() - 1.0).abs() < 0.05);
        // It slows down to one in ten seconds.
        (1..=12).for_each(|time| pace.done(at(1000 + 10 * time)));
        assert!((pace.rate(at(1120)).unwrap() - 0.1).abs() < 0.05, "{:?}", pace.rate(at(1120)));
        // So slow that a minute has few of them: the last ones count all the same.
        (1..=20).for_each(|time| pace.done(at(2000 + 100 * time)));
        assert!((pace.rate(at(4000)).unwrap() - 0.01).abs() < 0.005, "{:?}", pace.rate(at(4000)));
    }

    #[test]
    fn a_pause_takes_no_time() {
        let mut pace = Pace::default();
        pace.begin(at(0));
        (1..=10).for_each(|second| pace.done(at(second)));
        pace.pause(true, at(10));
        pace.pause(true, at(500));
        assert_eq!(pace.rate(at(900)), Some(1.0));
        pace.pause(false, at(1000));
        pace.done(at(1001));
        assert_eq!(pace.rate(at(1001)), Some(1.0));
    }
}
