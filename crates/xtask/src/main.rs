//! `cargo xtask`: what a developer or a newcomer runs; a table of modes.
//!
//! It depends on nothing but std, so that it is there at once.

#![expect(clippy::print_stderr, reason = "it talks to a person at a terminal")]

mod bench;
mod build;
mod check;
mod edges;
mod fuzz;
mod pages;
mod prepare;
mod problem;
mod run;
mod soak;
mod test;
mod workspace;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use problem::{Outcome, Problem};

/// One word after `cargo xtask`.
struct Mode {
    name: &'static str,
    arguments: &'static str,
    purpose: &'static str,
    start: fn(Vec<OsString>) -> Outcome<ExitCode>,
}

const MODES: &[Mode] = &[
    Mode {
        name: "run",
        arguments: "[FOLDER] [-- ARGUMENTS]",
        purpose: "read a folder, or samples/, with the program built from these sources",
        start: run::start,
    },
    Mode {
        name: "test",
        arguments: "[ARGUMENTS]",
        purpose: "run all tests; arguments go to the test runner",
        start: test::start,
    },
    Mode {
        name: "build",
        arguments: "[--release]",
        purpose: "leave the program ready to run in the target folder",
        start: build::start,
    },
    Mode {
        name: "bench",
        arguments: "[FOLDER | --locks] [-- RIVAL] | --search",
        purpose: "time the release build on a folder, or its lock, beside a rival's command; or time search",
        start: bench::start,
    },
    Mode {
        name: "soak",
        arguments: "[--short] [--damage FOLDER]",
        purpose: "kill, fill up and damage what can be, and count what was lost",
        start: soak::start,
    },
    Mode {
        name: "fuzz",
        arguments: "[TARGET] [SECONDS]",
        purpose: "throw bytes at the parsers of frames and messages, with cargo-fuzz",
        start: fuzz::start,
    },
    Mode {
        name: "prepare",
        arguments: "",
        purpose: "get what is missing: system packages, models; the others begin with it",
        start: prepare::start,
    },
    Mode {
        name: "check",
        arguments: "",
        purpose: "all that must hold besides tests: format, lints, edges",
        start: check::start,
    },
    Mode {
        name: "edges",
        arguments: "",
        purpose: "check who imports whom, and the rules of the house",
        start: edges::start,
    },
];

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let name = arguments.next();
    let mode = MODES.iter().find(|mode| name.as_ref().is_some_and(|name| name == mode.name));
    let Some(mode) = mode else {
        eprintln!("Usage: cargo xtask MODE\n");
        for Mode { name, arguments, purpose, .. } in MODES {
            eprintln!("  {:<36} {purpose}", format!("{name} {arguments}"));
        }
        return ExitCode::from(2);
    };
    (mode.start)(arguments.collect()).unwrap_or_else(|Problem(text)| {
        eprintln!("xtask: {text}");
        ExitCode::FAILURE
    })
}

/// Stops on an argument where none is understood.
fn no_arguments(arguments: &[OsString]) -> Outcome {
    match arguments {
        [] => Ok(()),
        [first, ..] => Err(Problem(format!("not understood: {}", first.display()))),
    }
}
