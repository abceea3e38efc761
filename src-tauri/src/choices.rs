//! What is chosen in the window: the folders that are watched, and what happens in the background. It is kept in
//! `settings.toml`, which others may change at any time.

use std::path::{Path, PathBuf};

use deskscribe_engine::{
    Edit, FilePath, FilePathError, MediaKind, OnBattery, Priority, Settings, WatchedFolder, at_home,
};
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

/// What happens when no window is open, and beside other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct Background {
    /// Whether it goes on when the window is closed.
    keep_running: bool,
    /// Whether it is started when the user logs in.
    autostart: bool,
    /// Whether the end of a round is told while the window is not in sight.
    notifications: bool,
    /// What happens while the machine runs on battery.
    on_battery: OnBattery,
    /// How it gives way to other programs.
    priority: Priority,
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
    pub(crate) fn of(settings: &Settings, has_tray: bool) -> Self {
        Self {
            keep_running: settings.keep_running,
            autostart: autostart::is_on(),
            notifications: settings.notifications,
            on_battery: settings.on_battery,
            priority: settings.priority,
            has_tray,
        }
    }

    /// Whether it is to be started when the user logs in.
    pub(crate) fn autostart(self) -> bool {
        self.autostart
    }

    /// What has to be changed in these settings for it to be so.
    pub(crate) fn edits(self, settings: &Settings) -> Vec<Edit> {
        let set = |is_other: bool, key: &str, value: String| {
            is_other.then(|| Edit::Set { key: key.to_owned(), value })
        };
        let quoted = |word: &str| format!("\"{word}\"");
        let edits = [
            set(self.keep_running != settings.keep_running, "keep_running", self.keep_running.to_string()),
            set(
                self.notifications != settings.notifications,
                "notifications",
                self.notifications.to_string(),
            ),
            set(self.on_battery != settings.on_battery, "on_battery", quoted(self.on_battery.as_str())),
            set(self.priority != settings.priority, "priority", quoted(self.priority.as_str())),
        ];
        edits.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_chosen_otherwise_is_written() {
        let settings = Settings::default();
        let now = Background::of(&settings, true);
        assert_eq!(now.edits(&settings), []);
        let other = Background { keep_running: true, on_battery: OnBattery::Pause, ..now };
        let set = |key: &str, value: &str| Edit::Set { key: key.to_owned(), value: value.to_owned() };
        assert_eq!(other.edits(&settings), [set("keep_running", "true"), set("on_battery", "\"pause\"")]);
    }

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
