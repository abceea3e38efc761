//! Forgetting what was read: for good, in the cache and in the logs of runs. No file of the user is touched.

use std::thread;
use std::time::Duration;

use deskscribe_cache::{Cache, CacheError, Outcome, WriteGuard, Writer};
use deskscribe_protocol::{ContentKey, MediaKind};

use super::LOCK_WITHIN;
use crate::path::lossy;
use crate::run_log::{Traces, wipe};
use crate::{Home, Named};

/// The most contents of one commit: others want to write as well.
const AT_ONCE: usize = 200;
/// How often, and how long each time, to wait for programs that read what is to be wiped.
const WIPE_TRIES: u32 = 10;
const WIPE_PAUSE: Duration = Duration::from_millis(200);

/// Forgets contents with all their places, and files that wait to be read. Returns how many of them were known. Found
/// again by a scan, they are read again.
///
/// # Errors
/// [`CacheError::Traces`] when all is forgotten, but could not be wiped from the cache's files.
pub fn forget(home: &Home, named: &[Named]) -> Result<u64, CacheError> {
    let cache = Cache::open(home.folder())?;
    wipe(home, &traces(&cache, named)?);
    let mut writer = cache.writer()?;
    let mut forgotten = 0;
    for some in named.chunks(AT_ONCE) {
        let mut guard: WriteGuard<'_> = writer.lock(LOCK_WITHIN)?;
        for named in some {
            forgotten += u64::from(match named {
                Named::Content { key, .. } => guard.forget(key)?,
                Named::Queued(queued) if queued.kind == MediaKind::Image => {
                    guard.dequeue(&queued.path)?;
                    true
                }
                Named::Queued(queued) => {
                    guard.forget_queued(&queued.path)?;
                    true
                }
            });
        }
        match guard.commit() {
            Err(CacheError::Traces(_)) => wipe_again(&mut writer, some)?,
            committed => committed?,
        }
    }
    Ok(forgotten)
}

/// Wipes from the cache's files what is forgotten already.
fn wipe_again(writer: &mut Writer, named: &[Named]) -> Result<(), CacheError> {
    let mut left = WIPE_TRIES;
    loop {
        thread::sleep(WIPE_PAUSE);
        let mut guard: WriteGuard<'_> = writer.lock(LOCK_WITHIN)?;
        for named in named {
            if let Named::Content { key, .. } = named {
                guard.forget(key)?;
            }
        }
        left -= 1;
        match guard.commit() {
            Err(CacheError::Traces(_)) if left > 0 => {}
            committed => return committed,
        }
    }
}

/// By what the logs of runs know these.
fn traces(cache: &Cache, named: &[Named]) -> Result<Traces, CacheError> {
    let guard = cache.read()?;
    let mut traces = Traces::default();
    let summary = |key: &ContentKey| -> Result<Option<String>, CacheError> {
        Ok(match guard.outcome(key)?.map(|record| record.outcome) {
            Some(Outcome::Read(reading)) => reading.digest.summary,
            _ => None,
        })
    };
    for named in named {
        match named {
            Named::Content { key, path } => {
                let places = guard.places(key)?;
                traces.paths.extend(places.iter().chain(path).map(|path| lossy(path)));
                traces.summaries.extend(summary(key)?);
            }
            Named::Queued(queued) => _ = traces.paths.insert(lossy(&queued.path)),
        }
    }
    Ok(traces)
}
