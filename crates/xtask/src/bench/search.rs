//! `cargo xtask bench --search` and `--meaning`: builds one of the benches of system-tests and starts it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::problem::{Doing, Outcome};
use crate::workspace;

/// `cargo xtask bench --search [READINGS] [FOLDER]`, or `--meaning`
pub(super) fn start(bench: &str, arguments: &[OsString]) -> Outcome<ExitCode> {
    let mut cargo = workspace::cargo();
    let package = "--package=deskscribe-system-tests";
    workspace::finish(cargo.args(["build", "--release", package, "--bin", bench]))?;
    let program = workspace::executables(true)?.join(bench);
    // The bench takes our place: what it prints is its own.
    Err(Command::new(&program).args(arguments).exec()).doing_to("start", &program)
}
