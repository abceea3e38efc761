//! Watching: that something has changed, whoever did it, for somebody who shows all of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use deskscribe_protocol::Owed;
use serde::Serialize;

use crate::bell::{Bell, StopWaiting};
use crate::{Cache, CacheError, Coverage, ReadGuard};

/// No more than twenty times a second: nobody sees more.
const GAP: Duration = Duration::from_millis(50);

/// What is true after something has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Change {
    /// The number of the last change of a content. Files that are queued or put off do not change it.
    pub change: u64,
    /// How much of what was found has been read.
    pub coverage: Coverage,
    /// Recordings whose words wait for a speech model.
    pub unheard: u64,
}

/// Somebody who wants to know whenever anything changes in a cache, which need not be there yet, may be repaired or
/// removed meanwhile, or be of a newer program.
pub struct Watch {
    folder: PathBuf,
    guard: Option<ReadGuard>,
    version: Option<i64>,
    bell: Bell,
    /// Whether it is time to look.
    is_due: bool,
    told: Option<Change>,
    told_at: Option<Instant>,
}

impl Watch {
    /// Watches the cache in this folder. Nothing is made there.
    pub fn begin(folder: &Path) -> Self {
        let (folder, bell) = (folder.to_owned(), Bell::hung_in(folder));
        Self { folder, guard: None, version: None, bell, is_due: true, told: None, told_at: None }
    }

    /// A way to end it from elsewhere.
    pub fn stopper(&self) -> StopWaiting {
        self.bell.stopper()
    }

    /// Waits until something is not as it was told last; at first tells how it is. Many changes in a row are told as
    /// one. Nothing, when the wait was ended.
    ///
    /// # Errors
    /// The cache cannot be read. The next wait begins with waiting until that may have changed.
    pub fn wait(&mut self) -> Result<Option<Change>, CacheError> {
        loop {
            if self.bell.is_stopped() {
                return Ok(None);
            }
            if std::mem::take(&mut self.is_due)
                && let Some(change) = self.look()?.filter(|change| self.told != Some(*change))
            {
                (self.told, self.told_at) = (Some(change), Some(Instant::now()));
                return Ok(Some(change));
            }
            self.bell.wait();
            if let Some(told_at) = self.told_at {
                self.bell.rest(told_at + GAP);
            }
            self.is_due = true;
        }
    }

    /// How it is now; nothing if nobody has committed anything since the last look.
    fn look(&mut self) -> Result<Option<Change>, CacheError> {
        self.bell.follow();
        let looked = self.look_at_file();
        if looked.is_err() {
            // Whatever is there next is opened anew.
            (self.guard, self.version) = (None, None);
        }
        looked
    }

    fn look_at_file(&mut self) -> Result<Option<Change>, CacheError> {
        // Of a file that is gone, opening tells more.
        match self.guard.as_mut().map(ReadGuard::refresh) {
            Some(Ok(false)) => {}
            Some(Ok(true)) => self.version = None,
            None | Some(Err(_)) => {
                (self.guard, self.version) = (None, None);
                match Cache::look(&self.folder) {
                    Ok(guard) => self.guard = Some(guard),
                    Err(CacheError::Nothing(_)) => return Ok(Some(Change::default())),
                    Err(error) => return Err(error),
                }
            }
        }
        let Some(guard) = &self.guard else { return Ok(None) };
        let version = Some(guard.data_version()?);
        if version == self.version {
            return Ok(None);
        }
        let change = Change {
            change: guard.last_change()?,
            coverage: guard.coverage()?,
            unheard: guard.owing_count(Owed::Speech)?,
        };
        self.version = version;
        Ok(Some(change))
    }
}
