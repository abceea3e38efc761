//! How well and how fast recordings are read: `recording-bench --speech [FOLDER] [-- RIVAL]` counts wrong words,
//! `recording-bench --recordings [MINUTES [ROUNDS]]` takes the time of a long one.
//!
//! Everything that is read is made here, the same each time, by espeak-ng, flite and FFmpeg, of words that the small
//! model of the fixtures knows; and the real program reads it in a home of its own.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "whatever goes wrong, there is nothing to be measured"
)]

mod errors;
mod length;
mod screens;
mod speech;
mod tools;
mod voices;
mod watched;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use deskscribe_system_tests::{Printed, Terminal};

const USAGE: &str = "Usage: recording-bench --speech [FOLDER] [-- RIVAL]
       recording-bench --recordings [MINUTES [ROUNDS]]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (own, rival) = match words.iter().position(|word| *word == "--") {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (&words[..], &[][..]),
    };
    let number = |word: &&str| word.parse().ok().filter(|number| *number > 0);
    let numbers = || own.iter().skip(1).map(number).collect::<Option<Vec<u32>>>();
    match (own, numbers()) {
        (["--speech"], _) => speech::measure(&fixtures(), rival),
        (["--speech", folder], _) => speech::measure(Path::new(folder), rival),
        (["--recordings", ..], Some(numbers)) if numbers.len() <= 2 && rival.is_empty() => {
            let or = |at: usize, usual| numbers.get(at).copied().unwrap_or(usual);
            length::measure(or(0, 30), or(1, 3));
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// The small model, and what goes with it.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/speech")
}

/// A home of its own in which the small model listens.
fn fresh() -> Terminal {
    let terminal = Terminal::new();
    let mut import = terminal.deskscribe(&["models", "import"]);
    let printed = Printed::by(import.arg(model()));
    assert_eq!(printed.code, Some(0), "no model could be imported: {}", printed.stderr);
    terminal
}

fn model() -> PathBuf {
    fixtures().join("ggml-micro.en.bin")
}

/// Sentences that the small model can understand and was never trained on.
fn sentences() -> Vec<String> {
    let text = std::fs::read_to_string(fixtures().join("sentences-heldout.txt")).unwrap();
    text.lines().map(str::to_owned).collect()
}
