//! Contents that mean something alike.

use deskscribe_protocol::ContentKey;
use rusqlite::OptionalExtension;

use super::ReadGuard;
use crate::CacheError;
use crate::meaning::{Direction, Near, Vectors, nearest};

impl ReadGuard {
    /// What this model made of a content, if it was asked last: a direction of length one, as it is kept, in 255 steps.
    pub fn vector(&self, key: &ContentKey, model: &str) -> Result<Option<Vec<f32>>, CacheError> {
        const QUERY: &str = "SELECT vector FROM embedding
            WHERE key = ? AND model = ? AND seal(key, model, vector, basis) = seal";
        let find = || {
            let mut vectors = self.summaries.prepare_cached(QUERY)?;
            vectors.query_row((key.as_bytes(), model), |row| row.get::<_, Vec<u8>>(0)).optional()
        };
        let bytes = find().map_err(|error| self.sort(error))?;
        Ok(bytes.map(|bytes| {
            let numbers = bytes.into_iter().map(|byte| f32::from(byte.cast_signed()));
            let length = numbers.clone().map(|number| number.powi(2)).sum::<f32>().sqrt();
            numbers.map(|number| number / length).collect()
        }))
    }

    /// The contents that were found somewhere and mean what is most like this one, the nearest first, at most so many,
    /// each with the cosine of the angle between the two. None, if no model made a vector of it.
    ///
    /// The first such question reads all vectors of a model into memory, a byte for each number, at most 256 MiB; they
    /// stay with this guard until it is dropped.
    pub fn similar(&self, key: &ContentKey, most: usize) -> Result<Vec<(ContentKey, f32)>, CacheError> {
        const MODEL: &str = "SELECT model FROM embedding WHERE key = ?";
        let find = || {
            let _view = self.summaries.unchecked_transaction()?;
            let mut model = self.summaries.prepare_cached(MODEL)?;
            let model: Option<String> = model.query_row([key.as_bytes()], |row| row.get(0)).optional()?;
            let Some(model) = model else { return Ok(Vec::new()) };
            self.with_vectors(&model, |vectors| {
                let Some(direction) = vectors.direction(key) else { return Ok(Vec::new()) };
                let mut near = vectors.all_near(&direction, None);
                near.retain(|near| near.key != *key);
                self.found(near, most)
            })
        };
        find().map_err(|error| self.sort(error))
    }

    /// The contents that were found somewhere and of which this model made vectors that are most like this one, which
    /// it made as well: see [`similar`](Self::similar).
    pub fn nearest(
        &self,
        model: &str,
        vector: &[f32],
        most: usize,
    ) -> Result<Vec<(ContentKey, f32)>, CacheError> {
        let Some(direction) = Direction::of(vector) else { return Ok(Vec::new()) };
        let find = || {
            let _view = self.summaries.unchecked_transaction()?;
            self.with_vectors(model, |vectors| self.found(vectors.all_near(&direction, None), most))
        };
        find().map_err(|error| self.sort(error))
    }

    /// Of these, the nearest that are at some place.
    fn found(&self, near: Vec<Near>, most: usize) -> rusqlite::Result<Vec<(ContentKey, f32)>> {
        const IS_THERE: &str = "SELECT 1 FROM place WHERE key = ?";
        let mut is_there = self.summaries.prepare_cached(IS_THERE)?;
        let mut look = most;
        loop {
            let mut found = Vec::new();
            for near in nearest(near.clone(), look) {
                if is_there.exists([near.key.as_bytes()])? {
                    found.push((near.key, near.cosine));
                }
            }
            // Few are at no place any more.
            if found.len() >= most || look >= near.len() {
                found.truncate(most);
                return Ok(found);
            }
            look = look.saturating_mul(2).max(1);
        }
    }

    /// Hands over the vectors of a model as they are in the view that the caller has of everything: without one, what
    /// is written meanwhile may be missed for good.
    pub(crate) fn with_vectors<T>(
        &self,
        model: &str,
        ask: impl FnOnce(&Vectors) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let before = self.vectors.take();
        let vectors = Vectors::load(&self.summaries, model, before)?;
        let answer = ask(&vectors);
        self.vectors.replace(Some(vectors));
        answer
    }
}
