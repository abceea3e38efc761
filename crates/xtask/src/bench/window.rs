//! `cargo xtask bench --window`: builds the release program and the bench of window-tests, and starts it.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::desk;
use crate::problem::Outcome;

/// `cargo xtask bench --window [READINGS]`
pub(super) fn start(arguments: &[OsString]) -> Outcome<ExitCode> {
    desk::exec(true, "window-bench", arguments)
}
