//! Listing: what was read, the newest first, a short row for each.

use std::path::Path;

use deskscribe_cache::{CacheError, Head, Page, Query, State};
use deskscribe_protocol::{Code, ContentKey, Failure, MediaKind, Owed};
use serde::Serialize;

use super::Library;
use crate::instant;
use crate::path::{bytes_of, lossy};

/// A short row. The JSON form is part of the program's contract and pinned by a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
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
    /// What became of it.
    pub state: ItemState,
    /// Why it was not read.
    pub code: Option<Code>,
    /// Why it was not read, in one line.
    pub reason: Option<String>,
    /// A few words.
    pub title: Option<String>,
    /// At most eight.
    pub tags: Vec<String>,
    /// How long a recording plays, in seconds; other rows have no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// What it is still owed; where nothing is, there is no such field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Owed>,
    /// When it was taken, as far as can be told, as RFC 3339; of a file that waits, since when.
    pub date: String,
    /// The same in milliseconds since 1970.
    #[serde(skip)]
    pub moment: i64,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// There is a reading.
    Read,
    /// It cannot be read.
    Failed,
    /// It was found, and not read yet.
    Queued,
}

impl Library {
    /// Tells what matches, the newest first, one by one: `tell` says whether it wants more. Files that wait to be read
    /// are among them only when they are asked for.
    pub fn list<E: From<CacheError>>(
        &self,
        query: &Query,
        mut tell: impl FnMut(Listed) -> Result<bool, E>,
    ) -> Result<(), E> {
        if query.wants_queued() {
            return self.list_queued(query, tell);
        }
        for key in self.guard.matching(query)? {
            // What was forgotten meanwhile is not told.
            if let Some(head) = self.guard.head(&key)?
                && !tell(self.listed(head)?)?
            {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn listed(&self, head: Head) -> Result<Listed, CacheError> {
        let Head { key, kind, failure, title, tags, duration, pending, moment, .. } = head;
        let path = self.place(&key)?.0.unwrap_or_default();
        let state = if failure.is_some() { ItemState::Failed } else { ItemState::Read };
        Ok(Listed { title, tags, duration, pending, ..row(&path, Some(key), kind, state, failure, moment) })
    }

    fn list_queued<E: From<CacheError>>(
        &self,
        query: &Query,
        mut tell: impl FnMut(Listed) -> Result<bool, E>,
    ) -> Result<(), E> {
        let all = Page { offset: 0, limit: usize::MAX };
        for hit in self.guard.search(query, all)?.hits.into_iter().filter(|hit| hit.state == State::Queued) {
            let failure = self.guard.queued_at(&hit.path)?.and_then(|queued| queued.failure);
            if !tell(row(&hit.path, None, hit.kind, ItemState::Queued, failure, hit.moment))? {
                break;
            }
        }
        Ok(())
    }
}

fn row(
    path: &Path,
    key: Option<ContentKey>,
    kind: MediaKind,
    state: ItemState,
    failure: Option<Failure>,
    moment: i64,
) -> Listed {
    let (code, reason) = failure.map(|failure| (failure.code, failure.reason)).unzip();
    Listed {
        path: lossy(path),
        path_bytes: bytes_of(path),
        key,
        kind,
        state,
        code,
        reason,
        title: None,
        tags: Vec::new(),
        duration: None,
        pending: Vec::new(),
        date: instant(moment),
        moment,
    }
}
