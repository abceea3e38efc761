//! `settings.toml` on the disk.

use std::fs;
use std::io;
use std::path::Path;

use super::parse::parse;
use super::{Settings, SettingsError};
use crate::Home;

impl Settings {
    /// What the user has chosen in this home, and the defaults for all else.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or has a key or a value that means nothing.
    pub fn load(home: &Home) -> Result<Self, SettingsError> {
        let path = home.settings();
        read(&path)?.map_or_else(|| Ok(Self::default()), |text| parse(&text, &path))
    }
}

/// The text of the file at this path, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<String>, SettingsError> {
    match fs::read(path) {
        // TOML knows no such character, and UTF-16 without its mark is full of them.
        Ok(content) if content.contains(&0) => Err(SettingsError::encoding(&content, path)),
        Ok(content) => match String::from_utf8(content) {
            Ok(text) => Ok(Some(text)),
            Err(error) => Err(SettingsError::encoding(error.as_bytes(), path)),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SettingsError::unreadable(&error, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_without_the_file_has_the_defaults_and_one_that_is_closed_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        assert_eq!(Settings::load(&home).unwrap().workers.get(), 8);
        fs::create_dir(home.settings()).unwrap();
        let error = || Settings::load(&home).unwrap_err().to_string();
        let told = |why: &str| format!("the settings cannot be read ({why}: {}", home.settings().display());
        assert_eq!(error(), told("it is a folder); move it away"));
        fs::remove_dir(home.settings()).unwrap();
        for (content, why) in [
            (b"\xff\xfew\0o\0".as_slice(), "they are in UTF-16"),
            (b"w\0o\0r\0k\0", "they are not in UTF-8"),
            (b"workers = 2 # \xe9", "they are not in UTF-8"),
        ] {
            fs::write(home.settings(), content).unwrap();
            assert_eq!(error(), told(&format!("{why}); save the file as UTF-8")));
        }
        fs::write(home.settings(), "\u{feff}workers = 2").unwrap();
        assert_eq!(Settings::load(&home).unwrap().workers.get(), 2, "a mark of UTF-8 does no harm");
    }
}
