//! Permits for requests to a language model, over processes that come to their end in every way.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use deskscribe_engine::{Home, Permits, Settings};
use deskscribe_system_tests::executable;

fn holder(home: &Path) -> Command {
    let mut command = Command::new(executable("permit-holder"));
    command.arg(home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts a process that holds the permit when this returns.
#[expect(clippy::unwrap_used, reason = "a panic is a failed test")]
fn hold(home: &Path) -> Child {
    let mut child = holder(home).spawn().unwrap();
    let mut number = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut number).unwrap();
    assert_eq!(number, "0\n");
    child
}

#[test]
fn a_process_that_is_killed_or_ends_gives_its_permit_back() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let permits = Permits::of(&Home::at(home), &Settings::default());
    let mut killed = hold(home);
    assert!(permits.try_take().unwrap().is_none());
    let refused = holder(home).output().unwrap();
    assert!(!refused.status.success(), "the setting is for all processes together");
    killed.kill().unwrap();
    killed.wait().unwrap();

    // Its end is the end of its stdin.
    let mut ended = hold(home);
    drop(ended.stdin.take());
    assert!(ended.wait().unwrap().success());
    assert_eq!(permits.try_take().unwrap().unwrap().number(), 0);
}
