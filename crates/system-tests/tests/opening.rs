//! What can be asked of an engine with a window from another process, and what of a scan in a terminal.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use deskscribe_engine::{Again, Event, Home, Host, PastRun, RunEnd, RunningEngine, Stopped};
use deskscribe_system_tests::{Bench, Sitting, at_work};

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_found_and_does_what_it_is_asked() {
    let bench = Bench::new().workers(1);
    let home = Home::at(bench.home());
    assert!(RunningEngine::with_window(&home).await.unwrap().is_none());
    let mut sitting = Sitting::at(&bench);
    let engine = RunningEngine::with_window(&home).await.unwrap().unwrap();
    let status = engine.status().await.unwrap();
    assert_eq!((status.host, status.idle, status.paused), (Host::Window, true, false));
    let said = bench.deskscribe(&["status"]).output().unwrap();
    let line = format!("Process {}: window, idle.\n", std::process::id());
    assert!(String::from_utf8(said.stdout).unwrap().starts_with(&line));

    // Names that are no text arrive as they are.
    let odd = bench.desktop().join(OsStr::from_bytes(b"\xff.png"));
    fs::write(&odd, "read odd").unwrap();
    engine.open(std::slice::from_ref(&odd)).await.unwrap();
    let Event::Open { paths } = sitting.event().await else { panic!("not opened") };
    assert_eq!(paths, std::slice::from_ref(&odd));
    engine.add(&[odd], Again::Nothing, true).await.unwrap();
    assert_eq!(sitting.finished().await.0.read, 1);

    let path = bench.order("a.png", "slow 600000");
    engine.add(std::slice::from_ref(&path), Again::Failed, false).await.unwrap();
    sitting.until(|status| at_work(status) == [path.clone()]).await;
    engine.pause(None).await.unwrap();
    let status = engine.status().await.unwrap();
    assert_eq!((status.paused, status.idle), (true, false));
    engine.resume().await.unwrap();
    assert!(!engine.status().await.unwrap().paused);
    let said = bench.deskscribe(&["stop"]).output().unwrap();
    assert_eq!(
        String::from_utf8(said.stdout).unwrap(),
        format!(
            "Process {} has stopped reading, and its window stays open. What was read is kept.\n",
            std::process::id()
        )
    );
    assert_eq!(sitting.finished().await.1.as_deref(), Some("cancelled"));
    assert_eq!(engine.stop().await.unwrap(), Stopped::Staying);

    let many: Vec<PathBuf> = (0..20_000).map(|number| PathBuf::from(format!("/{number:0100}.png"))).collect();
    let error = engine.open(&many).await.unwrap_err().to_string();
    assert!(error.starts_with("this is more than 1.0 MB at once; name the folder"), "{error}");
    sitting.session.close().await;
    assert!(RunningEngine::with_window(&home).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_in_a_terminal_has_no_window_and_takes_no_more_orders() {
    let bench = Bench::new();
    let path = bench.order("a.png", "slow 600000");
    let mut scan = bench.deskscribe(&["scan"]).arg(bench.desktop()).spawn().unwrap();
    let home = Home::at(bench.home());
    let engine = loop {
        match RunningEngine::all(&home).await.unwrap().pop() {
            Some(engine) if engine.status().await.is_ok_and(|status| at_work(&status).len() == 1) => {
                break engine;
            }
            _ => sleep(Duration::from_millis(10)),
        }
    };
    let paths = [path];
    let error = engine.open(&paths).await.unwrap_err();
    assert_eq!(error.to_string(), "it has no window to show; start the program that has one");
    let error = engine.add(&paths, Again::Nothing, true).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this scan reads what it was started with and nothing else; start another one"
    );
    assert_eq!(engine.stop().await.unwrap(), Stopped::Ending);
    assert_eq!(scan.wait().unwrap().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_does_not_look_holds_nothing_up_and_says_so() {
    let bench = Bench::new().workers(1);
    let sitting = Sitting::at(&bench);
    let engine = RunningEngine::with_window(&Home::at(bench.home())).await.unwrap().unwrap();
    let error = loop {
        if let Err(error) = engine.open(&[]).await {
            break error.to_string();
        }
    };
    assert_eq!(error, "the window does not answer; close it and start it anew");
    for number in 1..=3 {
        bench.order("a.png", &format!("read {number}"));
        sitting.order(vec![bench.desktop()], false).await;
        let is_over = |run: &PastRun| run.end == RunEnd::Complete && run.counts.read == 1;
        let runs = || PastRun::last(&Home::at(bench.home()), 9).unwrap();
        sitting.until(|_| runs().len() == number && runs().iter().all(is_over)).await;
    }
}
