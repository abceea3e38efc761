//! What becomes of a summary: it is stored, tried again, or given up for this model.

use deskscribe_cache::Summary;
use deskscribe_protocol::{Answer, Digest, JobId, Reading, one_line};
use tokio::time::Instant;

use super::{Lent, MISSED, Wanted};
use crate::dispatch::{Dispatch, Halt};
use crate::gateway::{LlmState, TroubleCode};
use crate::pool::Ending;
use crate::record::{self, Entry};

/// Tries of one content before it is given up: a worker may die of it, or the server, and neither need be its fault.
const TRIES: u32 = 3;
/// So many contents in a row that a model can make nothing of, and it is the model.
const NONSENSE: u32 = 3;

impl Dispatch {
    /// A worker has come to an end with a summary.
    pub(in crate::dispatch) async fn summarised(&mut self, lent: Lent, ending: Ending) -> Result<(), Halt> {
        let Lent { wanted, talk, since, .. } = lent;
        self.tell_end(&ending, Some(&wanted.medium.path)).await;
        match ending {
            Ending::Done { answer: Answer::Summary(summary), .. } => {
                let (key, basis) = (wanted.content.key, wanted.basis);
                self.summaries.tries.remove(&key);
                let receipt = talk.line().receipt();
                let Wanted { brief, medium, .. } = &wanted;
                if let Some(embedder) = brief.embedder.clone() {
                    match summary.vector {
                        Some(vector) => {
                            self.record(Entry::Vector { key, model: embedder, vector, basis }).await?;
                        }
                        None => self.give_up_summary(&wanted, &embedder, "it made no vector of it").await?,
                    }
                }
                match (&brief.model, summary.digest) {
                    (Some(model), Some(digest)) => {
                        self.summaries.nonsense = 0;
                        self.summaries.took.note(wanted.content.kind, since.elapsed());
                        // Whatever it calls itself, this is who was asked.
                        let digest = Digest { by: one_line(&model.name, Reading::LONGEST_NAME), ..digest };
                        let (form, made_at_ms) = (summary.form, record::now_ms());
                        let summary = Summary { key, digest, form, receipt, basis, made_at_ms };
                        let (path, summary) = (medium.path.clone(), Box::new(summary));
                        self.record(Entry::Summary { path, summary }).await?;
                    }
                    (Some(model), None) => {
                        self.record(Entry::Receipt { key, receipt }).await?;
                        let why = format!("{} answered nothing that could be a summary", model.name);
                        let name = model.name.clone();
                        self.give_up_summary(&wanted, &name, &why).await?;
                        self.made_no_sense(&why);
                    }
                    (None, _) => self.record(Entry::Receipt { key, receipt }).await?,
                }
            }
            Ending::Cancelled { .. } => {
                let receipt = talk.line().receipt();
                if receipt.requests > 0 {
                    self.record(Entry::Receipt { key: wanted.content.key, receipt }).await?;
                }
                match talk.trouble().map(|trouble| (trouble.code, &trouble.reason)) {
                    // Its seat was needed.
                    None => self.summaries.waiting.push_front(wanted.content),
                    // The same would come of it each time.
                    Some((
                        TroubleCode::TooLong | TroubleCode::CannotSee | TroubleCode::NotAllowed,
                        reason,
                    )) => {
                        self.give_all_up_for(&wanted, reason).await?;
                    }
                    Some((TroubleCode::Broken | TroubleCode::Nonsense, reason)) => {
                        self.miss();
                        self.try_again(wanted, reason).await?;
                    }
                    Some(_) => {
                        self.miss();
                        // Another program may have more luck.
                        self.record(Entry::ReleaseSummary(wanted.content.key)).await?;
                        self.summaries.waiting.push_front(wanted.content);
                    }
                }
            }
            Ending::Failed { failure, .. } | Ending::Stopped { failure, .. } => {
                self.try_again(wanted, &failure.reason).await?;
            }
            Ending::Died { how, .. } => self.try_again(wanted, &how.to_string()).await?,
            Ending::NotStarted(error) => {
                let job = JobId(self.next_job);
                self.summaries.waiting.push_front(wanted.content);
                self.not_started(job, &error).await?;
            }
            Ending::NoPlace => {
                self.summaries.waiting.push_front(wanted.content);
                self.no_place().await?;
            }
            // An answer is of the kind that was asked for.
            Ending::Dropped | Ending::Done { .. } => {}
        }
        self.show_summaries();
        Ok(())
    }

    /// The model could make nothing of a content. Now and then, that is the content's fault.
    fn made_no_sense(&mut self, why: &str) {
        self.summaries.nonsense += 1;
        if self.summaries.nonsense >= NONSENSE {
            self.summaries.nonsense = 0;
            self.summaries.gateway.blame(why);
            self.miss();
        }
    }

    /// The server does not answer any more.
    fn miss(&mut self) {
        if !matches!(self.summaries.gateway.state(), LlmState::Ready(_)) {
            self.summaries.missed_until.get_or_insert_with(|| Instant::now() + MISSED);
        }
    }

    /// Once more, unless it was tried often enough.
    async fn try_again(&mut self, wanted: Wanted, reason: &str) -> Result<(), Halt> {
        let tries = self.summaries.tries.entry(wanted.content.key).or_default();
        *tries += 1;
        if *tries < TRIES {
            self.summaries.waiting.push_back(wanted.content);
            return Ok(());
        }
        self.give_all_up_for(&wanted, reason).await
    }

    /// None of those who were asked is asked for it any more.
    async fn give_all_up_for(&mut self, wanted: &Wanted, reason: &str) -> Result<(), Halt> {
        let model = wanted.brief.model.as_ref().map(|model| model.name.clone());
        for name in model.into_iter().chain(wanted.brief.embedder.clone()) {
            self.give_up_summary(wanted, &name, reason).await?;
        }
        Ok(())
    }

    /// This model is not asked for it any more, until somebody wants it to be.
    async fn give_up_summary(&mut self, wanted: &Wanted, model: &str, reason: &str) -> Result<(), Halt> {
        let (key, model, reason) = (wanted.content.key, model.to_owned(), reason.to_owned());
        tracing::warn!(%key, model, reason, "no summary");
        self.record(Entry::NoSummary { key, model, reason }).await
    }
}
