//! Where everything that happens in a run is noted, to be looked at from anywhere.
//!
//! Notes take a lock for as long as it takes to copy a few words. Whatever may be slow, such as asking the
//! system for the memory of a process, is done without it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deskscribe_protocol::Build;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::changes::Version;
use super::notes::{Notes, Slot};
use super::{
    CrashStatus, Host, Pending, Queue, QueueStatus, Queues, Status, StatusChanges, SummariesStatus, Traffic,
    WorkerStatus,
};
use crate::intake::Arrival;
use crate::path::lossy;
use crate::pause::Pause;
use crate::pool::resident_memory;
use crate::watch::FolderStatus;
use crate::{Crash, Event, RunCounts, record};

/// Whoever looks at a run: those who follow its events, and the board for those who ask now and then.
pub(crate) struct Onlookers {
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) board: Arc<Board>,
}

/// What is known of an engine that runs.
pub(crate) struct Board {
    id: String,
    host: Host,
    cancel: CancellationToken,
    pub(crate) pause: Pause,
    // Weak: a queue must end when those who fill it are gone, whoever looks at it.
    arrivals: Mutex<Vec<mpsc::WeakSender<Arrival>>>,
    events: mpsc::WeakSender<Event>,
    /// What was handed to the recorder and is not stored yet.
    pub(crate) recording: Arc<Queue>,
    /// What is said on the wires.
    pub(crate) traffic: Arc<Traffic>,
    notes: Mutex<Notes>,
    version: watch::Sender<Version>,
}

impl Board {
    /// An empty board for the engine of this name.
    pub(crate) fn new(
        id: String,
        host: Host,
        events: &mpsc::Sender<Event>,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            id,
            host,
            cancel,
            pause: Pause::new(),
            arrivals: Mutex::default(),
            events: events.downgrade(),
            recording: Arc::new(Queue::of(record::WAITING)),
            traffic: Arc::default(),
            notes: Mutex::default(),
            version: watch::Sender::default(),
        }
    }

    /// What it runs for.
    pub(crate) fn host(&self) -> Host {
        self.host
    }

    /// Begins a round over these folders.
    pub(crate) fn begin(&self, folders: &[PathBuf]) {
        self.change(|notes| {
            notes.begin(folders.iter().map(|folder| lossy(folder)).collect(), self.pause.is_on())
        });
    }

    /// These folders are read too.
    pub(crate) fn also(&self, folders: &[PathBuf]) {
        self.change(|notes| notes.folders.extend(folders.iter().map(|folder| lossy(folder))));
    }

    /// What was ordered is being given up.
    pub(crate) fn stops(&self) {
        self.change(|notes| notes.stopping = notes.round.is_some());
    }

    /// Somebody wants a pause, for so long or until somebody wants it to end. Must be called inside a tokio runtime.
    pub(crate) fn pause(self: &Arc<Self>, time: Option<Duration>) {
        let until = time.map(|time| tokio::time::Instant::now() + time);
        tracing::info!(?time, "asked to pause");
        self.change_pause(|pause| pause.ask(Some(until)));
        if let Some(until) = until {
            let board = Arc::downgrade(self);
            tokio::spawn(async move {
                tokio::time::sleep_until(until).await;
                // Asked anew meanwhile, it lasts longer.
                if let Some(board) = board.upgrade().filter(|board| board.pause.ends() == Some(until)) {
                    board.resume();
                }
            });
        }
    }

    /// Somebody wants it to go on, whatever it pauses for.
    pub(crate) fn resume(&self) {
        tracing::info!("asked to go on");
        self.change_pause(|pause| {
            pause.ask(None);
            pause.on_battery(false);
        });
    }

    /// The machine runs on its battery, which is a reason to pause, or does not any more.
    pub(crate) fn on_battery(&self, is_on: bool) {
        tracing::info!(is_on, "on battery");
        self.change_pause(|pause| pause.on_battery(is_on));
    }

    fn change_pause(&self, change: impl FnOnce(&Pause)) {
        let was_on = self.pause.is_on();
        change(&self.pause);
        let is_on = self.pause.is_on();
        self.change(|notes| {
            if is_on != was_on {
                let now = notes.clock();
                notes.pace.pause(is_on, now);
            }
        });
    }

    /// Takes note of how folders are watched.
    pub(crate) fn watched(&self, folders: Vec<FolderStatus>) {
        let mut notes = self.notes();
        if notes.watch != folders {
            notes.watch = folders;
            drop(notes);
            self.version.send_modify(Version::next);
        }
    }

    /// Whatever workers there were are gone, without a word.
    pub(crate) fn dismiss(&self) {
        self.change(Notes::dismiss);
    }

    /// Nothing changes any more.
    pub(crate) fn end(&self) {
        self.version.send_modify(Version::end);
    }

    /// To wait for what changes.
    pub(crate) fn changes(&self) -> StatusChanges {
        StatusChanges::new(self.version.subscribe())
    }

    /// Takes note of something that happened, and of what the round came to by it.
    pub(crate) fn hear(&self, event: &Event, counts: &RunCounts) {
        self.change(|notes| {
            notes.counts = *counts;
            let now = notes.clock();
            match event {
                Event::Found { files } => notes.found = Some(*files),
                Event::Worker { worker, state } => {
                    notes.pace.begin(now);
                    notes.worker(*worker, state);
                }
                Event::Progress(activity) => notes.progress(activity),
                Event::Recording { path, share } => notes.recordings.hear(path, *share),
                // Whoever had it last: also a worker that died of it, or was killed for it.
                Event::Row(row) => {
                    if row.worker.is_some() {
                        notes.pace.done(now);
                    }
                    notes.settled(row);
                }
                Event::Finished { .. } => (notes.round, notes.stopping) = (None, false),
                Event::Looking { .. }
                | Event::Note(_)
                | Event::Refused { .. }
                | Event::Open { .. }
                | Event::Summarised { .. } => {}
            }
        });
    }

    /// Takes note of where arrivals wait.
    pub(crate) fn arrive(&self, arrivals: Vec<mpsc::WeakSender<Arrival>>) {
        *self.arrivals() = arrivals;
    }

    /// Takes note of what waits, where it does not happen by events.
    pub(crate) fn waits(&self, pending: Pending, alone: usize, elsewhere: usize) {
        let mut notes = self.notes();
        if (notes.pending, notes.alone, notes.elsewhere) != (pending, alone, elsewhere) {
            (notes.pending, notes.alone, notes.elsewhere) = (pending, alone, elsewhere);
            drop(notes);
            self.version.send_modify(Version::next);
        }
    }

    /// Takes note of how it stands with summaries by a language model.
    pub(crate) fn summaries(&self, summaries: SummariesStatus) {
        let mut notes = self.notes();
        if notes.summaries != summaries {
            notes.summaries = summaries;
            drop(notes);
            self.version.send_modify(Version::next);
        }
    }

    /// Takes note of why no worker can be had, or that one was.
    pub(crate) fn waiting(&self, why: Option<String>) {
        self.change(|notes| notes.waiting = why);
    }

    /// Whether there is nothing to read.
    pub(crate) fn is_idle(&self) -> bool {
        self.notes().round.is_none()
    }

    /// What is known now.
    pub(crate) fn status(&self) -> Status {
        let now = Instant::now();
        let seconds = |since: Instant| now.saturating_duration_since(since).as_secs_f64();
        let Notes {
            folders,
            watch,
            round,
            stopping,
            pace,
            found,
            mut counts,
            pending,
            alone,
            elsewhere,
            waiting,
            workers: slots,
            recordings,
            summaries,
            deaths,
            crashes,
        } = self.notes().clone();
        let (mut rate, mut left_seconds) = (None, None);
        if let Some(begun) = round {
            counts.seconds = seconds(begun);
            counts.workers = slots.values().filter(|slot| slot.ready_once).count();
            let clock = now.saturating_duration_since(begun);
            rate = pace.rate(clock);
            left_seconds = found.and_then(|found| pace.left(found.saturating_sub(counts.files), clock));
        }
        let worker = |(number, slot): (usize, Slot)| WorkerStatus {
            slot: number,
            pid: slot.pid,
            state: slot.phase,
            seconds: seconds(slot.since),
            work: slot.work,
            resident: slot.phase.is_alive().then(|| resident_memory(slot.pid)).flatten(),
            files: slot.files,
            deaths: slot.deaths,
            isolation: slot.isolation,
        };
        let crash = |(when, crash): (Instant, Crash)| CrashStatus { seconds_ago: seconds(when), crash };
        Status {
            id: self.id.clone(),
            pid: std::process::id(),
            program: Build::own().to_string(),
            host: self.host,
            idle: round.is_none() && self.host.stays(),
            paused: self.pause.is_on(),
            pause: self.pause.status(),
            watch,
            folders,
            stopping: stopping || self.cancel.is_cancelled(),
            found,
            counts,
            rate,
            left_seconds,
            resident: resident_memory(std::process::id()),
            waiting,
            workers: slots.into_iter().map(worker).collect(),
            recordings: recordings.status(),
            summaries,
            queues: Queues {
                arrivals: QueueStatus::of_channels(&self.arrivals()),
                pending: QueueStatus {
                    depth: pending.depth,
                    capacity: Some(pending.capacity),
                    oldest_seconds: pending.oldest.map(seconds),
                },
                alone: QueueStatus { depth: alone, capacity: None, oldest_seconds: None },
                elsewhere: QueueStatus { depth: elsewhere, capacity: None, oldest_seconds: None },
                recording: self.recording.read(),
                events: QueueStatus::of_channels(std::slice::from_ref(&self.events)),
            },
            wire: self.traffic.read(),
            deaths,
            crashes: crashes.into_iter().map(crash).collect(),
        }
    }

    fn change(&self, note: impl FnOnce(&mut Notes)) {
        note(&mut self.notes());
        self.version.send_modify(Version::next);
    }

    fn arrivals(&self) -> MutexGuard<'_, Vec<mpsc::WeakSender<Arrival>>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        // Notes are for looking at: whatever became of the thread that took the last one.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
