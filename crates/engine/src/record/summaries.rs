//! Summaries that somebody wants anew.

use deskscribe_cache::{CacheError, WriteGuard, Writer};
use deskscribe_protocol::ContentKey;

use super::{LOCK_WITHIN, now_ms};

/// Takes note that these contents are to be summarised again, by this model or by whichever is asked then.
pub(crate) fn want_summaries(
    writer: &mut Writer,
    keys: &[ContentKey],
    model: Option<&str>,
) -> Result<(), CacheError> {
    let mut guard: WriteGuard<'_> = writer.lock(LOCK_WITHIN)?;
    guard.want_summary(keys, model, now_ms())?;
    guard.commit()
}
