//! What is told while a model is fetched, imported or checked.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::InstalledModel;

/// How far it is. The JSON form is for scripts and for the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Step {
    /// The server is asked.
    Connecting {
        /// Which one.
        host: String,
        /// The proxy that everything goes through, if any.
        proxy: Option<String>,
        /// Whether that is the mirror of the settings.
        mirror: bool,
        /// Bytes that are there already.
        kept: u64,
        /// Bytes in all.
        total: u64,
    },
    /// Something went wrong that may pass; it is tried again after a while.
    Waiting {
        /// What went wrong.
        why: String,
        /// How long it waits.
        #[cfg_attr(feature = "page-types", specta(type = i32))]
        seconds: f64,
    },
    /// What was there already is fetched anew.
    StartingOver {
        /// Why.
        why: String,
        /// Bytes that were there.
        dropped: u64,
    },
    /// Bytes come in.
    Downloading {
        /// Bytes that are there.
        bytes: u64,
        /// Bytes in all.
        total: u64,
        /// Bytes in a second, of late; absent before there is enough to measure.
        #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
        rate: Option<f64>,
        /// Seconds until all are there, at that rate.
        #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
        left_seconds: Option<f64>,
    },
    /// A file of the user is copied.
    Copying {
        /// Bytes that are there.
        bytes: u64,
        /// Bytes in all.
        total: u64,
    },
    /// All bytes are there, and their hash is taken.
    Verifying {
        /// Bytes that were looked at.
        bytes: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The model can be used.
    Done(InstalledModel),
}

/// How fast bytes come in over one connection.
#[derive(Debug, Default)]
pub(super) struct Speed {
    /// When so many bytes were there, in all, of late.
    marks: VecDeque<(Instant, u64)>,
}

/// What happened before that says little about now.
const RECENT: Duration = Duration::from_secs(10);
/// In less time a rate would be a guess.
const ENOUGH: Duration = Duration::from_millis(500);

impl Speed {
    /// So many bytes are there now.
    pub(super) fn mark(&mut self, now: Instant, bytes: u64) {
        self.marks.push_back((now, bytes));
        while self.marks.len() > 2
            && self.marks.get(1).is_some_and(|(then, _)| now.duration_since(*then) > RECENT)
        {
            self.marks.pop_front();
        }
    }

    /// Bytes in a second.
    pub(super) fn rate(&self) -> Option<f64> {
        let ((begun, before), (now, bytes)) = (*self.marks.front()?, *self.marks.back()?);
        let took = now.duration_since(begun);
        let rate = bytes.saturating_sub(before) as f64 / took.as_secs_f64();
        (took >= ENOUGH && rate > 0.0).then_some(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_measured_and_is_that_of_late() {
        let begun = Instant::now();
        let mut speed = Speed::default();
        let at = |tenths: u64| begun + Duration::from_millis(100 * tenths);
        speed.mark(at(0), 500);
        speed.mark(at(4), 4_500);
        assert_eq!(speed.rate(), None, "too soon");
        speed.mark(at(10), 10_500);
        assert_eq!(speed.rate(), Some(10_000.0));
        // It slows down to a tenth.
        (1..=20).for_each(|second| speed.mark(at(10 + 10 * second), 10_500 + 1000 * second));
        assert_eq!(speed.rate(), Some(1_000.0));
    }
}
