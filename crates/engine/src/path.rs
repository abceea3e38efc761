//! Paths that are said in JSON: text, and their true bytes where they are none.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

/// A file or folder as it is named in questions and orders; rows and cards name theirs in the same two fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct FilePath {
    /// Absolute; bytes that are no UTF-8 are shown as U+FFFD.
    path: String,
    /// Its true bytes in base64, when they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

/// Why a name is the name of no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilePathError {
    /// Its bytes are not base64.
    #[error("the bytes of a path are not base64: {0}")]
    Bytes(String),
    /// It would be another file in another folder.
    #[error("a path is not absolute: {0}")]
    Relative(String),
}

impl FilePath {
    /// The absolute form of a path: whoever hears it is in another folder.
    pub fn of(path: &Path) -> Self {
        let path = absolute(path);
        Self { path: lossy(&path), path_bytes: bytes_of(&path) }
    }

    /// The path itself.
    ///
    /// # Errors
    /// Whoever wrote it down did not write an absolute path, or not its bytes.
    pub fn to_path(&self) -> Result<PathBuf, FilePathError> {
        let bytes = match &self.path_bytes {
            Some(bytes) => BASE64.decode(bytes).map_err(|_| FilePathError::Bytes(self.path.clone()))?,
            None => self.path.clone().into_bytes(),
        };
        let path = PathBuf::from(OsString::from_vec(bytes));
        if path.is_absolute() { Ok(path) } else { Err(FilePathError::Relative(self.path.clone())) }
    }
}

/// The absolute form of a path, without `..`: a file is known by one name only. What it names may be a link, and need
/// not exist.
pub fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !path.components().any(|component| component == Component::ParentDir) {
        return path;
    }
    // Where `..` leads to is a matter of links.
    if path.file_name().is_some() { true_path(&path) } else { fs::canonicalize(&path).unwrap_or(path) }
}

/// The path of this entry with every link above it followed; the entry itself may be one.
pub(crate) fn true_path(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// Whether its name says that it is not to be seen.
pub(crate) fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// A path as text: bytes that are no UTF-8 are shown as U+FFFD.
pub(crate) fn lossy(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The true bytes of a path in base64, when they are no UTF-8.
pub(crate) fn bytes_of(path: &Path) -> Option<String> {
    path.to_str().is_none().then(|| BASE64.encode(path.as_os_str().as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_file_has_one_name_whatever_way_leads_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(root.join("far/away")).unwrap();
        std::os::unix::fs::symlink(root.join("far/away"), root.join("link")).unwrap();
        let same = |way: &str, name: &str| assert_eq!(absolute(&root.join(way)), root.join(name), "{way}");
        same("far/../a.png", "a.png");
        same("link/../a.png", "far/a.png");
        same("far/away/..", "far");
        same("link", "link");
        same("far/../link", "link");
        assert_eq!(
            absolute(Path::new("/nowhere/../../../gone/a.png")),
            Path::new("/nowhere/../../../gone/a.png")
        );
    }

    #[test]
    fn any_path_comes_back_and_none_is_taken_from_another_folder() {
        for bytes in [&b"/a b/c.png"[..], b"/\xff\xfe/\n.png"] {
            let path = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(FilePath::of(path).to_path().unwrap(), path);
        }
        let wrong = |path: FilePath| path.to_path().unwrap_err().to_string();
        let bare = FilePath { path: "a.png".to_owned(), path_bytes: None };
        assert_eq!(wrong(bare), "a path is not absolute: a.png");
        let spoiled = FilePath { path: "/a".to_owned(), path_bytes: Some("?".to_owned()) };
        assert_eq!(wrong(spoiled), "the bytes of a path are not base64: /a");
    }
}
