//! An engine that stays: orders, rounds, and what is taken out of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use deskscribe_cache::Cache;
use deskscribe_engine::{Again, Event, Files, MediaKind, Order, PastRun, Phase, RunEnd, Turn};
use deskscribe_engine::{Home, RunCounts};
use deskscribe_system_tests::{Bench, Sitting, at_work, logged};

/// The files that wait in the cache.
fn queue(bench: &Bench) -> Vec<PathBuf> {
    let cache = Cache::open(&bench.home()).unwrap();
    let mut queue: Vec<_> =
        cache.read().unwrap().queue().unwrap().into_iter().map(|queued| queued.path).collect();
    queue.sort();
    queue
}

/// A bench with one worker, which has a file for ever, and so many more files that are read at once. Returns the
/// sitting once as many wait as may.
async fn backlog(files: usize) -> (Bench, Sitting, PathBuf) {
    let bench = Bench::new().workers(1);
    let blocks = bench.order("blocks.png", "slow 600000");
    for number in 0..files {
        bench.order(&format!("file-{number:03}.png"), &format!("read {number}"));
    }
    let sitting = Sitting::at(&bench);
    sitting.order(vec![blocks.clone()], false).await;
    sitting.until(|status| at_work(status) == [blocks.clone()]).await;
    sitting.order(vec![bench.desktop()], false).await;
    sitting.until(|status| status.queues.pending.depth == files.min(16)).await;
    (bench, sitting, blocks)
}

#[tokio::test]
async fn a_dropped_file_overtakes_a_backlog() {
    let (bench, mut sitting, blocks) = backlog(60).await;
    let folder = tempfile::tempdir().unwrap();
    let dropped = folder.path().join("dropped.png");
    fs::write(&dropped, "read dropped").unwrap();
    sitting.order(vec![dropped], true).await;
    sitting.until(|status| status.queues.pending.depth == 17).await;
    // Dropped as well, and known to the backlog under another name: it waits there no longer.
    let copy = folder.path().join("copy.png");
    fs::copy(bench.desktop().join("file-010.png"), &copy).unwrap();
    sitting.order(vec![copy], true).await;
    sitting.until(|status| status.found == Some(64)).await;
    sitting.session.cancel(blocks).await.unwrap();
    let (counts, stopped) = sitting.finished().await;
    assert_eq!((counts.files, counts.read, counts.failed, stopped), (62, 62, 0, None));
    let rows = logged(&bench.home());
    assert!(rows[..4].contains(&("dropped.png".to_owned(), true)), "{rows:?}");
}

#[tokio::test]
async fn what_is_ordered_later_is_another_round_with_the_same_worker() {
    let bench = Bench::new().workers(1);
    let one = bench.order("one.png", "slow 10 one");
    let mut sitting = Sitting::at(&bench);
    let status = sitting.session.status();
    assert!(status.idle && !bench.home().join("runs").exists(), "{status:#?}");
    for round in 0..2 {
        let counts = |status: &RunCounts| (status.files, status.read, status.cached, status.workers);
        sitting.order(vec![bench.desktop()], false).await;
        let (told, stopped) = sitting.finished().await;
        assert_eq!((counts(&told), stopped), ((round + 1, round + 1, round, 1), None));
        let status = sitting.until(|status| status.idle).await;
        assert_eq!(counts(&status.counts), counts(&told));
        assert_eq!((status.workers.len(), status.workers[0].state), (1, Phase::Idle));
        bench.order("two.png", "slow 10 two");
    }
    sitting.session.close().await;
    assert!(sitting.events.recv().await.is_none());
    let cache = Cache::open(&bench.home()).unwrap();
    let known = cache.read().unwrap();
    let process = |path: PathBuf| {
        let key = known.last_key_at(&path).unwrap().unwrap();
        let deskscribe_cache::Outcome::Read(reading) = known.outcome(&key).unwrap().unwrap().outcome else {
            panic!("not read")
        };
        reading.text
    };
    assert_eq!(process(one), process(bench.desktop().join("two.png")));
    let runs = PastRun::last(&Home::at(bench.home()), 9).unwrap();
    assert_eq!(
        runs.iter().map(|run| (run.end, run.counts.files)).collect::<Vec<_>>(),
        [(RunEnd::Complete, 2), (RunEnd::Complete, 1)]
    );
}

#[tokio::test]
async fn who_orders_once_more_gets_another_try() {
    let bench = Bench::new().workers(2);
    let blocks = bench.order("blocks.png", "slow 600000");
    let hangs = bench.order("hangs.png", "hang");
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    sitting.until(|status| status.counts.failed == 1).await;
    sitting.order(vec![hangs.clone()], true).await;
    sitting.until(|status| status.counts.failed == 2).await;
    sitting.session.cancel(blocks).await.unwrap();
    assert_eq!(sitting.finished().await.0.failed, 2);
    assert_eq!(logged(&bench.home()), [("hangs.png".to_owned(), true), ("hangs.png".to_owned(), true)]);
    assert_eq!(queue(&bench), [hangs]);
}

#[tokio::test]
async fn a_path_that_is_not_there_is_refused_and_the_others_are_read() {
    let bench = Bench::new().workers(1);
    let (there, gone) = (bench.order("there.png", "read there"), bench.desktop().join("gone.png"));
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![gone.clone(), there], false).await;
    let Event::Refused { path, reason } = sitting.event().await else { panic!("not refused") };
    assert_eq!(reason, format!("there is no such file or folder: {}", gone.display()));
    assert_eq!(path, gone);
    assert_eq!(sitting.finished().await.0.read, 1);
}

#[tokio::test]
async fn a_file_that_is_cancelled_is_no_failure_and_its_copy_is_read() {
    let bench = Bench::new().workers(2);
    let both = [bench.order("a.png", "slow 600000"), bench.order("b.png", "slow 600000")];
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    let first = at_work(&sitting.until(|status| !at_work(status).is_empty()).await).remove(0);
    let other = both.iter().find(|path| **path != first).unwrap().clone();
    sitting.until(|status| status.queues.arrivals.capacity == Some(0)).await;
    sitting.session.cancel(first.clone()).await.unwrap();
    sitting.until(|status| at_work(status).contains(&other)).await;
    sitting.session.cancel(other).await.unwrap();
    let (counts, stopped) = sitting.finished().await;
    assert_eq!((counts.files, counts.failed, stopped), (0, 0, None));
    assert_eq!(queue(&bench), <[PathBuf; 0]>::default());
    assert_eq!(sitting.until(|status| status.idle).await.deaths, 0, "nobody died of it");
}

#[tokio::test]
async fn a_worker_that_does_not_stop_is_killed_and_nobody_is_blamed() {
    let bench = Bench::new().workers(1);
    let crawls = bench.order("crawls.png", "crawl");
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    let busy = sitting.until(|status| at_work(status).contains(&crawls)).await.workers[0].pid;
    sitting.session.cancel(crawls).await.unwrap();
    assert_eq!(sitting.finished().await.0.failed, 0);
    let status = sitting.until(|status| status.workers[0].state == Phase::Ended).await;
    assert_eq!((status.deaths, status.workers[0].pid), (0, busy));
    let fine = bench.order("fine.png", "read fine");
    sitting.order(vec![fine], false).await;
    assert_eq!(sitting.finished().await.0.read, 1);
}

#[tokio::test]
async fn what_was_stopped_stays_queued_and_goes_on() {
    let bench = Bench::new().workers(2);
    let files: Vec<_> = (0..40)
        .map(|number| bench.order(&format!("{number:02}.png"), &format!("slow 600000 {number}")))
        .collect();
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    sitting.until(|status| at_work(status).len() == 2 && status.queues.pending.depth == 16).await;
    sitting.session.stop().await.unwrap();
    let (counts, stopped) = sitting.finished().await;
    assert_eq!((counts.files, stopped.as_deref()), (0, Some("cancelled")));
    assert_eq!(queue(&bench), files);
    // Nothing is held back: another engine reads what this one had claimed.
    for path in &files[..20] {
        fs::write(path, format!("read {}", path.display())).unwrap();
    }
    let one = bench.engine().scan(files[..20].to_vec(), Again::Nothing).unwrap();
    assert_eq!(deskscribe_system_tests::follow(one, |_, _| {}).await.counts().read, 20);

    for path in &files[20..] {
        fs::write(path, format!("read {}", path.display())).unwrap();
    }
    let order = Order { files: Files::Queued, again: Again::Nothing, turn: Turn::Later };
    sitting.session.order(order).await.unwrap();
    assert_eq!(sitting.finished().await.0.read, 20);
    assert_eq!(queue(&bench), <[PathBuf; 0]>::default());
}

#[tokio::test]
async fn what_is_removed_is_not_read_wherever_it_waits() {
    let (bench, mut sitting, blocks) = backlog(60).await;
    // One that is open and waits, and one that nobody has looked into.
    let gone = ["file-001.png", "file-059.png"].map(|name| bench.desktop().join(name));
    sitting.session.remove(gone.to_vec()).await.unwrap();
    sitting.session.cancel(blocks).await.unwrap();
    assert_eq!(sitting.finished().await.0.files, 58);
    let rows = logged(&bench.home());
    assert!(
        rows.iter().all(|(name, _)| !["file-001.png", "file-059.png"].contains(&name.as_str())),
        "{rows:?}"
    );
    assert_eq!(queue(&bench), <[PathBuf; 0]>::default());
    // Ordered anew, it is wanted.
    sitting.order(gone.to_vec(), false).await;
    assert_eq!(sitting.finished().await.0.read, 2);
}

#[tokio::test]
async fn all_that_waits_is_removed_and_what_a_worker_has_is_read() {
    let (bench, mut sitting, blocks) = backlog(60).await;
    let cache = Cache::open(&bench.home()).unwrap();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(Duration::from_secs(30)).unwrap();
    guard.enqueue(&PathBuf::from("/elsewhere/from an earlier run.png"), MediaKind::Image, 1).unwrap();
    guard.commit().unwrap();
    sitting.session.remove_all().await.unwrap();
    let status = sitting.until(|status| status.found == Some(1)).await;
    assert_eq!(at_work(&status), std::slice::from_ref(&blocks));
    sitting.session.cancel(blocks).await.unwrap();
    assert_eq!(sitting.finished().await.0.files, 0);
    assert_eq!(queue(&bench), <[PathBuf; 0]>::default());
}

#[tokio::test]
async fn what_ends_a_run_ends_a_round_and_the_next_order_is_another_try() {
    let bench = Bench::new().worker_named("stillborn");
    let path = bench.order("a.png", "read a");
    let mut sitting = Sitting::at(&bench);
    for _ in 0..2 {
        sitting.order(vec![bench.desktop()], false).await;
        let (counts, stopped) = sitting.finished().await;
        let why = stopped.unwrap();
        assert!(why.contains("stillborn: no such luck"), "{why}");
        assert_eq!(counts.files, 0);
        let status = sitting.until(|status| status.idle).await;
        assert!(status.workers.iter().all(|worker| !worker.state.is_alive()), "{status:#?}");
        assert_eq!(queue(&bench), std::slice::from_ref(&path));
    }
    sitting.session.close().await;
    assert!(
        sitting
            .session
            .order(Order { files: Files::Queued, again: Again::Nothing, turn: Turn::Later })
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_engine_ends_when_nobody_can_order_and_nothing_is_left() {
    let bench = Bench::new().workers(1);
    bench.order("a.png", "slow 300");
    let Sitting { session, mut events } = Sitting::at(&bench);
    let order =
        Order { files: Files::Below(vec![bench.desktop()]), again: Again::Nothing, turn: Turn::Later };
    session.order(order).await.unwrap();
    let mut changes = session.changes();
    session.pause(None);
    drop(session);
    let Some(Event::Finished { counts, .. }) = events.recv().await else { panic!("not finished") };
    assert_eq!(counts.read, 1);
    assert!(events.recv().await.is_none());
    while changes.changed().await {}
}
