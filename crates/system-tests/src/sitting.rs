//! An engine that stays, and somebody who sits before it and waits for what its status says.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "this runs in tests alone, where a panic is a failed test"
)]

use std::path::{Path, PathBuf};

use deskscribe_engine::{Again, Event, Files, Host, Order, RunCounts, Session, Status, Turn};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::Bench;

/// An engine with a window, as far as the engine can tell.
pub struct Sitting {
    /// The way to it.
    pub session: Session,
    /// What it tells.
    pub events: mpsc::Receiver<Event>,
}

impl Sitting {
    /// Begins one on this bench.
    pub fn at(bench: &Bench) -> Self {
        let (session, events) = bench.engine().stay(Host::Window).unwrap();
        Self { session, events }
    }

    /// Orders files that are not known.
    pub async fn order(&self, paths: Vec<PathBuf>, first: bool) {
        let order = Order {
            files: Files::Below(paths),
            again: Again::Nothing,
            turn: if first { Turn::Now } else { Turn::Later },
        };
        self.session.order(order).await.unwrap();
    }

    /// The status once it is so.
    pub async fn until(&self, is_so: impl Fn(&Status) -> bool) -> Status {
        let mut changes = self.session.changes();
        loop {
            let status = self.session.status();
            if is_so(&status) {
                return status;
            }
            assert!(changes.changed().await, "it ended: {status:#?}");
        }
    }

    /// The next event but for notes.
    pub async fn event(&mut self) -> Event {
        loop {
            let event = self.events.recv().await.unwrap();
            if !matches!(event, Event::Note(_)) {
                return event;
            }
        }
    }

    /// What the round came to, once it is over, and why it ended early.
    pub async fn finished(&mut self) -> (RunCounts, Option<String>) {
        let event = self.event().await;
        let Event::Finished { counts, stopped } = event else { panic!("{event:?}") };
        (counts, stopped)
    }
}

/// The files that workers are at work on.
pub fn at_work(status: &Status) -> Vec<PathBuf> {
    let work = status.workers.iter().filter_map(|worker| worker.work.as_ref());
    work.filter(|work| work.stage.is_some()).map(|work| PathBuf::from(&work.path)).collect()
}

/// The rows of the last run, in their order: the name of each file, and whether a worker had it.
pub fn logged(home: &Path) -> Vec<(String, bool)> {
    let paths = std::fs::read_dir(home.join("runs")).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<_> = paths.filter(|path| path.extension() == Some("jsonl".as_ref())).collect();
    logs.sort();
    let text = std::fs::read_to_string(logs.last().unwrap()).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter_map(|row| {
        let name = Path::new(row["path"].as_str()?).file_name()?.to_string_lossy().into_owned();
        Some((name, !row["worker"].is_null()))
    })
    .collect()
}
