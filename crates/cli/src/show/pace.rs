//! How far a run is and how fast it goes, in words that are measured, not guessed.

use std::time::Duration;

use deskscribe_engine::{Event, Pace as Measured, RowState, clock};

/// The numbers of the progress line.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Known only when the folders were walked.
    files: Option<u64>,
    looking: u64,
    settled: u64,
    read: u64,
    failed: u64,
    summarised: u64,
    measured: Measured,
}

impl Pace {
    /// Takes note of an event that happened this long after the start.
    pub(super) fn hear(&mut self, event: &Event, now: Duration) {
        match event {
            Event::Looking { files } => self.looking = *files,
            Event::Found { files } => self.files = Some(*files),
            Event::Worker { .. } => self.measured.begin(now),
            Event::Row(row) => {
                self.settled += 1;
                self.read += u64::from(row.state == RowState::Read);
                self.failed += u64::from(row.state == RowState::Failed);
                if row.worker.is_some() {
                    self.measured.done(now);
                }
            }
            Event::Summarised { .. } => self.summarised += 1,
            Event::Note(_)
            | Event::Progress(_)
            | Event::Recording { .. }
            | Event::Refused { .. }
            | Event::Open { .. }
            | Event::Finished { .. } => {}
        }
    }

    /// Somebody paused the run, or had it go on.
    pub(super) fn pause(&mut self, paused: bool, now: Duration) {
        self.measured.pause(paused, now);
    }

    /// Such as `40/320 (12.5%) · 35 read · 5 failed · 8.2/s · 0:34 left`.
    pub(super) fn line(&self, now: Duration) -> String {
        let Some(files) = self.files else {
            return format!("Looking for pictures and recordings: {} found", self.looking);
        };
        let percent = if files == 0 { 100.0 } else { self.settled as f64 * 100.0 / files as f64 };
        let Self { settled, read, failed, .. } = self;
        let mut line = format!("{settled}/{files} ({percent:.1}%) · {read} read · {failed} failed");
        if self.summarised > 0 {
            line += &format!(" · {} summarised", self.summarised);
        }
        let left = self.measured.left(files.saturating_sub(self.settled), now);
        if let (Some(rate), Some(left)) = (self.measured.rate(now), left) {
            line += &format!(" · {rate:.1}/s · {} left", clock(left));
        }
        line
    }

    /// Something that changes exactly when the line tells something new.
    pub(super) fn settled(&self) -> (u64, u64) {
        (self.looking, self.settled + self.summarised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_was_measured() {
        let mut pace = Pace { looking: 12, ..Pace::default() };
        let at = Duration::from_secs;
        assert_eq!(pace.line(at(0)), "Looking for pictures and recordings: 12 found");
        pace.hear(&Event::Found { files: 320 }, at(1));
        assert_eq!(pace.line(at(1)), "0/320 (0.0%) · 0 read · 0 failed");
        pace.measured.begin(at(1));
        (0..41).for_each(|_| pace.measured.done(at(6)));
        pace = Pace { settled: 40, read: 35, failed: 5, ..pace };
        assert_eq!(pace.line(at(6)), "40/320 (12.5%) · 35 read · 5 failed · 8.2/s · 0:34 left");
        pace = Pace { files: Some(0), settled: 0, measured: Measured::default(), ..pace };
        assert_eq!(pace.line(at(6)), "0/0 (100.0%) · 35 read · 5 failed");
    }
}
