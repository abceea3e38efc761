//! Changes that others make: told within a moment, without asking again and again.

use std::path::Path;

use deskscribe_protocol::ContentKey;

use crate::bell::{Bell, StopWaiting};
use crate::{Cache, CacheError, ReadGuard};

/// Somebody who waits for changes.
pub struct Changes {
    guard: ReadGuard,
    /// The number of the last change that was told.
    seen: u64,
    version: Option<i64>,
    bell: Bell,
}

impl Changes {
    /// Everything that changes after the change with this number, for somebody who only looks: see [`Cache::look`].
    pub fn look(folder: &Path, number: u64) -> Result<Self, CacheError> {
        Ok(Self::after(number, Cache::look(folder)?, folder))
    }

    pub(crate) fn after(number: u64, guard: ReadGuard, folder: &Path) -> Self {
        Self { guard, seen: number, version: None, bell: Bell::hung_in(folder) }
    }

    /// A way to end the wait from elsewhere.
    pub fn stopper(&self) -> StopWaiting {
        self.bell.stopper()
    }

    /// Waits until something has changed, and returns the contents that did, or none when the wait was ended.
    pub fn wait(&mut self) -> Result<Vec<ContentKey>, CacheError> {
        loop {
            if self.guard.refresh()? {
                self.version = None;
            }
            let version = Some(self.guard.data_version()?);
            if version != self.version {
                self.version = version;
                let (keys, last) = self.guard.changed_after(self.seen)?;
                self.seen = last;
                if !keys.is_empty() {
                    return Ok(keys);
                }
            }
            if self.bell.is_stopped() {
                return Ok(Vec::new());
            }
            self.bell.wait();
        }
    }
}
