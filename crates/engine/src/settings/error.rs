//! Why `settings.toml` cannot be followed, and what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why the settings of the user cannot be followed. The program does not start with others instead.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there and cannot be read.
    #[error("the settings cannot be read ({reason}); {advice}: {path}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
        /// What to do.
        advice: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The file is no TOML.
    #[error("line {line} of the settings cannot be understood ({reason}): {path}")]
    Syntax {
        /// What is wrong there.
        reason: String,
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
    /// A key that means nothing.
    #[error("line {line} of the settings has an unknown key, {key}; there are {known}: {path}")]
    Unknown {
        /// The key.
        key: String,
        /// All that there are.
        known: String,
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
    /// A value that cannot be meant.
    #[error("line {line} of the settings has {key} = {found}; allowed is {allowed}: {path}")]
    Value {
        /// The key.
        key: &'static str,
        /// What the file says.
        found: String,
        /// What it may say.
        allowed: String,
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
}

impl SettingsError {
    /// The system does not hand over the file at this path.
    pub(super) fn unreadable(error: &io::Error, path: &Path) -> Self {
        let (reason, advice) = match error.kind() {
            io::ErrorKind::IsADirectory => ("it is a folder".to_owned(), "move it away"),
            _ => (error.to_string(), "check the file's permissions"),
        };
        Self::Unreadable { reason, advice, path: path.to_owned() }
    }

    /// What is in the file at this path is no text that TOML could be.
    pub(super) fn encoding(content: &[u8], path: &Path) -> Self {
        // As some editors save it when they are asked for "Unicode".
        let is_wide = content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]);
        let reason = if is_wide { "they are in UTF-16" } else { "they are not in UTF-8" };
        Self::Unreadable {
            reason: reason.to_owned(),
            advice: "save the file as UTF-8",
            path: path.to_owned(),
        }
    }
}
