//! Finding: which rows of the index answer a query, and in which order.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::days::Days;
use super::expression::{Filters, ranked, wanted, whole};
use super::fetch::Fetcher;
use super::hit::{Answer, Page, Total};
use super::query::{Query, Term};
use super::queued;
use crate::{CacheError, ReadGuard, read};

/// The format of the cache that brought the index.
pub(crate) const SINCE: i64 = 3;
/// When more match words, they are not ranked: the newest come first.
pub(super) const MANY: usize = 1000;
/// When fewer match, hits within longer words are looked for as well.
const FEW: usize = 10;
/// More hits of that kind are not looked for.
const MOST_LOOSE: usize = 200;
/// In queries of more words they are not looked for at all: each word stands for dozens there.
const MOST_LOOSE_TERMS: usize = 8;
/// A word in more files than this says little about which is best, and would take long to weigh.
const RARE: i64 = 2000;
/// How much a hit in each column weighs: text, transcript, title, summary, name, tags, other, facet.
const RANK: &str = "SELECT rowid, -bm25(search, 1, 1, 6, 2, 4, 4, 0.5, 0) FROM search WHERE search MATCH ?";

/// A row of the index that answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) slot: i64,
    pub(super) score: f64,
    /// Whether it has the words.
    pub(super) words: bool,
    /// How near its meaning is, as a cosine, if it was found by that.
    pub(super) meaning: Option<f32>,
}

impl Found {
    /// By what was typed.
    fn typed(slot: i64, score: f64) -> Self {
        Self { slot, score, words: true, meaning: None }
    }
}

impl ReadGuard {
    /// Files that match, best first: by how well they match; the newest first where more than a thousand match, or
    /// where nothing but filters is asked for. Files that only hold the words within longer ones come last, and only
    /// when few others match.
    ///
    /// # Errors
    /// None is about the query. [`CacheError::Older`] is about a cache that lies where it may not be written, and was
    /// made before there was search.
    pub fn search(&self, query: &Query, page: Page) -> Result<Answer, CacheError> {
        if !self.has_format(SINCE) {
            return Err(CacheError::Older(self.folder().to_owned()));
        }
        let search = || {
            // One view of everything, whatever is written meanwhile.
            let view = self.summaries().unchecked_transaction()?;
            let (hits, total) = hits(&view, query, page)?;
            Ok(Answer { hits, total, coverage: self.coverage_in(&view)?, change: read::last_change(&view)? })
        };
        search().map_err(|error| self.sort(error))
    }

    /// What is told of these, which were found for this query.
    pub(super) fn answer(&self, query: &Query, found: Vec<Found>, total: Total) -> rusqlite::Result<Answer> {
        let view = self.summaries();
        let hits = fetch(view, query, found)?;
        Ok(Answer { hits, total, coverage: self.coverage_in(view)?, change: read::last_change(view)? })
    }
}

fn hits(connection: &Connection, query: &Query, page: Page) -> rusqlite::Result<(Vec<super::Hit>, Total)> {
    if query.wants_queued() {
        return queued::find(connection, query, page);
    }
    let (found, total) = find(connection, query, page)?;
    Ok((fetch(connection, query, found)?, total))
}

fn fetch(connection: &Connection, query: &Query, found: Vec<Found>) -> rusqlite::Result<Vec<super::Hit>> {
    let mut fetcher = Fetcher::of(query, connection)?;
    found.into_iter().filter_map(|found| fetcher.fetch(found).transpose()).collect()
}

/// A page of what matches, and how much does.
pub(super) fn find(
    connection: &Connection,
    query: &Query,
    page: Page,
) -> rusqlite::Result<(Vec<Found>, Total)> {
    let days = Days::of(query);
    let newest = |slots: Vec<i64>| slots.into_iter().map(|slot| Found::typed(slot, 0.0)).collect();
    if query.is_everything() {
        let (slots, total) = days.page(connection, None, page)?;
        return Ok((newest(slots), Total::Exactly(total)));
    }
    let filters = Filters::of(query, connection)?;
    let strict = filters.strict(query);
    if !query.has_words() {
        let (slots, total) = days.page(connection, Some(&strict), page)?;
        return Ok((newest(slots), Total::Exactly(total)));
    }
    let mut slots = days.walk(connection, &strict, Page { offset: 0, limit: MANY + 1 })?;
    if slots.len() > MANY {
        let end = page.offset.saturating_add(page.limit);
        if end <= slots.len() {
            slots.truncate(end);
            slots.drain(..page.offset);
        } else {
            // Whoever goes that far wants to know how far it goes.
            let (slots, total) = days.page(connection, Some(&strict), page)?;
            return Ok((newest(slots), Total::Exactly(total)));
        }
        return Ok((newest(slots), Total::MoreThan(MANY)));
    }
    let few = slots.len() < FEW && wanted(query).count() <= MOST_LOOSE_TERMS;
    let rare: Vec<&Term> = if few || slots.len() > 1 { rare(connection, query)? } else { Vec::new() };
    let mut found = if slots.len() > 1 { rank(connection, &rare, &slots)? } else { newest(slots) };
    if few && rare.iter().any(|term| !term.quoted) {
        let loose = filters.loose(query, &rare, connection)?;
        let known: HashSet<i64> = found.iter().map(|found| found.slot).collect();
        let slots = days.walk(connection, &loose, Page { offset: 0, limit: MOST_LOOSE })?;
        let new = slots.into_iter().filter(|slot| !known.contains(slot));
        found.extend(new.map(|slot| Found::typed(slot, -1.0)));
    }
    let total = Total::Exactly(found.len());
    Ok((found.into_iter().skip(page.offset).take(page.limit).collect(), total))
}

/// Sorts by how well rows match, then the newest first, as they come.
fn rank(connection: &Connection, rare: &[&Term], slots: &[i64]) -> rusqlite::Result<Vec<Found>> {
    let rare: Vec<String> = rare.iter().map(|term| ranked(term)).collect();
    let mut scores = HashMap::new();
    if !rare.is_empty() {
        let mut rank = connection.prepare_cached(RANK)?;
        let mut rows = rank.query([rare.join(" AND ")])?;
        while let Some(row) = rows.next()? {
            scores.insert(row.get::<_, i64>(0)?, row.get(1)?);
        }
    }
    let score = |slot| Found::typed(slot, scores.get(&slot).copied().unwrap_or_default());
    let mut found: Vec<Found> = slots.iter().copied().map(score).collect();
    found.sort_by(|one, two| two.score.total_cmp(&one.score));
    Ok(found)
}

/// The words of a query that few files hold.
fn rare<'q>(connection: &Connection, query: &'q Query) -> rusqlite::Result<Vec<&'q Term>> {
    const IS_COMMON: &str = "SELECT 1 FROM search WHERE search MATCH ? LIMIT 1 OFFSET ?";
    let mut is_common = connection.prepare_cached(IS_COMMON)?;
    let mut rare = Vec::new();
    for term in wanted(query) {
        if !is_common.exists((whole(term), RARE))? {
            rare.push(term);
        }
    }
    Ok(rare)
}
