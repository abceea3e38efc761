//! One item: the row of a file, and what the cache knows beside it.

use std::path::{Path, PathBuf};

use deskscribe_cache::{CacheError, Queued, Receipt};
use deskscribe_protocol::ContentKey;
use serde::Serialize;

use super::{Library, Named};
use crate::path::lossy;
use crate::{Row, instant};

/// A file that was read, or could not be. Its JSON form is the row of a scan with some fields more.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Item {
    /// The row, as a scan tells it of what is known.
    #[serde(flatten)]
    pub row: Row,
    /// Size of the content.
    pub bytes: Option<u64>,
    /// When it was taken, as far as can be told, as RFC 3339.
    pub date: Option<String>,
    /// When it was read, as RFC 3339.
    pub read_at: Option<String>,
    /// Every place where the content was found, the last first; files may be gone from there.
    pub places: Vec<String>,
    /// What was ever sent to language models because of it, and what came back, in sum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
}

impl Library {
    /// What is known of this content, told for this path, or for where it is. Nothing, if nothing became of it.
    pub fn item(&self, key: &ContentKey, path: Option<&Path>) -> Result<Option<Item>, CacheError> {
        let Some(record) = self.guard.outcome(key)? else { return Ok(None) };
        let moment = self.guard.head(key)?.map(|head| head.moment);
        let (place, places) = self.place(key)?;
        let path = path.map(Path::to_owned).or(place).unwrap_or_default();
        let (bytes, read_at) = (Some(record.bytes), Some(instant(record.read_at)));
        let mut row = Row::recorded(&path, record, None);
        // Also of what could not be read.
        row.tags = self.guard.own_tags(key)?.unwrap_or(row.tags);
        Ok(Some(Item {
            row,
            bytes,
            date: moment.map(instant),
            read_at,
            places: places.iter().map(|place| lossy(place)).collect(),
            receipts: self.guard.receipts(key)?,
        }))
    }

    /// What is known of something that was named.
    pub fn item_of(&self, named: &Named) -> Result<Option<Item>, CacheError> {
        match named {
            Named::Content { key, path, .. } => self.item(key, path.as_deref()),
            Named::Queued(queued) => Ok(Some(put_off(queued))),
        }
    }
}

/// A file that could not be read for now.
fn put_off(queued: &Queued) -> Item {
    let Queued { path, kind, failure, .. } = queued;
    let row = match failure {
        Some(failure) => Row::failed(path, None, *kind, failure.clone(), None),
        None => Row::bare(path, None, *kind, crate::RowState::Skipped),
    };
    Item {
        row,
        bytes: None,
        date: None,
        read_at: None,
        places: vec![lossy(&PathBuf::from(path))],
        receipts: vec![],
    }
}
