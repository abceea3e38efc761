//! `cargo xtask bench --speech` and `--recordings`: builds the release program and the recording bench of system-tests, and
//! starts it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::build;
use crate::prepare::Extent;
use crate::problem::{Doing, Outcome};

/// `cargo xtask bench --speech [FOLDER] [-- RIVAL]` or `--recordings [MINUTES [ROUNDS]]`
pub(super) fn start(arguments: &[OsString]) -> Outcome<ExitCode> {
    // The window too: only then is everything built together, tests' programs among it, and nothing twice.
    let program = build::program(true, Extent::Window)?.join("recording-bench");
    Err(Command::new(&program).args(arguments).exec()).doing_to("start", &program)
}
