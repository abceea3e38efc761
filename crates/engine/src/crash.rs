//! The death of a worker: who, with which file, how, and what it said last.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;

use deskscribe_protocol::one_line;
use serde::{Deserialize, Serialize};

use crate::WorkerName;

/// A worker that died, or had to be killed. The JSON form is part of [`Status`](crate::Status).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Crash {
    /// Its slot, 0 to 7.
    pub slot: usize,
    /// Its process, which is gone.
    pub pid: u32,
    /// The file it had, if any; bytes of the path that are no UTF-8 are shown as U+FFFD.
    pub path: Option<String>,
    /// How it came about.
    #[serde(flatten)]
    pub death: Death,
}

/// How a worker came to its end. Written out, it is one line with all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[non_exhaustive]
pub struct Death {
    /// What was wrong with it before it was gone, if the engine saw anything.
    pub saw: Option<String>,
    /// How its process ended by itself; absent when the engine had to kill it.
    pub exit: Option<Exit>,
    /// The last lines it printed, as one.
    pub last_words: Option<String>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// By a signal, such as 11 for SIGSEGV.
    Signal(i32),
    /// With an exit code.
    Code(i32),
}

impl Crash {
    /// The death of this worker, with the file it had.
    pub(crate) fn of(worker: WorkerName, path: Option<&Path>, death: Death) -> Self {
        let path = path.map(|path| path.to_string_lossy().into_owned());
        Self { slot: worker.slot, pid: worker.pid, path, death }
    }
}

impl Death {
    /// What was seen of it, how it ended and what it printed last. A worker has a say in all of the text: it is made
    /// one tame line of bounded length. Of last words, the end is kept.
    pub(crate) fn new(saw: &str, exit: Option<Exit>, last_words: Option<&str>) -> Self {
        const LONGEST_SAW: usize = 300;
        const LONGEST_WORDS: usize = 4 << 10;
        let last = |words: &str| {
            let surplus = words.chars().count().saturating_sub(LONGEST_WORDS);
            one_line(&words.chars().skip(surplus).collect::<String>(), LONGEST_WORDS)
        };
        let some = |text: &String| !text.is_empty();
        Self {
            saw: Some(one_line(saw, LONGEST_SAW)).filter(some),
            exit,
            last_words: last_words.map(last).filter(some),
        }
    }

    /// The engine had to kill it, for this reason.
    pub(crate) fn killed(why: &str) -> Self {
        Self::new(why, None, None)
    }

    /// How it ended without its last words, which may be long.
    pub fn in_short(&self) -> String {
        let parts = [self.saw.clone(), self.exit.map(|exit| exit.to_string())];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
        if text.is_empty() { "it was killed".to_owned() } else { text }
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_short())?;
        match &self.last_words {
            Some(words) => write!(f, "; its last words: {words}"),
            None => Ok(()),
        }
    }
}

impl Exit {
    /// What this status says; nothing for a process that was only stopped or continued.
    pub(crate) fn of(status: ExitStatus) -> Option<Self> {
        status.signal().map(Self::Signal).or_else(|| status.code().map(Self::Code))
    }
}

/// As a person would say it.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(i32, &str); 7] = [
            (4, "SIGILL, an invalid instruction"),
            (6, "SIGABRT, an abort"),
            (7, "SIGBUS, a bad memory access"),
            (8, "SIGFPE, an arithmetic error"),
            (9, "SIGKILL, by a person or because memory ran out"),
            (11, "SIGSEGV, a bad memory access"),
            (15, "SIGTERM, a request to end"),
        ];
        match self {
            Self::Signal(signal) => match NAMES.iter().find(|(number, _)| number == signal) {
                Some((_, name)) => write!(f, "ended by {name}"),
                None => write!(f, "ended by signal {signal}"),
            },
            Self::Code(code) => write!(f, "ended with exit code {code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_death_is_told_in_one_line_and_kept_in_parts() {
        let death = Death::new("it spoke out of turn", Some(Exit::Signal(11)), Some("double free"));
        assert_eq!(
            death.to_string(),
            "it spoke out of turn; ended by SIGSEGV, a bad memory access; its last words: double free"
        );
        assert_eq!(death.in_short(), "it spoke out of turn; ended by SIGSEGV, a bad memory access");
        assert_eq!(Exit::Signal(64).to_string(), "ended by signal 64");
        assert_eq!(Death::new("", None, None).to_string(), "it was killed");
    }

    #[test]
    fn what_a_worker_makes_us_say_is_short_and_tame() {
        let tag = format!("unknown variant `{}`", "x\x1b[2J\u{9b}\n".repeat(2 << 20));
        let words = format!("{}: memory allocation of 8 bytes failed\x07", "y\x1b".repeat(5000));
        let Death { saw, last_words, .. } = Death::new(&tag, None, Some(&words));
        let (saw, words) = (saw.unwrap(), last_words.unwrap());
        assert!(saw.chars().count() == 300 && !saw.contains(char::is_control), "{saw}");
        assert!(saw.starts_with("unknown variant `x\u{fffd}[2J\u{fffd} x"), "{saw}");
        assert!(words.chars().count() == 4096 && !words.contains(char::is_control), "{words}");
        assert!(words.ends_with(": memory allocation of 8 bytes failed\u{fffd}"), "{words}");
    }
}
