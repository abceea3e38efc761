//! `deskscribe add`, `pause` and `resume`: what runs is told, and says who it is; what does not run is said, too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use deskscribe_engine::{Home, PausedBy, RunningEngine};
use deskscribe_system_tests::{Bench, Lines, Printed, Sitting, Stream, at_work};
use rustix::process::Signal;

/// `deskscribe` with these arguments, and these paths after them.
fn said(bench: &Bench, arguments: &[&str], paths: &[PathBuf]) -> Printed {
    let mut command: Command = bench.deskscribe(arguments);
    Printed::by(command.args(paths))
}

/// Waits until an engine of this home is at work on this file.
async fn busy_with(bench: &Bench, path: &Path) {
    loop {
        for engine in RunningEngine::all(&Home::at(bench.home())).await.unwrap() {
            if engine.status().await.is_ok_and(|status| at_work(&status).iter().any(|work| work == path)) {
                return;
            }
        }
        sleep(Duration::from_millis(10));
    }
}

#[test]
fn nothing_that_runs_is_said_and_what_to_do() {
    let bench = Bench::new();
    for arguments in [&["pause"][..], &["pause", "--for", "1h"], &["resume"]] {
        let said = said(&bench, arguments, &[]);
        assert_eq!(
            (said.code, said.stdout.as_str(), said.stderr.as_str()),
            (Some(0), "Nothing is running.\n", "")
        );
    }
    let path = bench.order("a b.png", "read a");
    let alone = said(&bench, &["add"], std::slice::from_ref(&path));
    assert_eq!((alone.code, alone.stdout.as_str()), (Some(2), ""));
    let line = format!(
        "deskscribe: nothing runs that takes files; to read them now: deskscribe scan '{}', or open the window and \
         try again\n",
        path.display()
    );
    assert_eq!(alone.stderr, line);
    let refused = said(&bench, &["pause", "--for", "a while"], &[]);
    assert!(refused.code == Some(2) && refused.stderr.contains("such as 30m or 1h30m"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_handed_files_before_everything_else() {
    let bench = Bench::new().workers(1);
    let mut sitting = Sitting::at(&bench);
    let process = std::process::id();
    let first = bench.order("first.png", "slow 300");
    let later: Vec<_> = ["x.png", "y.png"].map(|name| bench.order(name, &format!("read {name}"))).into();
    let urgent = bench.order("urgent.png", "read urgent");
    sitting.order([vec![first.clone()], later].concat(), false).await;
    sitting.until(|status| at_work(status) == [first.clone()]).await;
    let added = said(&bench, &["add"], std::slice::from_ref(&urgent));
    assert_eq!((added.code, added.stderr.as_str()), (Some(0), ""));
    assert_eq!(added.stdout, format!("Process {process} (window) reads urgent.png next.\n"));
    let (counts, _) = sitting.finished().await;
    assert_eq!(counts.read, 4);
    let order: Vec<_> =
        deskscribe_system_tests::logged(&bench.home()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(order[..2], ["first.png", "urgent.png"], "{order:?}");

    // What cannot be found is named, and nothing is handed over.
    let missing = said(&bench, &["add"], &[urgent.clone(), bench.desktop().join("gone.png")]);
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(2), ""));
    let expected = format!(
        "deskscribe: nothing was handed over, as this cannot be found: {}/gone.png: No such file or directory (os error \
         2)\n",
        bench.desktop().display()
    );
    assert_eq!(missing.stderr, expected);
    assert!(sitting.session.status().idle);

    // What is known is read again only when that is asked for.
    let again = said(&bench, &["add", "--again", "all"], std::slice::from_ref(&urgent));
    assert_eq!(again.code, Some(0));
    let (counts, _) = sitting.finished().await;
    assert_eq!((counts.read, counts.cached), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_runs_is_paused_and_goes_on() {
    let bench = Bench::new().workers(1);
    let sitting = Sitting::at(&bench);
    let slow = bench.order("slow.png", "slow 600000");
    let scan = Lines::of(bench.deskscribe(&["scan", "--json"]).arg(bench.desktop()));
    busy_with(&bench, &slow).await;
    let mut processes = [std::process::id(), scan.process()];
    processes.sort_by_key(u32::to_string);

    let paused = said(&bench, &["pause", "--for", "1h30m"], &[]);
    assert_eq!((paused.code, paused.stderr.as_str()), (Some(0), ""));
    let line = |process: u32| format!("Paused process {process} for 1:30:00; it goes on by itself\n");
    assert_eq!(paused.stdout, processes.map(line).concat());
    let status = sitting.until(|status| status.paused).await;
    let pause = status.pause.unwrap();
    assert!(
        pause.by == PausedBy::User && pause.resumes_in_seconds.is_some_and(|left| left > 5000.0),
        "{pause:?}"
    );
    let urgent = bench.desktop().with_file_name("urgent.png");
    std::fs::write(&urgent, "read urgent").unwrap();
    let added = said(&bench, &["add"], std::slice::from_ref(&urgent));
    assert!(
        added.stdout.ends_with("\nIt is paused, and reads it once it goes on: deskscribe resume\n"),
        "{added:?}"
    );

    let resumed = said(&bench, &["resume"], &[]);
    assert_eq!(resumed.stdout, processes.map(|process| format!("Process {process} goes on.\n")).concat());
    sitting.until(|status| !status.paused && status.counts.read == 1).await;
    let paused = said(&bench, &["pause"], &[]);
    assert!(paused.stdout.contains(". To go on: deskscribe resume\n"), "{paused:?}");
    let status = sitting.until(|status| status.paused).await;
    assert!(status.pause.unwrap().resumes_in_seconds.is_none());
    assert_eq!(said(&bench, &["resume"], &[]).code, Some(0));
    scan.signal(Signal::INT);
    assert_eq!(scan.end().0, Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_takes_files_as_a_window_does_and_a_suspended_one_is_named() {
    let bench = Bench::new();
    let mut watch = Lines::of(bench.deskscribe(&["watch"]).arg(bench.desktop()));
    watch.until(Stream::Error, "Watching");
    let far = bench.desktop().with_file_name("far.png");
    std::fs::write(&far, "read from afar").unwrap();
    let added = said(&bench, &["add"], std::slice::from_ref(&far));
    assert_eq!(added.stdout, format!("Process {} (watch) reads far.png next.\n", watch.process()));
    watch.until(Stream::Out, "read    far.png: ");

    watch.signal(Signal::STOP);
    let paused = said(&bench, &["pause"], &[]);
    assert_eq!((paused.code, paused.stdout.as_str()), (Some(1), ""));
    assert!(paused.stderr.starts_with(&format!("the engine {}-", watch.process())), "{paused:?}");
    watch.signal(Signal::CONT);
    watch.signal(Signal::TERM);
    assert_eq!(watch.end().0, Some(0));
}
