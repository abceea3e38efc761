//! Why `settings.toml` cannot be followed or changed, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::GlobError;

/// Why the settings of the user cannot be followed, or not be changed. The program does not start with others instead.
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
    /// A folder that is watched leaves out something that is no glob.
    #[error(
        "line {line} of the settings has ignore = {glob:?}, which is no glob as in .gitignore ({reason}): {path}"
    )]
    Glob {
        /// What the file says.
        glob: String,
        /// What is wrong with it.
        reason: String,
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
    /// `[[watch]]` that does not say which folder.
    #[error("line {line} of the settings has a [[watch]] without folder = \"…\" below it: {path}")]
    NoFolder {
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
    /// A folder that is watched is there twice.
    #[error(
        "line {line} of the settings names a folder that line {first} has already, {folder}; leave one of them: {path}"
    )]
    Twice {
        /// Which folder.
        folder: String,
        /// Where it is there again, counted from 1.
        line: usize,
        /// Where it was first.
        first: usize,
        /// The file.
        path: PathBuf,
    },
    /// There is no such key to change.
    #[error("there is no setting {key}; there are {known}")]
    NoSuchKey {
        /// What was asked for.
        key: String,
        /// All that there are.
        known: String,
    },
    /// A key is to have a value that cannot be meant.
    #[error("{key} = {found} cannot be; allowed is {allowed}")]
    Refused {
        /// The key.
        key: &'static str,
        /// What it was to be.
        found: String,
        /// What it may be.
        allowed: String,
    },
    /// A folder is to leave out something that is no glob.
    #[error(transparent)]
    NoGlob(#[from] GlobError),
    /// A folder is to be watched that cannot be written down.
    #[error("this folder cannot stand in the settings, which are text in UTF-8; rename it first: {folder}")]
    Unnamed {
        /// Which folder.
        folder: PathBuf,
    },
    /// Another program changes the settings, and does not end.
    #[error(
        "another program has been changing the settings for {seconds} s; end it if it hangs, then try again: {path}"
    )]
    Busy {
        /// For so long it was waited.
        seconds: u64,
        /// The lock that it holds.
        path: PathBuf,
    },
    /// The system does not let us write.
    #[error(
        "the settings cannot be written ({reason}); check the folder, its permissions and its disk: {path}"
    )]
    Unwritable {
        /// What it says.
        reason: io::Error,
        /// Which file.
        path: PathBuf,
    },
}

impl SettingsError {
    /// The system does not hand over the file at this path.
    pub(super) fn unreadable(error: &io::Error, path: &Path) -> Self {
        let (reason, advice) = match error.kind() {
            io::ErrorKind::IsADirectory => ("it is a folder".to_owned(), "move it away"),
            io::ErrorKind::InvalidInput => ("it is no file".to_owned(), "move it away"),
            io::ErrorKind::FileTooLarge => ("it has more than a megabyte".to_owned(), "look what it is"),
            _ => (error.to_string(), "check the file's permissions"),
        };
        Self::Unreadable { reason, advice, path: path.to_owned() }
    }

    /// The system does not let us write the file at this path.
    pub(super) fn unwritable(reason: io::Error, path: &Path) -> Self {
        Self::Unwritable { reason, path: path.to_owned() }
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
