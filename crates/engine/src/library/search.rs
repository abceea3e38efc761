//! Searching, and the row that is told of a hit.

use std::ops::Range;
use std::path::PathBuf;

use deskscribe_cache::{Answer, CacheError, Coverage, Hit, Meaning, Page, Query, Total};
use deskscribe_protocol::{ContentKey, MediaKind};
use serde::Serialize;

use super::Library;
use crate::path::{bytes_of, lossy};

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// The best first.
    pub hits: Vec<Found>,
    /// How many there are, also of those that were not asked for.
    pub total: Total,
    /// What was searched.
    pub coverage: Coverage,
}

/// A file that matches. The JSON form is part of the program's contract and pinned by a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The first place where the file still is, else where it was seen last; bytes that are no UTF-8 are shown as
    /// U+FFFD.
    pub path: String,
    /// The true bytes of the path in base64, when they are no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The name of the content; unknown for a file that is not read yet.
    pub key: Option<ContentKey>,
    /// What the file holds.
    pub kind: MediaKind,
    /// A few words.
    pub title: Option<String>,
    /// How well it matches, larger is better; 0 where the newest come first, below 0 where words only stand within
    /// longer ones.
    pub score: f64,
    /// One line around the words.
    pub snippet: String,
    /// In a recording, the second at which they are said or shown.
    pub at: Option<f64>,
    /// The page that they stand on, from 0.
    pub page: Option<u32>,
    /// The corners of their line as `[x, y]` in pixels of the upright picture.
    #[serde(rename = "box")]
    pub corners: Option<[[f32; 2]; 4]>,
    /// How near it is to what was meant, as a cosine, where that was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<f32>,
    /// The words, in bytes of the snippet.
    #[serde(skip)]
    pub marks: Vec<Range<usize>>,
    /// When the medium was taken, as far as is known, in milliseconds since 1970.
    #[serde(skip)]
    pub moment: i64,
}

impl Library {
    /// The best hits, at most so many.
    pub fn search(&self, query: &Query, limit: usize) -> Result<Findings, CacheError> {
        self.findings(self.guard.search(query, Page { offset: 0, limit })?)
    }

    /// The same, and with it what means something like what was typed.
    pub fn search_meaning(
        &self,
        query: &Query,
        meaning: Meaning<'_>,
        limit: usize,
    ) -> Result<Findings, CacheError> {
        self.findings(self.guard.search_meaning(query, meaning, Page { offset: 0, limit })?)
    }

    /// What means something like this content, the nearest first, at most so many. Nothing, if no model made a vector
    /// of it.
    pub fn similar(&self, key: &ContentKey, most: usize) -> Result<Vec<Found>, CacheError> {
        self.guard.search_similar(key, most)?.into_iter().map(|hit| self.found(hit)).collect()
    }

    fn findings(&self, answer: Answer) -> Result<Findings, CacheError> {
        let hits = answer.hits.into_iter().map(|hit| self.found(hit)).collect::<Result<_, _>>()?;
        Ok(Findings { hits, total: answer.total, coverage: answer.coverage })
    }

    /// Where the file still is, else where it was seen last.
    pub(super) fn path_of(&self, hit: &Hit) -> Result<PathBuf, CacheError> {
        let place = match &hit.key {
            Some(key) if hit.path.symlink_metadata().is_err() => self.place(key)?.0,
            _ => None,
        };
        Ok(place.unwrap_or_else(|| hit.path.clone()))
    }

    fn found(&self, hit: Hit) -> Result<Found, CacheError> {
        let path = self.path_of(&hit)?;
        Ok(Found {
            path: lossy(&path),
            path_bytes: bytes_of(&path),
            key: hit.key,
            kind: hit.kind,
            title: hit.title,
            score: hit.score,
            snippet: hit.snippet.text,
            at: hit.at,
            page: hit.page,
            corners: hit.corners,
            meaning: hit.why.meaning,
            marks: hit.snippet.marks,
            moment: hit.moment,
        })
    }
}
