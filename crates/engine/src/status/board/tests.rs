//! What the board says of what it was told.

use std::path::Path;

use deskscribe_protocol::{Code, Failure, Isolation, MediaKind, Stage};

use super::*;
use crate::status::Phase;
use crate::status::notes::CRASHES_KEPT;
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
