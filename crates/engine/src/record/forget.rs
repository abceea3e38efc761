//! Forgetting what was read: for good, and of the cache alone. No file is touched.

use deskscribe_cache::{Cache, CacheError, WriteGuard};

use super::LOCK_WITHIN;
use crate::{Home, Named};

/// The most contents of one commit: others want to write as well.
const AT_ONCE: usize = 200;

/// Forgets contents with all their places, and files that wait to be read. Returns how many of them were known. Found
/// again by a scan, they are read again.
pub fn forget(home: &Home, named: &[Named]) -> Result<u64, CacheError> {
    let cache = Cache::open(home.folder())?;
    let mut writer = cache.writer()?;
    let mut forgotten = 0;
    for some in named.chunks(AT_ONCE) {
        let mut guard: WriteGuard<'_> = writer.lock(LOCK_WITHIN)?;
        for named in some {
            forgotten += u64::from(match named {
                Named::Content { key, .. } => guard.forget(key)?,
                Named::Queued(queued) => {
                    guard.dequeue(&queued.path)?;
                    true
                }
            });
        }
        guard.commit()?;
    }
    Ok(forgotten)
}
