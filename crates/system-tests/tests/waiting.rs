//! The queue has every file that was found and not read, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot look into the cache has failed")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use deskscribe_cache::Cache;
use deskscribe_engine::{Again, Event, MediaKind};
use deskscribe_system_tests::{Bench, follow};

fn queue(bench: &Bench) -> Vec<PathBuf> {
    let cache = Cache::open(&bench.home()).unwrap();
    cache.read().unwrap().queue().unwrap().into_iter().map(|queued| queued.path).collect()
}

/// Queues these, as a run does that is killed then.
fn leave(bench: &Bench, files: &[&PathBuf]) {
    let cache = Cache::open(&bench.home()).unwrap();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(Duration::from_secs(30)).unwrap();
    files.iter().for_each(|path| guard.enqueue(path, MediaKind::Image, 1).unwrap());
    guard.commit().unwrap();
}

#[tokio::test]
async fn what_is_gone_or_known_waits_no_longer_and_all_else_does() {
    let bench = Bench::new();
    let desktop = bench.desktop();
    let known = bench.order("known.png", "read known");
    bench.scan().await;
    let (gone, deep) = (desktop.join("gone.png"), desktop.join("gone/too.png"));
    let (folder, link) = (desktop.join("now a folder.png"), desktop.join("now a link.png"));
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(&known, &link).unwrap();
    // Files that this scan does not come to may wait for another one.
    let elsewhere = PathBuf::from("/elsewhere/gone.png");
    let hidden = desktop.join(".hidden/there.png");
    fs::create_dir(desktop.join(".hidden")).unwrap();
    fs::write(&hidden, "read hidden").unwrap();
    leave(&bench, &[&known, &gone, &deep, &folder, &link, &elsewhere, &hidden]);
    assert_eq!(bench.scan().await.text("known.png"), "known");
    let mut left = queue(&bench);
    left.sort();
    assert_eq!(left, [elsewhere, hidden]);
}

#[tokio::test]
async fn what_was_read_does_not_wait_because_it_is_read_again() {
    let bench = Bench::new().workers(1);
    for number in 0..6 {
        bench.order(&format!("{number}.png"), &format!("slow 100 {number}"));
    }
    bench.scan().await;
    let run = bench.engine().scan(vec![bench.desktop()], Again::All).unwrap();
    let told = follow(run, |event, run| {
        if matches!(event, Event::Row(_)) {
            run.cancel();
        }
    });
    assert!(told.await.outcome.is_err());
    assert_eq!(queue(&bench), <[PathBuf; 0]>::default());
}

#[tokio::test]
async fn a_folder_that_is_named_from_below_holds_the_same_files() {
    let bench = Bench::new();
    let path = bench.order("one.png", "read one");
    fs::create_dir(bench.desktop().join("below")).unwrap();
    bench.scan().await;
    let run = bench.engine().scan(vec![bench.desktop().join("below/..")], Again::Nothing).unwrap();
    let told = follow(run, |_, _| {}).await;
    assert_eq!(told.counts().cached, 1);
    let cache = Cache::open(&bench.home()).unwrap();
    let places = cache.read().unwrap().places(&told.row("one.png").key.unwrap()).unwrap();
    assert_eq!(places, [fs::canonicalize(path).unwrap()]);
}
