//! Where everything that happens in a run is noted, to be looked at from anywhere.
//!
//! Notes take a lock for as long as it takes to copy a few words. Whatever may be slow, such as asking the
//! system for the memory of a process, is done without it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use deskscribe_protocol::Build;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::changes::Version;
use super::notes::{Notes, Slot};
use super::{
    CrashStatus, Host, Pending, Queue, QueueStatus, Queues, Status, StatusChanges, Traffic, WorkerStatus,
};
use crate::intake::Arrival;
use crate::path::lossy;
use crate::pause::Pause;
use crate::pool::resident_memory;
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

    /// Pauses, or goes on.
    pub(crate) fn pause(&self, paused: bool) {
        if self.pause.set(paused) {
            tracing::info!(paused, "asked to pause or to go on");
            self.change(|notes| {
                let now = notes.clock();
                notes.pace.pause(paused, now);
            });
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
                Event::Looking { .. } | Event::Note(_) | Event::Refused { .. } | Event::Open { .. } => {}
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

    /// Takes note of why no worker can be had, or that one was.
    pub(crate) fn waiting(&self, why: Option<String>) {
        self.change(|notes| notes.waiting = why);
    }

    /// What is known now.
    pub(crate) fn status(&self) -> Status {
        let now = Instant::now();
        let seconds = |since: Instant| now.saturating_duration_since(since).as_secs_f64();
        let Notes {
            folders,
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
            idle: round.is_none() && self.host == Host::Window,
            paused: self.pause.is_on(),
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
mod tests {
    use std::path::Path;

    use deskscribe_protocol::{Code, Failure, Isolation, MediaKind, Stage};

    use super::super::Phase;
    use super::super::notes::CRASHES_KEPT;
    use super::*;
    use crate::{Activity, Death, Exit, Row, WorkerName, WorkerState};

    /// A status without what differs from run to run.
    fn steady(board: &Board) -> Status {
        let mut status = board.status();
        assert!(status.counts.seconds >= 0.0 && status.pid == std::process::id());
        (status.pid, status.counts.seconds, status.resident) = (1, 0.0, None);
        status.program = "[build]".to_owned();
        for worker in &mut status.workers {
            (worker.seconds, worker.resident) = (0.0, None);
        }
        status.crashes.iter_mut().for_each(|crash| crash.seconds_ago = 0.0);
        status.queues.recording.oldest_seconds = status.queues.recording.oldest_seconds.map(|_| 0.0);
        status.queues.pending.oldest_seconds = status.queues.pending.oldest_seconds.map(|_| 0.0);
        status
    }

    fn worker(slot: usize) -> WorkerName {
        WorkerName { slot, pid: u32::MAX }
    }

    fn tell(board: &Board, slot: usize, state: WorkerState) {
        board.hear(&Event::Worker { worker: worker(slot), state }, &RunCounts::default());
    }

    fn settled(board: &Board, slot: usize) {
        let why = Failure::new(Code::WorkerCrashed, "killed");
        let row = Row::failed(Path::new("/desktop/a.png"), None, MediaKind::Image, why, Some(worker(slot)));
        board.hear(&Event::Row(Box::new(row)), &RunCounts::default());
    }

    fn start(board: &Board, slot: usize) {
        tell(board, slot, WorkerState::Starting);
        tell(board, slot, WorkerState::Ready { isolation: Isolation::Full });
    }

    fn progress(board: &Board, slot: usize, stage: Stage, done: u32, total: u32) {
        let activity = Activity { worker: worker(slot), path: "/desktop/a.png".into(), stage, done, total };
        board.hear(&Event::Progress(activity), &RunCounts::default());
    }

    fn died(slot: usize) -> WorkerState {
        let death = Death::new("", Some(Exit::Signal(11)), Some("double free"));
        WorkerState::Died(Crash::of(worker(slot), Some(Path::new("/desktop/poison.png")), death))
    }

    fn board() -> (Board, (mpsc::Sender<Arrival>, mpsc::Sender<Event>), mpsc::Receiver<Event>) {
        let ((arrivals, _), (events, incoming)) = (mpsc::channel(8), mpsc::channel(256));
        let cancel = CancellationToken::new();
        events.try_send(Event::Looking { files: 1 }).unwrap();
        let board = Board::new("1-2".to_owned(), Host::Terminal, &events, cancel);
        board.arrive(vec![arrivals.downgrade()]);
        board.begin(&["/desktop".into()]);
        assert_eq!(board.status().queues.events.depth, 1);
        (board, (arrivals, events), incoming)
    }

    #[test]
    fn the_form_that_scripts_depend_on() {
        let (board, _arriving, _incoming) = board();
        board.hear(&Event::Found { files: 9 }, &RunCounts::default());
        let path = || "/desktop/a.png".into();
        tell(&board, 0, WorkerState::Starting);
        (1..5).for_each(|slot| start(&board, slot));
        (2..5).for_each(|slot| tell(&board, slot, WorkerState::Busy { path: path() }));
        progress(&board, 2, Stage::Load, 1, 2);
        progress(&board, 3, Stage::Ocr, 3, 12);
        tell(&board, 4, died(4));
        let oldest = board.notes().round;
        board.waits(Pending { depth: 2, capacity: 16, oldest }, 1, 0);
        board.waiting(Some("all are taken".to_owned()));
        board.recording.enter();
        board.traffic.sent(100);
        board.traffic.received(20);
        board.traffic.received(30);
        let counts = RunCounts { files: 3, read: 2, failed: 1, ..Default::default() };
        board.hear(&Event::Note(String::new()), &counts);
        board.cancel.cancel();
        insta::assert_json_snapshot!(steady(&board));
    }

    #[test]
    fn a_slot_keeps_its_counts_over_its_workers() {
        let (board, _arriving, _incoming) = board();
        let seen = || {
            let worker = board.status().workers.remove(0);
            (worker.state, worker.files, worker.deaths, worker.isolation)
        };
        start(&board, 0);
        for _ in 0..2 {
            tell(&board, 0, WorkerState::Busy { path: "/desktop/a.png".into() });
            assert_eq!(board.status().workers[0].work.as_ref().unwrap().stage, None);
            tell(&board, 0, WorkerState::Idle);
            settled(&board, 0);
        }
        assert_eq!(seen(), (Phase::Idle, 2, 0, Some(Isolation::Full)));
        tell(&board, 0, died(0));
        assert_eq!(seen(), (Phase::Died, 2, 1, Some(Isolation::Full)));
        // It was killed for its file, which is done with.
        settled(&board, 0);
        assert_eq!(seen(), (Phase::Died, 3, 1, Some(Isolation::Full)));
        let next = WorkerName { slot: 0, pid: 5 };
        let start = Event::Worker { worker: next, state: WorkerState::Starting };
        board.hear(&start, &RunCounts::default());
        assert_eq!(seen(), (Phase::Starting, 3, 1, None));
        // The last words of the one before.
        progress(&board, 0, Stage::Ocr, 1, 2);
        assert_eq!(seen(), (Phase::Starting, 3, 1, None));
        tell(&board, 0, WorkerState::Ended);
        assert_eq!(seen(), (Phase::Starting, 3, 1, None));
        assert_eq!(board.status().counts.workers, 1);
        let end = Event::Worker { worker: next, state: WorkerState::Ended };
        board.hear(&end, &RunCounts::default());
        assert_eq!(seen().0, Phase::Ended);
        assert!(board.status().workers[0].resident.is_none());
    }

    #[test]
    fn the_last_deaths_are_kept_and_all_of_them_counted() {
        let (board, _arriving, _incoming) = board();
        start(&board, 3);
        (0..100).for_each(|_| tell(&board, 3, died(3)));
        let status = board.status();
        assert_eq!((status.deaths, status.crashes.len()), (100, CRASHES_KEPT));
    }

    #[test]
    fn a_board_does_not_hold_a_queue_open() {
        let ((arrivals, mut arriving), (events, _incoming)) = (mpsc::channel::<Arrival>(8), mpsc::channel(1));
        let board = Board::new(String::new(), Host::Window, &events, CancellationToken::new());
        board.arrive(vec![arrivals.downgrade()]);
        let queue = |capacity| QueueStatus { depth: 0, capacity: Some(capacity), oldest_seconds: None };
        assert_eq!(board.status().queues.arrivals, queue(8));
        drop(arrivals);
        assert!(matches!(arriving.try_recv(), Err(mpsc::error::TryRecvError::Disconnected)));
        assert_eq!(board.status().queues.arrivals, queue(0));
    }
}
