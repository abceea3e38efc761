//! What is done for the cache now and then, when nothing else is to be done: it is backed up, and what it knows of
//! files that are long gone is dropped, so that it does not grow for ever.

use std::time::Duration;

use deskscribe_cache::{Cache, CacheError};

/// How long others may write meanwhile.
const LOCK_WITHIN: Duration = Duration::from_secs(10);

/// Backs the cache up if it is time for that, and if so clears up behind files that have been gone for longer than
/// `keep_gone`. Whatever fails is tried again another time.
pub(crate) fn upkeep(cache: &Cache, keep_gone: Duration) {
    match cache.back_up_if_due() {
        Ok(None) => return,
        Ok(Some(backup)) => tracing::info!(?backup, "the cache is backed up"),
        Err(error) => {
            tracing::warn!(%error, "the cache is not backed up");
            return;
        }
    }
    match drop_gone(cache, keep_gone) {
        Ok(0) => {}
        Ok(dropped) => tracing::info!(dropped, "contents of files that are long gone were dropped"),
        Err(error) => tracing::warn!(%error, "nothing was cleared up behind files that are gone"),
    }
}

fn drop_gone(cache: &Cache, keep_gone: Duration) -> Result<usize, CacheError> {
    let mut writer = cache.writer()?;
    let mut dropped = 0;
    loop {
        let mut guard = writer.lock(LOCK_WITHIN)?;
        let some = guard.drop_gone(keep_gone)?;
        guard.commit()?;
        dropped += some;
        if some == 0 {
            return Ok(dropped);
        }
    }
}
