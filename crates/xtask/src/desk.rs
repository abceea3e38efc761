//! What uses the real window on a screen in memory, beside the tests: `cargo xtask screenshots`, and a bench.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::prepare::{self, Extent};
use crate::problem::{Doing, Outcome};
use crate::{build, no_arguments, ui, workspace};

/// `cargo xtask screenshots`
pub(crate) fn screenshots(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    no_arguments(&arguments)?;
    let folder = workspace::root().join("docs/screenshots");
    exec(false, "screenshots", &[folder.into_os_string()])
}

/// Builds the program and the programs of window-tests, and becomes one of them.
pub(crate) fn exec(release: bool, name: &str, arguments: &[OsString]) -> Outcome<ExitCode> {
    let executables = build::program(release, Extent::Desk)?;
    ui::build_recorded()?;
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--package=deskscribe-window-tests", "--bins"]).args(release.then_some("--release"));
    workspace::finish(&mut cargo)?;
    let program = executables.join(name);
    let mut command = Command::new(&program);
    command.args(arguments).env("DESKSCRIBE_RESOURCES", executables.join("resources"));
    Err(command.env("DESKSCRIBE_TAURI_DRIVER", prepare::tauri_driver()?).exec()).doing_to("start", &program)
}
