//! The queue: files that were found and not read yet. A quit or a crash loses none.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use deskscribe_protocol::{Failure, MediaKind};

use super::WriteGuard;
use crate::CacheError;

impl WriteGuard<'_> {
    /// Queues a file that is to be read; what is queued already keeps its turn.
    pub fn enqueue(&mut self, path: &Path, kind: MediaKind, now_ms: i64) -> Result<(), CacheError> {
        const ENQUEUE: &str = "INSERT INTO queue (path, kind, since) VALUES (?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET code = NULL, reason = NULL";
        let values = (path.as_os_str().as_bytes(), kind.as_str(), now_ms);
        let enqueue = || self.writer.summaries.prepare_cached(ENQUEUE)?.execute(values);
        enqueue().map(drop).map_err(|error| self.sort(error))
    }

    /// Notes why a file cannot be read for now. It stays in the queue, for the next run.
    pub fn defer(
        &mut self,
        path: &Path,
        kind: MediaKind,
        failure: &Failure,
        now_ms: i64,
    ) -> Result<(), CacheError> {
        const DEFER: &str = "INSERT INTO queue (path, kind, since, code, reason) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET code = excluded.code, reason = excluded.reason";
        let Failure { code, reason } = failure;
        let values = (path.as_os_str().as_bytes(), kind.as_str(), now_ms, code.as_str(), reason);
        let defer = || self.writer.summaries.prepare_cached(DEFER)?.execute(values);
        defer().map(drop).map_err(|error| self.sort(error))
    }

    /// A file that nothing has to be done for any more.
    pub fn dequeue(&mut self, path: &Path) -> Result<(), CacheError> {
        const DEQUEUE: &str = "DELETE FROM queue WHERE path = ?";
        let dequeue =
            || self.writer.summaries.prepare_cached(DEQUEUE)?.execute([path.as_os_str().as_bytes()]);
        dequeue().map(drop).map_err(|error| self.sort(error))
    }
}
