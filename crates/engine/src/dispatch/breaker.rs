//! The circuit breaker: when many different files kill workers, perhaps no file is to blame.
//!
//! More than five different files whose workers died, with no file read in between, trip it. Then nothing is
//! lent for a pause, and after it a picture of our own, the control, is lent alone. If it is read, this
//! machine can read pictures and the files were to blame: those under suspicion go on alone, the others as
//! before. If its worker dies too, the pause is doubled and it is tried again; the third time the run ends, and
//! no file is blamed.
//!
//! Where few files are read, nothing trips it, and yet no file may be blamed for what is wrong with the machine.
//! Before the first file of a run is tried alone, and so before any is judged, something must have been read: a file,
//! or else the control.
//!
//! A worker that says that it can read nothing, because a model does not load, is taken at its word only if the
//! control's worker says so too. As long as nothing was read, its word is enough to have the control tried at
//! once; after that, models are known to load, and its death is a death like any other.

use std::collections::HashSet;
use std::time::Duration;

use deskscribe_protocol::ContentKey;
use tokio::time::Instant;

use crate::settings::Patience;

/// So many different files may kill workers, with none read in between, before they are not believed.
const DIFFERENT_FILES: usize = 5;
/// Deaths of the control before the run ends.
const CONTROL_DEATHS: u32 = 3;

/// Whether anything may be lent.
#[derive(Debug)]
pub(super) struct Breaker {
    pause: Duration,
    longest_pause: Duration,
    /// Contents of which workers died since a file was read.
    suspects: HashSet<ContentKey>,
    /// Pauses since a file was read: each is twice as long as the one before.
    pauses: u32,
    control_deaths: u32,
    /// Whether anything was ever read.
    proven: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Files are lent.
    Closed,
    /// Nothing is lent until then, and after that the control.
    Open { until: Instant, why: Why },
}

/// Why it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Workers died, or say that they can read nothing.
    Alarm,
    /// Nothing was ever read, and a file is about to be judged.
    Precaution,
}

/// What follows after the control was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another try after another pause.
    Again,
    /// It is not the files. What to say.
    Environment(String),
}

impl Breaker {
    pub(super) fn new(patience: &Patience) -> Self {
        Self {
            pause: patience.breaker_pause,
            longest_pause: patience.longest_breaker_pause,
            suspects: HashSet::new(),
            pauses: 0,
            control_deaths: 0,
            proven: false,
            state: State::Closed,
        }
    }

    /// Whether files may be lent.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// When the control is to be lent; `None` while files are.
    pub(super) fn control_at(&self) -> Option<Instant> {
        match self.state {
            State::Closed => None,
            State::Open { until, .. } => Some(until),
        }
    }

    /// A file was read in the pool.
    pub(super) fn read(&mut self) {
        self.proven = true;
        // While it is open, only the control can close it: this worker may be the last of a better time.
        if self.is_closed() {
            self.suspects.clear();
            self.pauses = 0;
        }
    }

    /// A worker died of this content in the shared lane. Tells how many different files did so when that
    /// trips the breaker.
    pub(super) fn died(&mut self, key: ContentKey, now: Instant) -> Option<usize> {
        self.suspects.insert(key);
        let trips = self.is_closed() && self.suspects.len() > DIFFERENT_FILES;
        if !trips {
            return None;
        }
        self.control_deaths = 0;
        self.open(now, Why::Alarm);
        Some(self.suspects.len())
    }

    /// A worker that had this content said that it can read nothing. Tells whether that trips the breaker.
    pub(super) fn unfit(&mut self, key: ContentKey, now: Instant) -> bool {
        if self.proven {
            return false;
        }
        self.suspects.insert(key);
        let trips = self.is_closed();
        if trips {
            self.control_deaths = 0;
            self.open(now, Why::Alarm);
        }
        trips
    }

    /// A file is about to be tried alone. Tells whether that has to wait for the control, which is then lent at
    /// once.
    pub(super) fn must_prove(&mut self, now: Instant) -> bool {
        if !self.proven {
            self.control_deaths = 0;
            self.state = State::Open { until: now, why: Why::Precaution };
        }
        !self.proven
    }

    /// The control was read: the breaker is closed. The contents to try alone, if that is news.
    pub(super) fn control_read(&mut self) -> Option<HashSet<ContentKey>> {
        self.proven = true;
        let state = std::mem::replace(&mut self.state, State::Closed);
        let suspects = std::mem::take(&mut self.suspects);
        matches!(state, State::Open { why: Why::Alarm, .. }).then_some(suspects)
    }

    /// The control was not read; `how` it ended instead.
    pub(super) fn control_died(&mut self, how: &str, now: Instant) -> Verdict {
        self.control_deaths += 1;
        if self.control_deaths < CONTROL_DEATHS {
            let State::Open { why, .. } = self.state else { return Verdict::Again };
            self.open(now, why);
            return Verdict::Again;
        }
        let files = match self.suspects.len() {
            0 | 1 => "a file".to_owned(),
            files => format!("{files} different files"),
        };
        Verdict::Environment(format!(
            "{files} and a control picture of Deskscribe's own killed their workers, so that no file is blamed; \
             what was read is kept. Look for what is wrong with this machine or installation, then scan again. \
             The last worker ended thus: {how}",
        ))
    }

    fn open(&mut self, now: Instant, why: Why) {
        let pause = self.pause.saturating_mul(2_u32.saturating_pow(self.pauses)).min(self.longest_pause);
        self.pauses += 1;
        self.state = State::Open { until: now + pause, why };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn breaker() -> Breaker {
        Breaker::new(&Patience::default())
    }

    fn file(number: u8) -> ContentKey {
        ContentKey::from_bytes([number; 32])
    }

    /// How many deaths in a row were needed to trip it.
    fn trip(breaker: &mut Breaker, now: Instant) -> u8 {
        (1..100).find(|number| breaker.died(file(*number), now).is_some()).unwrap()
    }

    #[test]
    fn the_sixth_different_file_trips_it_and_no_number_of_deaths_of_one() {
        let now = Instant::now();
        let mut breaker = breaker();
        for _ in 0..100 {
            assert_eq!(breaker.died(file(1), now), None);
        }
        assert!(breaker.is_closed());
        assert_eq!(trip(&mut breaker, now), 6);
        assert!(!breaker.is_closed());
        assert_eq!(breaker.control_at(), Some(now + SECOND));
    }

    #[test]
    fn a_file_that_was_read_in_between_clears_the_others() {
        let now = Instant::now();
        let mut breaker = breaker();
        for number in 1..=5 {
            assert_eq!(breaker.died(file(number), now), None);
        }
        breaker.read();
        for number in 6..=10 {
            assert_eq!(breaker.died(file(number), now), None);
        }
        assert_eq!(breaker.died(file(11), now), Some(6));
    }

    #[test]
    fn a_control_that_is_read_hands_the_suspects_out_and_closes_it() {
        let now = Instant::now();
        let mut breaker = breaker();
        trip(&mut breaker, now);
        // One that was running when it tripped is under suspicion as well; one that was read saves nobody.
        assert_eq!(breaker.died(file(50), now), None);
        breaker.read();
        assert!(!breaker.is_closed());
        assert_eq!(breaker.control_read().unwrap().len(), 7);
        assert!(breaker.is_closed());
        assert_eq!(trip(&mut breaker, now), 6, "it begins to count anew");
    }

    #[test]
    fn pauses_are_doubled_up_to_a_bound_until_a_file_is_read() {
        let now = Instant::now();
        let mut breaker = breaker();
        for seconds in [1, 2, 4, 4, 4] {
            trip(&mut breaker, now);
            assert_eq!(breaker.control_at(), Some(now + SECOND * seconds));
            breaker.control_read();
        }
        breaker.read();
        trip(&mut breaker, now);
        assert_eq!(breaker.control_at(), Some(now + SECOND));
    }

    #[test]
    fn a_worker_that_calls_itself_unfit_is_believed_until_something_was_read() {
        let now = Instant::now();
        let mut breaker = breaker();
        assert!(breaker.unfit(file(1), now));
        assert!(!breaker.unfit(file(2), now), "it is open already");
        assert_eq!(breaker.control_read().unwrap().len(), 2);
        assert!(!breaker.unfit(file(3), now) && breaker.is_closed());
    }

    #[test]
    fn before_anything_was_read_the_control_comes_first_and_at_once() {
        let now = Instant::now();
        let mut breaker = breaker();
        breaker.died(file(1), now);
        assert!(breaker.must_prove(now));
        assert_eq!(breaker.control_at(), Some(now));
        assert_eq!(breaker.control_died("once", now), Verdict::Again);
        assert_eq!(breaker.control_at(), Some(now + SECOND));
        assert_eq!(breaker.control_read(), None, "nothing to tell");
        assert!(!breaker.must_prove(now) && breaker.is_closed());

        let mut breaker = Breaker::new(&Patience::default());
        breaker.read();
        assert!(!breaker.must_prove(now));
    }

    #[test]
    fn three_deaths_of_the_control_acquit_the_files() {
        let now = Instant::now();
        let mut breaker = breaker();
        trip(&mut breaker, now);
        assert_eq!(breaker.control_died("once", now), Verdict::Again);
        assert_eq!(breaker.control_at(), Some(now + SECOND * 2));
        assert_eq!(breaker.control_died("twice", now), Verdict::Again);
        assert_eq!(breaker.control_at(), Some(now + SECOND * 4));
        let Verdict::Environment(text) = breaker.control_died("badly", now) else { panic!() };
        assert!(
            text.starts_with("6 different files and a control picture") && text.ends_with("badly"),
            "{text}"
        );
    }
}
