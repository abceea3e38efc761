//! The user's own tags.

use deskscribe_protocol::ContentKey;

use super::ReadGuard;
use crate::{CacheError, tags};

impl ReadGuard {
    /// The tags that the user gave this content, in place of the machine's. With none of their own, those count; an
    /// empty list means that there shall be none.
    pub fn own_tags(&self, key: &ContentKey) -> Result<Option<Vec<String>>, CacheError> {
        tags::own(&self.summaries, key).map_err(|error| self.sort(error))
    }
}
