//! The key that a server may want: from the environment, the keychain of the system, or a file of the user's alone.

use std::env;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use keyring::v1::{Entry, Error as Locked};
use rustix::fs::OFlags;
use serde::Serialize;

use super::place::Place;
use crate::words::quoted;
use crate::{Home, Settings};

/// Names the key where there is nothing else, such as in a container.
const VARIABLE: &str = "DESKSCRIBE_LLM_KEY";
/// Under which name programs keep what is theirs in the keychain.
const SERVICE: &str = "deskscribe";
/// No key is longer, in bytes.
const LONGEST: u64 = 8 << 10;

/// A key for a language model server. It is never shown, and goes to no other server than the one it was given for.
#[derive(Clone, PartialEq, Eq)]
pub struct LlmKey(String);

/// Where a key is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum KeyKept {
    /// In `DESKSCRIBE_LLM_KEY`.
    Environment,
    /// In the keychain of the system, by the server's address.
    Keychain,
    /// In a file, because there is no keychain.
    File {
        /// Which one.
        path: PathBuf,
    },
}

/// Why a key cannot be used or kept.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Others than the user may read the file.
    #[error("others may read the key of the language model, so it is not used; to mend it: chmod 600 {}", quoted(.0))]
    Open(PathBuf),
    /// The file belongs to somebody else, or is none.
    #[error("the key of the language model is not in a plain file of yours; move away what is there: {}", .0.display())]
    Foreign(PathBuf),
    /// The file cannot be read or written.
    #[error("the key of the language model cannot be kept there ({reason}); check the folder: {}", .path.display())]
    File {
        /// What the system says.
        reason: io::Error,
        /// Which file.
        path: PathBuf,
    },
    /// What was given cannot be a key.
    #[error("this cannot be a key: it must be one line of plain characters, up to {LONGEST}")]
    NoKey,
    /// No server that could want one is named.
    #[error("no server is named that could want a key; add llm and llm_address to settings.toml first")]
    NoServer,
}

impl fmt::Debug for LlmKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LlmKey(…)")
    }
}

impl LlmKey {
    /// A key, if this can be one. White space around it is dropped.
    ///
    /// # Errors
    /// It cannot be one.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let key = text.trim();
        let is_plain =
            !key.is_empty() && key.len() as u64 <= LONGEST && key.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain.then(|| Self(key.to_owned())).ok_or(KeyError::NoKey)
    }

    /// Keeps it for the server of these settings, in the keychain if there is one that can be used. May wait for the
    /// user to unlock it.
    ///
    /// # Errors
    /// No server is named, or there is no keychain and the file cannot be written.
    pub fn keep(&self, home: &Home, settings: &Settings) -> Result<KeyKept, KeyError> {
        let place = named(settings)?;
        if entry(&place).and_then(|entry| entry.set_password(&self.0)).is_ok() {
            // One that lies about in a file would only be the older one.
            remove_file(&home.llm_key())?;
            return Ok(KeyKept::Keychain);
        }
        let path = home.llm_key();
        self.write(&path).map_err(|reason| KeyError::File { reason, path: path.clone() })?;
        Ok(KeyKept::File { path })
    }

    /// Takes the key of the server of these settings out of keychain and file; whether there was one.
    ///
    /// # Errors
    /// No server is named, or the file cannot be removed.
    pub fn remove(home: &Home, settings: &Settings) -> Result<bool, KeyError> {
        let place = named(settings)?;
        let was_kept = entry(&place).and_then(|entry| entry.delete_credential()).is_ok();
        Ok(remove_file(&home.llm_key())? || was_kept)
    }

    /// The key for the server at this place, and where it is kept. May wait for the user to unlock the keychain.
    pub(super) fn find(home: &Home, place: &Place) -> Result<Option<(Self, KeyKept)>, KeyError> {
        if let Some(text) = env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty()) {
            return Ok(Some((Self::new(&text)?, KeyKept::Environment)));
        }
        let path = home.llm_key();
        // Who has put it there has done without a keychain, which is therefore not asked for its password.
        if let Some(key) = Self::read(&path)? {
            return Ok(Some((key, KeyKept::File { path })));
        }
        match entry(place).and_then(|entry| entry.get_password()) {
            Ok(text) => Ok(Some((Self::new(&text)?, KeyKept::Keychain))),
            // There is none, no keychain, or one that stays locked: many servers want no key at all.
            Err(_) => Ok(None),
        }
    }

    /// For the head of a request.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    fn read(path: &Path) -> Result<Option<Self>, KeyError> {
        let wrong = |reason| KeyError::File { reason, path: path.to_owned() };
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(_) if path.is_symlink() => return Err(KeyError::Foreign(path.to_owned())),
            opened => opened.map_err(wrong)?,
        };
        let found = file.metadata().map_err(wrong)?;
        if !found.is_file() || found.uid() != rustix::process::geteuid().as_raw() {
            return Err(KeyError::Foreign(path.to_owned()));
        }
        if found.mode() & 0o077 != 0 {
            return Err(KeyError::Open(path.to_owned()));
        }
        let mut text = String::new();
        file.take(LONGEST + 2).read_to_string(&mut text).map_err(wrong)?;
        Self::new(&text).map(Some)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder)?;
        // For the user alone from its first byte on, and there as a whole or not at all.
        let mut file = tempfile::Builder::new().prefix(".llm-key-").tempfile_in(folder)?;
        file.write_all(self.0.as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }
}

/// The place of the server that the settings name. One that nobody has named gets no key.
fn named(settings: &Settings) -> Result<Place, KeyError> {
    let host = env::var("OLLAMA_HOST").ok();
    let place = Place::of(&settings.llm, host.as_deref()).ok().flatten();
    place.filter(|_| settings.llm.is_named()).ok_or(KeyError::NoServer)
}

/// By its address, so that a key that was given for one server never goes to another.
fn entry(place: &Place) -> Result<Entry, Locked> {
    Entry::new(SERVICE, &place.shown)
}

fn remove_file(path: &Path) -> Result<bool, KeyError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(reason) => Err(KeyError::File { reason, path: path.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_is_read_only_if_it_is_the_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home/llm.key");
        assert!(LlmKey::read(&path).unwrap().is_none());
        let key = LlmKey::new(" sk-1 \n").unwrap();
        key.write(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(LlmKey::read(&path).unwrap(), Some(key.clone()));
        assert_eq!(format!("{key:?}"), "LlmKey(…)");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = LlmKey::read(&path).unwrap_err().to_string();
        assert!(error.ends_with(&format!("to mend it: chmod 600 {}", path.display())), "{error}");
        let link = folder.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(matches!(LlmKey::read(&link), Err(KeyError::Foreign(_))));
        for text in ["", " ", "two words", "ä", "a\x1bb", &"x".repeat(9000)] {
            assert!(LlmKey::new(text).is_err(), "{text}");
        }
    }
}
