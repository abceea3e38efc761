//! The rows of the index in the order of time: within the days of a query, the newest first, from any place on.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::hit::Page;
use super::index::DRIFT;
use super::query::Query;

/// The days of a query, in milliseconds since 1970.
pub(super) struct Days {
    after: Option<i64>,
    before: Option<i64>,
}

impl Days {
    pub(super) fn of(query: &Query) -> Self {
        Self { after: query.after, before: query.before }
    }

    /// The rows that match, the newest first. No more of them are looked at than are needed.
    pub(super) fn walk(
        &self,
        connection: &Connection,
        expression: &str,
        page: Page,
    ) -> rusqlite::Result<Vec<i64>> {
        self.source(Some(expression)).rows(connection, "DESC", page)
    }

    /// A page of the rows that match, or of all, the newest first, and how many these are. What is passed over costs
    /// time, so the older half is walked from its end.
    pub(super) fn page(
        &self,
        connection: &Connection,
        expression: Option<&str>,
        page: Page,
    ) -> rusqlite::Result<(Vec<i64>, usize)> {
        let source = self.source(expression);
        let total = source.count(connection)?;
        let first = page.offset.min(total);
        let count = page.limit.min(total - first);
        let after = total - first - count;
        if first <= after {
            return Ok((source.rows(connection, "DESC", Page { offset: first, limit: count })?, total));
        }
        let mut slots = source.rows(connection, "ASC", Page { offset: after, limit: count })?;
        slots.reverse();
        Ok((slots, total))
    }

    fn source(&self, expression: Option<&str>) -> Source {
        let (slot, mut from, mut values) = match expression {
            Some(expression) => {
                ("search.rowid", "search WHERE search MATCH ?".to_owned(), vec![expression.to_owned().into()])
            }
            None => ("slot", "search_entry WHERE true".to_owned(), Vec::new()),
        };
        if self.after.is_some() || self.before.is_some() {
            if expression.is_some() {
                const JOINED: &str = "search CROSS JOIN search_entry ON search_entry.slot = search.rowid
                    WHERE search MATCH ?";
                from = JOINED.to_owned();
            }
            let (after, before) = (self.after.unwrap_or(i64::MIN), self.before.unwrap_or(i64::MAX));
            let last = before.div_euclid(1000).saturating_add(DRIFT);
            // Rows stand a little after their moment at times, so the moment decides.
            from += &format!(" AND {slot} >= ? AND {slot} <= ? AND moment >= ? AND moment < ?");
            values.extend([after.div_euclid(1000), last, after, before].map(Value::from));
        }
        Source { slot, from, values }
    }
}

/// Rows to walk along.
struct Source {
    /// The column that has their number.
    slot: &'static str,
    /// Where they come from, and the values that are asked for there.
    from: String,
    values: Vec<Value>,
}

impl Source {
    fn count(&self, connection: &Connection) -> rusqlite::Result<usize> {
        let sql = format!("SELECT count(*) FROM {}", self.from);
        let count = |row: &Row<'_>| row.get::<_, i64>(0);
        let count = connection.prepare_cached(&sql)?.query_row(params_from_iter(&self.values), count)?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    fn rows(&self, connection: &Connection, order: &str, page: Page) -> rusqlite::Result<Vec<i64>> {
        let Self { slot, from, values } = self;
        let sql = format!("SELECT {slot} FROM {from} ORDER BY {slot} {order} LIMIT ? OFFSET ?");
        let number = |count| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
        let page = [number(page.limit), number(page.offset)];
        let values = params_from_iter(values.iter().chain(&page));
        connection.prepare_cached(&sql)?.query_map(values, |row| row.get(0))?.collect()
    }
}
