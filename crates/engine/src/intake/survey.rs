//! What a drop would bring, told before anything is read.

use std::path::PathBuf;

use super::walk::{Find, walk};
use crate::Home;

/// So many files more, and the count is told.
const TELL_EVERY: u64 = 64;

/// Files that are held over a window, counted by their names and first bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// Files that will be read, in folders as well.
    pub supported: u64,
    /// Files that were named and will not be, and what looks like a medium in folders and is none.
    pub unsupported: u64,
    /// Folders among what was named.
    pub folders: u64,
}

/// Counts what these paths hold. `tell` hears the count so far now and then; `goes_on` is asked before each file, and
/// ends the count early when nobody wants to know any more.
pub fn survey(
    paths: &[PathBuf],
    home: &Home,
    mut tell: impl FnMut(Survey),
    mut goes_on: impl FnMut() -> bool,
) -> Survey {
    let mut survey = Survey::default();
    for path in paths {
        if !goes_on() {
            break;
        }
        let is_folder = path.is_dir();
        survey.folders += u64::from(is_folder);
        let so_far = survey;
        let mut told = 0;
        let look = |files| {
            if files >= told + TELL_EVERY {
                told = files;
                tell(Survey { supported: so_far.supported + files, ..so_far });
            }
            goes_on()
        };
        let walk = walk(std::slice::from_ref(path), home.folder(), look, |_| {
            survey.unsupported += 1;
            true
        });
        let is_read = |find: &&Find| matches!(find, Find::Media { .. });
        let read = walk.finds.iter().filter(is_read).count() as u64;
        survey.supported += read;
        survey.unsupported += walk.finds.len() as u64 - read;
        // What else lies in a folder was not offered to us.
        survey.unsupported += if is_folder { 0 } else { walk.ignored };
    }
    survey
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_will_be_read_is_told_from_what_will_not() {
        let desk = tempfile::tempdir().unwrap();
        let at = |name: &str| desk.path().join(name);
        fs::create_dir_all(at("folder/deeper")).unwrap();
        for name in ["a.png", "notes.txt", "clip.mp4", "folder/b.jpg", "folder/deeper/c.webp", "folder/d.txt"]
        {
            fs::write(at(name), "x").unwrap();
        }
        let home = Home::at(at("home"));
        let paths = ["a.png", "notes.txt", "clip.mp4", "folder", "gone.png"].map(at);
        let counted = survey(&paths, &home, |_| {}, || true);
        assert_eq!(counted, Survey { supported: 4, unsupported: 2, folders: 1 });
    }

    #[test]
    fn a_count_that_nobody_wants_ends_early() {
        let desk = tempfile::tempdir().unwrap();
        for number in 0..300 {
            fs::write(desk.path().join(format!("{number}.png")), "x").unwrap();
        }
        let roots = [desk.path().to_owned(), desk.path().to_owned()];
        let told = std::cell::Cell::new(0);
        let counted =
            survey(&roots, &Home::at("/nowhere"), |survey| told.set(survey.supported), || told.get() == 0);
        assert_eq!((told.get(), counted), (64, Survey { supported: 64, unsupported: 0, folders: 1 }));
    }
}
