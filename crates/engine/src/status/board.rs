//! Where everything that happens in a run is noted, to be looked at from anywhere.
//!
//! Notes take a lock for as long as it takes to copy a few words. Whatever may be slow, such as asking the
//! system for the memory of a process, is done without it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use deskscribe_protocol::Build;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::notes::{Notes, Pending, Slot};
use super::{CrashStatus, Queue, QueueStatus, Queues, Status, Traffic, WorkerStatus};
use crate::intake::Arrival;
use crate::pool::resident_memory;
use crate::{Crash, Event, RunCounts, record};

/// Whoever looks at a run: those who follow its events, and the board for those who ask now and then.
pub(crate) struct Onlookers {
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) board: Arc<Board>,
}

/// What is known of a run that goes on.
pub(crate) struct Board {
    id: String,
    folders: Vec<String>,
    begun: Instant,
    cancel: CancellationToken,
    // Weak: a queue must end when those who fill it are gone, whoever looks at it.
    arrivals: (mpsc::WeakSender<Arrival>, usize),
    events: (mpsc::WeakSender<Event>, usize),
    /// What was handed to the recorder and is not stored yet.
    pub(crate) recording: Arc<Queue>,
    /// What is said on the wires.
    pub(crate) traffic: Arc<Traffic>,
    notes: Mutex<Notes>,
}

impl Board {
    /// An empty board for the run of this name.
    pub(crate) fn new(
        id: String,
        folders: &[PathBuf],
        arrivals: &mpsc::Sender<Arrival>,
        events: &mpsc::Sender<Event>,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            id,
            folders: folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect(),
            begun: Instant::now(),
            cancel,
            arrivals: (arrivals.downgrade(), arrivals.max_capacity()),
            events: (events.downgrade(), events.max_capacity()),
            recording: Arc::new(Queue::of(record::WAITING)),
            traffic: Arc::default(),
            notes: Mutex::default(),
        }
    }

    /// Takes note of something that happened, and of what the run came to by it.
    pub(crate) fn hear(&self, event: &Event, counts: &RunCounts) {
        let mut notes = self.notes();
        notes.counts = *counts;
        match event {
            Event::Found { files } => notes.found = Some(*files),
            Event::Worker { worker, state } => notes.worker(*worker, state),
            Event::Progress(activity) => notes.progress(activity),
            // Whoever had it last: also a worker that died of it, or was killed for it.
            Event::Row(row) => notes.settled(row.worker),
            Event::Looking { .. } | Event::Note(_) | Event::Finished(_) => {}
        }
    }

    /// Takes note of the media that wait for a worker, of how many may, and since when the oldest does.
    pub(crate) fn pending(&self, depth: usize, capacity: usize, oldest: Option<Instant>) {
        self.notes().pending = Pending { depth, capacity, oldest };
    }

    /// Takes note of the files that wait to be tried alone.
    pub(crate) fn alone(&self, depth: usize) {
        self.notes().alone = depth;
    }

    /// Takes note of the contents that other engines read.
    pub(crate) fn elsewhere(&self, depth: usize) {
        self.notes().elsewhere = depth;
    }

    /// Takes note of why no worker can be had, or that one was.
    pub(crate) fn waiting(&self, why: Option<String>) {
        self.notes().waiting = why;
    }

    /// What is known now.
    pub(crate) fn status(&self) -> Status {
        let now = Instant::now();
        let seconds = |since: Instant| now.saturating_duration_since(since).as_secs_f64();
        let Notes { found, mut counts, pending, alone, elsewhere, waiting, workers: slots, deaths, crashes } =
            self.notes().clone();
        counts.seconds = seconds(self.begun);
        counts.workers = slots.values().filter(|slot| slot.ready_once).count();
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
            folders: self.folders.clone(),
            stopping: self.cancel.is_cancelled(),
            found,
            counts,
            resident: resident_memory(std::process::id()),
            waiting,
            workers: slots.into_iter().map(worker).collect(),
            queues: Queues {
                arrivals: channel(&self.arrivals),
                pending: QueueStatus {
                    depth: pending.depth,
                    capacity: Some(pending.capacity),
                    oldest_seconds: pending.oldest.map(seconds),
                },
                alone: QueueStatus { depth: alone, capacity: None, oldest_seconds: None },
                elsewhere: QueueStatus { depth: elsewhere, capacity: None, oldest_seconds: None },
                recording: self.recording.read(),
                events: channel(&self.events),
            },
            wire: self.traffic.read(),
            deaths,
            crashes: crashes.into_iter().map(crash).collect(),
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        // Notes are for looking at: whatever became of the thread that took the last one.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A channel, as far as those who fill it can tell; empty when there is nobody left to fill it.
fn channel<T>((sender, capacity): &(mpsc::WeakSender<T>, usize)) -> QueueStatus {
    let depth = sender.upgrade().map_or(0, |sender| capacity - sender.capacity());
    QueueStatus { depth, capacity: Some(*capacity), oldest_seconds: None }
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

    fn board() -> (Board, mpsc::Receiver<Arrival>, mpsc::Receiver<Event>) {
        let ((arrivals, arriving), (events, incoming)) = (mpsc::channel(8), mpsc::channel(256));
        let cancel = CancellationToken::new();
        events.try_send(Event::Looking { files: 1 }).unwrap();
        let board = Board::new("1-2".to_owned(), &["/desktop".into()], &arrivals, &events, cancel);
        assert_eq!(board.status().queues.events.depth, 1);
        (board, arriving, incoming)
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
        board.pending(2, 16, Some(board.begun));
        board.alone(1);
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
        let ((arrivals, mut arriving), (events, _incoming)) = (mpsc::channel(8), mpsc::channel(1));
        let board = Board::new(String::new(), &[], &arrivals, &events, CancellationToken::new());
        drop(arrivals);
        assert!(matches!(arriving.try_recv(), Err(mpsc::error::TryRecvError::Disconnected)));
        assert_eq!(
            board.status().queues.arrivals,
            QueueStatus { depth: 0, capacity: Some(8), oldest_seconds: None }
        );
    }
}
