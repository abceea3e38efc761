//! `cargo xtask edges`: who imports whom and the rules of the house, checked; the rules themselves are in `rules`.

mod graph;
mod rules;
mod sources;

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;

use crate::problem::{Outcome, Problem};
use crate::{no_arguments, workspace};

/// A rule that is broken, where, and what to do: one line each.
#[derive(Debug)]
struct Violation {
    rule: &'static str,
    place: String,
    remedy: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.place, self.remedy)
    }
}

/// `cargo xtask edges`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    no_arguments(&arguments)?;
    check()?;
    eprintln!("xtask: all edges and sources keep the rules");
    Ok(ExitCode::SUCCESS)
}

/// Prints every violation, and fails if there is one.
pub(crate) fn check() -> Outcome {
    let violations = violations()?;
    for violation in &violations {
        eprintln!("{violation}");
    }
    match violations.len() {
        0 => Ok(()),
        count => Err(Problem(format!("rules broken: {count}"))),
    }
}

fn violations() -> Outcome<Vec<Violation>> {
    let root = workspace::root();
    let mut violations = Vec::new();
    for member in graph::members(&root)? {
        violations.extend(graph::check(&graph::Graph::of_member(&member)?));
    }
    let tree = sources::Tree::read(&root)?;
    violations.extend(sources::check(&tree));
    Ok(violations)
}

#[cfg(test)]
mod tests {
    #[test]
    fn these_sources_keep_the_rules() {
        let violations = super::violations().unwrap();
        let lines: Vec<_> = violations.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }
}
