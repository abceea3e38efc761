//! Meaning beside words: what matches the words of a query and what means something like it, in one list.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::ContentKey;
use rusqlite::{OptionalExtension, Row, named_params};

use super::expression::Filters;
use super::find::{Found, MANY, find};
use super::hit::{Answer, Hit, Page, Total};
use super::query::Query;
use crate::meaning::{Direction, Near, nearest};
use crate::{CacheError, ReadGuard};

/// So many hits at most are found by meaning alone.
const MOST_MEANT: usize = 50;
/// Of two lists, the first of one is worth as much as the first of the other, and less with each step:
/// `1 / (FADING + place)`. The constant is that of everybody who merges lists in this way.
const FADING: f64 = 60.0;

/// What somebody means, as a model makes it of what they typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meaning<'a> {
    /// The model, of which the vectors of the contents are as well.
    pub model: &'a str,
    /// Its vector.
    pub vector: &'a [f32],
}

impl ReadGuard {
    /// The same as [`search`](Self::search), and with it, in one list, what means something like what was typed, within
    /// the same filters and days, and without what must not be there. What is found in both ways comes first; each hit
    /// says how it was found. Its score is that of its places in both lists.
    ///
    /// Without words there is nothing to mean, and where more than a thousand match, the newest come first: then, and
    /// where the model has made no vectors, this is `search`. The vectors are read as for [`similar`](Self::similar).
    pub fn search_meaning(
        &self,
        query: &Query,
        meaning: Meaning<'_>,
        page: Page,
    ) -> Result<Answer, CacheError> {
        let direction = Direction::of(meaning.vector).filter(|_| query.has_words() && !query.wants_queued());
        let Some(direction) = direction else { return self.search(query, page) };
        let search = || {
            // One view of everything, whatever is written meanwhile.
            let _view = self.summaries().unchecked_transaction()?;
            let all = Page { offset: 0, limit: MANY + 1 };
            let (words, Total::Exactly(_)) = find(self.summaries(), query, all)? else { return Ok(None) };
            let allowed = self.allowed(query)?;
            let near = self.with_vectors(meaning.model, |vectors| {
                Ok(standing_out(vectors.all_near(&direction, allowed.as_ref())))
            })?;
            if near.is_empty() {
                return Ok(None);
            }
            let found = merged(words, self.slots(near)?);
            let total = Total::Exactly(found.len());
            let found = found.into_iter().skip(page.offset).take(page.limit).collect();
            self.answer(query, found, total).map(Some)
        };
        match search().map_err(|error| self.sort(error))? {
            Some(answer) => Ok(answer),
            None => self.search(query, page),
        }
    }

    /// What means something like this content, the nearest first, at most so many, as [`similar`](Self::similar) finds
    /// it.
    pub fn search_similar(&self, key: &ContentKey, most: usize) -> Result<Vec<Hit>, CacheError> {
        const SLOT: &str = "SELECT slot FROM search_entry
            JOIN reading ON reading.id = search_entry.reading WHERE reading.key = ?";
        let near = self.similar(key, most)?;
        let fetch = || {
            let _view = self.summaries().unchecked_transaction()?;
            let mut slot = self.summaries().prepare_cached(SLOT)?;
            let mut found = Vec::new();
            for (key, cosine) in near {
                let slot = slot.query_row([key.as_bytes()], |row| row.get(0)).optional()?;
                let meaning = Some(cosine);
                found.extend(slot.map(|slot| Found { slot, score: cosine.into(), words: false, meaning }));
            }
            let total = Total::Exactly(found.len());
            Ok(self.answer(&Query::default(), found, total)?.hits)
        };
        fetch().map_err(|error| self.sort(error))
    }

    /// The readings that the filters of a query let pass; nothing if there are none.
    fn allowed(&self, query: &Query) -> rusqlite::Result<Option<HashSet<i64>>> {
        const ALLOWED: &str = "SELECT search_entry.reading FROM search
            CROSS JOIN search_entry ON search_entry.slot = search.rowid
            WHERE search MATCH :match AND search_entry.moment >= :after AND search_entry.moment < :before";
        let mut alone = query.clone();
        alone.terms.retain(|term| term.without);
        if alone.is_everything() && !alone.has_filters() {
            return Ok(None);
        }
        let expression = Filters::of(&alone, self.summaries())?.strict(&alone);
        let values = named_params! {
            ":match": expression,
            ":after": query.after.unwrap_or(i64::MIN),
            ":before": query.before.unwrap_or(i64::MAX),
        };
        let mut allowed = self.summaries().prepare_cached(ALLOWED)?;
        allowed.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>().map(Some)
    }

    /// The rows of the index of these contents; what is at no place has none.
    fn slots(&self, near: Vec<Near>) -> rusqlite::Result<Vec<(i64, f32)>> {
        let mut slot = self.summaries().prepare_cached("SELECT slot FROM search_entry WHERE reading = ?")?;
        let slots = near.into_iter().map(|Near { reading, cosine, .. }| {
            let slot = slot.query_row([reading], |row: &Row<'_>| row.get(0)).optional()?;
            Ok(slot.map(|slot| (slot, cosine)))
        });
        slots.filter_map(Result::transpose).collect()
    }
}

/// The nearest of these, if they stand out: how near what has nothing to do with it is depends on the model, so what is
/// nearer to the nearest than to all on the average.
fn standing_out(near: Vec<Near>) -> Vec<Near> {
    let mean = near.iter().map(|near| f64::from(near.cosine)).sum::<f64>() / near.len().max(1) as f64;
    let mut first = nearest(near, MOST_MEANT);
    let best = first.first().map_or(0.0, |near| f64::from(near.cosine));
    first.retain(|near| f64::from(near.cosine) >= f64::midpoint(mean, best));
    first
}

/// Both lists as one (reciprocal rank fusion); of equals, what has the words comes first.
fn merged(words: Vec<Found>, meant: Vec<(i64, f32)>) -> Vec<Found> {
    let worth = |place: usize| 1.0 / (FADING + 1.0 + place as f64);
    let mut merged: Vec<Found> =
        words.into_iter().enumerate().map(|(place, found)| Found { score: worth(place), ..found }).collect();
    let at: HashMap<i64, usize> = merged.iter().enumerate().map(|(at, found)| (found.slot, at)).collect();
    for (place, (slot, cosine)) in meant.into_iter().enumerate() {
        match at.get(&slot).and_then(|at| merged.get_mut(*at)) {
            Some(found) => (found.score, found.meaning) = (found.score + worth(place), Some(cosine)),
            None => {
                merged.push(Found { slot, score: worth(place), words: false, meaning: Some(cosine) });
            }
        }
    }
    merged.sort_by(|one, other| other.score.total_cmp(&one.score));
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_both_lists_comes_first_and_of_equals_what_has_the_words() {
        let words = [1, 2, 3].map(|slot| Found { slot, score: 9.0, words: true, meaning: None });
        let list = merged(words.to_vec(), vec![(7, 0.9), (3, 0.8), (8, 0.7)]);
        let told: Vec<_> = list.iter().map(|found| (found.slot, found.words, found.meaning)).collect();
        assert_eq!(
            told,
            [
                (3, true, Some(0.8)),
                (1, true, None),
                (7, false, Some(0.9)),
                (2, true, None),
                (8, false, Some(0.7))
            ]
        );
        assert!(list.is_sorted_by(|one, other| one.score >= other.score));
    }

    #[test]
    fn only_what_stands_out_is_meant() {
        let near = |cosines: &[f32]| {
            let one = |(at, cosine): (usize, &f32)| Near {
                key: deskscribe_protocol::ContentKey::from_bytes([at as u8; 32]),
                reading: at as i64,
                cosine: *cosine,
            };
            standing_out(cosines.iter().enumerate().map(one).collect()).len()
        };
        assert_eq!(near(&[0.5, 0.52, 0.9, 0.49, 0.85, 0.51]), 2);
        assert_eq!((near(&[]), near(&[0.3])), (0, 1));
        assert_eq!(near(&[0.5; 80]), MOST_MEANT);
    }
}
