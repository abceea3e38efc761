//! Files that kill workers: how often they are tried, where, and what is kept against them.

use deskscribe_engine::{Again, Code, Event, RunError, WorkerState};
use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, follow};
use rustix::process::Signal;

#[tokio::test]
async fn a_poison_file_is_tried_twice_in_company_twice_alone_and_holds_up_nobody() {
    let bench = Bench::new().workers(2);
    bench.order("0-poison.png", "midway signal 11");
    for number in 1..6 {
        bench.order(&format!("{number}-good.png"), &format!("slow 50 {number}"));
    }
    let told = bench.scan().await;
    assert_eq!(told.deaths().len(), 4);
    let row = told.row("0-poison.png");
    assert_eq!(row.code, Some(Code::WorkerCrashed));
    assert_eq!(
        told.reason("0-poison.png"),
        "quarantined: 4 workers died of it, 2 of them while nothing else ran; the last one thus: ended by SIGSEGV, a bad memory access"
    );
    // What happened to workers, in order: a row may be told at any time after its worker was done.
    let states: Vec<&WorkerState> = told
        .events
        .iter()
        .filter_map(|event| if let Event::Worker { state, .. } = event { Some(state) } else { None })
        .collect();
    let place = |what: fn(&WorkerState) -> bool| {
        states.iter().enumerate().filter(|(_, state)| what(state)).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let read = place(|state| *state == WorkerState::Idle);
    let deaths = place(|state| matches!(state, WorkerState::Died { .. }));
    assert!(
        deaths[1] < read[4] && read[4] < deaths[2],
        "two in company, two when all else is read: {states:#?}"
    );
    for death in &deaths[2..] {
        let before = &states[death - 2..*death];
        assert!(
            matches!(before, [WorkerState::Ready { .. }, WorkerState::Busy { .. }]),
            "in a fresh worker: {states:#?}"
        );
    }
    let ended = place(|state| *state == WorkerState::Ended);
    assert!(ended.iter().all(|at| *at < deaths[2]) && !ended.is_empty(), "and beside no other: {states:#?}");
}

#[tokio::test]
async fn quarantine_survives_a_restart_and_ends_when_somebody_asks() {
    let bench = Bench::new().workers(1);
    bench.order("good.png", "read good");
    bench.order("poison.png", "midway exit 9");
    assert_eq!(bench.scan().await.deaths().len(), 4);
    let told = bench.scan().await;
    assert_eq!((told.deaths().len(), told.row("poison.png").cached), (0, true));
    assert!(told.reason("poison.png").starts_with("quarantined: 4 workers died of it"));
    let told = bench.scan_again().await;
    assert_eq!((told.deaths().len(), told.row("poison.png").cached), (4, false));
    assert!(told.row("good.png").cached, "what was read is not read again");
}

#[tokio::test]
async fn six_different_files_that_kill_workers_are_judged_by_a_control_picture() {
    let bench = Bench::new().workers(3);
    for number in 0..9 {
        bench.order(&format!("poison-{number}.png"), &format!("signal 11 {number}"));
    }
    for number in 0..5 {
        bench.order(&format!("z-good-{number}.png"), &format!("read {number}"));
    }
    let told = bench.scan().await;
    let notes = told.notes();
    assert!(notes[0].starts_with("workers died of 6 different files"), "{notes:?}");
    assert!(notes[1].starts_with("the control picture was read"), "{notes:?}");
    assert_eq!((told.counts().read, told.counts().failed), (5, 9));
    for number in 0..9 {
        let reason = told.reason(&format!("poison-{number}.png"));
        assert!(reason.starts_with("quarantined: ") && reason.contains(" 2 of them while"), "{reason}");
    }
    assert!(told.rows.keys().all(|name| name.ends_with(".png") && !name.starts_with("control")));
}

#[tokio::test]
async fn where_every_picture_kills_its_worker_the_run_ends_and_no_file_is_blamed() {
    let bench = Bench::new().workers(2).worker_named("doomed");
    for number in 0..10 {
        bench.order(&format!("{number}.png"), &format!("read {number}"));
    }
    let told = bench.scan().await;
    let Err(RunError::Workers(why)) = &told.outcome else { panic!("{told:#?}") };
    assert!(why.contains("different files and a control picture of Deskscribe's own killed"), "{why}");
    assert!(why.contains("no file is blamed") && why.contains("SIGSEGV"), "{why}");
    assert!(told.rows.is_empty());
    assert!((9..=15).contains(&told.deaths().len()), "{:?}", told.deaths());
}

#[tokio::test]
async fn where_few_pictures_all_kill_their_workers_no_file_is_blamed_either() {
    for files in 1..=3 {
        let bench = Bench::new().workers(2).worker_named("doomed");
        for number in 0..files {
            bench.order(&format!("{number}.png"), &format!("read {number}"));
        }
        let told = bench.scan().await;
        let Err(RunError::Workers(why)) = &told.outcome else { panic!("{files}: {told:#?}") };
        let what = if files == 1 { "a file and".to_owned() } else { format!("{files} different files and") };
        assert!(why.starts_with(&format!("{what} a control picture of Deskscribe's own killed")), "{why}");
        assert!(told.rows.is_empty(), "{files}: {told:#?}");
        assert_eq!(told.deaths().len(), 2 * files + 3, "{:?}", told.deaths());
    }
}

#[tokio::test]
async fn a_poison_file_on_its_own_is_judged_once_the_control_was_read() {
    let bench = Bench::new();
    bench.order("poison.png", "signal 11");
    let told = bench.scan().await;
    assert_eq!(told.deaths().len(), 4);
    assert!(told.reason("poison.png").starts_with("quarantined: 4 workers died of it"), "{told:#?}");
    assert!(told.notes().is_empty(), "a precaution is no news: {:?}", told.notes());
    assert!(bench.scan().await.row("poison.png").cached);
}

#[tokio::test]
async fn a_worker_that_was_dead_before_it_was_lent_a_file_costs_it_nothing() {
    let bench = Bench::new().workers(1);
    bench.order("0.png", "last signal 11");
    bench.order("1.png", "midway signal 11");
    let told = bench.scan().await;
    assert_eq!(told.deaths().len(), 5, "one before it, four of it: {:?}", told.deaths());
    assert!(told.reason("1.png").starts_with("quarantined: 4 workers died of it"), "{told:#?}");
}

#[tokio::test]
async fn a_file_that_kills_a_warm_worker_at_once_is_excused_once_and_then_climbs() {
    let bench = Bench::new().workers(1);
    // The second file is lent to the worker that has read the first.
    for number in 0..6 {
        bench.order(
            &format!("{number}.png"),
            &format!("{} {number}", if number == 1 { "exit 5" } else { "read" }),
        );
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.deaths().len()), (5, 5), "{:?}", told.deaths());
    assert!(told.reason("1.png").starts_with("quarantined: 4 workers died of it"), "{told:#?}");
}

#[tokio::test]
async fn somebody_who_kills_workers_at_random_gets_no_file_quarantined() {
    let bench = Bench::new().workers(4);
    for number in 0..40 {
        bench.order(&format!("{number}.png"), &format!("slow 60 {number}"));
    }
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut seen = 0;
    let told = follow(run, |event, _| {
        if let Event::Progress(activity) = event {
            seen += 1;
            if seen % 40 == 0 {
                signal(activity.worker.pid, Signal::KILL);
            }
        }
    })
    .await;
    assert!(told.deaths().len() > 3, "{:?}", told.deaths());
    assert_eq!(told.rows.len(), 40);
    let next = bench.scan().await;
    assert_eq!(next.counts().read, 40);
    assert!(told.rows.values().all(|row| row.code.is_none_or(|code| code == Code::WorkerCrashed)));
}
