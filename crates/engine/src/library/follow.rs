//! Following: what comes in from now on, from whatever process.

use std::collections::VecDeque;

use deskscribe_cache::{Cache, CacheError, Changes, Query, StopWaiting};
use deskscribe_protocol::ContentKey;

use super::{Library, Listed};
use crate::Home;

/// Somebody who waits for new results.
pub struct Follow {
    library: Library,
    query: Query,
    changes: Changes,
    /// Changed, and not looked at yet.
    keys: VecDeque<ContentKey>,
    /// What was stored by this change or before is not new.
    seen: u64,
    /// The last change by which one of those that came together was stored.
    last: u64,
}

impl Follow {
    /// Waits for what matches and is stored from now on. Where nothing was read yet, an empty cache is made.
    pub fn begin(home: &Home, query: Query) -> Result<Self, CacheError> {
        let library = match Library::open(home) {
            Err(CacheError::Nothing(_)) => {
                Cache::open(home.folder())?;
                Library::open(home)?
            }
            library => library?,
        };
        let seen = library.guard.last_change()?;
        let changes = Changes::look(home.folder(), seen)?;
        Ok(Self { library, query, changes, keys: VecDeque::new(), seen, last: seen })
    }

    /// A way to end it from elsewhere.
    pub fn stopper(&self) -> StopWaiting {
        self.changes.stopper()
    }

    /// Waits for the next result; nothing, when the wait was ended.
    pub fn wait(&mut self) -> Result<Option<Listed>, CacheError> {
        loop {
            while let Some(key) = self.keys.pop_front() {
                if let Some(listed) = self.news(&key)? {
                    return Ok(Some(listed));
                }
            }
            self.seen = self.last;
            self.keys = self.changes.wait()?.into();
            if self.keys.is_empty() {
                return Ok(None);
            }
            self.library.guard.refresh()?;
        }
    }

    /// The row of this content, if it was stored since and matches. One that was found once more is no news.
    fn news(&mut self, key: &ContentKey) -> Result<Option<Listed>, CacheError> {
        let Some(head) = self.library.guard.head(key)?.filter(|head| head.stored > self.seen) else {
            return Ok(None);
        };
        self.last = self.last.max(head.stored);
        let matches = self.library.guard.matches(&self.query, key)?;
        matches.then(|| self.library.listed(head)).transpose()
    }
}
