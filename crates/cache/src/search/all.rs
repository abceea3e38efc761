//! Everything that matches, without a page and without a snippet: for lists, exports and onlookers.

use deskscribe_protocol::ContentKey;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::State;
use super::expression::Filters;
use super::operator::{Facet, Filter};
use super::query::Query;
use crate::{CacheError, ReadGuard};

impl ReadGuard {
    /// The contents that match, the newest first. Words are taken as they were typed: nothing that only holds them
    /// within longer words is among them.
    pub fn matching(&self, query: &Query) -> Result<Vec<ContentKey>, CacheError> {
        const MATCHING: &str =
            "SELECT reading.key FROM search CROSS JOIN search_entry ON search_entry.slot = search.rowid
            JOIN reading ON reading.id = search_entry.reading
            WHERE search MATCH :match AND search_entry.moment >= :after AND search_entry.moment < :before
            ORDER BY search.rowid DESC";
        let find = || {
            let expression = expression(self.summaries(), query)?;
            let values =
                named_params! { ":match": expression, ":after": query.after(), ":before": query.before() };
            let mut matching = self.summaries().prepare_cached(MATCHING)?;
            let key = |row: &rusqlite::Row<'_>| row.get(0).map(ContentKey::from_bytes);
            matching.query_map(values, key)?.collect::<Result<_, _>>()
        };
        find().map_err(|error| self.sort(error))
    }

    /// Whether this content is one of those.
    pub fn matches(&self, query: &Query, key: &ContentKey) -> Result<bool, CacheError> {
        const SLOT: &str = "SELECT slot FROM search_entry JOIN reading ON reading.id = search_entry.reading
            WHERE key = :key AND search_entry.moment >= :after AND search_entry.moment < :before";
        const MATCHES: &str = "SELECT 1 FROM search WHERE search MATCH ? AND rowid = ?";
        let find = || {
            let values = named_params! {
                ":key": key.as_bytes(), ":after": query.after(), ":before": query.before()
            };
            let mut slot = self.summaries().prepare_cached(SLOT)?;
            let slot: Option<i64> = slot.query_row(values, |row| row.get(0)).optional()?;
            let Some(slot) = slot else { return Ok(false) };
            let expression = expression(self.summaries(), query)?;
            self.summaries().prepare_cached(MATCHES)?.exists((expression, slot))
        };
        find().map_err(|error| self.sort(error))
    }
}

fn expression(connection: &Connection, query: &Query) -> rusqlite::Result<String> {
    Ok(Filters::of(query, connection)?.strict(query))
}

impl Query {
    /// Whether files are asked for that wait to be read: they are found by their name alone.
    pub fn wants_queued(&self) -> bool {
        let is_queued = |filter: &Filter| !filter.without && filter.facet == Facet::State(State::Queued);
        self.filters.iter().any(is_queued)
    }

    /// Whether anything narrows the search beside words.
    pub fn has_filters(&self) -> bool {
        !self.filters.is_empty() || self.after.is_some() || self.before.is_some()
    }

    /// The words alone.
    pub fn without_filters(&self) -> Self {
        Self { terms: self.terms.clone(), said: self.said.clone(), ..Self::default() }
    }

    /// Whether more than one word must be there.
    pub fn has_several_words(&self) -> bool {
        self.terms.iter().filter(|term| !term.without).nth(1).is_some()
    }

    /// In milliseconds since 1970, this one included.
    fn after(&self) -> i64 {
        self.after.unwrap_or(i64::MIN)
    }

    /// In milliseconds since 1970, this one not included.
    fn before(&self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }
}
