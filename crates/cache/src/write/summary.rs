//! Storing what language models say, what was sent to them, and what they are to be asked again.

use deskscribe_protocol::{ContentKey, Form};
use rusqlite::{OptionalExtension, named_params};

use super::WriteGuard;
use super::put::json;
use crate::{Basis, CacheError, Receipt, Summary};

impl WriteGuard<'_> {
    /// Stores what a language model says of a content, in place of what one said before, and adds its receipt to those
    /// of the content. Whoever claimed it has done what was to be done, and who wished for it has got it.
    ///
    /// Returns whether it is stored: it is not if the content was forgotten, or read anew with other words, since the
    /// model was asked. What was sent is noted all the same, unless the content was forgotten.
    pub fn put_summary(&mut self, summary: &Summary) -> Result<bool, CacheError> {
        let Summary { key, digest, receipt, basis, .. } = summary;
        self.put_receipt(key, receipt)?;
        let put = || {
            self.give_summary_back(key)?;
            let Some(id) = self.id_of_words(key, basis)? else { return Ok(None) };
            self.put_summary_row(summary)?;
            self.fulfil(key, &[&digest.by, &receipt.model])?;
            self.change(key)?;
            Ok(Some(id))
        };
        let id = put().map_err(|error| self.sort(error))?;
        self.touched.get_mut().extend(id);
        Ok(id.is_some())
    }

    fn put_summary_row(&self, summary: &Summary) -> rusqlite::Result<()> {
        const PUT: &str = "INSERT INTO summary
                (key, model, title, summary, tags, chapters, form, receipt, made_at, basis, seal)
            VALUES (:key, :model, :title, :summary, :tags, :chapters, :form, :receipt, :made_at, :basis,
                seal(:key, :model, :title, :summary, :tags, :chapters, :form, :receipt, :made_at, :basis))
            ON CONFLICT (key) DO UPDATE SET model = excluded.model, title = excluded.title,
                summary = excluded.summary, tags = excluded.tags, chapters = excluded.chapters, form = excluded.form,
                receipt = excluded.receipt, made_at = excluded.made_at, basis = excluded.basis, seal = excluded.seal";
        let Summary { key, digest, form, receipt, basis, made_at_ms } = summary;
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let values = named_params! {
            ":key": key.as_bytes(),
            ":model": digest.by,
            ":title": some(&digest.title),
            ":summary": some(&digest.summary),
            ":tags": json(Some(&digest.tags).filter(|tags| !tags.is_empty()))?,
            ":chapters": json(Some(&digest.chapters).filter(|chapters| !chapters.is_empty()))?,
            ":form": word(*form),
            ":receipt": json(Some(receipt))?,
            ":made_at": made_at_ms,
            ":basis": basis.as_bytes(),
        };
        self.writer.summaries.prepare_cached(PUT)?.execute(values).map(drop)
    }

    /// Adds what was sent because of a content, and what came back, whatever came of it: for what
    /// [`put_summary`](Self::put_summary) does not tell. Nothing is noted of a content that is not known.
    pub fn put_receipt(&mut self, key: &ContentKey, receipt: &Receipt) -> Result<(), CacheError> {
        let id = self.add_receipt(key, receipt).map_err(|error| self.sort(error))?;
        self.touched.get_mut().extend(id);
        Ok(())
    }

    fn add_receipt(&self, key: &ContentKey, receipt: &Receipt) -> rusqlite::Result<Option<i64>> {
        // A row that a disk has changed is counted on all the same: what it says is told with the new seal.
        const ADD: &str = "INSERT OR REPLACE INTO receipt
                (id, key, server, model, remote, requests, sent, received, ms, seal)
            SELECT id, key, server, model, remote, requests, sent, received, ms,
                seal(key, server, model, remote, requests, sent, received, ms)
            FROM (SELECT was.id AS id, now.key AS key, now.server AS server, now.model AS model,
                    max(now.remote, coalesce(was.remote, 0)) AS remote,
                    now.requests + coalesce(was.requests, 0) AS requests, now.sent + coalesce(was.sent, 0) AS sent,
                    now.received + coalesce(was.received, 0) AS received, now.ms + coalesce(was.ms, 0) AS ms
                FROM (SELECT ?1 AS key, ?2 AS server, ?3 AS model, ?4 AS remote, ?5 AS requests, ?6 AS sent,
                    ?7 AS received, ?8 AS ms) AS now
                LEFT JOIN receipt AS was ON was.key = now.key AND was.server = now.server AND was.model = now.model)";
        let Some(id) = self.id(key)? else { return Ok(None) };
        let Receipt { server, remote, model, requests, sent, received, seconds } = receipt;
        let ms = (seconds.max(0.0) * 1000.0).round() as i64;
        let (sent, received) = (whole(*sent), whole(*received));
        let values = (key.as_bytes(), server, model, remote, requests, sent, received, ms);
        self.writer.summaries.prepare_cached(ADD)?.execute(values)?;
        self.change(key)?;
        Ok(Some(id))
    }

    /// Notes that this model, which may be one that makes vectors, could say nothing of a content, so that it is not
    /// asked about it again: not before the content is read with other words, or [wished for](Self::want_summary).
    /// Whoever claimed it has done what was to be done.
    pub fn give_up_summary(
        &mut self,
        key: &ContentKey,
        model: &str,
        reason: &str,
        now_ms: i64,
    ) -> Result<(), CacheError> {
        const GIVE_UP: &str = "INSERT OR REPLACE INTO refusal (key, model, reason, refused_at, basis, seal)
            SELECT ?1, ?2, ?3, ?4, basis, seal(?1, ?2, ?3, ?4, basis)
            FROM (SELECT basis(text, recording) AS basis FROM reading WHERE key = ?1 AND state = 'read')";
        let give_up = || {
            self.give_summary_back(key)?;
            self.fulfil(key, &[model])?;
            let values = (key.as_bytes(), model, reason, now_ms);
            self.writer.summaries.prepare_cached(GIVE_UP)?.execute(values)?;
            self.change(key)
        };
        give_up().map_err(|error| self.sort(error))
    }

    /// Wishes for new summaries, by this model or by whichever can be asked: they come before all others, in the order
    /// of the wishes, and what a model has said or refused to say is no obstacle. What is there stays until then. A
    /// wish outlives the program. Returns how many of these contents are known.
    pub fn want_summary(
        &mut self,
        keys: &[ContentKey],
        model: Option<&str>,
        now_ms: i64,
    ) -> Result<usize, CacheError> {
        const WISH: &str = "INSERT OR REPLACE INTO wish (key, model, wished_at, seal)
            VALUES (?1, ?2, ?3, seal(?1, ?2, ?3))";
        const PARDON: &str = "DELETE FROM refusal WHERE key = ?1 AND (?2 IS NULL OR model = ?2)";
        let want = || {
            let mut known = 0;
            for key in keys {
                if self.id(key)?.is_some() {
                    let summaries = &self.writer.summaries;
                    summaries.prepare_cached(WISH)?.execute((key.as_bytes(), model, now_ms))?;
                    summaries.prepare_cached(PARDON)?.execute((key.as_bytes(), model))?;
                    self.change(key)?;
                    known += 1;
                }
            }
            Ok(known)
        };
        want().map_err(|error| self.sort(error))
    }

    /// Drops what models have said of a content, or refused to say, that was made of other words than these; of a
    /// failure, which has none, everything.
    pub(super) fn drop_stale(&self, key: &ContentKey, basis: Option<Basis>) -> rusqlite::Result<()> {
        for table in ["summary", "embedding", "refusal"] {
            let stale = format!("DELETE FROM {table} WHERE key = ? AND basis IS NOT ?");
            let values = (key.as_bytes(), basis.as_ref().map(Basis::as_bytes));
            self.writer.summaries.prepare_cached(&stale)?.execute(values)?;
        }
        Ok(())
    }

    /// The number of the reading of this content, if it has these words.
    pub(super) fn id_of_words(&self, key: &ContentKey, basis: &Basis) -> rusqlite::Result<Option<i64>> {
        const ID: &str =
            "SELECT id FROM reading WHERE key = ? AND state = 'read' AND basis(text, recording) = ?";
        let values = (key.as_bytes(), basis.as_bytes());
        self.writer.summaries.prepare_cached(ID)?.query_row(values, |row| row.get(0)).optional()
    }

    /// A wish for a summary by one of these names of a model, or by whichever, is done with, and nothing is held
    /// against that model.
    fn fulfil(&self, key: &ContentKey, names: &[&str]) -> rusqlite::Result<()> {
        let summaries = &self.writer.summaries;
        for name in names {
            let values = (key.as_bytes(), name);
            summaries
                .prepare_cached("DELETE FROM wish WHERE key = ? AND (model IS NULL OR model = ?)")?
                .execute(values)?;
            summaries.prepare_cached("DELETE FROM refusal WHERE key = ? AND model = ?")?.execute(values)?;
        }
        Ok(())
    }
}

/// SQLite's integers are signed.
fn whole(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn word(form: Form) -> &'static str {
    match form {
        Form::Unasked => "unasked",
        Form::Kept => "kept",
        Form::Repaired => "repaired",
        Form::Plain => "plain",
        Form::Nonsense => "nonsense",
    }
}
