//! `cargo xtask soak`: builds the release program and the soak of system-tests, and starts it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::prepare::Extent;
use crate::problem::{Doing, Outcome};
use crate::{build, workspace};

/// `cargo xtask soak [--short] [--seed N] [--only PART] [--damage FOLDER [--tries N]]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    let executables = build::program(true, Extent::Terminal)?;
    let mut cargo = workspace::cargo();
    workspace::finish(cargo.args(["build", "--release", "--package=deskscribe-system-tests", "--bins"]))?;
    let program = executables.join("soak");
    // The soak takes our place: its exit code and what it prints are its own.
    Err(Command::new(&program).args(arguments).exec()).doing_to("start", &program)
}
