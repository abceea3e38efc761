//! `cargo xtask bench --speech`, `--recordings` and `--summaries`: builds the release program and a bench of
//! system-tests that runs it, and starts that.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::build;
use crate::prepare::Extent;
use crate::problem::{Doing, Outcome};

/// `cargo xtask bench --speech [FOLDER] [-- RIVAL]`, `--recordings [MINUTES [ROUNDS]]` or
/// `--summaries [PICTURES [ROUNDS]]`
pub(super) fn start(bench: &str, arguments: &[OsString]) -> Outcome<ExitCode> {
    // The window too: only then is everything built together, tests' programs among it, and nothing twice.
    let program = build::program(true, Extent::Window)?.join(bench);
    Err(Command::new(&program).args(arguments).exec()).doing_to("start", &program)
}
