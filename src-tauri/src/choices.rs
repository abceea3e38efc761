//! What the page is told of the folders that are watched, and of being in the background.

use std::path::{Path, PathBuf};

use deskscribe_engine::{FilePath, FilePathError, MediaKind, WatchedFolder, at_home};
use serde::{Deserialize, Serialize};

use crate::background::autostart;

/// A folder that is watched, or could be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct FolderChoice {
    /// Where it lies.
    #[serde(flatten)]
    path: FilePath,
    /// As people write it.
    name: String,
    /// Whether folders in it are watched as well.
    recurse: bool,
    /// Which files are read.
    kinds: Vec<MediaKind>,
    /// What is left out, as in a `.gitignore`, seen from the folder.
    ignore: Vec<String>,
    /// Whether files are read that were there before.
    existing: bool,
}

/// What there is to know about being in the background, beside the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct Background {
    /// Whether it is started when the user logs in.
    autostart: bool,
    /// Whether this desktop shows icons of programs without a window.
    has_tray: bool,
}

impl FolderChoice {
    /// A folder as it is watched if nothing else is said.
    pub(crate) fn suggested(path: &Path) -> Self {
        Self::from(&WatchedFolder::of(path))
    }

    /// Where it lies.
    pub(crate) fn folder(&self) -> Result<PathBuf, FilePathError> {
        self.path.to_path()
    }
}

impl From<&WatchedFolder> for FolderChoice {
    fn from(watched: &WatchedFolder) -> Self {
        let WatchedFolder { path, recurse, kinds, ignore, existing } = watched;
        Self {
            path: FilePath::of(path),
            name: at_home(path),
            recurse: *recurse,
            kinds: kinds.clone(),
            ignore: ignore.clone(),
            existing: *existing,
        }
    }
}

impl TryFrom<FolderChoice> for WatchedFolder {
    type Error = FilePathError;

    fn try_from(choice: FolderChoice) -> Result<Self, FilePathError> {
        let path = choice.folder()?;
        let FolderChoice { recurse, kinds, ignore, existing, .. } = choice;
        Ok(Self { path, recurse, kinds, ignore, existing })
    }
}

impl Background {
    /// As it is.
    pub(crate) fn now(has_tray: bool) -> Self {
        Self { autostart: autostart::is_on(), has_tray }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_comes_back_from_the_page_as_it_went() {
        let watched = WatchedFolder {
            recurse: false,
            kinds: vec![MediaKind::Image],
            ignore: vec!["*.tmp.png".to_owned()],
            ..WatchedFolder::of("/srv/a b")
        };
        let told = serde_json::to_value(FolderChoice::from(&watched)).unwrap();
        assert_eq!(
            (&told["path"], &told["name"], &told["kinds"][0]),
            (&"/srv/a b".into(), &"/srv/a b".into(), &"image".into())
        );
        let back: FolderChoice = serde_json::from_value(told).unwrap();
        assert_eq!(WatchedFolder::try_from(back).unwrap(), watched);
    }
}
