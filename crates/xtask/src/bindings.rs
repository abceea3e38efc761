//! `cargo xtask bindings`: the window's commands and events, from Rust to the types that the page is written with.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::prepare::{self, Extent};
use crate::problem::{Doing, Outcome, Problem};
use crate::{ui, workspace};

/// From the top of these sources.
const FILE: &str = "ui/src/bindings.ts";

/// `cargo xtask bindings [--check]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    let is_check = match &arguments[..] {
        [] => false,
        [only] if only == "--check" => true,
        _ => return Err(Problem("bindings understands nothing but --check".to_owned())),
    };
    prepare::compilers(Extent::Window)?;
    // The exporter is an example of the window, which has the built page compiled in.
    ui::build()?;
    if is_check {
        check()?;
    } else {
        export(&workspace::root().join(FILE))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails if the page was written for other commands than the window has.
pub(crate) fn check() -> Outcome {
    let fresh = fresh()?;
    export(&fresh)?;
    compare(&fresh, &workspace::root().join(FILE))
}

fn fresh() -> Outcome<PathBuf> {
    Ok(workspace::target()?.join("bindings.ts"))
}

fn export(path: &Path) -> Outcome {
    let mut cargo = workspace::cargo();
    let exporter = ["run", "--quiet", "--package=deskscribe-app", "--example=bindings", "--"];
    workspace::finish(cargo.args(exporter).arg(path))
}

fn compare(fresh: &Path, kept: &Path) -> Outcome {
    let fresh = fs::read_to_string(fresh).doing_to("read", fresh)?;
    let kept = fs::read_to_string(kept).doing_to("read", kept)?;
    if fresh == kept {
        return Ok(());
    }
    let line = fresh.lines().zip(kept.lines()).take_while(|(fresh, kept)| fresh == kept).count() + 1;
    Err(Problem(format!(
        "{FILE} differs from what the window says in Rust, first in line {line}: cargo xtask bindings"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_that_differ_are_told_with_their_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let [fresh, kept] = ["fresh", "kept"].map(|name| folder.path().join(name));
        fs::write(&fresh, "a\nb\nc\n").unwrap();
        fs::write(&kept, "a\nb\nc\n").unwrap();
        compare(&fresh, &kept).unwrap();
        for (text, line) in [("a\nx\nc\n", "line 2"), ("a\nb\n", "line 3"), ("", "line 1")] {
            fs::write(&kept, text).unwrap();
            let Problem(told) = compare(&fresh, &kept).unwrap_err();
            assert!(told.contains(line) && told.contains("cargo xtask bindings"), "{told}");
        }
    }
}
