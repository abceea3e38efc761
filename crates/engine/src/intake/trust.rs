//! What is taken from the cache without another look.

use deskscribe_cache::{Outcome, Record};
use deskscribe_protocol::{Owed, Reading};
use serde::{Deserialize, Serialize};

use crate::models::SpeechModel;
use crate::{Resources, Settings};

/// What is read again although something is known about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Only what another build, or one with other limits, failed to read: this one may do better.
    #[default]
    Nothing,
    /// Whatever failed, quarantined files too.
    Failed,
    /// Whatever failed, and readings that another build or other models have made.
    Older,
    /// Everything.
    All,
}

/// Whether an outcome may be taken as it is.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    again: Again,
    settings: Settings,
    /// The SHA-256 of each model that is in use.
    models: Vec<String>,
    /// Whether one of them listens.
    listens: bool,
}

impl Trust {
    /// Everything, but what is asked for again.
    pub(crate) fn but(
        again: Again,
        resources: &Resources,
        speech: Option<&SpeechModel>,
        settings: &Settings,
    ) -> Self {
        let shipped = resources.models.iter().map(|model| &model.grant.sha256);
        let models = shipped.chain(speech.map(|model| &model.sha256)).cloned().collect();
        Self { again, settings: settings.clone(), models, listens: speech.is_some() }
    }

    pub(crate) fn holds(&self, record: &Record) -> bool {
        // What is owed can be had now.
        if let Outcome::Read(reading) = &record.outcome
            && self.listens
            && reading.pending.contains(&Owed::Speech)
        {
            return false;
        }
        match (self.again, &record.outcome) {
            (Again::All, _) | (Again::Failed | Again::Older, Outcome::Failed(_)) => false,
            (Again::Failed, Outcome::Read(_)) => true,
            (Again::Nothing, _) => self.settings.stand_by(record),
            (Again::Older, Outcome::Read(reading)) => {
                record.program == Record::own() && self.is_current(reading)
            }
        }
    }

    /// Whether every model that made it is installed now.
    fn is_current(&self, reading: &Reading) -> bool {
        reading.provenance.engines.iter().all(|used| self.models.contains(&used.sha256))
    }
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::{Code, ContentKey, EngineUse, Failure, MediaKind, Stage};

    use super::*;

    fn record(program: &str, outcome: Outcome) -> Record {
        let key = ContentKey::from_bytes([1; 32]);
        Record { key, kind: MediaKind::Image, bytes: 1, outcome, read_at: 0, program: program.to_owned() }
    }

    fn read(program: &str, sha256: &str) -> Record {
        let mut reading = Reading::default();
        reading.provenance.engines.push(EngineUse {
            stage: Stage::Ocr,
            engine: String::new(),
            model: String::new(),
            sha256: sha256.to_owned(),
        });
        record(program, Outcome::Read(Box::new(reading)))
    }

    #[test]
    fn what_is_asked_for_again_is_not_taken_from_the_cache() {
        let own = Record::own();
        let failed = |program| record(program, Outcome::Failed(Failure::new(Code::Damaged, "broken")));
        let records =
            [read(&own, "aa"), read(&own, "bb"), read("0.0.1", "aa"), failed(&own), failed("0.0.1")];
        for (again, held) in [
            (Again::Nothing, [true, true, true, true, false]),
            (Again::Failed, [true, true, true, false, false]),
            (Again::Older, [true, false, false, false, false]),
            (Again::All, [false; 5]),
        ] {
            let trust =
                Trust { again, settings: Settings::default(), models: vec!["aa".to_owned()], listens: true };
            assert_eq!(records.each_ref().map(|record| trust.holds(record)), held, "{again:?}");
        }
    }

    #[test]
    fn what_is_owed_for_want_of_a_model_is_read_on_as_soon_as_there_is_one() {
        let mut record = read(&Record::own(), "aa");
        let Outcome::Read(reading) = &mut record.outcome else { panic!("read") };
        reading.pending.push(Owed::Speech);
        for (listens, holds) in [(false, true), (true, false)] {
            let models = vec!["aa".to_owned()];
            let trust = Trust { again: Again::Nothing, settings: Settings::default(), models, listens };
            assert_eq!(trust.holds(&record), holds, "{listens}");
        }
    }
}
