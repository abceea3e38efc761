//! Changing `settings.toml`: one program at a time, checked before it is written, there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};
use rustix::fs::OFlags;

use super::edit::{Edit, edited};
use super::file::read;
use super::fresh::Fresh;
use super::parse::parse;
use super::template::template;
use super::way_back::WayBack;
use super::{Settings, SettingsError};
use crate::Home;

/// A change takes milliseconds: whoever holds the lock for longer hangs.
const HELD_AT_MOST: Duration = Duration::from_secs(10);
/// Between two tries to have the lock.
const TRY_AGAIN: Duration = Duration::from_millis(2);

impl Settings {
    /// Changes the file, in this order, and nothing else in it: comments, order and blank lines stay. One that is not
    /// there begins as a template that explains every key. A link is followed, and permissions stay. All of it or
    /// nothing: what comes of it was read like the file itself before it took its place. May wait for another program
    /// that changes it.
    ///
    /// # Errors
    /// The file cannot be followed as it is, in which case it is not touched; a change makes no sense; or it cannot be
    /// written.
    pub fn change(home: &Home, edits: &[Edit]) -> Result<Self, SettingsError> {
        Self::change_with_way_back(home, edits).map(|(settings, _)| settings)
    }

    /// The same, with what takes it back.
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn change_with_way_back(home: &Home, edits: &[Edit]) -> Result<(Self, WayBack), SettingsError> {
        let path = home.settings();
        let _ours = lock(home)?;
        loop {
            let before = read(&path)?;
            let settings = parse(before.as_deref().unwrap_or_default(), &path)?;
            let after = edited(&before.clone().unwrap_or_else(template), edits, &path)?;
            let way_back = WayBack::of(before.as_deref(), &settings, &after, edits);
            let settings = parse(&after, &path)?;
            if before.as_ref() == Some(&after) || put(&path, before.as_deref(), &after)? {
                return Ok((settings, way_back));
            }
        }
    }

    /// Takes a change back: the file is again what it was, to the byte. One that was changed by others since gets back
    /// what the change touched, and keeps the rest.
    ///
    /// # Errors
    /// As for [`Self::change`].
    pub fn go_back(home: &Home, way: &WayBack) -> Result<Self, SettingsError> {
        let path = home.settings();
        if let Some(before) = &way.before {
            let _ours = lock(home)?;
            if read(&path)?.as_ref() == Some(&way.after) && put(&path, Some(&way.after), before)? {
                return parse(before, &path);
            }
        }
        Self::change(home, &way.edits)
    }

    /// Makes a file that explains every key and chooses nothing, if there is none; returns whether it was made.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(home: &Home) -> Result<bool, SettingsError> {
        let path = home.settings();
        let _ours = lock(home)?;
        // A link that leads nowhere yet is a place for it, too.
        Ok(!path.exists() && put(&path, None, &template())?)
    }
}

/// Puts the new text there if the file still is what it was; an editor asks for no lock.
fn put(path: &Path, before: Option<&str>, after: &str) -> Result<bool, SettingsError> {
    let fresh = Fresh::written(path, after).map_err(|error| SettingsError::unwritable(error, path))?;
    if read(path)?.as_deref() != before {
        return Ok(false);
    }
    fresh.take_place().map_err(|error| SettingsError::unwritable(error, path))?;
    Ok(true)
}

/// The right to change the file, until this is dropped.
fn lock(home: &Home) -> Result<File, SettingsError> {
    let path = home.settings_lock();
    let failed = |error| SettingsError::unwritable(error, &path);
    fs::create_dir_all(home.folder()).map_err(failed)?;
    // Never deleted: two processes could then hold locks on two files of one name. Not to wait, should it be a pipe.
    let wait = OFlags::NONBLOCK.bits().cast_signed();
    let mut open = OpenOptions::new();
    let file =
        open.create(true).truncate(false).write(true).custom_flags(wait).open(&path).map_err(failed)?;
    let begun = Instant::now();
    loop {
        match FileExt::try_lock(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < HELD_AT_MOST => sleep(TRY_AGAIN),
            Err(TryLockError::WouldBlock) => {
                return Err(SettingsError::Busy { seconds: HELD_AT_MOST.as_secs(), path });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::WatchedFolder;

    fn workers(number: u8) -> Edit {
        Edit::Set { key: "workers".to_owned(), value: number.to_string() }
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_that_is_not_there_begins_with_the_template() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("new"));
        assert!(Settings::begin(&home).unwrap());
        assert_eq!(fs::read_to_string(home.settings()).unwrap(), template());
        assert!(!Settings::begin(&home).unwrap(), "there is one now");
        fs::remove_file(home.settings()).unwrap();
        let shots = WatchedFolder::of("/srv/shots");
        let changed = Settings::change(&home, &[workers(3), Edit::Watch(shots.clone())]).unwrap();
        assert_eq!((changed.workers.get(), changed.watch.as_slice()), (3, [shots].as_slice()));
        assert_eq!(Settings::load(&home).unwrap(), changed);
        assert!(fs::read_to_string(home.settings()).unwrap().contains("\n# workers = 8\nworkers = 3\n"));
        assert_eq!(fs::metadata(home.settings()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(home.folder()), ["settings.lock", "settings.toml"]);
    }

    #[test]
    fn a_file_that_is_broken_and_a_change_that_makes_no_sense_leave_all_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let refuse = |text: &str, edits: &[Edit]| {
            fs::write(home.settings(), text).unwrap();
            let error = Settings::change(&home, edits).unwrap_err().to_string();
            assert_eq!(fs::read_to_string(home.settings()).unwrap(), text);
            assert_eq!(names(home.folder()), ["settings.lock", "settings.toml"]);
            error
        };
        let error = refuse("# mine\n\nworker = 3\n", &[workers(2)]);
        assert!(error.starts_with("line 3 of the settings has an unknown key, worker; "), "{error}");
        let error = refuse("workers = 3\n", &[workers(2), workers(9)]);
        assert!(error.starts_with("workers = 9 cannot be; "), "{error}");
        let none = WatchedFolder { kinds: Vec::new(), ..WatchedFolder::of("/a") };
        let error = refuse("workers = 3\n", &[Edit::Watch(none)]);
        assert!(error.starts_with("line 5 of the settings has kinds = []; "), "{error}");
    }

    #[test]
    fn a_change_is_taken_back_to_the_byte_and_else_leaves_what_others_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let text = || fs::read_to_string(home.settings()).unwrap();
        let unset = || Edit::Unset { key: "workers".to_owned() };
        let shots = WatchedFolder { recurse: false, ..WatchedFolder::of("/srv/shots") };
        let before =
            "# mine\nworkers = 3 # three\n\n[[watch]]\nfolder = \"/srv/shots\"\nrecurse = false # flat\n";
        for edit in [workers(5), unset(), Edit::Unwatch(shots.path.clone())] {
            fs::write(home.settings(), before).unwrap();
            let (changed, way) = Settings::change_with_way_back(&home, std::slice::from_ref(&edit)).unwrap();
            assert_eq!(Settings::load(&home).unwrap(), changed);
            let back = Settings::go_back(&home, &way).unwrap();
            assert_eq!((text().as_str(), back.workers.get()), (before, 3), "{edit:?}");

            // Somebody else has changed something since.
            let (_, way) = Settings::change_with_way_back(&home, &[edit]).unwrap();
            fs::write(home.settings(), format!("notifications = false\n{}", text())).unwrap();
            let back = Settings::go_back(&home, &way).unwrap();
            assert_eq!((back.workers.get(), back.notifications), (3, false));
            assert_eq!(back.watch, std::slice::from_ref(&shots));
        }
        // Where there was no file, it is as it comes again.
        fs::remove_file(home.settings()).unwrap();
        let (_, way) = Settings::change_with_way_back(&home, &[workers(5)]).unwrap();
        assert_eq!(Settings::go_back(&home, &way).unwrap(), Settings::default());
        assert_eq!(text(), template());
    }

    #[test]
    fn links_and_permissions_stay() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        let dotfiles = folder.path().join("dotfiles");
        fs::create_dir_all(home.folder()).unwrap();
        fs::create_dir(&dotfiles).unwrap();
        symlink("../dotfiles/deskscribe", home.settings()).unwrap();
        symlink("deskscribe.toml", dotfiles.join("deskscribe")).unwrap();
        // Where nothing is yet, too.
        Settings::change(&home, &[workers(3)]).unwrap();
        let file = dotfiles.join("deskscribe.toml");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        Settings::change(&home, &[workers(4)]).unwrap();
        assert!(fs::read_to_string(&file).unwrap().contains("\nworkers = 4\n"));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
        assert!(home.settings().is_symlink() && dotfiles.join("deskscribe").is_symlink());
        assert_eq!(names(&dotfiles), ["deskscribe", "deskscribe.toml"]);
    }

    #[test]
    fn what_an_editor_has_saved_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, "workers = 5\n").unwrap();
        assert!(!put(&path, Some("workers = 4\n"), "workers = 3\n").unwrap());
        assert!(!put(&path, None, "workers = 3\n").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "workers = 5\n");
        assert!(put(&path, Some("workers = 5\n"), "workers = 3\n").unwrap());
        assert_eq!(names(folder.path()), ["settings.toml"]);
    }
}
