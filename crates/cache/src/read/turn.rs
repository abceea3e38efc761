//! Whose turn it is: contents that a language model can be asked about, and has not been.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::{ContentKey, MediaKind};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};

use super::{ReadGuard, path, row};
use crate::{Asking, CacheError, Unasked, Unsummarised, engines};

/// A content that a model can be asked about.
pub(crate) struct Turn {
    pub(crate) content: Unsummarised,
    /// The engine that says that it has it summarised; it may be dead.
    pub(crate) holder: Option<String>,
}

/// Whose turn it may be, in the order of the user's wishes, …
const WISHES: &str = "SELECT turn.reading FROM wish CROSS JOIN reading ON reading.key = wish.key
    CROSS JOIN turn ON turn.reading = reading.id WHERE seal(wish.key, wish.model, wish.wished_at) = wish.seal ORDER BY wish.id";
/// … of those that no model has summarised, the newest first, …
const UNSUMMARISED: &str =
    "SELECT reading FROM turn WHERE summarised = 0 AND (has_words OR ?) ORDER BY moment DESC";
/// … and of those of which this model has made no vector: no model has, or another one.
const WITHOUT_VECTOR: [&str; 3] = [
    "SELECT reading FROM turn WHERE has_words = 1 AND embedder IS NULL AND ? IS NOT NULL ORDER BY moment DESC",
    "SELECT reading FROM turn WHERE has_words = 1 AND embedder > ? ORDER BY embedder DESC, moment DESC",
    "SELECT reading FROM turn WHERE has_words = 1 AND embedder < ? ORDER BY embedder DESC, moment DESC",
];

impl ReadGuard {
    /// Contents that these models can be asked about and have not been, at most so many: first what the user wishes,
    /// then what has no summary, then what has no vector, the newest first each. Only what was found somewhere, and has
    /// words or is a picture for a model that sees; nothing that a living engine has claimed, and nothing that was
    /// given up. Fast, however many others there are.
    pub fn unsummarised(&self, asking: &Asking<'_>, most: usize) -> Result<Vec<Unsummarised>, CacheError> {
        let find = || {
            // One view of everything, whatever is written meanwhile.
            let view = self.summaries.unchecked_transaction()?;
            let mut found = Found {
                guard: self,
                asking,
                most,
                known: HashSet::new(),
                alive: HashMap::new(),
                all: Vec::new(),
            };
            if asking.model.is_some() {
                let wants = |content: &Unsummarised| content.wants_digest;
                found.walk(&view, WISHES, &[], wants)?;
                found.walk(&view, UNSUMMARISED, &[&asking.sees], wants)?;
            }
            if let Some(embedder) = asking.embedder {
                let wants = |content: &Unsummarised| content.wants_vector;
                WITHOUT_VECTOR.iter().try_for_each(|query| found.walk(&view, query, &[&embedder], wants))?;
            }
            Ok(found.all)
        };
        find().map_err(|error| self.sort(error))
    }

    /// Whether these models can be asked about this content, and what for; it may be that one is at it.
    pub fn is_unsummarised(
        &self,
        key: &ContentKey,
        asking: &Asking<'_>,
    ) -> Result<Option<Unsummarised>, CacheError> {
        let turn = turn(&self.summaries, key, asking).map_err(|error| self.sort(error))?;
        Ok(turn.map(|turn| turn.content))
    }

    /// How many contents these models can still be asked about, those included that somebody is at.
    pub fn unsummarised_count(&self, asking: &Asking<'_>) -> Result<Unasked, CacheError> {
        // What was given up is little, and taken off: all others are counted without being looked at. SQLite knows
        // nothing of that, so it is told where to begin.
        const SUMMARIES: &str = "SELECT
            (SELECT count(*) FROM turn WHERE summarised = 0 AND (has_words OR :sees))
            - (SELECT count(*) FROM refusal CROSS JOIN reading ON reading.key = refusal.key
                CROSS JOIN turn ON turn.reading = reading.id
                WHERE model = :model AND summarised = 0 AND (has_words OR :sees)
                    AND NOT EXISTS (SELECT 1 FROM wish WHERE wish.key = refusal.key))
            + (SELECT count(*) FROM wish CROSS JOIN reading ON reading.key = wish.key
                CROSS JOIN turn ON turn.reading = reading.id
                WHERE CASE WHEN has_words OR :sees THEN summarised = 1 ELSE model IS NOT NULL END)";
        const VECTORS: &str = "SELECT
            (SELECT count(*) FROM turn WHERE has_words = 1)
            - (SELECT count(*) FROM turn WHERE has_words = 1 AND embedder = :model)
            - (SELECT count(*) FROM refusal CROSS JOIN reading ON reading.key = refusal.key
                CROSS JOIN turn ON turn.reading = reading.id
                WHERE model = :model AND has_words = 1 AND embedder IS NOT :model)";
        let count = || {
            let view = self.summaries.unchecked_transaction()?;
            let count = |row: &Row<'_>| Ok(u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default());
            let mut unasked = Unasked::default();
            if let Some(model) = asking.model {
                let values = named_params! { ":model": model, ":sees": asking.sees };
                unasked.summaries = view.prepare_cached(SUMMARIES)?.query_row(values, count)?;
            }
            if let Some(model) = asking.embedder {
                unasked.vectors =
                    view.prepare_cached(VECTORS)?.query_row(named_params! { ":model": model }, count)?;
            }
            Ok(unasked)
        };
        count().map_err(|error| self.sort(error))
    }
}

/// Contents that are being gathered.
struct Found<'a> {
    guard: &'a ReadGuard,
    asking: &'a Asking<'a>,
    most: usize,
    /// Readings of which it is the turn.
    known: HashSet<i64>,
    /// Engines, and whether they are alive.
    alive: HashMap<String, bool>,
    all: Vec<Unsummarised>,
}

impl Found<'_> {
    fn walk(
        &mut self,
        view: &Connection,
        query: &str,
        values: &[&dyn ToSql],
        wants: impl Fn(&Unsummarised) -> bool,
    ) -> rusqlite::Result<()> {
        let mut walk = view.prepare_cached(query)?;
        let mut readings = walk.query(values)?;
        while self.all.len() < self.most
            && let Some(row) = readings.next()?
        {
            let reading = row.get(0)?;
            if self.known.contains(&reading) {
                continue;
            }
            let Some(Turn { content, holder }) = turn_of(view, reading, self.asking)? else { continue };
            if wants(&content) && !holder.is_some_and(|holder| self.is_alive(holder)) {
                self.known.insert(reading);
                self.all.push(content);
            }
        }
        Ok(())
    }

    fn is_alive(&mut self, engine: String) -> bool {
        let folder = &self.guard.folder;
        *self.alive.entry(engine).or_insert_with_key(|engine| engines::is_alive(folder, engine))
    }
}

/// What these models can be asked about this content, if anything.
pub(crate) fn turn(
    summaries: &Connection,
    key: &ContentKey,
    asking: &Asking<'_>,
) -> rusqlite::Result<Option<Turn>> {
    let mut reading = summaries.prepare_cached("SELECT id FROM reading WHERE key = ?")?;
    let reading = reading.query_row([key.as_bytes()], |row| row.get(0)).optional()?;
    reading.map_or(Ok(None), |reading| turn_of(summaries, reading, asking))
}

fn turn_of(summaries: &Connection, reading: i64, asking: &Asking<'_>) -> rusqlite::Result<Option<Turn>> {
    const QUERY: &str = "SELECT reading.key, reading.kind, has_words, summarised, embedder,
            wish.id IS NOT NULL AS is_wished, wish.model AS wished, summary_claim.engine AS holder,
            (SELECT path FROM place WHERE place.key = reading.key ORDER BY seen_at DESC, path LIMIT 1) AS place,
            EXISTS (SELECT 1 FROM refusal WHERE refusal.key = reading.key AND model = :model) AS model_refused,
            EXISTS (SELECT 1 FROM refusal WHERE refusal.key = reading.key AND model = :embedder) AS embedder_refused
        FROM turn JOIN reading ON reading.id = turn.reading
        LEFT JOIN wish ON wish.key = reading.key AND seal(wish.key, wish.model, wish.wished_at) = wish.seal
        LEFT JOIN summary_claim ON summary_claim.key = reading.key
        WHERE turn.reading = :reading";
    let tell = |row: &Row<'_>| {
        let is = |column| row.get::<_, bool>(column);
        let Some(place) = row.get::<_, Option<Vec<u8>>>("place")? else { return Ok(None) };
        let (has_words, model): (bool, Option<String>) = (is("has_words")?, row.get("wished")?);
        let wants_digest = asking.model.is_some()
            && (has_words || asking.sees || model.is_some())
            && (is("is_wished")? || !is("summarised")? && !is("model_refused")?);
        // Nothing can be made of a picture without words but together with what a model sees.
        let wants_vector = asking.embedder.is_some()
            && asking.embedder != row.get::<_, Option<String>>("embedder")?.as_deref()
            && (has_words || wants_digest)
            && !is("embedder_refused")?;
        let key = ContentKey::from_bytes(row.get("key")?);
        let (kind, place) = (row::word::<MediaKind>(row, "kind")?, path(place));
        let content = Unsummarised { key, kind, place, has_words, wants_digest, wants_vector, model };
        let holder = row.get("holder")?;
        Ok((wants_digest || wants_vector).then_some(Turn { content, holder }))
    };
    let values = named_params! { ":reading": reading, ":model": asking.model, ":embedder": asking.embedder };
    Ok(summaries.prepare_cached(QUERY)?.query_row(values, tell).optional()?.flatten())
}
