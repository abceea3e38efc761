//! All vectors of one model in memory, and which of them are nearest to a direction.
//!
//! They are compared one by one: a hundred thousand of 768 numbers take some ten milliseconds, and no index has to be
//! kept that is right nearly always.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::ContentKey;
use rusqlite::{Connection, OptionalExtension, Row};

use super::compact::{Direction, length};
use crate::read;

/// So many bytes of vectors are held at most, those that were made last: 349,525 of 768 numbers.
const MOST_BYTES: usize = 256 << 20;
/// When more contents have changed, all vectors are read anew.
const MANY_CHANGES: usize = 2_000;

/// The vectors of one model.
pub(crate) struct Vectors {
    model: String,
    /// The number of the last change that is in them.
    seen: u64,
    dimensions: usize,
    rows: Vec<Entry>,
    /// Those of all rows, one after the other.
    numbers: Vec<i8>,
    /// In which row the vector of a content is.
    at: HashMap<ContentKey, usize>,
}

struct Entry {
    key: ContentKey,
    reading: i64,
    length: f32,
}

/// A content near a direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Near {
    pub(crate) key: ContentKey,
    pub(crate) reading: i64,
    pub(crate) cosine: f32,
}

impl Vectors {
    /// Those of this model, as they are in this view; `before` is brought up to date, if it is of the same.
    pub(crate) fn load(view: &Connection, model: &str, before: Option<Self>) -> rusqlite::Result<Self> {
        if let Some(mut vectors) = before.filter(|vectors| vectors.model == model)
            && vectors.update(view)?
        {
            return Ok(vectors);
        }
        Self::all(view, model)
    }

    fn all(view: &Connection, model: &str) -> rusqlite::Result<Self> {
        const ALL: &str = "SELECT embedding.key, reading.id, vector FROM embedding
            JOIN reading ON reading.key = embedding.key
            WHERE embedding.model = ? AND seal(embedding.key, model, vector, basis) = embedding.seal
            ORDER BY embedding.id DESC";
        let mut vectors = Self {
            model: model.to_owned(),
            seen: read::last_change(view)?,
            dimensions: 0,
            rows: Vec::new(),
            numbers: Vec::new(),
            at: HashMap::new(),
        };
        let mut all = view.prepare_cached(ALL)?;
        let mut all = all.query([model])?;
        while vectors.numbers.len() < MOST_BYTES
            && let Some(row) = all.next()?
        {
            vectors.take(ContentKey::from_bytes(row.get(0)?), row.get(1)?, row.get_ref(2)?.as_blob()?);
        }
        Ok(vectors)
    }

    /// Takes over what has changed; returns whether it did, or all has to be read anew.
    fn update(&mut self, view: &Connection) -> rusqlite::Result<bool> {
        const CHANGED: &str = "SELECT key, number FROM change WHERE number > ? ORDER BY number LIMIT ?";
        const ONE: &str = "SELECT reading.id, vector FROM embedding JOIN reading ON reading.key = embedding.key
            WHERE embedding.key = ?1 AND model = ?2 AND seal(embedding.key, model, vector, basis) = embedding.seal";
        let mut changed = view.prepare_cached(CHANGED)?;
        let values = (self.seen as i64, MANY_CHANGES as i64 + 1);
        let change = |row: &Row<'_>| Ok((ContentKey::from_bytes(row.get(0)?), row.get::<_, i64>(1)? as u64));
        let changed: Vec<_> = changed.query_map(values, change)?.collect::<Result<_, _>>()?;
        if changed.len() > MANY_CHANGES || self.numbers.len() > MOST_BYTES / 4 * 5 {
            return Ok(false);
        }
        let mut one = view.prepare_cached(ONE)?;
        for (key, number) in changed {
            let vector = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
            let found = one.query_row((key.as_bytes(), &self.model), vector).optional()?;
            self.drop_row(&key);
            if let Some((reading, vector)) = found {
                self.take(key, reading, &vector);
            }
            self.seen = number;
        }
        Ok(true)
    }

    fn take(&mut self, key: ContentKey, reading: i64, vector: &[u8]) {
        if self.rows.is_empty() {
            self.dimensions = vector.len();
        }
        let begin = self.numbers.len();
        // A model that has changed under its name makes others: these are told by the last one.
        if vector.len() == self.dimensions {
            self.numbers.extend(vector.iter().map(|number| number.cast_signed()));
            let length = length(self.numbers.get(begin..).unwrap_or_default());
            self.at.insert(key, self.rows.len());
            self.rows.push(Entry { key, reading, length });
        }
    }

    /// Takes out the vector of a content, and puts the last one in its place.
    fn drop_row(&mut self, key: &ContentKey) {
        let Some(row) = self.at.remove(key) else { return };
        self.rows.swap_remove(row);
        let last = self.numbers.len() - self.dimensions;
        let begin = row * self.dimensions;
        if begin < last {
            self.numbers.copy_within(last.., begin);
        }
        self.numbers.truncate(last);
        if let Some(moved) = self.rows.get(row) {
            self.at.insert(moved.key, row);
        }
    }

    /// The direction of this content, if it has one.
    pub(crate) fn direction(&self, key: &ContentKey) -> Option<Direction> {
        let begin = self.at.get(key)? * self.dimensions;
        Direction::stored(self.numbers.get(begin..begin + self.dimensions)?)
    }

    /// How near each content is, those alone that are allowed; in no order. None where the direction is of another
    /// model.
    pub(crate) fn all_near(&self, direction: &Direction, allowed: Option<&HashSet<i64>>) -> Vec<Near> {
        if direction.dimensions() != self.dimensions {
            return Vec::new();
        }
        let rows = self.rows.iter().zip(self.numbers.chunks_exact(self.dimensions));
        let rows = rows.filter(|(row, _)| allowed.is_none_or(|allowed| allowed.contains(&row.reading)));
        let near = |(row, vector): (&Entry, &[i8])| Near {
            key: row.key,
            reading: row.reading,
            cosine: direction.cosine(vector, row.length),
        };
        rows.map(near).collect()
    }
}

/// Puts the nearest, at most so many, first; returns these in their order.
pub(crate) fn nearest(mut near: Vec<Near>, most: usize) -> Vec<Near> {
    let order = |one: &Near, other: &Near| {
        other.cosine.total_cmp(&one.cosine).then_with(|| one.key.as_bytes().cmp(other.key.as_bytes()))
    };
    if near.len() > most && most > 0 {
        near.select_nth_unstable_by(most - 1, order);
    }
    near.truncate(most);
    near.sort_unstable_by(order);
    near
}
