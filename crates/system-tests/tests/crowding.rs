//! A run for which other programs have left no worker.

use std::fs::{self, File};
use std::time::Duration;

use deskscribe_engine::{Again, Event};
use deskscribe_system_tests::{Bench, follow};
use rustix::fs::{FlockOperation, flock};

#[tokio::test(flavor = "multi_thread")]
async fn a_status_says_why_there_is_no_worker_and_no_queue_holds_more_than_it_has_room_for() {
    let bench = Bench::new();
    for number in 0..60 {
        bench.order(&format!("{number}.png"), &format!("read {number}"));
    }
    // As eight workers of other programs would.
    fs::create_dir_all(bench.home().join("slots")).unwrap();
    let slots: Vec<File> = (0..8)
        .map(|number| {
            let slot = File::create(bench.home().join(format!("slots/{number}.lock"))).unwrap();
            flock(&slot, FlockOperation::NonBlockingLockExclusive).unwrap();
            slot
        })
        .collect();
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let (mut turns, mut full) = (0, false);
    while turns < 50 || !full {
        let status = run.status();
        let pending = status.queues.pending;
        assert!(pending.capacity.is_none_or(|most| pending.depth <= most), "{pending:?}");
        full = full || pending.depth == 24;
        let why =
            status.waiting.unwrap_or_else(|| "other Deskscribe programs use all eight workers".to_owned());
        assert_eq!(why, "other Deskscribe programs use all eight workers");
        turns += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(run.status().waiting.is_some());
    let status = bench.deskscribe(&["status"]).output().unwrap();
    let table = String::from_utf8(status.stdout).unwrap();
    assert!(table.contains("Waiting for a worker: other Deskscribe programs use all eight"), "{table}");
    drop(slots);
    let told = follow(run, |event, run| {
        if let Event::Row(_) = event {
            assert_eq!(run.status().waiting, None);
        }
    })
    .await;
    assert_eq!(told.counts().read, 60);
}
