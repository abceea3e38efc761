//! Watching a cache as a window does that is open for days: from before there is one, through repairs and removal.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

mod common;

use std::fs;
use std::path::Path;
use std::thread;

use common::{DAY, SOON, put, read};
use deskscribe_cache::{Cache, Change, Coverage, Watch};
use deskscribe_protocol::MediaKind;

fn coverage(read: u64, queued: u64) -> Coverage {
    Coverage { read, failed: 0, queued }
}

/// Waits until the coverage is this. What comes before may be told or not.
#[track_caller]
fn until(watch: &mut Watch, coverage: Coverage) -> Change {
    loop {
        let change = watch.wait().unwrap().unwrap();
        if change.coverage == coverage {
            return change;
        }
    }
}

#[test]
fn from_before_there_is_a_cache_until_after_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let mut watch = Watch::begin(&home);
    assert_eq!(watch.wait().unwrap(), Some(Change::default()));
    assert!(!home.exists(), "nothing is made");
    put(&Cache::open(&home).unwrap(), &[("/d/1.png", DAY, read(1))]);
    let first = until(&mut watch, coverage(1, 0));
    assert!(first.change > 0);
    fs::remove_dir_all(&home).unwrap();
    assert_eq!(until(&mut watch, coverage(0, 0)), Change::default());
    put(&Cache::open(&home).unwrap(), &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, read(2))]);
    until(&mut watch, coverage(2, 0));
}

#[test]
fn whatever_is_committed_is_told_also_what_changes_no_content() {
    let (folder, cache) = common::open();
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    let mut watch = Watch::begin(folder.path());
    let first = until(&mut watch, coverage(1, 0));
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.enqueue(Path::new("/d/3.png"), MediaKind::Image, DAY).unwrap();
    guard.commit().unwrap();
    assert_eq!(until(&mut watch, coverage(1, 1)).change, first.change);
    let mut guard = writer.lock(SOON).unwrap();
    guard.set_tags(&common::key(1), Some(&["own".to_owned()]), DAY).unwrap();
    guard.commit().unwrap();
    let tagged = watch.wait().unwrap().unwrap();
    assert!(tagged.change > first.change && tagged.coverage == coverage(1, 1));
    // Many in a row end with the last of them.
    for number in 2..60 {
        put(&cache, &[(format!("/d/{number}.png").as_str(), DAY, read(number))]);
    }
    let last = cache.read().unwrap().last_change().unwrap();
    while watch.wait().unwrap().unwrap().change != last {}
}

#[test]
fn a_repair_and_a_newer_program_are_lived_through() {
    let (folder, cache) = common::open();
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    let mut watch = Watch::begin(folder.path());
    until(&mut watch, coverage(1, 0));
    fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
    let repaired = Cache::open(folder.path()).unwrap();
    assert_eq!(repaired.repairs().len(), 1);
    put(&repaired, &[("/d/2.png", DAY, read(2))]);
    until(&mut watch, coverage(2, 0));
    // A newer program goes on writing.
    let newer = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    newer.execute_batch("PRAGMA user_version = 11").unwrap();
    newer.execute("INSERT INTO queue (path, kind, since) VALUES (x'2f61', 'image', 1)", []).unwrap();
    // It ends a commit as we do.
    fs::File::options().write(true).open(folder.path().join("summaries.lock")).unwrap();
    until(&mut watch, coverage(2, 1));
}

#[test]
fn a_cache_that_cannot_be_read_is_told_once_until_it_can() {
    let (folder, cache) = common::open();
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    cache.back_up_if_due().unwrap().unwrap();
    drop(cache);
    let file = folder.path().join("summaries.sqlite");
    fs::remove_file(&file).unwrap();
    let mut watch = Watch::begin(folder.path());
    let error = watch.wait().unwrap_err().to_string();
    assert!(error.contains("the next scan restores"), "{error}");
    let path = folder.path().to_owned();
    let repair = thread::spawn(move || assert_eq!(Cache::open(&path).unwrap().repairs().len(), 1));
    // While it is repaired it may be told again that it is not whole yet.
    let restored = loop {
        if let Ok(change) = watch.wait() {
            break change.unwrap();
        }
    };
    repair.join().unwrap();
    assert_eq!(restored.coverage, coverage(1, 0));
}

#[test]
fn the_wait_is_ended_from_elsewhere_whether_there_is_a_cache_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let (there, _cache) = common::open();
    for folder in [folder.path().join("nowhere"), there.path().to_owned()] {
        let mut watch = Watch::begin(&folder);
        assert_eq!(watch.wait().unwrap(), Some(Change::default()));
        let stop = watch.stopper();
        let waiting = thread::spawn(move || watch.wait().unwrap());
        stop.stop();
        assert_eq!(waiting.join().unwrap(), None);
    }
}
