//! Folders as people write them into a file: whole paths, or such that begin at their home.

use std::path::{Path, PathBuf};

/// What a setting that names a folder may be, in words.
pub(super) const FOLDER: &str = "the whole path of a folder, or one that begins with ~/";

/// The folder that is meant; nothing if that depends on where the program was started.
pub(super) fn folder(text: &str) -> Option<PathBuf> {
    let folder = match text.strip_prefix('~') {
        Some("") => dirs::home_dir()?,
        // `~bob` is somebody else's home to a shell, and nobody's here.
        Some(below) => dirs::home_dir()?.join(below.strip_prefix('/')?),
        None => PathBuf::from(text),
    };
    folder.is_absolute().then_some(folder)
}

/// The folder as it is written, so that the file can be carried to another machine. Nothing if its name is no UTF-8,
/// which no TOML can hold.
pub(super) fn written(folder: &Path) -> Option<String> {
    folder.to_str()?;
    let text = crate::at_home(folder);
    // A folder that is called `~` is not somebody's home.
    (self::folder(&text).as_deref() == Some(folder))
        .then_some(text)
        .or_else(|| folder.to_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_whole_or_begins_at_home() {
        let home = dirs::home_dir().unwrap();
        for (text, meant) in [
            ("/srv/a b", Some(PathBuf::from("/srv/a b"))),
            ("~/Desktop", Some(home.join("Desktop"))),
            ("~", Some(home.clone())),
            ("~bob/Desktop", None),
            ("Desktop", None),
            ("", None),
        ] {
            assert_eq!(folder(text), meant, "{text}");
            if let Some(meant) = meant {
                assert_eq!(folder(&written(&meant).unwrap()), Some(meant), "{text}");
            }
        }
        let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"/srv/\xff");
        assert_eq!(written(Path::new(odd)), None);
    }
}
