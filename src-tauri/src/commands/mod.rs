//! What the page may ask for. Each command is a few lines: understand, ask the engine or the library, tell the error.

pub(crate) mod item;
pub(crate) mod library;
pub(crate) mod reading;
pub(crate) mod ways_in;

use std::path::PathBuf;

use serde::Deserialize;

use crate::error::CommandError;

/// What every command comes to.
pub(crate) type Answer<T> = Result<T, CommandError>;

/// A file as the page was told of it; a card or a row will do.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub(crate) struct FilePath {
    /// As it is shown.
    path: String,
    /// Its true bytes in base64, when they are no UTF-8.
    #[serde(default)]
    path_bytes: Option<String>,
}

impl FilePath {
    fn into_path(self) -> PathBuf {
        deskscribe_engine::path_of(&self.path, self.path_bytes.as_deref())
    }
}

fn paths(files: Vec<FilePath>) -> Vec<PathBuf> {
    files.into_iter().map(FilePath::into_path).collect()
}
