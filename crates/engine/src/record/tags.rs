//! Tags that the user gives a content.

use deskscribe_cache::{Cache, CacheError, WriteGuard};
use deskscribe_protocol::ContentKey;

use super::{LOCK_WITHIN, now_ms};
use crate::Home;

/// Gives a content the tags that the user typed, in place of the machine's wherever tags are told, also when it is read
/// again; with none, it is given back to the machine. What was typed is made sound: at most 24 tags of one line and 100
/// characters, of those that search cannot tell apart the first. Returns the tags that are told from now on, or nothing
/// if nothing became of such a content.
pub fn set_tags(
    home: &Home,
    key: &ContentKey,
    typed: Option<&[String]>,
) -> Result<Option<Vec<String>>, CacheError> {
    let cache = Cache::open(home.folder())?;
    let mut writer = cache.writer()?;
    let mut guard: WriteGuard<'_> = writer.lock(LOCK_WITHIN)?;
    if !guard.set_tags(key, typed, now_ms())? {
        return Ok(None);
    }
    guard.commit()?;
    Ok(cache.read()?.head(key)?.map(|head| head.tags))
}
