//! The library: everything that was read, to be searched, listed, shown and exported. Nothing in here writes to the
//! cache, and all of it works where nothing may be written.

mod attention;
mod export;
mod find;
mod follow;
mod gone;
mod item;
mod list;
mod markdown;
mod page;
mod pieces;
mod search;
mod spot;
mod transcripts;
mod view;

use std::path::PathBuf;

use deskscribe_cache::{Asking, Cache, CacheError, Coverage, ReadGuard, Sent, Watch};
use deskscribe_protocol::ContentKey;

use crate::{Home, Server};

pub use attention::{Attention, AttentionPage, QueuePage, Waiting};
pub use export::{ExportError, Format, Selection};
pub use find::{FindError, Named};
pub use follow::Follow;
pub use gone::Gone;
pub use item::Item;
pub use list::{ItemState, Listed};
pub use markdown::{asked, markdown};
pub use page::{Card, Counted, Page};
pub use pieces::Piece;
pub use search::{Findings, Found};
pub use spot::Spot;
pub use transcripts::Exported;
pub use view::{ItemView, LineHit, MomentHit, SpotView};

/// Everything that was read. It may be kept open for as long as one likes, and sent to another thread, but be used by
/// one at a time: each thread opens its own.
pub struct Library {
    guard: ReadGuard,
}

impl Library {
    /// Opens what there is in this home. Nothing is made, changed or repaired.
    ///
    /// # Errors
    /// Nothing was read yet, or the cache cannot be used.
    pub fn open(home: &Home) -> Result<Self, CacheError> {
        Ok(Self { guard: Cache::look(home.folder())? })
    }

    /// Tells whenever anything changes in this home, whoever changes it; nothing need be there yet.
    pub fn changes(home: &Home) -> Watch {
        Watch::begin(home.folder())
    }

    /// Goes on with what is there now, if the cache was repaired or brought up to date by another process. Whoever
    /// keeps a library open calls this before each use; it costs next to nothing. Returns whether there was another
    /// one.
    pub fn refresh(&mut self) -> Result<bool, CacheError> {
        self.guard.refresh()
    }

    /// The small picture of a content as JPEG, if there is one.
    pub fn thumbnail(&self, key: &ContentKey) -> Result<Option<Vec<u8>>, CacheError> {
        Ok(self.guard.thumbnail(key)?.map(|small| small.jpeg))
    }

    /// What to tell the user when a newer program has made the cache: what this one knows of it is read.
    pub fn caution(&self) -> Option<String> {
        let format = self.guard.newer()?;
        Some(format!(
            "the cache was made by a newer Deskscribe (format {format}): what this one knows of it is shown; update \
             this one to see all"
        ))
    }

    /// How much of what was found has been read.
    pub fn coverage(&self) -> Result<Coverage, CacheError> {
        self.guard.coverage()
    }

    /// How many contents this server can still be asked to summarise; without one, how many have words and no summary
    /// by a language model.
    pub fn unsummarised(&self, server: Option<&Server>) -> Result<u64, CacheError> {
        // No model has no name: nothing was ever given up for it.
        let (model, sees) = server.map_or(("", false), |server| (&server.model.name, server.model.sees));
        let asking = Asking { model: Some(model), sees, embedder: None };
        Ok(self.guard.unsummarised_count(&asking)?.summaries)
    }

    /// What was ever sent to each language model's server, in sum; what left this machine first.
    pub fn sent(&self) -> Result<Vec<Sent>, CacheError> {
        self.guard.sent()
    }

    /// A place where a file with this content was found and a file still is.
    pub fn there(&self, key: &ContentKey) -> Result<Option<PathBuf>, CacheError> {
        let places = self.guard.places(key)?;
        Ok(places.into_iter().find(|place| place.symlink_metadata().is_ok()))
    }

    /// Where a content is: the first place where a file still is, else where it was seen last. The second is every
    /// place where it was found, the last first.
    fn place(&self, key: &ContentKey) -> Result<(Option<PathBuf>, Vec<PathBuf>), CacheError> {
        let places = self.guard.places(key)?;
        let there = places.iter().find(|place| place.symlink_metadata().is_ok());
        Ok((there.or(places.first()).cloned(), places))
    }
}
