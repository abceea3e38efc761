//! What the page may ask for. Each command is a few lines: understand, ask the engine or the library, tell the error.

pub(crate) mod folders;
pub(crate) mod item;
pub(crate) mod library;
pub(crate) mod meaning;
pub(crate) mod models;
pub(crate) mod reading;
pub(crate) mod settings;
pub(crate) mod summaries;
pub(crate) mod transcript;
pub(crate) mod ways_in;

use std::path::PathBuf;

use deskscribe_engine::FilePath;

use crate::error::CommandError;

/// What every command comes to.
pub(crate) type Answer<T> = Result<T, CommandError>;

fn paths(files: &[FilePath]) -> Answer<Vec<PathBuf>> {
    Ok(files.iter().map(FilePath::to_path).collect::<Result<_, _>>()?)
}
