//! The poison ladder: what follows when workers die of one file.
//!
//! | step | where | why there |
//! |---|---|---|
//! | 1, 2 | in company, in the shared lane | the first death may be another's fault |
//! | 3, 4 | alone, in a fresh worker, after everything else | nobody else can be hurt, or be to blame |
//! | then | quarantine | kept with the reason until another build, or the user, asks for another try |
//!
//! A death for want of memory goes straight to the lane of those that are alone: there it has a worker that
//! no other file has filled. If it happens there once more, the file needs more than a worker may have.
//!
//! A worker that had read other files, and is gone before it says anything of this one, may have been dead before
//! it was lent. Once for every file that is no step at all; a file that kills so fast climbs from then on.
//!
//! A death by somebody else's SIGKILL says nothing about the file: the kernel may have chosen this worker
//! because memory ran out, or a person did. It counts as a step, so that no file is tried for ever, but it is
//! no evidence: a file of which nothing but such deaths is known is told as failed and tried again at the next
//! scan. One crash of its own making is evidence enough, whatever the other deaths were. Want of memory in
//! company is not: the worker may have been full of earlier files.

use deskscribe_protocol::{Code, Failure};

use crate::pool::Cause;

/// Deaths in company before a file is tried alone.
const IN_COMPANY: u32 = 2;
/// Deaths alone before it is given up.
const ALONE: u32 = 2;
/// Deaths that are not counted, of workers that may have been dead before.
const EXCUSED: u32 = 1;

/// Which deaths one content has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Trial {
    in_company: u32,
    alone: u32,
    /// Deaths that are no step.
    excused: u32,
    /// Of all deaths, those that the content must answer for.
    crashes: u32,
    /// Whether it is to be tried alone, sooner than the number of its deaths asks for.
    suspected: bool,
}

/// What follows after a death.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Try it again: the lane is the one the trial [needs](Trial::lane).
    Again,
    /// There will be no reading; whether that is worth remembering.
    GiveUp { failure: Failure, lasting: bool },
}

/// Where a file is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Beside others, in any worker.
    Shared,
    /// In a fresh worker, when there is nothing else to do.
    Solo,
}

impl Trial {
    /// Where the next try takes place.
    pub(super) fn lane(&self) -> Lane {
        if self.suspected || self.in_company >= IN_COMPANY { Lane::Solo } else { Lane::Shared }
    }

    /// The next try is alone: something about this file is known that its own deaths do not tell.
    pub(super) fn suspect(&mut self) {
        self.suspected = true;
    }

    /// A worker died that may have been dead before it had this file. Tells whether that is no step.
    pub(super) fn excuse(&mut self) -> bool {
        let is_excused = self.excused < EXCUSED;
        self.excused += u32::from(is_excused);
        is_excused
    }

    /// A worker died in the lane that was [asked for](Self::lane); `how` is for the reason.
    pub(super) fn death(&mut self, cause: Cause, how: &str) -> Step {
        let lane = self.lane();
        match lane {
            Lane::Shared => self.in_company += 1,
            Lane::Solo => self.alone += 1,
        }
        match cause {
            // Whatever it said of itself: that a worker here can read is shown by another picture.
            Cause::Crash | Cause::Unfit => self.crashes += 1,
            Cause::Memory if lane == Lane::Solo => {
                let reason = format!(
                    "needs more memory than a worker may have, even while nothing else ran; raise \
                     memory_ceiling_mib in settings.toml and scan again: {how}"
                );
                let failure = Failure::new(Code::OutOfMemory, reason);
                return Step::GiveUp { failure, lasting: true };
            }
            Cause::Memory => self.suspect(),
            Cause::Kill => {}
        }
        if self.alone < ALONE {
            return Step::Again;
        }
        let lasting = self.crashes > 0;
        let verdict = if lasting { "quarantined" } else { "not to blame, and tried again by the next scan" };
        let reason = format!(
            "{verdict}: {} workers died of it, {} of them while nothing else ran; the last one thus: {how}",
            self.in_company + self.alone,
            self.alone,
        );
        Step::GiveUp { failure: Failure::new(Code::WorkerCrashed, reason), lasting }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lanes of all tries, and how it ended.
    fn climb(causes: &[Cause]) -> (Vec<Lane>, Option<(Code, String, bool)>) {
        let mut trial = Trial::default();
        let mut lanes = vec![trial.lane()];
        for cause in causes {
            match trial.death(*cause, &format!("{cause:?}")) {
                Step::Again => lanes.push(trial.lane()),
                Step::GiveUp { failure, lasting } => {
                    return (lanes, Some((failure.code, failure.reason, lasting)));
                }
            }
        }
        (lanes, None)
    }

    use Cause::{Crash, Kill, Memory};
    use Lane::{Shared, Solo};

    #[test]
    fn two_deaths_in_company_two_alone_then_quarantine() {
        let (lanes, end) = climb(&[Crash; 4]);
        assert_eq!(lanes, [Shared, Shared, Solo, Solo]);
        let (code, reason, lasting) = end.unwrap();
        assert_eq!((code, lasting), (Code::WorkerCrashed, true));
        assert_eq!(
            reason,
            "quarantined: 4 workers died of it, 2 of them while nothing else ran; the last one thus: Crash"
        );
        assert_eq!(climb(&[Crash; 3]).1, None, "three are not enough");
    }

    #[test]
    fn kills_alone_are_never_kept_against_a_file_and_one_crash_among_them_is() {
        let (lanes, end) = climb(&[Kill; 4]);
        assert_eq!(lanes, [Shared, Shared, Solo, Solo]);
        let (code, reason, lasting) = end.unwrap();
        assert_eq!((code, lasting), (Code::WorkerCrashed, false));
        assert!(reason.starts_with("not to blame, and tried again by the next scan: 4 workers"), "{reason}");
        for crash in 0..4 {
            let mut causes = [Kill; 4];
            causes[crash] = Crash;
            assert!(climb(&causes).1.unwrap().2, "a crash of its own as number {crash}");
        }
    }

    #[test]
    fn want_of_memory_is_believed_alone() {
        let (lanes, end) = climb(&[Memory, Memory]);
        assert_eq!(lanes, [Shared, Solo]);
        let (code, reason, lasting) = end.unwrap();
        assert_eq!((code, lasting), (Code::OutOfMemory, true));
        assert!(reason.starts_with("needs more memory") && reason.ends_with("Memory"), "{reason}");
        // The kernel killed it where it was alone: nothing is known of the file but that memory ran out.
        let (lanes, end) = climb(&[Memory, Kill, Kill]);
        assert_eq!(lanes, [Shared, Solo, Solo]);
        assert!(!end.unwrap().2);
    }

    #[test]
    fn a_death_that_may_have_come_before_is_excused_once() {
        let mut trial = Trial::default();
        assert!(trial.excuse() && !trial.excuse());
        assert_eq!((trial.lane(), trial.death(Crash, ""), trial.lane()), (Shared, Step::Again, Shared));
    }

    #[test]
    fn a_suspect_is_tried_alone_at_once() {
        let mut trial = Trial::default();
        assert_eq!(trial.death(Crash, ""), Step::Again);
        trial.suspect();
        assert_eq!(trial.lane(), Solo);
        assert_eq!(trial.death(Crash, ""), Step::Again);
        let Step::GiveUp { failure, lasting: true } = trial.death(Crash, "badly") else { panic!() };
        assert!(failure.reason.starts_with("quarantined: 3 workers died of it, 2 of them"), "{failure}");
    }
}
