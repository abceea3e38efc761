//! One life of a program that scans: started, followed, and ended by itself or by force.

use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::thread::{JoinHandle, spawn};

use rustix::process::Signal;
use serde_json::Value;

use crate::Said;
use crate::processes::{Process, children, signal};

/// A scan that is going on. Its output is drained, however much there is.
pub(super) struct Scan {
    child: Child,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
}

impl Scan {
    pub(super) fn start(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap_or_else(|error| panic!("{error}: {command:?}"));
        let (stdout, stderr) = (drain(child.stdout.take().unwrap()), drain(child.stderr.take().unwrap()));
        Self { child, stdout, stderr }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The workers it has at this moment.
    pub(super) fn workers(&self) -> Vec<Process> {
        children(self.pid())
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Kills it, and tells which workers it had. It is stopped before they are counted, so that none is missed.
    pub(super) fn kill(&mut self) -> Vec<Process> {
        signal(self.pid(), Signal::STOP);
        let workers = self.workers();
        self.child.kill().unwrap();
        workers
    }

    /// What it said, once it has ended. A line that was cut short was not said.
    pub(super) fn said(mut self) -> Said {
        let status = self.child.wait().unwrap();
        let (mut stdout, stderr) = (self.stdout.join().unwrap(), self.stderr.join().unwrap());
        let whole = stdout.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        stdout.truncate(whole);
        Output { status, stdout, stderr }.into()
    }
}

fn drain(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    spawn(move || {
        let mut all = Vec::new();
        from.read_to_end(&mut all).unwrap();
        all
    })
}

/// The name of the file that a row is about.
pub(super) fn name(row: &Value) -> String {
    let path = row["path"].as_str().unwrap();
    path.rsplit_once('/').map_or(path, |(_, name)| name).to_owned()
}

/// Whether a row says that its file was read, or could not be, just now.
pub(super) fn is_fresh(row: &Value) -> bool {
    row["cached"] == false
}

/// How a row ended: `read`, `skipped`, or the code of its failure.
pub(super) fn ending(row: &Value) -> &str {
    row["code"].as_str().or_else(|| row["state"].as_str()).unwrap()
}
