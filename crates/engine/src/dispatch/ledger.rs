//! What is told of a round: every row is counted, logged and sent exactly once, and only when it is final.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use deskscribe_cache::Summary;
use tokio::sync::mpsc;

use crate::run_log::RunLog;
use crate::status::{Board, Host, Onlookers};
use crate::{Event, Home, Row, RunCounts, WorkerName, WorkerState};

/// The counts, the log and the onlookers of one engine, round by round.
pub(super) struct Ledger {
    events: mpsc::Sender<Event>,
    pub(super) board: Arc<Board>,
    home: Home,
    /// Whether the engine goes on without work. Then nobody who is slow to look may hold it up: what happens is on the
    /// board, and only what is not there is told as an event.
    stays: bool,
    round: Option<Round>,
    pub(super) counts: RunCounts,
}

/// How the log of a round begins.
pub(super) type BeginLog = fn(&Home, &[PathBuf]) -> io::Result<RunLog>;

/// What is open while there is something to do.
struct Round {
    log: RunLog,
    begun: Instant,
    /// Files that get a row each, of all folders that were walked.
    found: Option<u64>,
    /// Slots that took part.
    workers: HashSet<usize>,
}

impl Ledger {
    pub(super) fn new(home: &Home, onlookers: Onlookers, stays: bool) -> Self {
        let Onlookers { events, board } = onlookers;
        Self { events, board, home: home.clone(), stays, round: None, counts: RunCounts::default() }
    }

    /// Opens the books for files in these folders, or notes that they are read too. Tells whether it opened them.
    pub(super) fn open(&mut self, folders: &[PathBuf], log: BeginLog) -> io::Result<bool> {
        if let Some(round) = &mut self.round {
            round.log.also(folders);
            self.board.also(folders);
            return Ok(false);
        }
        let log = match log(&self.home, folders) {
            Err(error) if self.stays => {
                tracing::warn!(%error, "a round has no log");
                RunLog::nowhere()?
            }
            log => log?,
        };
        self.round = Some(Round { log, begun: Instant::now(), found: None, workers: HashSet::new() });
        self.counts = RunCounts::default();
        self.board.begin(folders);
        Ok(true)
    }

    pub(super) fn is_open(&self) -> bool {
        self.round.is_some()
    }

    pub(super) async fn row(&mut self, row: Box<Row>) {
        self.counts.add(&row);
        if let Some(round) = &mut self.round {
            round.log.add(&row);
        }
        self.event(Event::Row(row)).await;
    }

    /// A language model has summarised what was found there.
    pub(super) async fn summarised(&mut self, path: PathBuf, summary: Box<Summary>) {
        self.counts.summarised += 1;
        self.event(Event::Summarised { path, summary }).await;
    }

    /// So many more files will get a row.
    pub(super) async fn found(&mut self, files: u64) {
        if let Some(round) = &mut self.round {
            let files = files + round.found.unwrap_or_default();
            round.found = Some(files);
            self.event(Event::Found { files }).await;
        }
    }

    /// So many files will get no row after all.
    pub(super) async fn lost(&mut self, files: u64) {
        if let Some(Round { found: Some(found), .. }) = &mut self.round {
            *found = found.saturating_sub(files);
            let files = *found;
            self.event(Event::Found { files }).await;
        }
    }

    /// Beside what was settled, no more than so many files will get a row.
    pub(super) async fn only(&mut self, files: u64) {
        let left = self.round.as_ref().and_then(|round| round.found);
        let lost = left.map_or(0, |found| found.saturating_sub(self.counts.files + files));
        self.lost(lost).await;
    }

    /// This slot takes part. Tells whether it is the first.
    pub(super) fn takes_part(&mut self, slot: usize) -> bool {
        let Some(round) = &mut self.round else { return false };
        round.workers.insert(slot) && round.workers.len() == 1
    }

    pub(super) async fn worker(&self, worker: WorkerName, state: WorkerState) {
        self.event(Event::Worker { worker, state }).await;
    }

    pub(super) async fn note(&self, text: impl Into<String>) {
        self.event(Event::Note(text.into())).await;
    }

    pub(super) async fn notes(&self, lines: Vec<String>) {
        for line in lines {
            self.note(line).await;
        }
    }

    pub(super) async fn event(&self, event: Event) {
        self.board.hear(&event, &self.counts);
        let is_printed = matches!(event, Event::Row(_)) && self.board.host() == Host::Background;
        if !self.stays || is_printed {
            // An onlooker that has gone away does not stop the run.
            let _ = self.events.send(event).await;
        } else if matches!(
            event,
            Event::Note(_) | Event::Refused { .. } | Event::Open { .. } | Event::Finished { .. }
        ) && let Err(error) = self.events.try_send(event)
        {
            tracing::warn!(%error, "the window does not look at what it is told");
        }
    }

    /// Closes the books: what the round came to, and why it ended early if it did. Without an open one, nothing is
    /// told.
    pub(super) async fn close(&mut self, stopped: Option<&str>) -> RunCounts {
        let Some(Round { log, begun, workers, .. }) = self.round.take() else { return self.counts };
        self.counts.workers = workers.len();
        self.counts.seconds = begun.elapsed().as_secs_f64();
        tracing::info!(counts = ?self.counts, stopped, "run over");
        log.end(&self.counts, stopped);
        let counts = self.counts;
        self.event(Event::Finished { counts, stopped: stopped.map(str::to_owned) }).await;
        counts
    }
}
