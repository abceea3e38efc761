//! Claiming what is to be summarised, by whoever may ask: no two programs ask about it.

use deskscribe_cache::{SummaryClaim, Unsummarised};
use deskscribe_protocol::ContentKey;

use super::{News, brief};
use crate::count;
use crate::dispatch::{Dispatch, Halt};
use crate::gateway::{Line, Trouble, TroubleCode};
use crate::pool::Talk;
use crate::record::Entry;

impl Dispatch {
    /// Somebody may be asked: the first that waits, if it is for this model, is claimed.
    pub(super) async fn may_ask(&mut self, wished: Option<String>, line: Line) -> Result<(), Halt> {
        let summaries = &mut self.summaries;
        summaries.is_calling = false;
        (summaries.was_there, summaries.missed_until) = (true, None);
        let Some(content) = summaries.first() else { return Ok(()) };
        if content.model != wished {
            // Something else has come in front of it meanwhile.
            summaries.waiting.push_front(content);
            return Ok(());
        }
        let server = line.server().clone();
        summaries.ready.insert(content.key, Talk::new(line));
        self.record(Entry::ClaimSummary(content.key, Box::new(server))).await
    }

    /// A model that somebody wishes for cannot be asked. What the server does not have is not waited for.
    pub(super) async fn cannot_ask(&mut self, model: &str, trouble: &Trouble) -> Result<(), Halt> {
        self.summaries.is_calling = false;
        if trouble.code != TroubleCode::ModelMissing {
            return Ok(());
        }
        let wished = self.summaries.take_wished(model);
        let count = count(wished.len() as u64, "item is", "items are");
        self.ledger.note(format!("{count} not summarised again: {trouble}")).await;
        for Unsummarised { key, .. } in wished {
            let (model, reason) = (model.to_owned(), trouble.reason.clone());
            self.record(Entry::NoSummary { key, model, reason }).await?;
            self.summaries.has_more = true;
        }
        Ok(())
    }

    /// Whether a content may be summarised here, and what is wanted of it.
    pub(in crate::dispatch) fn hear_of_claim(&mut self, key: ContentKey, claim: SummaryClaim) {
        let summaries = &mut self.summaries;
        let SummaryClaim::Granted(content) = claim else {
            // Done, or another program is at it.
            summaries.ready.remove(&key);
            return;
        };
        let Some(talk) = summaries.ready.get(&key) else { return };
        let (cache, settings) = (summaries.cache.clone(), summaries.settings.clone());
        let server = talk.line().server().clone();
        summaries.news.spawn_blocking(move || {
            News::Brief(
                key,
                brief::of(content, &server, &settings, &cache).map(|wanted| wanted.map(Box::new)),
            )
        });
    }
}
