//! Pages of a grid or a list: what matches, from any place on, a card for each.

use deskscribe_cache::{Answer, CacheError, Coverage, Hit, Meaning, Page as Range, Query, State, Total};
use deskscribe_protocol::{Code, ContentKey, MediaKind, Owed};
use serde::Serialize;

use super::pieces::{all_pieces, pieces, shortened};
use super::spot::Spot;
use super::{ItemState, Library, Piece};

/// The longest summary of a card, in characters.
const LONGEST_SUMMARY: usize = 240;

/// Some of what matches. The JSON form is pinned by a test.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Page {
    /// In their order.
    pub cards: Vec<Card>,
    /// How many come before.
    pub offset: usize,
    /// How many there are.
    pub total: Counted,
    /// What was searched.
    pub coverage: Coverage,
    /// The number of the last change that is in all of this: what [`Change`](super::Change) tells with a higher one is
    /// not.
    pub change: u64,
}

/// How many match.
#[derive(Debug, Clone, Default, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Counted {
    /// So many.
    pub count: usize,
    /// And more, which are counted once a page is asked for that lies beyond.
    pub more: bool,
}

/// A file in short.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Card {
    /// The name of the content; unknown for a file that waits to be read.
    pub key: Option<ContentKey>,
    /// The first place where the file still is, else where it was seen last.
    #[serde(flatten)]
    pub spot: Spot,
    /// What the file holds.
    pub kind: MediaKind,
    /// What became of it.
    pub state: ItemState,
    /// Why it was not read.
    pub code: Option<Code>,
    /// Why it was not read, in one line.
    pub reason: Option<String>,
    /// A few words.
    pub title: Option<String>,
    /// The title in pieces, if a word of the query stands in it.
    pub title_pieces: Vec<Piece>,
    /// The beginning of the summary.
    pub summary: Option<String>,
    /// `extractive`, or the model's name.
    pub summary_by: Option<String>,
    /// The user's, if these gave it any, else the machine's.
    pub tags: Vec<String>,
    /// Whether they are the user's.
    pub tags_edited: bool,
    /// When it was taken, as far as can be told; of a file that waits, since when. In milliseconds since 1970.
    pub moment: i64,
    /// BCP-47.
    pub language: Option<String>,
    /// Pages or distinct frames that were read.
    pub pages: Option<u32>,
    /// How long a recording plays, in seconds.
    pub duration: Option<f64>,
    /// What it is still owed.
    pub pending: Vec<Owed>,
    /// Whether anything of it was ever sent to another machine.
    pub remote: bool,
    /// How near it is to what was meant, from -1 to 1, where that was looked for.
    #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
    pub meaning: Option<f32>,
    /// Whether it was found by its meaning alone.
    pub meant: bool,
    /// Width of the small picture by its height; absent where there is none.
    pub aspect: Option<f32>,
    /// One line around the words that were looked for; empty where there were none.
    pub snippet: Vec<Piece>,
    /// In a recording, the second at which they are said or shown.
    pub at: Option<f64>,
    /// The page that they stand on, from 0.
    pub page: Option<u32>,
    /// The corners of their line as `[x, y]` in pixels of the upright picture.
    #[serde(rename = "box")]
    #[cfg_attr(feature = "page-types", specta(type = Option<[[i32; 2]; 4]>))]
    pub corners: Option<[[f32; 2]; 4]>,
}

impl Library {
    /// What matches, from the file with this number on, counted from 0, at most so many. With words in the order of a
    /// search, else the newest first. Files that wait are among them only when they are asked for.
    pub fn page(&self, query: &Query, offset: usize, limit: usize) -> Result<Page, CacheError> {
        self.paged(query, offset, self.guard.search(query, Range { offset, limit })?)
    }

    /// The same, and with it what means something like what was typed.
    pub fn page_meaning(
        &self,
        query: &Query,
        meaning: Meaning<'_>,
        offset: usize,
        limit: usize,
    ) -> Result<Page, CacheError> {
        self.paged(query, offset, self.guard.search_meaning(query, meaning, Range { offset, limit })?)
    }

    /// What means something like this content, the nearest first, at most so many. Nothing, if no model made a vector
    /// of it.
    pub fn similar_cards(&self, key: &ContentKey, most: usize) -> Result<Vec<Card>, CacheError> {
        self.guard.search_similar(key, most)?.into_iter().map(|hit| self.card(hit, false)).collect()
    }

    fn paged(&self, query: &Query, offset: usize, answer: Answer) -> Result<Page, CacheError> {
        let total = match answer.total {
            Total::Exactly(count) => Counted { count, more: false },
            Total::MoreThan(count) => Counted { count, more: true },
        };
        let cards = answer.hits.into_iter().map(|hit| self.card(hit, query.has_words()));
        Ok(Page {
            cards: cards.collect::<Result<_, _>>()?,
            offset,
            total,
            coverage: answer.coverage,
            change: answer.change,
        })
    }

    fn card(&self, hit: Hit, has_words: bool) -> Result<Card, CacheError> {
        let path = self.path_of(&hit)?;
        let (code, reason) = hit.failure.map(|failure| (failure.code, failure.reason)).unzip();
        Ok(Card {
            key: hit.key,
            spot: Spot::of(&path),
            kind: hit.kind,
            state: match hit.state {
                State::Read => ItemState::Read,
                State::Failed => ItemState::Failed,
                State::Queued => ItemState::Queued,
            },
            code,
            reason,
            title_pieces: pieces(hit.title.as_deref().unwrap_or_default(), &hit.title_marks),
            title: hit.title,
            summary: hit.summary.map(|summary| shortened(&summary, LONGEST_SUMMARY)),
            summary_by: hit.summary_by,
            tags: hit.tags,
            tags_edited: hit.tags_edited,
            moment: hit.moment,
            language: hit.language,
            pages: hit.pages,
            duration: hit.duration,
            pending: hit.pending,
            remote: hit.remote,
            meaning: hit.why.meaning,
            meant: hit.why.meaning.is_some() && !hit.why.words,
            aspect: hit.key.and_then(|key| self.aspect(&key)),
            snippet: if has_words { all_pieces(&hit.snippet.text, &hit.snippet.marks) } else { Vec::new() },
            at: hit.at,
            page: hit.page,
            corners: hit.corners,
        })
    }

    /// Width by height of the small picture. It can be made again at any time, so no page fails without it.
    pub(super) fn aspect(&self, key: &ContentKey) -> Option<f32> {
        let (width, height) = self.guard.thumbnail_size(key).ok().flatten()?;
        (width > 0 && height > 0).then(|| width as f32 / height as f32)
    }
}
