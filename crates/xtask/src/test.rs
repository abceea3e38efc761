//! `cargo xtask test`: every test of the workspace, with the program they start built and staged.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::prepare::{self, Extent};
use crate::problem::{Doing, Outcome, Problem};
use crate::{build, ui, workspace};

/// The most time `cargo test` gets when nobody is there to interrupt it.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// `cargo xtask test [ARGUMENTS]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    let resources = build::program(false, Extent::Desk)?.join("resources");
    // Before the others, whose summary then comes last.
    let page = ui::test();
    ui::build_recorded()?;
    let driver = prepare::tauri_driver()?;
    let runner =
        if workspace::succeeds(workspace::cargo().args(["nextest", "--version"])) { nextest } else { plain };
    let status = runner(&|words| {
        let mut cargo = workspace::cargo();
        cargo.args(words).arg("--workspace").args(&arguments).env("DESKSCRIBE_RESOURCES", &resources);
        cargo.env("DESKSCRIBE_TAURI_DRIVER", &driver);
        cargo
    })?;
    page?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// With nextest, which kills each test that hangs: see .config/nextest.toml.
fn nextest(cargo: &dyn Fn(&[&str]) -> Command) -> Outcome<ExitStatus> {
    cargo(&["nextest", "run"]).status().doing("start cargo nextest")
}

/// With `cargo test` where nextest is missing. It is published as source only, and compiling it would take a
/// newcomer longer than compiling Deskscribe: it is named, not installed.
///
/// The tests are the same, so none may count on a process of its own. What hangs cannot be killed one by one:
/// the whole run has a limit, unless a person sits there, who sees the name of a slow test after a minute.
fn plain(cargo: &dyn Fn(&[&str]) -> Command) -> Outcome<ExitStatus> {
    eprintln!(
        "xtask: cargo-nextest is not installed (cargo install cargo-nextest --locked): using cargo test"
    );
    // Nextest builds examples by itself, which tests start; here they would be left out.
    workspace::finish(workspace::cargo().args(["build", "--workspace", "--examples"]))?;
    let mut test = cargo(&["test", "--lib", "--bins", "--tests"]);
    if io::stdin().is_terminal() {
        return test.status().doing("start cargo test");
    }
    let built = cargo(&["test", "--lib", "--bins", "--tests", "--no-run"]).status();
    let built = built.doing("start cargo test")?;
    if built.success() { within(LONGEST, &mut test) } else { Ok(built) }
}

/// Runs a program and kills it, with all that it started, when its time is over.
fn within(limit: Duration, command: &mut Command) -> Outcome<ExitStatus> {
    let mut child = command.process_group(0).spawn().doing("start the tests")?;
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().doing("wait for the tests")? {
            return Ok(status);
        }
        if Instant::now() >= end {
            // The shell's own `kill`, because std kills no groups and a small system has no other.
            let kill = format!("kill -9 -{}", child.id());
            Command::new("sh").args(["-c", &kill]).status().doing("kill the tests")?;
            child.wait().doing("wait for the tests")?;
            return Err(Problem(format!("a test hangs: all were killed after {} s", limit.as_secs())));
        }
        sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_ends_keeps_its_exit_code() {
        let mut three = Command::new("sh");
        let status = within(Duration::from_secs(60), three.args(["-c", "exit 3"])).unwrap();
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn a_run_that_hangs_is_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let mut hang = Command::new("sh");
        hang.args(["-c", "(sleep 1; : > \"$0\") & wait"]).arg(&late);
        assert!(within(Duration::from_millis(100), &mut hang).is_err());
        sleep(Duration::from_millis(1300));
        assert!(!late.exists());
    }
}
