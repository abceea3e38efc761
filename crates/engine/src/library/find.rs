//! Finding what somebody names: a file by its path or its content, a reading by the beginning of its key.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use deskscribe_cache::{CacheError, Queued, Stamp};
use deskscribe_protocol::{ContentKey, Limits, MediaKind};

use super::Library;
use crate::intake::{examine, explain};
use crate::path::absolute;
use crate::words::quoted;

/// What a key begins with.
const PREFIX: &str = "b3:";
/// The fewest digits of a key that name it.
const FEWEST_DIGITS: usize = 6;
/// So many keys are told when more than one begins like that.
const TOLD: usize = 5;

/// What was named.
#[derive(Debug, Clone, PartialEq)]
pub enum Named {
    /// A content of which something became.
    Content {
        /// Its name.
        key: ContentKey,
        /// The file, if a file was named.
        path: Option<PathBuf>,
    },
    /// A file that was found, and could not be read for now.
    Queued(Queued),
}

/// Why nothing is known by that name.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The cache cannot be asked.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The file is there and unknown.
    #[error("this file was not read yet; read it with: deskscribe scan {}", quoted(.0))]
    NotRead(PathBuf),
    /// The file is there, and something else than what was read at this place.
    #[error(
        "this file has changed since it was read; read it again with: deskscribe scan {}; the old reading is still \
         there: deskscribe show {}", quoted(.path), short(.key)
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// The content that was there before.
        key: ContentKey,
    },
    /// A folder was named.
    #[error("this is a folder; see what was read in it with: deskscribe list {}", quoted(&within(.0)))]
    Folder(PathBuf),
    /// There is no file, and there was none.
    #[error("there is no such file, and none was read there: {}; find it by its words: deskscribe search WORD", .0.display())]
    Missing(PathBuf),
    /// The file cannot be opened, to be known by its content.
    #[error("this file cannot be opened ({reason}), and is not known by its place; check its permissions: {}", .path.display())]
    Closed {
        /// What the system says.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// No key begins like that.
    #[error("nothing is known by the key {0}; see what there is: deskscribe list --json")]
    NoSuchKey(String),
    /// Not a key, and not the beginning of one.
    #[error("{0} is not a key: it takes b3: and at least six of its digits, 0 to 9 and a to f")]
    NotAKey(String),
    /// More than one key begins like that.
    #[error("more than one key begins with {typed}; give more of its digits: {}", list(.keys))]
    Ambiguous {
        /// What was typed.
        typed: String,
        /// Some that begin like that.
        keys: Vec<ContentKey>,
    },
}

fn list(keys: &[ContentKey]) -> String {
    keys.iter().map(short).collect::<Vec<_>>().join(", ")
}

/// A key in short, as it can be typed.
fn short(key: &ContentKey) -> String {
    key.to_string().chars().take(PREFIX.len() + 12).collect()
}

fn within(folder: &Path) -> PathBuf {
    let mut text = std::ffi::OsString::from("in:");
    text.push(folder);
    text.into()
}

impl Library {
    /// Finds what this names: a path, or `b3:` and some digits of a key.
    pub fn find(&self, name: &OsStr) -> Result<Named, FindError> {
        match name.to_str().and_then(|name| name.strip_prefix(PREFIX)) {
            Some(digits) => self.by_key(digits),
            None => self.by_path(&absolute(Path::new(name))),
        }
    }

    fn by_key(&self, digits: &str) -> Result<Named, FindError> {
        let typed = || format!("{PREFIX}{digits}");
        let range = (digits.len() >= FEWEST_DIGITS).then(|| Some((bound(digits, '0')?, bound(digits, 'f')?)));
        let Some((first, last)) = range.flatten() else { return Err(FindError::NotAKey(typed())) };
        match &self.guard.keys_between(&first, &last, TOLD)?[..] {
            [] => Err(FindError::NoSuchKey(typed())),
            [key] => Ok(Named::Content { key: *key, path: None }),
            keys => Err(FindError::Ambiguous { typed: typed(), keys: keys.to_vec() }),
        }
    }

    fn by_path(&self, path: &Path) -> Result<Named, FindError> {
        let path = path.to_owned();
        let metadata = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return Err(FindError::Folder(path)),
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.by_lost_path(path),
            Err(error) => return Err(FindError::Closed { reason: explain(&error), path }),
        };
        let known = |key: &ContentKey| self.guard.head(key).map(|head| head.is_some());
        if let Some(key) = self.guard.key_at(&path, &Stamp::of(&metadata))?
            && known(&key)?
        {
            return Ok(Named::Content { key, path: Some(path) });
        }
        // A copy, or a file that was moved, is known by its content.
        let any = Limits { recording_bytes: u64::MAX, ..Limits::default() };
        match examine(path.clone(), MediaKind::Unknown, &any) {
            Ok(medium) if known(&medium.key)? => {
                return Ok(Named::Content { key: medium.key, path: Some(path) });
            }
            Ok(_) => {}
            Err(row) if self.guard.queued_at(&path)?.is_none() => {
                return Err(FindError::Closed { reason: row.reason.unwrap_or_default(), path });
            }
            Err(_) => {}
        }
        if let Some(queued) = self.guard.queued_at(&path)?
            && queued.failure.is_some()
        {
            return Ok(Named::Queued(queued));
        }
        match self.guard.last_key_at(&path)? {
            Some(key) if known(&key)? => Err(FindError::Changed { path, key }),
            _ => Err(FindError::NotRead(path)),
        }
    }

    /// A file that is no longer there is known by its place alone.
    fn by_lost_path(&self, path: PathBuf) -> Result<Named, FindError> {
        if let Some(key) = self.guard.last_key_at(&path)?
            && self.guard.head(&key)?.is_some()
        {
            return Ok(Named::Content { key, path: Some(path) });
        }
        match self.guard.queued_at(&path)? {
            Some(queued) => Ok(Named::Queued(queued)),
            None => Err(FindError::Missing(path)),
        }
    }
}

/// The first or the last key that begins with these digits.
fn bound(digits: &str, rest: char) -> Option<ContentKey> {
    let digits = digits.to_ascii_lowercase();
    let missing = 64_usize.checked_sub(digits.len())?;
    let rest: String = std::iter::repeat_n(rest, missing).collect();
    format!("{PREFIX}{digits}{rest}").parse().ok()
}
