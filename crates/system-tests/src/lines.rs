//! A program that goes on, and the lines that it says one after the other.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "this runs in tests alone, where a panic is a failed test"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use rustix::process::Signal;

use crate::processes::signal;

/// The program. It is killed with the test, if it has not ended before.
pub struct Lines {
    child: Child,
    said: Receiver<(Stream, String)>,
    /// Everything so far, for messages.
    past: Vec<String>,
}

/// Lines that may wait to be looked at; a program that says more waits.
const MOST_WAITING: usize = 10_000;

/// Where a line was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What was asked for.
    Out,
    /// All else.
    Error,
}

impl Lines {
    /// Starts a program whose stdout and stderr are pipes.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (say, said) = sync_channel(MOST_WAITING);
        let streams: [(Stream, Option<Box<dyn Read + Send>>); 2] = [
            (Stream::Out, child.stdout.take().map(|stream| Box::new(stream) as _)),
            (Stream::Error, child.stderr.take().map(|stream| Box::new(stream) as _)),
        ];
        for (stream, from) in streams {
            let (say, from) = (say.clone(), BufReader::new(from.unwrap()));
            thread::spawn(move || {
                for line in from.lines() {
                    let _ = say.send((stream, line.unwrap()));
                }
            });
        }
        Self { child, said, past: Vec::new() }
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The next line on this stream that holds these words; others before it are skipped.
    #[track_caller]
    pub fn until(&mut self, stream: Stream, words: &str) -> String {
        loop {
            let Ok((from, line)) = self.said.recv() else {
                panic!("it ended without saying {words:?} on {stream:?}: {:#?}", self.past)
            };
            self.past.push(format!("{from:?}: {line}"));
            if from == stream && line.contains(words) {
                return line;
            }
        }
    }

    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, what: Signal) {
        assert!(signal(self.child.id(), what), "it is there");
    }

    /// Waits for its end: its exit code, `None` when a signal ended it, and all lines that were not waited for.
    pub fn end(mut self) -> (Option<i32>, Vec<(Stream, String)>) {
        let rest = self.said.iter().collect();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
