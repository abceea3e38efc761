//! Bold type, where somebody looks at it.

use std::env;
use std::io::{self, IsTerminal};
use std::ops::Range;

use deskscribe_engine::tame;

/// Whether what is printed may be marked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    bold: bool,
}

impl Style {
    /// Bold on a terminal that can, unless NO_COLOR says otherwise: see no-color.org.
    pub(crate) fn of_stdout() -> Self {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let can = io::stdout().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self { bold: can && !is_set("NO_COLOR") }
    }

    /// The text made tame, in bold.
    pub(crate) fn bold(self, text: &str) -> String {
        self.marked(text, std::slice::from_ref(&(0..text.len())))
    }

    /// The text made tame, with these parts of it in bold.
    pub(crate) fn marked(self, text: &str, marks: &[Range<usize>]) -> String {
        if !self.bold {
            return tame(text);
        }
        let mut shown = String::new();
        let mut end = 0;
        for mark in marks {
            let piece = |range: Range<usize>| tame(text.get(range).unwrap_or_default());
            shown += &format!("{}\x1b[1m{}\x1b[0m", piece(end..mark.start), piece(mark.clone()));
            end = mark.end;
        }
        shown + &tame(text.get(end..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_found_is_bold_and_nothing_else_speaks_to_the_terminal() {
        let marks = [2..3, 6..8];
        assert_eq!(
            Style { bold: true }.marked("a b\x1b c de", &marks),
            "a \x1b[1mb\x1b[0m\u{fffd} c\x1b[1m d\x1b[0me"
        );
        assert_eq!(Style { bold: false }.marked("a b\x1b", &marks), "a b\u{fffd}");
    }
}
