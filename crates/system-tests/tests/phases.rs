//! Workers that die in every way at every moment of their lives.

use deskscribe_engine::{Code, RunError};
use deskscribe_system_tests::Bench;

/// Every way to die, and what is said of it.
const DEEDS: [(&str, &str); 8] = [
    ("signal 4", "SIGILL"),
    ("signal 6", "SIGABRT"),
    ("signal 7", "SIGBUS"),
    ("signal 8", "SIGFPE"),
    ("signal 9", "SIGKILL"),
    ("signal 11", "SIGSEGV"),
    ("signal 15", "SIGTERM"),
    ("exit 5", "exit code 5; its last words: about to leave / these are my last words"),
];

#[tokio::test]
async fn before_it_is_ready_it_stops_the_run_and_blames_no_file() {
    for phase in ["hello", "ready"] {
        for (deed, how) in DEEDS {
            let name = format!("{phase} {deed}").replace(' ', "-");
            let bench = Bench::new().workers(1).worker_named(&name);
            bench.order("a.png", "read a");
            let told = bench.scan().await;
            let Err(RunError::Workers(why)) = &told.outcome else { panic!("{name}: {told:#?}") };
            assert!(why.contains(how), "{name}: {why}");
            assert!(told.rows.is_empty(), "{name}");
        }
    }
}

/// Dies of one file in this phase while others are read, and tells what became of it.
async fn die(phase: &str) {
    let bench = Bench::new().workers(2);
    for (deed, _) in DEEDS {
        bench.order(&format!("{deed}.png"), &format!("{phase} {deed}"));
    }
    for number in 0..10 {
        bench.order(&format!("good {number}.png"), &format!("read {number}"));
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().failed), (10, 8));
    for (deed, how) in DEEDS {
        let name = format!("{deed}.png");
        assert_eq!(told.row(&name).code, Some(Code::WorkerCrashed), "{phase} {deed}");
        assert!(told.reason(&name).contains(how), "{phase} {deed}: {}", told.reason(&name));
        let verdict = if deed == "signal 9" { "not to blame" } else { "quarantined" };
        assert!(told.reason(&name).starts_with(verdict), "{phase} {deed}: {}", told.reason(&name));
    }
    let next = bench.scan().await;
    assert_eq!(next.counts().cached, 17, "all but the one whose workers somebody killed");
}

#[tokio::test]
async fn when_a_file_arrives_it_costs_that_file_alone() {
    die("").await;
}

#[tokio::test]
async fn in_the_middle_of_its_work_it_costs_that_file_alone() {
    die("midway").await;
}

#[tokio::test]
async fn in_the_middle_of_a_frame_it_costs_that_file_alone() {
    die("torn").await;
}

#[tokio::test]
async fn when_it_has_answered_it_costs_no_file_anything_that_is_a_reading() {
    let bench = Bench::new().workers(1);
    for (deed, _) in DEEDS {
        bench.order(&format!("{deed}.png"), &format!("after {deed}"));
    }
    for number in 0..10 {
        bench.order(&format!("good {number}.png"), &format!("slow 20 {number}"));
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().failed), (18, 0), "{told:#?}");
}
