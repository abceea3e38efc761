//! Where the lines of a watch go: with the time for a person, with a priority for the journal, as rows for a script.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use deskscribe_engine::{Event, RowState, tame};
use jiff::Zoned;
use rustix::fs::fstat;

use crate::show::{Rows, print};

/// How much a line matters, as syslog counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Priority {
    Error = 3,
    Warning = 4,
    Info = 6,
}

/// Says what happens.
pub(super) struct Voice {
    rows: Rows,
    /// Whether somebody sees the lines as they come: the journal and scripts have their own times.
    timed: bool,
    stdout: Ear,
    stderr: Ear,
}

/// Who hears a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ear {
    Journal,
    Other,
}

impl Voice {
    pub(super) fn new(json: bool) -> Self {
        let stdout = io::stdout();
        Self {
            rows: Rows::new(json),
            timed: stdout.is_terminal(),
            stdout: Ear::of(&stdout),
            stderr: Ear::of(&io::stderr()),
        }
    }

    /// Prints what is to be printed of this event.
    pub(super) fn hear(&self, event: &Event) -> io::Result<()> {
        match event {
            Event::Note(text) => self.warn(text),
            Event::Refused { reason, .. } => self.warn(reason),
            Event::Finished { stopped: Some(reason), .. } if reason != "cancelled" => {
                self.warn(&format!("Reading could not go on: {reason}"));
            }
            _ => {}
        }
        match (&self.rows, event) {
            (Rows::Json, _) => self.rows.line(event)?.map_or(Ok(()), |line| print(&(line + "\n"))),
            // What was known before is no news, and the counts of what was read together no line of their own.
            (Rows::Text, Event::Row(row)) if row.cached => Ok(()),
            (Rows::Text, Event::Finished { .. }) => Ok(()),
            (Rows::Text, event) => {
                let failed = matches!(event, Event::Row(row) if row.state == RowState::Failed);
                let priority = if failed { Priority::Warning } else { Priority::Info };
                let line = self.rows.line(event)?;
                line.map_or(Ok(()), |line| print(&self.stdout.line(priority, self.time(), &line)))
            }
        }
    }

    /// Says something that is no result.
    pub(super) fn say(&self, text: &str) {
        self.aside(Priority::Info, text);
    }

    /// Says something that somebody should look at.
    pub(super) fn warn(&self, text: &str) {
        self.aside(Priority::Warning, text);
    }

    /// Says why it cannot go on.
    pub(super) fn complain(&self, error: &anyhow::Error) {
        self.aside(Priority::Error, &format!("deskscribe: {error:#}"));
    }

    /// On stderr, so that rows stay rows.
    fn aside(&self, priority: Priority, text: &str) {
        let line = self.stderr.line(priority, self.time(), &tame(text));
        // When even stderr is closed, there is nobody to tell.
        let _ = io::stderr().write_all(line.as_bytes());
    }

    fn time(&self) -> Option<Zoned> {
        self.timed.then(Zoned::now)
    }
}

impl Ear {
    /// Whoever hears this stream. systemd names the journal's by device and inode; what was redirected is another one.
    fn of(stream: &impl AsFd) -> Self {
        let named = env::var("JOURNAL_STREAM").ok();
        let same =
            |named: &str| fstat(stream).is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino));
        if named.as_deref().is_some_and(same) { Self::Journal } else { Self::Other }
    }

    /// A line with its end.
    fn line(self, priority: Priority, time: Option<Zoned>, text: &str) -> String {
        let head = match (self, time) {
            (Self::Journal, _) => format!("<{}>", priority as u8),
            (Self::Other, Some(time)) => format!("{} ", time.strftime("%H:%M:%S")),
            (Self::Other, None) => String::new(),
        };
        format!("{head}{text}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_told_how_much_a_line_matters_and_a_person_when_it_was_said() {
        let moment: jiff::Timestamp = "2026-03-14T12:00:05Z".parse().unwrap();
        let noon = moment.to_zoned(jiff::tz::TimeZone::UTC);
        assert_eq!(Ear::Journal.line(Priority::Warning, Some(noon.clone()), "a"), "<4>a\n");
        assert_eq!(Ear::Other.line(Priority::Warning, Some(noon), "a"), "12:00:05 a\n");
        assert_eq!(Ear::Other.line(Priority::Info, None, "a"), "a\n");
    }
}
