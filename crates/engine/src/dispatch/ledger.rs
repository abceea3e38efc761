//! What is told of a run: every row is counted, logged and sent exactly once, and only when it is final.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use crate::run_log::RunLog;
use crate::status::{Board, Onlookers};
use crate::{Event, Home, Row, RunCounts, WorkerName, WorkerState};

/// The counts, the log and the onlookers of one run.
pub(super) struct Ledger {
    events: mpsc::Sender<Event>,
    pub(super) board: Arc<Board>,
    log: RunLog,
    begun: Instant,
    pub(super) counts: RunCounts,
}

impl Ledger {
    pub(super) fn begin(home: &Home, folders: &[PathBuf], onlookers: Onlookers) -> io::Result<Self> {
        let log = RunLog::begin(home, folders)?;
        let Onlookers { events, board } = onlookers;
        Ok(Self { events, board, log, begun: Instant::now(), counts: RunCounts::default() })
    }

    pub(super) async fn row(&mut self, row: Box<Row>) {
        self.counts.add(&row);
        self.log.add(&row);
        self.event(Event::Row(row)).await;
    }

    pub(super) async fn worker(&self, worker: WorkerName, state: WorkerState) {
        self.event(Event::Worker { worker, state }).await;
    }

    pub(super) async fn note(&self, text: impl Into<String>) {
        self.event(Event::Note(text.into())).await;
    }

    pub(super) async fn event(&self, event: Event) {
        self.board.hear(&event, &self.counts);
        // An onlooker that has gone away does not stop the run.
        let _ = self.events.send(event).await;
    }

    /// Closes the books: what the run came to, and why it ended early if it did.
    pub(super) async fn end(mut self, workers: usize, stopped: Option<&str>) -> RunCounts {
        self.counts.workers = workers;
        self.counts.seconds = self.begun.elapsed().as_secs_f64();
        tracing::info!(counts = ?self.counts, stopped, "run over");
        self.log.end(&self.counts, stopped);
        let counts = self.counts;
        let _ = self.events.send(Event::Finished(counts)).await;
        counts
    }
}
