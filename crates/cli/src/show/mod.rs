//! What a run looks like in a terminal: rows on stdout, progress on stderr.

mod pace;
mod progress;
mod rows;
mod style;
mod table;
mod transfer;

use std::io::{self, Write};

use deskscribe_engine::{acts, tame};

pub(crate) use progress::Progress;
pub(crate) use rows::Rows;
pub(crate) use style::Style;
pub(crate) use table::Table;
pub(crate) use transfer::Transfer;

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

/// Seconds as `0:34` or `1:02:07`.
pub(crate) fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Says why nothing could be done, with every cause on one line.
pub(crate) fn complain(error: &anyhow::Error) {
    say(&format!("deskscribe: {error:#}"));
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn times_are_short() {
        assert_eq!((clock(34.4), clock(3727.4)), ("0:34".to_owned(), "1:02:07".to_owned()));
    }
}
