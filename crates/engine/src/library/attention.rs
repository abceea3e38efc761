//! What waits to be read, and what could not be.

use std::path::PathBuf;

use deskscribe_cache::{CacheError, Page as Range, Unread};
use deskscribe_protocol::{Code, ContentKey, MediaKind};
use serde::Serialize;

use super::{Library, Spot};

/// Some of the files whose turn has not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct QueuePage {
    /// The longest waiting first.
    pub files: Vec<Waiting>,
    /// How many come before.
    pub offset: usize,
    /// How many there are.
    pub count: usize,
}

/// A file whose turn has not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Waiting {
    /// Where it is.
    #[serde(flatten)]
    pub spot: Spot,
    /// What it holds, as far as its name and first bytes tell.
    pub kind: MediaKind,
    /// When it was found, in milliseconds since 1970.
    pub since: i64,
}

/// Some of what could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct AttentionPage {
    /// The newest first.
    pub entries: Vec<Attention>,
    /// How many come before.
    pub offset: usize,
    /// How many there are.
    pub count: usize,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Attention {
    /// The content; absent for a file that could not be read for now, and is tried again by the next run.
    pub key: Option<ContentKey>,
    /// The first place where the file still is, else where it was seen last.
    #[serde(flatten)]
    pub spot: Spot,
    /// What it holds.
    pub kind: MediaKind,
    /// Why it could not be read.
    pub code: Code,
    /// Why, in one line.
    pub reason: String,
    /// When that was found out; without a key, when the file was found. In milliseconds since 1970.
    pub moment: i64,
}

impl Library {
    /// The files whose turn has not come, from the one with this number on, counted from 0, at most so many.
    pub fn queue(&self, offset: usize, limit: usize) -> Result<QueuePage, CacheError> {
        let (files, count) = self.guard.waiting(Range { offset, limit })?;
        let waiting = files.into_iter().map(|file| Waiting {
            spot: Spot::of(&file.path),
            kind: file.kind,
            since: file.since,
        });
        Ok(QueuePage { files: waiting.collect(), offset, count })
    }

    /// Everything that could not be read, for good or for now, from the one with this number on, at most so many.
    pub fn attention(&self, offset: usize, limit: usize) -> Result<AttentionPage, CacheError> {
        let (unread, count) = self.guard.unread(Range { offset, limit })?;
        let entry = |unread: Unread| {
            let path = self.path_of_unread(&unread)?.unwrap_or_default();
            let Unread { key, kind, failure, moment, .. } = unread;
            let (code, reason) = (failure.code, failure.reason);
            Ok(Attention { key, spot: Spot::of(&path), kind, code, reason, moment })
        };
        let entries = unread.into_iter().map(entry).collect::<Result<_, CacheError>>()?;
        Ok(AttentionPage { entries, offset, count })
    }

    /// The files to read again when all that failed is to be tried again: of copies one, and none that is gone.
    pub fn failed_paths(&self) -> Result<Vec<PathBuf>, CacheError> {
        let (unread, _) = self.guard.unread(Range { offset: 0, limit: usize::MAX })?;
        let mut paths = Vec::with_capacity(unread.len());
        for unread in &unread {
            paths.extend(self.path_of_unread(unread)?.filter(|path| path.symlink_metadata().is_ok()));
        }
        Ok(paths)
    }

    fn path_of_unread(&self, unread: &Unread) -> Result<Option<PathBuf>, CacheError> {
        match &unread.key {
            Some(key) => Ok(self.place(key)?.0),
            None => Ok(unread.path.clone()),
        }
    }
}
