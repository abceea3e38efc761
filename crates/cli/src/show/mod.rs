//! What a run looks like in a terminal: rows on stdout, progress on stderr.

mod pace;
mod progress;
mod rows;
mod style;
mod table;
mod transfer;
mod watched;

use std::io::{self, Write};

use deskscribe_engine::{acts, tame};

pub(crate) use progress::Progress;
pub(crate) use rows::Rows;
pub(crate) use style::Style;
pub(crate) use table::Table;
pub(crate) use transfer::Transfer;
pub(crate) use watched::{watched, watching};

/// Says something that is no result, on stderr.
pub(crate) fn say(text: &str) {
    // When even stderr is closed, there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{}", tame(text));
}

/// Prints a result on stdout, in one write.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// A text of several lines, of which nothing speaks to the terminal.
pub(crate) fn tame_lines(text: &str) -> String {
    let keeps = |c: char| !acts(c) || matches!(c, '\n' | '\t');
    text.chars().map(|c| if keeps(c) { c } else { '\u{fffd}' }).collect()
}

/// What is told of something that was read and has no title.
pub(crate) fn untitled(is_recording: bool) -> &'static str {
    if is_recording { "no words found" } else { "no text found" }
}

/// Says why nothing could be done, with every cause on one line.
pub(crate) fn complain(error: &anyhow::Error) {
    say(&format!("deskscribe: {error:#}"));
}
