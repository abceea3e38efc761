//! What a run looks like in a terminal: rows on stdout, progress on stderr.

mod pace;
mod progress;
mod rows;

use std::io::Write;

pub(crate) use progress::Progress;
pub(crate) use rows::Rows;

/// Says something that is no result, on stderr.
pub(crate) fn say(text: &str) {
    // When even stderr is closed, there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{}", tame(text));
}

/// Says why nothing could be done, with every cause on one line.
pub(crate) fn complain(error: &anyhow::Error) {
    say(&format!("deskscribe: {error:#}"));
}

/// Text from a file, a path or a picture, made safe for a terminal: nothing in it moves the cursor, changes
/// colours or begins a new line.
fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_cannot_speak_to_the_terminal() {
        assert_eq!(super::tame("a\x1b[2Jb\nc\u{9b}d 📄"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d 📄");
    }
}
