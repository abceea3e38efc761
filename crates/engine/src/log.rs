//! The program's own log: a file a day, a week of them.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use deskscribe_protocol::tame;
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};

use crate::Home;

const DAYS_KEPT: usize = 7;

/// The log cannot be kept where it belongs.
#[derive(Debug, thiserror::Error)]
#[error(
    "the log cannot be written to ({reason}); set DESKSCRIBE_HOME to a folder that you may write to: {path}"
)]
pub struct LogError {
    reason: io::Error,
    path: PathBuf,
}

/// Keeps paths and last words in what is logged from speaking to the terminal of whoever reads it, and from looking
/// like a line of their own.
struct Tame<W>(W);

impl<W: Write> Write for Tame<W> {
    /// Called once for every event, with its whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all((tame(text.trim_end_matches('\n')) + "\n").as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Starts the log of this process in this home; once in its life.
pub fn start_log(home: &Home) -> Result<(), LogError> {
    let folder = home.logs();
    let refused = |reason| LogError { reason, path: folder.clone() };
    std::fs::create_dir_all(&folder).map_err(refused)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("deskscribe")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(&folder)
        .map_err(|error| refused(io::Error::other(error)))?;
    tracing_subscriber::fmt()
        .with_writer(Mutex::new(Tame(file)))
        .with_ansi(false)
        .with_max_level(LevelFilter::INFO)
        .init();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let mut log = Tame(Vec::new());
        writeln!(log.0).unwrap();
        log.write_all("WARN worker died file=a\x1b[2J\nINFO all is well\u{9b}\n".as_bytes()).unwrap();
        assert_eq!(
            String::from_utf8(log.0).unwrap(),
            "\nWARN worker died file=a\u{fffd}[2J\u{fffd}INFO all is well\u{fffd}\n"
        );
    }
}
