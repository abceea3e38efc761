//! Names that sync programs give to files that are not on this machine: a mark beside which there is nothing to read.
//! When the file is fetched, it lies there under its own name.

use std::path::{Path, PathBuf};

/// How such names end: Nextcloud's and ownCloud's virtual files, where the system has none of its own.
const ENDS: [&str; 2] = ["nextcloud", "owncloud"];

/// The name that this file has once it is here, if it only stands for one that is somewhere else.
pub(crate) fn away(path: &Path) -> Option<PathBuf> {
    let end = path.extension()?.to_str()?;
    ENDS.into_iter().find(|known| end.eq_ignore_ascii_case(known))?;
    let here = path.with_extension("");
    // A mark has the whole name before its end.
    here.extension().is_some().then_some(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_somewhere_else() {
        for (name, here) in [
            ("shot.png.nextcloud", Some("shot.png")),
            ("Talk.MP4.ownCloud", Some("Talk.MP4")),
            ("notes.txt.nextcloud", Some("notes.txt")),
            ("nextcloud", None),
            ("shot.nextcloud.png", None),
            ("shot.png", None),
        ] {
            let found = away(&Path::new("/desktop").join(name));
            assert_eq!(found, here.map(|here| Path::new("/desktop").join(here)), "{name}");
        }
    }
}
