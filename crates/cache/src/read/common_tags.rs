//! Tags that are in use: what a language model is offered, so that it does not invent a new one that means the same.

use std::collections::HashMap;

use super::ReadGuard;
use crate::{CacheError, search};

/// Of each kind of tags, so many contents are looked at, the newest where there is an order. Whoever has more uses the
/// same tags in these.
const NEWEST: u32 = 3_000;
/// A tag that the extractive digest gave less often is a word of one text.
const FEWEST: u32 = 2;

impl ReadGuard {
    /// Tags that are in use, at most so many: first those of the user and of language models, the most used first, then
    /// those of extractive digests that stand for more than one content. Of tags that search cannot tell apart, one, as
    /// the user writes it.
    pub fn common_tags(&self, most: usize) -> Result<Vec<String>, CacheError> {
        const OWN: &str = "SELECT tags FROM tagging
            WHERE tags IS NOT NULL AND seal(key, set_at, tags) = seal LIMIT ?";
        const MODELS: &str = "SELECT tags FROM summary WHERE tags IS NOT NULL ORDER BY id DESC LIMIT ?";
        const EXTRACTIVE: &str = "SELECT tags FROM reading WHERE state = 'read' ORDER BY moment DESC LIMIT ?";
        let count = || {
            let mut chosen = Counted::default();
            self.count(OWN, &mut chosen)?;
            self.count(MODELS, &mut chosen)?;
            let mut tags = chosen.most_used(1);
            if tags.len() < most {
                let mut extractive = Counted::default();
                self.count(EXTRACTIVE, &mut extractive)?;
                extractive.uses.retain(|sameness, _| !chosen.uses.contains_key(sameness));
                tags.extend(extractive.most_used(FEWEST));
            }
            tags.truncate(most);
            Ok(tags)
        };
        count().map_err(|error| self.sort(error))
    }

    fn count(&self, query: &str, counted: &mut Counted) -> rusqlite::Result<()> {
        let mut rows = self.summaries.prepare_cached(query)?;
        let mut rows = rows.query([NEWEST])?;
        while let Some(row) = rows.next()? {
            let tags: Option<String> = row.get(0)?;
            // What cannot be understood is no tag.
            let tags = tags.and_then(|tags| serde_json::from_str::<Vec<String>>(&tags).ok());
            tags.into_iter().flatten().for_each(|tag| counted.add(tag));
        }
        Ok(())
    }
}

/// Tags, and how often each is used; by what search takes for the same.
#[derive(Default)]
struct Counted {
    uses: HashMap<String, (u32, String)>,
}

impl Counted {
    fn add(&mut self, tag: String) {
        let (uses, _) = self.uses.entry(search::sameness(&tag)).or_insert((0, tag));
        *uses += 1;
    }

    /// Those that are used so often at least, the most used first.
    fn most_used(&self, fewest: u32) -> Vec<String> {
        let mut tags: Vec<&(u32, String)> = self.uses.values().filter(|(uses, _)| *uses >= fewest).collect();
        tags.sort_unstable_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
        tags.into_iter().map(|(_, tag)| tag.clone()).collect()
    }
}
