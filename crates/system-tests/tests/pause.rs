//! A pause: nothing is read, no worker uses the processor, and nobody takes that for a fault.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use deskscribe_engine::{Home, Phase, RunningEngine, Status};
use deskscribe_system_tests::processes::{Process, signal};
use deskscribe_system_tests::{Bench, Sitting, at_work};
use rustix::process::Signal;

/// More beats than a worker may be silent.
const LONG: Duration = Duration::from_millis(1500);

fn processes(status: &Status) -> Vec<Process> {
    status.workers.iter().map(|worker| Process::find(worker.pid).unwrap()).collect()
}

/// Waits until all of them are stopped by the system.
fn stopped(processes: &[Process]) {
    while !processes.iter().all(|process| process.state() == Some('T')) {
        sleep(Duration::from_millis(1));
    }
}

/// Pauses once all these files are at work, and returns their workers when they stand still.
async fn paused(sitting: &Sitting, files: &[PathBuf]) -> Vec<Process> {
    let status = sitting.until(|status| files.iter().all(|path| at_work(status).contains(path))).await;
    sitting.session.pause(None);
    assert!(sitting.session.status().paused);
    let processes = processes(&status);
    stopped(&processes);
    processes
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_while_paused_nobody_is_blamed_and_all_is_read_then() {
    let mut bench = Bench::new().workers(3);
    bench.settings.patience.cpu_base = Duration::from_secs(600);
    let files = [
        bench.order("spins.png", "spin"),
        bench.order("a.png", "slow 400"),
        bench.order("b.png", "silent 8"),
    ];
    let more = bench.order("z.png", "read later");
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    // The silent one shows no progress; it is told as busy.
    let has_all =
        |status: &Status| status.workers.iter().filter(|worker| worker.state == Phase::Busy).count() == 3;
    sitting.until(has_all).await;
    let processes = paused(&sitting, &files[..1]).await;
    let used = || processes.iter().map(|process| process.ticks().unwrap()).collect::<Vec<_>>();
    let before = used();
    sleep(LONG);
    assert_eq!((used(), processes.len()), (before, 3));
    assert!(processes.iter().all(|process| process.state() == Some('T')));
    let status = sitting.session.status();
    assert_eq!((status.counts.files, status.deaths), (0, 0), "{status:#?}");
    assert!(!at_work(&status).contains(&more));

    sitting.session.resume();
    sitting.until(|status| status.counts.read == 3).await;
    sitting.session.cancel(files[0].clone()).await.unwrap();
    let (counts, _) = sitting.finished().await;
    assert_eq!((counts.read, counts.failed), (3, 0));
    assert_eq!(sitting.session.status().deaths, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_opened_while_paused() {
    let bench = Bench::new().workers(1);
    let mut sitting = Sitting::at(&bench);
    sitting.session.pause(None);
    let files: Vec<_> =
        (0..30).map(|number| bench.order(&format!("{number}.png"), &format!("read {number}"))).collect();
    let times =
        || files.iter().map(|path| fs::metadata(path).unwrap().accessed().unwrap()).collect::<Vec<_>>();
    let before = times();
    sitting.order(vec![bench.desktop()], false).await;
    sitting.until(|status| !status.idle).await;
    sleep(Duration::from_millis(300));
    let status = sitting.session.status();
    assert_eq!((status.queues.arrivals.depth, status.workers.len(), times()), (0, 0, before));
    sitting.session.resume();
    assert_eq!(sitting.finished().await.0.read, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_gets_ready_has_all_its_time_after_a_pause() {
    let mut bench = Bench::new().workers(1).worker_named("late-ready");
    bench.settings.patience.ready = Duration::from_millis(900);
    bench.order("a.png", "read a");
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    let status =
        sitting.until(|status| status.workers.iter().any(|worker| worker.state == Phase::Starting)).await;
    sitting.session.pause(None);
    stopped(&processes(&status));
    sleep(LONG);
    sitting.session.resume();
    assert_eq!(sitting.finished().await.0.read, 1);
    assert_eq!(sitting.session.status().deaths, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_can_be_cancelled_stopped_and_closed() {
    let bench = Bench::new().workers(3);
    let files: Vec<_> = (0..3)
        .map(|number| bench.order(&format!("{number}.png"), &format!("slow 600000 {number}")))
        .collect();
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    paused(&sitting, &files).await;
    sitting.session.cancel(files[0].clone()).await.unwrap();
    sitting.until(|status| status.workers.iter().any(|worker| worker.state == Phase::Ended)).await;
    sitting.session.stop().await.unwrap();
    let (counts, stopped) = sitting.finished().await;
    assert_eq!((counts.files, stopped.as_deref()), (0, Some("cancelled")));
    sitting.until(|status| status.workers.iter().all(|worker| worker.state == Phase::Ended)).await;

    sitting.session.resume();
    sitting.order(files.clone(), false).await;
    let processes = paused(&sitting, &files).await;
    sitting.session.close().await;
    assert!(processes.iter().all(|process| !process.is_alive()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_paused_from_outside_and_its_stopped_workers_die_with_it() {
    let bench = Bench::new();
    for number in 0..2 {
        bench.order(&format!("{number}.png"), &format!("slow 600000 {number}"));
    }
    let mut scan = bench.deskscribe(&["scan", "--workers", "2"]).arg(bench.desktop()).spawn().unwrap();
    let home = Home::at(bench.home());
    let (engine, workers) = loop {
        if let Some(engine) = RunningEngine::all(&home).await.unwrap().pop()
            && let Ok(status) = engine.status().await
            && at_work(&status).len() == 2
        {
            break (engine, processes(&status));
        }
        sleep(Duration::from_millis(10));
    };
    engine.pause(None).await.unwrap();
    stopped(&workers);
    assert!(engine.status().await.unwrap().paused);
    assert!(signal(scan.id(), Signal::KILL));
    scan.wait().unwrap();
    while workers.iter().any(|worker| worker.is_alive()) {
        sleep(Duration::from_millis(1));
    }
}
