//! Where a file lies, as people are told it.

use std::path::Path;

use serde::Serialize;

use crate::path::{bytes_of, lossy};
use crate::words::within;

/// A place of a file. Bytes that are no UTF-8 are shown as U+FFFD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Spot {
    /// Absolute.
    pub path: String,
    /// The true bytes of the path in base64, when they are no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The last part of it.
    pub name: String,
    /// The rest, the user's home as `~`.
    pub folder: String,
}

impl Spot {
    pub(super) fn of(path: &Path) -> Self {
        Self::seen_from(path, dirs::home_dir().as_deref())
    }

    fn seen_from(path: &Path, home: Option<&Path>) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = within(home, folder);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { path: lossy(path), path_bytes: bytes_of(path), name, folder }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn a_folder_is_told_from_home() {
        let spot = |path: &str, home: Option<&str>| {
            let Spot { folder, name, .. } = Spot::seen_from(Path::new(path), home.map(Path::new));
            format!("{folder} {name}")
        };
        let home = Some("/home/ann");
        assert_eq!(spot("/home/ann/a.png", home), "~ a.png");
        assert_eq!(spot("/home/ann/Desktop/x/a.png", home), "~/Desktop/x a.png");
        assert_eq!(spot("/home/anna/a.png", home), "/home/anna a.png");
        assert_eq!(spot("/a.png", Some("/")), "/ a.png");
        assert_eq!(spot("/root/a.png", None), "/root a.png");
    }

    #[test]
    fn a_path_that_is_no_text_can_still_be_named() {
        let spot = Spot::seen_from(Path::new(OsStr::from_bytes(b"/d/a\xff.png")), None);
        assert_eq!((spot.name.as_str(), spot.path_bytes.as_deref()), ("a\u{fffd}.png", Some("L2QvYf8ucG5n")));
    }
}
