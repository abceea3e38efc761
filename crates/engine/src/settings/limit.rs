//! Failures that are about a limit, which the user may change.

use deskscribe_cache::{Outcome, Record};
use deskscribe_protocol::Code;

use super::Settings;

impl Settings {
    /// Who says so, for [`Record::program`]: this build and, where a failure is about a limit, that limit too.
    pub(crate) fn author(&self, outcome: &Outcome) -> String {
        let limit = match outcome {
            Outcome::Failed(failure) => self.limit(failure.code),
            Outcome::Read(_) => None,
        };
        let build = Record::own();
        limit.map_or_else(|| build.clone(), |limit| format!("{build}, {limit}"))
    }

    /// Whether the same would come of it with this build and these limits.
    pub(crate) fn stand_by(&self, record: &Record) -> bool {
        matches!(record.outcome, Outcome::Read(_)) || record.program == self.author(&record.outcome)
    }

    /// The limit that a failure with this code is about.
    fn limit(&self, code: Code) -> Option<String> {
        match code {
            Code::TooLarge => Some(format!("pixels = {}", self.limits.pixels)),
            Code::TimedOut => {
                let (base, more) = (self.patience.cpu_base, self.patience.cpu_per_mebibyte);
                Some(format!("cpu_seconds = {} and {}", base.as_secs_f64(), more.as_secs_f64()))
            }
            Code::OutOfMemory => Some(format!("memory_ceiling = {}", self.memory_ceiling)),
            Code::Empty
            | Code::Damaged
            | Code::Unsupported
            | Code::Stalled
            | Code::WorkerCrashed
            | Code::Changed
            | Code::Vanished
            | Code::PermissionDenied
            | Code::Symlink
            | Code::NotAFile
            | Code::Unreadable
            | Code::Internal => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use deskscribe_protocol::{ContentKey, Failure, MediaKind};

    use super::*;

    fn record(code: Code, settings: &Settings) -> Record {
        let outcome = Outcome::Failed(Failure::new(code, ""));
        Record {
            key: ContentKey::from_bytes([1; 32]),
            kind: MediaKind::Image,
            bytes: 1,
            read_at: 0,
            program: settings.author(&outcome),
            outcome,
        }
    }

    #[test]
    fn a_failure_for_a_limit_stands_until_that_limit_is_another() {
        let before = Settings::default();
        let changed = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings
        };
        let cases = [
            (Code::TooLarge, changed(|settings| settings.limits.pixels += 1)),
            (Code::TimedOut, changed(|settings| settings.patience.cpu_base += Duration::from_secs(1))),
            (Code::TimedOut, changed(|settings| settings.patience.cpu_per_mebibyte = Duration::ZERO)),
            (Code::OutOfMemory, changed(|settings| settings.memory_ceiling += 1)),
        ];
        for (code, after) in &cases {
            assert!(before.stand_by(&record(*code, &before)), "{code:?}");
            assert!(!after.stand_by(&record(*code, &before)), "{code:?}");
            assert!(after.stand_by(&record(Code::Damaged, &before)));
            let others = cases.iter().filter(|(other, _)| other != code);
            assert!(others.clone().all(|(other, _)| after.stand_by(&record(*other, &before))), "{code:?}");
        }
        let other_build = Record { program: "0.0.1".to_owned(), ..record(Code::TooLarge, &before) };
        assert!(!before.stand_by(&other_build));
    }
}
