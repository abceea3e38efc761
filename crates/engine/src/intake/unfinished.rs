//! Names that programs give to what they have not finished: whatever is in such a file comes under its own name later.

use std::path::Path;

use super::kind::has_media_name;

/// How such names end.
const ENDS: [&str; 9] =
    [".part", ".partial", ".crdownload", ".download", ".opdownload", ".filepart", ".tmp", ".temp", "~"];

/// Whether this is no file's last name.
pub(crate) fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes().to_ascii_lowercase();
    // As copying programs call it: `.shot.png.Xy3kQ1`.
    let is_copy = || name.starts_with(b".") && !has_media_name(path);
    name.starts_with(b"~$") || ENDS.iter().any(|end| name.ends_with(end.as_bytes())) || is_copy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_not_finished() {
        for (name, is) in [
            ("shot.png", false),
            ("no-extension", false),
            ("shot.png.part", true),
            ("Shot.PNG.CRDOWNLOAD", true),
            ("shot.png~", true),
            ("~$shot.png", true),
            (".shot.png", false),
            (".shot.png.Xy3kQ1", true),
        ] {
            assert_eq!(is_unfinished(&Path::new("/desktop").join(name)), is, "{name}");
        }
    }
}
