//! Which folders are watched: those of the command line, of the settings, or the Desktop.

use std::path::PathBuf;

use anyhow::{Context, bail};
use deskscribe_engine::{Settings, WatchedFolder, absolute, at_home, count, desktop};

/// The folders of a command line, as the settings say they are watched if they say anything about them.
pub(super) struct Named(Vec<PathBuf>);

impl Named {
    /// All of them must be there now: a typing mistake is no folder that is offline.
    pub(super) fn of(paths: Vec<PathBuf>) -> anyhow::Result<Self> {
        let folder = |path: PathBuf| {
            let failed = || format!("this folder cannot be watched: {}", path.display());
            if !path.metadata().with_context(failed)?.is_dir() {
                bail!("only folders can be watched; to read a file: deskscribe scan {}", path.display());
            }
            Ok(absolute(&path))
        };
        paths.into_iter().map(folder).collect::<anyhow::Result<_>>().map(Self)
    }

    /// The folders to watch under these settings.
    pub(super) fn under(&self, settings: &Settings) -> anyhow::Result<Vec<WatchedFolder>> {
        if self.0.is_empty() && !settings.watch.is_empty() {
            return Ok(settings.watch.clone());
        }
        let paths = if self.0.is_empty() { vec![own_desktop()?] } else { self.0.clone() };
        let chosen = |path: PathBuf| {
            let settings = settings.watch.iter().find(|folder| folder.path == path);
            settings.cloned().unwrap_or_else(|| WatchedFolder::of(path))
        };
        Ok(paths.into_iter().map(chosen).collect())
    }

    /// Whether it is the Desktop that is watched, for want of anything else.
    pub(super) fn falls_back(&self, settings: &Settings) -> bool {
        self.0.is_empty() && settings.watch.is_empty()
    }
}

fn own_desktop() -> anyhow::Result<PathBuf> {
    desktop().context(
        "the settings name no folder, and this user has no Desktop; name a folder: deskscribe watch FOLDER",
    )
}

/// Such as `Watching 2 folders: ~/Desktop, ~/Pictures`.
pub(super) fn told(folders: &[WatchedFolder]) -> String {
    let names: Vec<_> = folders.iter().map(|folder| at_home(&folder.path)).collect();
    let number = count(folders.len() as u64, "folder", "folders");
    format!("Watching {number}: {}", names.join(", "))
}
