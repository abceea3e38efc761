//! Workers that were taken over by the file they were given: what they say and do harms no other file.

use std::fs;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use deskscribe_engine::{Again, Code, Event, RowState, WorkerState};
use deskscribe_system_tests::{Bench, is_there};

#[tokio::test]
async fn a_worker_that_calls_itself_unfit_is_checked_by_a_picture_of_ours_and_stops_nobody() {
    for order in ["exit 72", "midway exit 72"] {
        let bench = Bench::new().workers(1);
        // Looked at first, before anything was read.
        bench.order("0-hostile.png", &format!("{order} first"));
        for number in 1..4 {
            bench.order(&format!("{number}-good.png"), &format!("read {number}"));
        }
        bench.order("8-hostile.png", &format!("{order} second"));
        bench.order("9-good.png", "read 9");
        let told = bench.scan().await;
        assert_eq!((told.counts().read, told.counts().failed), (4, 2), "{told:#?}");
        for name in ["0-hostile.png", "8-hostile.png"] {
            assert_eq!(told.row(name).code, Some(Code::WorkerCrashed));
            assert!(told.reason(name).contains("exit code 72"), "{}", told.reason(name));
        }
        let notes = told.notes();
        assert_eq!(notes.len(), 2, "once, and never again: {notes:?}");
        assert!(notes[0].starts_with("a worker says that it can read nothing"), "{notes:?}");
        assert!(notes[1].starts_with("the control picture was read"), "{notes:?}");
    }
}

#[tokio::test]
async fn the_same_progress_again_and_again_is_none() {
    let bench = Bench::new().workers(1);
    bench.order("repeat.png", "repeat");
    let told = bench.scan().await;
    assert_eq!(told.row("repeat.png").code, Some(Code::Stalled));
    assert!(told.reason("repeat.png").contains("made no progress for 1 s"), "{}", told.reason("repeat.png"));
}

#[tokio::test]
async fn progress_without_work_does_not_go_on_for_ever() {
    let mut bench = Bench::new().workers(1);
    bench.settings.patience.cpu_base = Duration::from_millis(400);
    bench.order("crawl.png", "crawl");
    let told = bench.scan().await;
    assert_eq!(told.row("crawl.png").code, Some(Code::Stalled));
    assert!(told.reason("crawl.png").contains("came to no end within 2 s"), "{}", told.reason("crawl.png"));
    assert!(!bench.scan().await.row("crawl.png").cached, "the machine may have been busy");
}

#[tokio::test]
async fn a_worker_with_too_many_threads_is_killed_as_one_that_crashes() {
    let bench = Bench::new().workers(2);
    bench.order("many.png", "threads 200");
    bench.order("some.png", "threads 20");
    bench.order("good.png", "read good");
    let told = bench.scan().await;
    assert_eq!(told.row("many.png").code, Some(Code::WorkerCrashed));
    let reason = told.reason("many.png");
    assert!(reason.starts_with("quarantined") && reason.contains(" threads, more than the 64 "), "{reason}");
    assert_eq!(told.row("some.png").code, Some(Code::Stalled), "{}", told.reason("some.png"));
    assert_eq!((told.deaths().len(), told.text("good.png")), (5, "good"), "{:?}", told.deaths());
}

#[tokio::test]
async fn a_death_between_two_files_is_told_with_the_file_before_it() {
    let bench = Bench::new().workers(2);
    let last = bench.order("a.png", "after exit 5");
    bench.order("b.png", "slow 800");
    let told = bench.scan().await;
    assert_eq!(told.counts().read, 2);
    let crashes = told.events.iter().filter_map(|event| match event {
        Event::Worker { state: WorkerState::Died(crash), .. } => Some(crash),
        _ => None,
    });
    let [crash] = crashes.collect::<Vec<_>>()[..] else { panic!("{told:#?}") };
    assert_eq!(crash.path.as_deref(), last.to_str());
    assert_eq!(
        crash.death.to_string(),
        "it was gone between two files; ended with exit code 5; its last words: about to leave / these are my last words"
    );
}

#[tokio::test]
async fn without_grace_a_hanging_worker_is_killed_at_once() {
    let mut bench = Bench::new().workers(1);
    bench.settings.patience.grace_beats = 0;
    bench.order("hang.png", "hang");
    assert_eq!(bench.scan().await.row("hang.png").code, Some(Code::Stalled));
}

#[tokio::test]
async fn copies_of_what_hangs_hang_nobody_else() {
    let mut bench = Bench::new().workers(1);
    // So that some arrive when the first is long given up.
    bench.settings.queue = NonZeroUsize::MIN;
    for name in ["0.png", "1.png", "8.png", "9.png"] {
        bench.order(name, "hang");
    }
    for number in 2..6 {
        bench.order(&format!("{number}.png"), &format!("slow 50 {number}"));
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().failed, told.deaths().len()), (4, 4, 1));
    for name in ["0.png", "1.png", "8.png", "9.png"] {
        assert_eq!(told.row(name).code, Some(Code::Stalled));
    }
}

#[tokio::test]
async fn what_only_the_engine_can_know_is_not_believed() {
    let bench = Bench::new().workers(1);
    const CODES: [&str; 8] = [
        "changed",
        "vanished",
        "symlink",
        "not_a_file",
        "permission_denied",
        "worker_crashed",
        "stalled",
        "timed_out",
    ];
    for code in CODES {
        bench.order(&format!("{code}.png"), &format!("claim {code}"));
    }
    bench.order("damaged.png", "claim damaged");
    let told = bench.scan().await;
    for code in CODES {
        let name = format!("{code}.png");
        assert_eq!((told.row(&name).state, told.row(&name).code), (RowState::Failed, Some(Code::Internal)));
        assert!(told.reason(&name).contains(&format!("cannot know ({code}): so it says")), "{told:#?}");
    }
    assert_eq!(told.row("damaged.png").code, Some(Code::Damaged));
    assert_eq!(bench.scan().await.counts().cached, 1);
}

#[tokio::test]
async fn a_worker_is_watched_while_nobody_looks() {
    let bench = Bench::new().workers(1);
    fs::write(bench.desktop().join("flood.png"), "flood").unwrap();
    let mut run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let begun = Instant::now();
    let mut worker = None;
    // No event is taken until it is gone.
    while worker.is_none_or(is_there) {
        worker = worker.or_else(|| run.status().workers.first().map(|worker| worker.pid));
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody stops {worker:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    while run.events.recv().await.is_some() {}
    assert_eq!(run.finish().await.unwrap().failed, 1);
}
