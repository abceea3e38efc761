//! Workers that do not start: how often that may be, and how long to wait before another try.
//!
//! Failures are counted in rounds, not one by one: what keeps one worker from starting keeps all of them, and eight
//! slots that fail in the same moment have failed once. A failure belongs to a new round if its job was lent after
//! the failure before it was heard of. Between rounds nothing is lent to a slot that would have to start a worker.

use std::time::Duration;

use deskscribe_protocol::JobId;

use crate::pool::StartError;
use crate::settings::Patience;

/// Rounds in a row in which workers failed by themselves, before the run is given up.
const FAILED: u32 = 3;
/// Rounds in a row for whatever reason. With pauses that grow up to their bound, this is half a minute.
const ROUNDS: u32 = 10;
/// Pauses grow no longer than 2⁴ times the first.
const LONGEST_PAUSE: u32 = 4;

/// Starts that failed since one succeeded.
#[derive(Debug)]
pub(super) struct Starts {
    pause: Duration,
    rounds: u32,
    /// Of these, those that were not a shortage of the system, or somebody's SIGKILL.
    failed: u32,
    /// Jobs before this one were lent in a round that is over.
    next: JobId,
}

/// What follows after a failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing that was not known.
    SameRound,
    /// Another try after this pause; whether there is something to tell.
    Wait { pause: Duration, tell: bool },
    /// No use in trying again.
    GiveUp,
}

impl Starts {
    pub(super) fn new(patience: &Patience) -> Self {
        Self { pause: patience.cool_down, rounds: 0, failed: 0, next: JobId(0) }
    }

    /// A worker got ready.
    pub(super) fn succeeded(&mut self) {
        (self.rounds, self.failed) = (0, 0);
    }

    /// No worker could be started for this job; `next` is the first that was not lent yet.
    pub(super) fn failed(&mut self, job: JobId, next: JobId, error: &StartError) -> Next {
        if matches!(error, StartError::Hopeless(_)) {
            return Next::GiveUp;
        }
        if job < self.next {
            return Next::SameRound;
        }
        self.next = next;
        let is_short = matches!(error, StartError::Short(_));
        self.rounds += 1;
        self.failed += u32::from(!is_short);
        if self.failed >= FAILED || self.rounds >= ROUNDS {
            return Next::GiveUp;
        }
        let pause = self.pause * 2_u32.pow((self.rounds - 1).min(LONGEST_PAUSE));
        Next::Wait { pause, tell: is_short && self.rounds == 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts() -> Starts {
        Starts::new(&Patience::default())
    }

    fn passing() -> StartError {
        StartError::Passing("no luck".to_owned())
    }

    fn short() -> StartError {
        StartError::Short("no descriptor".to_owned())
    }

    #[test]
    fn eight_slots_that_fail_at_once_have_failed_once() {
        let mut starts = starts();
        for job in 0..8 {
            let next = starts.failed(JobId(job), JobId(8), &passing());
            assert_eq!(matches!(next, Next::Wait { .. }), job == 0, "{next:?}");
            assert_ne!(next, Next::GiveUp);
        }
        assert!(matches!(starts.failed(JobId(8), JobId(10), &passing()), Next::Wait { .. }));
        assert_eq!(starts.failed(JobId(9), JobId(10), &passing()), Next::SameRound);
        assert_eq!(starts.failed(JobId(10), JobId(11), &passing()), Next::GiveUp);
    }

    #[test]
    fn a_shortage_is_waited_for_with_longer_pauses_and_not_for_ever() {
        let mut starts = starts();
        let rounds: Vec<Next> =
            (0..10).map(|job| starts.failed(JobId(job), JobId(job + 1), &short())).collect();
        let pause = |pause: &Next| if let Next::Wait { pause, .. } = pause { pause.as_millis() } else { 0 };
        let pauses: Vec<u128> = rounds.iter().map(pause).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 0]);
        assert!(matches!(rounds[0], Next::Wait { tell: true, .. }));
        assert_eq!(rounds[9], Next::GiveUp);
    }

    #[test]
    fn a_worker_that_starts_makes_all_good_and_what_is_hopeless_is_not_tried_again() {
        let mut starts = starts();
        for job in 0..20 {
            assert_ne!(starts.failed(JobId(job), JobId(job + 1), &passing()), Next::GiveUp);
            starts.succeeded();
        }
        let hopeless = StartError::Hopeless("another build".to_owned());
        assert_eq!(starts.failed(JobId(0), JobId(20), &hopeless), Next::GiveUp);
    }
}
