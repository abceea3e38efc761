//! `cargo xtask`: what a developer or a newcomer runs; a table of modes.
//!
//! It depends on nothing but std, so that it is there at once.

#![expect(clippy::print_stderr, reason = "it talks to a person at a terminal")]

mod bench;
mod bindings;
mod build;
mod check;
mod desk;
mod desktop;
mod edges;
mod fuzz;
mod pages;
mod prepare;
mod problem;
mod run;
mod soak;
mod test;
mod ui;
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
        arguments: "[--terminal] [FOLDER] [-- ARGUMENTS]",
        purpose: "open the window on a folder, or on samples/; or do its job in the terminal",
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
        arguments: "[FOLDER | --locks | --speech] [-- RIVAL] | --recordings | --summaries | --search | --meaning | --window",
        purpose: "measure the release build on a folder, its lock, its hearing, beside a rival's command; or other things",
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
        name: "bindings",
        arguments: "[--check]",
        purpose: "write ui/src/bindings.ts, the window's commands and events as the page knows them",
        start: bindings::start,
    },
    Mode {
        name: "screenshots",
        arguments: "",
        purpose: "take docs/screenshots anew, of the real window",
        start: desk::screenshots,
    },
    Mode {
        name: "prepare",
        arguments: "",
        purpose: "get what is missing: system packages, models, npm's packages; the others begin with it",
        start: prepare::start,
    },
    Mode {
        name: "check",
        arguments: "",
        purpose: "all that must hold besides tests: format, lints, edges, the page, its bindings",
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
