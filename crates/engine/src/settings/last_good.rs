//! `settings.good.toml`: the last settings that could be followed, for engines that stay while somebody types.

use super::file::read;
use super::fresh::Fresh;
use super::parse::parse;
use super::{Settings, SettingsError};
use crate::Home;

impl Settings {
    /// What the user has chosen, and if that cannot be followed the last that could, with what is wrong now; without
    /// such, the defaults. For engines that stay: each good file is kept for the next time.
    pub fn load_or_last_good(home: &Home) -> (Self, Option<SettingsError>) {
        match load_and_keep(home) {
            Ok(settings) => (settings, None),
            Err(error) => (last_good(home).unwrap_or_default(), Some(error)),
        }
    }
}

/// What the user has chosen, which is kept as the last good file.
pub(super) fn load_and_keep(home: &Home) -> Result<Settings, SettingsError> {
    let path = home.settings();
    let text = read(&path)?.unwrap_or_default();
    let settings = parse(&text, &path)?;
    keep(home, &text);
    Ok(settings)
}

/// Keeps this text. Where it cannot be kept the settings are followed all the same.
fn keep(home: &Home, text: &str) {
    let path = home.last_good_settings();
    let there = read(&path).ok().flatten();
    // No file is as good as an empty one.
    if there.as_deref().unwrap_or_default() == text {
        return;
    }
    if let Err(error) = Fresh::written(&path, text).and_then(Fresh::take_place) {
        tracing::warn!("the settings could not be kept ({error}): {}", path.display());
    }
}

fn last_good(home: &Home) -> Option<Settings> {
    let path = home.last_good_settings();
    parse(&read(&path).ok()??, &path).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn while_the_file_is_broken_the_last_good_one_holds() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let load = |text: &str| {
            fs::write(home.settings(), text).unwrap();
            let (settings, error) = Settings::load_or_last_good(&home);
            (settings.workers.get(), error.map(|error| error.to_string()))
        };
        let line = |line: usize| format!("line {line} of the settings has workers = 0; ");
        let broken = |(workers, error): (usize, Option<String>), at| {
            assert!(error.as_deref().is_some_and(|error| error.starts_with(&line(at))), "{error:?}");
            workers
        };
        assert_eq!(broken(load("workers = 0"), 1), 8, "there was none");
        assert_eq!(load("workers = 3 # good"), (3, None));
        assert_eq!(broken(load("\nworkers = 0"), 2), 3);
        assert_eq!(broken(load("\nworkers = 0"), 2), 3, "and again");
        assert_eq!(fs::read_to_string(home.last_good_settings()).unwrap(), "workers = 3 # good");
        assert_eq!(fs::read_to_string(home.settings()).unwrap(), "\nworkers = 0", "it is the user's");
        fs::remove_file(home.settings()).unwrap();
        assert_eq!(
            Settings::load_or_last_good(&home).0.workers.get(),
            8,
            "as it comes is what was chosen now"
        );
        assert_eq!(broken(load("workers = 0"), 1), 8);
        fs::write(home.last_good_settings(), "workers = 99").unwrap();
        assert_eq!(broken(load("workers = 0"), 1), 8, "another build has kept what this one cannot follow");
    }
}
