//! `settings.toml` on the disk.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use super::parse::parse;
use super::{Settings, SettingsError};
use crate::Home;

/// Settings are text that somebody writes, in bytes. What is longer is something else.
const LONGEST: u64 = 1 << 20;

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
    match content(path) {
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

/// What is in the file. A pipe or a device neither holds anybody up nor goes on for ever.
fn content(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // It may have become one by now.
    let nonblock = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(nonblock.bits() as i32).open(path)?;
    let mut content = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

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
        // Neither of them ends.
        let socket = UnixListener::bind(home.settings()).unwrap();
        assert_eq!(error(), told("it is no file); move it away"));
        drop(socket);
        for endless in ["/dev/zero", "/dev/tty"] {
            fs::remove_file(home.settings()).unwrap();
            symlink(endless, home.settings()).unwrap();
            assert_eq!(error(), told("it is no file); move it away"));
        }
        fs::remove_file(home.settings()).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, home.settings(), pipe, 0o600.into(), 0).unwrap();
        assert_eq!(error(), told("it is no file); move it away"));
        fs::remove_file(home.settings()).unwrap();
        fs::write(home.settings(), "#".repeat(2 << 20)).unwrap();
        assert_eq!(error(), told("it has more than a megabyte); look what it is"));
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
