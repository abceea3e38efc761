//! The real program in a folder of its own: `deskscribe` with its workers and models, as a person would run it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "this runs in tests alone, where a panic is a failed test"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::executable;

/// A desktop and a home, gone with the test.
pub struct Terminal {
    folder: tempfile::TempDir,
}

/// What the program said, once it has ended.
#[derive(Debug)]
pub struct Said {
    /// The rows on stdout, without the last one.
    pub rows: Vec<Value>,
    /// What the last row tells of the run; null when there is none.
    pub run: Value,
    /// Everything on stderr.
    pub stderr: String,
    /// `None` when a signal ended it.
    pub code: Option<i32>,
}

impl Terminal {
    /// An empty desktop.
    #[expect(clippy::new_without_default, reason = "it makes folders; nothing about it is a default")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("Desktop")).unwrap();
        Self { folder }
    }

    /// The folder that is scanned.
    pub fn desktop(&self) -> PathBuf {
        self.folder.path().join("Desktop")
    }

    /// `DESKSCRIBE_HOME`.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Puts a sample on the desktop.
    pub fn sample(&self, name: &str) -> PathBuf {
        self.sample_as(name, name)
    }

    /// Puts a sample on the desktop under another name.
    pub fn sample_as(&self, name: &str, other: &str) -> PathBuf {
        let target = self.desktop().join(other);
        fs::copy(samples().join(name), &target).unwrap();
        target
    }

    /// `deskscribe` with these arguments, in its own home, with nothing to read on stdin.
    pub fn deskscribe(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(executable("deskscribe"));
        command.args(arguments).env("DESKSCRIBE_HOME", self.home()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `deskscribe scan --json` on the desktop.
    pub fn scan(&self) -> Command {
        let mut command = self.deskscribe(&["scan", "--json"]);
        command.arg(self.desktop());
        command
    }

    /// Scans the desktop to the end.
    pub fn scanned(&self) -> Said {
        Said::by(&mut self.scan())
    }
}

/// The sample pictures of these sources.
pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

impl Said {
    /// Runs a command to its end.
    pub fn by(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// Waits for a program that was started before.
    pub fn of(child: Child) -> Self {
        child.wait_with_output().unwrap().into()
    }

    /// The row of the file with this name.
    #[track_caller]
    pub fn row(&self, name: &str) -> &Value {
        let of = |row: &&Value| Path::new(row["path"].as_str().unwrap()).file_name().unwrap() == name;
        self.rows.iter().find(of).unwrap_or_else(|| panic!("no row for {name} in {self:#?}"))
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let stdout = String::from_utf8(output.stdout).unwrap();
        let mut rows: Vec<Value> = stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"))
            })
            .collect();
        let run = match rows.last() {
            Some(last) if last.get("run").is_some() => rows.pop().unwrap()["run"].take(),
            _ => Value::Null,
        };
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Self { rows, run, stderr, code: output.status.code() }
    }
}

/// What the program printed, once it has ended.
#[derive(Debug)]
pub struct Printed {
    /// Everything on stdout.
    pub stdout: String,
    /// Everything on stderr.
    pub stderr: String,
    /// `None` when a signal ended it.
    pub code: Option<i32>,
}

impl Printed {
    /// Runs a command to its end.
    pub fn by(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
        Self { stdout: text(&output.stdout), stderr: text(&output.stderr), code: output.status.code() }
    }

    /// The lines on stdout, each as JSON.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        let row =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"));
        self.stdout.lines().map(row).collect()
    }
}
