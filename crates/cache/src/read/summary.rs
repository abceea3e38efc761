//! What language models have said of a content, what was sent to them, and what they could say nothing of.

use deskscribe_protocol::{ContentKey, Digest, Form};
use rusqlite::{OptionalExtension, Row};

use super::{ReadGuard, row};
use crate::digest::{made, remote};
use crate::{CacheError, Receipt, Refusal, Sent, Summary};

impl ReadGuard {
    /// What a language model said of this content, if one did, as it was said: without what else there is.
    pub fn summary(&self, key: &ContentKey) -> Result<Option<Summary>, CacheError> {
        const QUERY: &str = concat!(
            "SELECT made.model, made.title, made.summary, made.tags, made.chapters, made.form, made.receipt,
            made.made_at, made.basis FROM reading ",
            made!(),
            " WHERE reading.key = ? AND made.key IS NOT NULL"
        );
        let tell = |row: &Row<'_>| {
            let digest = Digest {
                title: row.get("title")?,
                summary: row.get("summary")?,
                tags: row::some_json(row, "tags")?.unwrap_or_default(),
                chapters: row::some_json(row, "chapters")?.unwrap_or_default(),
                by: row.get("model")?,
            };
            Ok(Summary {
                key: *key,
                digest,
                form: row::word::<Form>(row, "form")?,
                receipt: row::json::<Receipt>(row, "receipt")?,
                basis: row.get("basis")?,
                made_at_ms: row.get("made_at")?,
            })
        };
        let find = || self.summaries.prepare_cached(QUERY)?.query_row([key.as_bytes()], tell).optional();
        find().map_err(|error| self.sort(error))
    }

    /// What was ever sent to each model because of this content, in sum, whatever came of it.
    pub fn receipts(&self, key: &ContentKey) -> Result<Vec<Receipt>, CacheError> {
        const QUERY: &str = "SELECT server, model, remote, requests, sent, received, ms FROM receipt
            WHERE key = ? AND seal(key, server, model, remote, requests, sent, received, ms) = seal ORDER BY id";
        let tell = |row: &Row<'_>| {
            let bytes = |column| row.get::<_, i64>(column).map(|bytes| bytes.max(0) as u64);
            Ok(Receipt {
                server: row.get("server")?,
                remote: row.get("remote")?,
                model: row.get("model")?,
                requests: u32::try_from(row.get::<_, i64>("requests")?).unwrap_or(u32::MAX),
                sent: bytes("sent")?,
                received: bytes("received")?,
                seconds: row.get::<_, i64>("ms")? as f64 / 1000.0,
            })
        };
        let find = || {
            let mut receipts = self.summaries.prepare_cached(QUERY)?;
            receipts.query_map([key.as_bytes()], tell)?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }

    /// What was ever sent to each server, in sum; what was sent away first, and of that the most. Contents that were
    /// forgotten are not in it.
    pub fn sent(&self) -> Result<Vec<Sent>, CacheError> {
        const QUERY: &str =
            "SELECT server, remote, count(DISTINCT key), sum(requests), sum(sent), sum(received)
            FROM receipt WHERE seal(key, server, model, remote, requests, sent, received, ms) = seal
            GROUP BY server, remote ORDER BY remote DESC, sum(sent) DESC, server";
        let tell = |row: &Row<'_>| {
            let number = |column| row.get::<_, i64>(column).map(|number| number.max(0) as u64);
            Ok(Sent {
                server: row.get(0)?,
                remote: row.get(1)?,
                contents: number(2)?,
                requests: number(3)?,
                sent: number(4)?,
                received: number(5)?,
            })
        };
        let find = || {
            let mut sums = self.summaries.prepare_cached(QUERY)?;
            sums.query_map([], tell)?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }

    /// Whether anything of this content was ever sent to another machine.
    pub fn is_remote(&self, key: &ContentKey) -> Result<bool, CacheError> {
        const QUERY: &str = concat!("SELECT 1 FROM (SELECT ? AS key) AS reading WHERE ", remote!());
        let find = || self.summaries.prepare_cached(QUERY)?.exists([key.as_bytes()]);
        find().map_err(|error| self.sort(error))
    }

    /// The models that are not asked about this content again, and why.
    pub fn refusals(&self, key: &ContentKey) -> Result<Vec<Refusal>, CacheError> {
        const QUERY: &str = "SELECT model, reason, refused_at FROM refusal
            WHERE key = ? AND seal(key, model, reason, refused_at, basis) = seal ORDER BY id";
        let tell = |row: &Row<'_>| {
            Ok(Refusal { model: row.get(0)?, reason: row.get(1)?, refused_at_ms: row.get(2)? })
        };
        let find = || {
            let mut refusals = self.summaries.prepare_cached(QUERY)?;
            refusals.query_map([key.as_bytes()], tell)?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }
}
