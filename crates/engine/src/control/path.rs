//! Paths in questions: text, and their true bytes where they are none, as in rows.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::row::{bytes_of, lossy};

/// A path that can be said in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NamedPath {
    path: String,
    /// Its bytes in base64, when they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl NamedPath {
    /// The absolute form of a path: whoever hears it is in another folder.
    pub(super) fn of(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { path: lossy(&path), path_bytes: bytes_of(&path) }
    }

    /// The path itself, or what is wrong with it.
    pub(super) fn path(&self) -> Result<PathBuf, String> {
        let wrong = |why: &str| format!("{why}: {}", self.path);
        let bytes = match &self.path_bytes {
            Some(bytes) => BASE64.decode(bytes).map_err(|_| wrong("the bytes of a path are not base64"))?,
            None => self.path.clone().into_bytes(),
        };
        let path = PathBuf::from(OsString::from_vec(bytes));
        if path.is_absolute() { Ok(path) } else { Err(wrong("a path is not absolute")) }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn any_path_comes_back_and_none_is_taken_from_another_folder() {
        for bytes in [&b"/a b/c.png"[..], b"/\xff\xfe/\n.png"] {
            let path = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(NamedPath::of(path).path().unwrap(), path);
        }
        let bare = NamedPath { path: "a.png".to_owned(), path_bytes: None };
        assert_eq!(bare.path().unwrap_err(), "a path is not absolute: a.png");
        let spoiled = NamedPath { path: "/a".to_owned(), path_bytes: Some("?".to_owned()) };
        assert_eq!(spoiled.path().unwrap_err(), "the bytes of a path are not base64: /a");
    }
}
