//! What becomes of a part that ended: it is kept, tried again, or given up; and what that means for its recording.

use std::collections::HashSet;
use std::sync::Arc;

use deskscribe_cache::Outcome;
use deskscribe_protocol::{Answer, Code, ContentKey, Failure, JobId, Raster};

use super::super::ladder::{Lane, Step, Trial};
use super::super::{Dispatch, Halt};
use super::Recording;
use crate::WorkerName;
use crate::plan::{Kept, Part};
use crate::pool::{Cause, Ending};
use crate::record::Entry;

impl Dispatch {
    /// A part ended.
    pub(in super::super) async fn settle_part(
        &mut self,
        job: JobId,
        key: ContentKey,
        part: Part,
        ending: Ending,
    ) -> Result<(), Halt> {
        let Some(recording) = self.recordings.get(&key) else { return Ok(()) };
        let medium = Arc::clone(&recording.task.medium);
        self.tell_end(&ending, Some(&medium.path)).await;
        if let Ending::Done { worker, .. }
        | Ending::Failed { worker, .. }
        | Ending::Stopped { worker, .. }
        | Ending::Died { worker, .. } = &ending
        {
            let changed = medium.has_changed().await;
            let is_silent = changed.is_none() && !matches!(ending, Ending::Done { .. });
            if changed == Some(true) || is_silent {
                return match self.withdraw(&key).await {
                    Some(task) if is_silent => self.unanswered(&task, *worker).await,
                    Some(task) => self.read_again(task, *worker).await,
                    None => Ok(()),
                };
            }
        }
        match ending {
            Ending::Done { worker, answer: Answer::Reading(reading), .. } => {
                self.breaker.read();
                let Some(task) = self.withdraw(&key).await else { return Ok(()) };
                self.sidecars.read(key, &task.medium.path, &reading);
                self.store(&task.medium, Outcome::Read(reading), None, worker).await
            }
            Ending::Done { worker, answer, picture } => {
                self.breaker.read();
                self.keep(key, part, answer, picture, worker).await
            }
            Ending::Failed { worker, failure } | Ending::Stopped { worker, failure }
                if failure.code == Code::OutOfMemory =>
            {
                self.climb_with_part(key, part, Cause::Memory, &failure.reason, worker).await
            }
            Ending::Failed { worker, failure } | Ending::Stopped { worker, failure } => {
                let lasting = failure.code.is_lasting();
                self.give_up_part(key, part, failure, lasting, worker).await
            }
            Ending::Died { heard: false, .. } if self.trial(&key, part).is_some_and(Trial::excuse) => {
                self.put_part_back(&key, part);
                Ok(())
            }
            Ending::Died { worker, how, cause, .. } => {
                let lane = self.trial(&key, part).map_or(Lane::Shared, |trial| trial.lane());
                self.count_death(key, lane, cause).await;
                self.climb_with_part(key, part, cause, &how.to_string(), worker).await
            }
            Ending::NotStarted(error) => {
                self.put_part_back(&key, part);
                self.not_started(job, &error).await
            }
            Ending::NoPlace => {
                self.put_part_back(&key, part);
                self.no_place().await
            }
            // What nobody wants any more was withdrawn with its recording. This one only had to go for a long pause.
            Ending::Cancelled { .. } => {
                self.put_part_back(&key, part);
                Ok(())
            }
            Ending::Dropped => Ok(()),
        }
    }

    /// Keeps what a part came to, and goes on; with the last one lost, there is nothing to go on with.
    async fn keep(
        &mut self,
        key: ContentKey,
        part: Part,
        answer: Answer,
        picture: Option<(Raster, Vec<u8>)>,
        worker: WorkerName,
    ) -> Result<(), Halt> {
        let Some(recording) = self.recordings.get(&key) else { return Ok(()) };
        match recording.plan.landed(part, answer) {
            Ok(Some(Kept { plan, number, content })) => {
                self.record(Entry::Part { key, plan, number, content, thumbnail: picture }).await?;
            }
            Ok(None) => {}
            Err(error) => {
                let why = Failure::new(
                    Code::Internal,
                    format!("its sound is not kept by its worker alone ({error})"),
                );
                return self.give_up_part(key, part, why, false, worker).await;
            }
        }
        self.tell_share(&key).await;
        Ok(())
    }

    fn put_part_back(&mut self, key: &ContentKey, part: Part) {
        if let Some(recording) = self.recordings.get(key) {
            recording.put_back(part);
        }
    }

    fn trial(&mut self, key: &ContentKey, part: Part) -> Option<&mut Trial> {
        Some(self.recordings.get(key)?.trials.entry(part).or_default())
    }

    /// A worker died of this part, or had to be killed for want of memory: another try, or none.
    async fn climb_with_part(
        &mut self,
        key: ContentKey,
        part: Part,
        cause: Cause,
        how: &str,
        worker: WorkerName,
    ) -> Result<(), Halt> {
        match self.trial(&key, part).map(|trial| trial.death(cause, how)) {
            Some(Step::Again) => {
                self.put_part_back(&key, part);
                Ok(())
            }
            Some(Step::GiveUp { failure, lasting: true }) => {
                self.give_up_part(key, part, failure, true, worker).await
            }
            // The others may have been killed as well, and for the same reason, which is not this recording.
            Some(Step::GiveUp { failure, lasting: false }) => {
                self.give_up_all_parts(key, failure, false, worker).await
            }
            None => Ok(()),
        }
    }

    /// There will be nothing of this part. Without some of them, there is no reading; for want of the others, it has a
    /// gap.
    async fn give_up_part(
        &mut self,
        key: ContentKey,
        part: Part,
        failure: Failure,
        lasting: bool,
        worker: WorkerName,
    ) -> Result<(), Halt> {
        match part {
            Part::Survey | Part::Compose => {
                return self.give_up_all_parts(key, failure, lasting, worker).await;
            }
            // A model that does not load, or a fault of ours: another try may have the words.
            Part::Transcribe { .. } if failure.code == Code::Internal => {
                tracing::warn!(?part, %failure, "nobody can listen");
                if self.leave_speech(&key) {
                    self.ledger.note(format!("what is said in recordings waits: {}", failure.reason)).await;
                }
                self.tell_share(&key).await;
                return Ok(());
            }
            Part::Transcribe { .. } | Part::Hear(_) | Part::Watch(_) => {}
        }
        tracing::warn!(?part, %failure, "a part is lost");
        let Some(recording) = self.recordings.get(&key) else { return Ok(()) };
        recording.plan.give_up(part, &failure);
        match recording.plan.failure().cloned() {
            Some(failure) => self.give_up_all_parts(key, failure, lasting, worker).await,
            None => {
                self.tell_share(&key).await;
                Ok(())
            }
        }
    }

    /// The model that listens to this recording cannot be used: what is said in all those it listens to waits, and what
    /// is shown is read all the same. Tells whether this is news.
    pub(super) fn leave_speech(&mut self, key: &ContentKey) -> bool {
        let Some(model) = self.recordings.get(key).and_then(|recording| recording.speech.clone()) else {
            return false;
        };
        let is_mute = |recording: &Recording| {
            recording.speech.as_ref().is_some_and(|speech| speech.sha256 == model.sha256)
        };
        let mute = self.recordings.open.iter_mut().filter(|recording| is_mute(recording));
        let keys: HashSet<ContentKey> = mute.map(Recording::leave_speech).collect();
        self.stop_jobs(|running| {
            running.part().is_some_and(Part::listens) && keys.contains(&running.medium.key)
        });
        self.recordings.unusable.replace(model.sha256).is_none()
    }

    /// There will be no reading of this recording in this round. What landed of it is kept for the next.
    async fn give_up_all_parts(
        &mut self,
        key: ContentKey,
        failure: Failure,
        lasting: bool,
        worker: WorkerName,
    ) -> Result<(), Halt> {
        let Some(task) = self.withdraw(&key).await else { return Ok(()) };
        self.give_up(&task, failure, lasting, worker).await
    }
}

impl Recording {
    /// Nobody listens to it in this round. Tells which it is.
    fn leave_speech(&mut self) -> ContentKey {
        self.speech = None;
        self.plan.leave_speech();
        self.suspects.retain(|part| !part.listens());
        self.task.medium.key
    }

    /// Puts a part back where its next try begins.
    fn put_back(&mut self, part: Part) {
        let lane = self.trials.get(&part).map_or(Lane::Shared, Trial::lane);
        match lane {
            Lane::Shared => self.plan.put_back(part),
            Lane::Solo => self.suspects.push(part),
        }
    }
}
