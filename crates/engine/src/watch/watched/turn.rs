//! Which program watches a folder: one of all that were told to.

use std::fs::File;
use std::io;

/// Whether this program watches it.
pub(super) enum Turn {
    /// It does, for as long as the lock is held.
    Ours(#[expect(dead_code, reason = "held, not looked at")] File),
    /// Another one does.
    Others,
    /// The lock cannot be had.
    Refused(String),
}

impl Turn {
    /// What came of asking for the lock; without one another program has it.
    pub(super) fn of(lock: io::Result<Option<File>>) -> Self {
        match lock {
            Ok(Some(lock)) => Self::Ours(lock),
            Ok(None) => Self::Others,
            Err(error) => Self::Refused(format!("nothing can be kept about it ({error})")),
        }
    }
}
