//! What the window is started with: files and folders to read, from a terminal, a file manager or "Open with".

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use deskscribe_engine::absolute;

use crate::background::autostart::BACKGROUND;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// The window, reading these first.
    Window(Vec<PathBuf>),
    /// No window until somebody asks for it: folders are watched meanwhile.
    Background,
    /// Which version this is.
    Version,
    /// How to start it.
    Help,
}

/// How to start it.
pub(crate) const HELP: &str = "Opens Deskscribe's window and reads these files and folders first; a window that is open already gets them.

Usage: deskscribe-app [PATH]...
       deskscribe-app --background    watch folders without a window, until one is asked for

The terminal program is called deskscribe.";

impl Arguments {
    /// Understands what follows the program's name; paths become absolute here, where they were meant.
    pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Self {
        let mut paths = Vec::new();
        let (mut only_paths, mut in_background) = (false, false);
        for word in words {
            match word.to_str() {
                Some("--") if !only_paths => only_paths = true,
                Some("--version" | "-V") if !only_paths => return Self::Version,
                Some(BACKGROUND) if !only_paths => in_background = true,
                Some("--help" | "-h") if !only_paths => return Self::Help,
                _ => {
                    paths.push(absolute(Path::new(&word)));
                }
            }
        }
        // Who names files wants to see them.
        if in_background && paths.is_empty() { Self::Background } else { Self::Window(paths) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Arguments {
        Arguments::parse(words.iter().map(OsString::from))
    }

    #[test]
    fn whatever_is_no_option_is_a_path() {
        assert_eq!(parse(&[]), Arguments::Window(vec![]));
        assert_eq!(parse(&["/a b.png", "--", "--help"]), {
            let here = std::env::current_dir().unwrap();
            Arguments::Window(vec!["/a b.png".into(), here.join("--help")])
        });
        assert_eq!(parse(&["/a", "--version"]), Arguments::Version);
        assert_eq!(parse(&["-h"]), Arguments::Help);
        assert_eq!(parse(&["--background"]), Arguments::Background);
        assert_eq!(parse(&["--background", "/a"]), Arguments::Window(vec!["/a".into()]));
    }
}
