//! Every way a file can end without a reading, and the exit codes of a worker.

use serde::{Deserialize, Serialize};

use crate::one_line;

/// Why a file was not read. A closed list: whoever shows a failure decides by this, never by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The file holds no byte.
    Empty,
    /// The content is broken, or is not what the name says.
    Damaged,
    /// A format or a kind that this version does not read.
    Unsupported,
    /// More pixels, bytes or pages than the limits allow.
    TooLarge,
    /// The worker spent more processor time than a file of this size is given.
    TimedOut,
    /// The worker showed no progress for too long.
    Stalled,
    /// The file needs more memory than a worker may have.
    OutOfMemory,
    /// Workers died of this file, more than once.
    WorkerCrashed,
    /// The file changed while it was being read.
    Changed,
    /// The file was there and is gone.
    Vanished,
    /// The file may not be opened by this user.
    PermissionDenied,
    /// A link inside a folder; what it points to is read where it lies.
    Symlink,
    /// A pipe, a socket or a device with the name of a medium.
    NotAFile,
    /// The disk or the system failed to hand over the bytes.
    Unreadable,
    /// A fault of ours.
    Internal,
}

impl Code {
    /// The word used in rows, in the cache and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Damaged => "damaged",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::TimedOut => "timed_out",
            Self::Stalled => "stalled",
            Self::OutOfMemory => "out_of_memory",
            Self::WorkerCrashed => "worker_crashed",
            Self::Changed => "changed",
            Self::Vanished => "vanished",
            Self::PermissionDenied => "permission_denied",
            Self::Symlink => "symlink",
            Self::NotAFile => "not_a_file",
            Self::Unreadable => "unreadable",
            Self::Internal => "internal",
        }
    }

    /// Whether the same bytes will fail the same way with the same program, so that the failure is worth
    /// remembering; the others are tried again at the next scan. Says nothing of files that workers died of:
    /// those are judged by how they died, and how often.
    pub fn is_lasting(self) -> bool {
        match self {
            Self::Empty | Self::Damaged | Self::Unsupported | Self::TooLarge | Self::TimedOut => true,
            // Somebody may have stopped the worker, or taken all memory.
            Self::Stalled
            | Self::OutOfMemory
            | Self::WorkerCrashed
            | Self::Changed
            | Self::Vanished
            | Self::PermissionDenied
            | Self::Symlink
            | Self::NotAFile
            | Self::Unreadable
            | Self::Internal => false,
        }
    }

    /// Whether this has to do with what the file holds, so that every copy of it will fail alike; the others
    /// are about the place where it lies.
    pub fn is_of_content(self) -> bool {
        match self {
            Self::Empty
            | Self::Damaged
            | Self::Unsupported
            | Self::TooLarge
            | Self::TimedOut
            | Self::Stalled
            | Self::OutOfMemory
            | Self::WorkerCrashed
            | Self::Internal => true,
            Self::Changed
            | Self::Vanished
            | Self::PermissionDenied
            | Self::Symlink
            | Self::NotAFile
            | Self::Unreadable => false,
        }
    }

    /// Whether a worker can know this. It has a descriptor and no path, and no say in how it is judged itself.
    pub fn is_for_workers(self) -> bool {
        match self {
            Self::Empty
            | Self::Damaged
            | Self::Unsupported
            | Self::TooLarge
            | Self::OutOfMemory
            | Self::Unreadable
            | Self::Internal => true,
            Self::TimedOut
            | Self::Stalled
            | Self::WorkerCrashed
            | Self::Changed
            | Self::Vanished
            | Self::PermissionDenied
            | Self::Symlink
            | Self::NotAFile => false,
        }
    }
}

/// Why a file was not read: a code to decide by and one line to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[error("{reason}")]
pub struct Failure {
    /// What kind of failure this is.
    pub code: Code,
    /// One line: what happened and, where something can be done, what.
    pub reason: String,
}

impl Failure {
    /// A failure with its reason, made one tame line of bounded length whatever a library or a worker said.
    pub fn new(code: Code, reason: impl AsRef<str>) -> Self {
        const LONGEST: usize = 300;
        Self { code, reason: one_line(reason.as_ref(), LONGEST) }
    }
}

/// How a worker ends when it ends itself.
pub mod exit {
    /// The engine closed the conversation.
    pub const DONE: u8 = 0;
    /// A frame could not be understood, or an answer not be delivered.
    pub const WIRE: u8 = 70;
    /// The engine is of another build or protocol.
    pub const OTHER_BUILD: u8 = 71;
    /// A library or a model could not be loaded; the last line of stderr says which.
    pub const NOT_READY: u8 = 72;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_that_does_nothing_to_whoever_shows_it() {
        let failure = Failure::new(Code::Damaged, "bad\r\nchunk \x1b]0;mine\x07 \u{9b}2J\u{7f} \u{202e}gnp");
        assert_eq!(failure.reason, "bad chunk \u{fffd}]0;mine\u{fffd} \u{fffd}2J\u{fffd} \u{fffd}gnp");
        let long = Failure::new(Code::Damaged, "x".repeat(10 << 20));
        assert!(long.reason.chars().count() == 300 && long.reason.ends_with('…'));
    }
}
