//! `cargo xtask check`: all that must hold besides tests.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::prepare::{self, Extent};
use crate::problem::{Outcome, Problem};
use crate::{bindings, edges, no_arguments, ui, workspace};

/// `cargo xtask check`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    no_arguments(&arguments)?;
    prepare::compilers(Extent::Window)?;
    for (component, name) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !workspace::succeeds(workspace::cargo().args([component, "--version"])) {
            return Err(Problem(format!("{name} is missing: rustup component add rustfmt clippy")));
        }
    }
    // Edges before clippy: they take a second, and all are shown, so that one run names everything.
    let format = step("format", "cargo fmt --all", || cargo(&["fmt", "--all", "--check"]));
    let edges = step("edges", "what each line says", edges::check);
    let page = step("the page", "npm run format, and what each line says", ui::check);
    // The window has the built page compiled in.
    let built = step("the page's build", "what each line says", ui::build);
    let lints = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    let lints = step("lints", "what each warning says", || cargo(&lints));
    let bindings = step("bindings", "cargo xtask bindings", bindings::check);
    let all = [format, edges, page, built, lints, bindings];
    Ok(if all == [true; 6] { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cargo(arguments: &[&str]) -> Outcome {
    workspace::finish(workspace::cargo().args(arguments))
}

fn step(name: &str, remedy: &str, check: impl FnOnce() -> Outcome) -> bool {
    eprintln!("xtask: checking {name}");
    let outcome = check();
    if let Err(Problem(text)) = &outcome {
        eprintln!("xtask: {name}: {text}; to do: {remedy}");
    }
    outcome.is_ok()
}
