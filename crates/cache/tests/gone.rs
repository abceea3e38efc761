//! What is known of files that are gone: kept for a while, and then dropped with all that was made of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use common::{SOON, open, place, read};
use deskscribe_cache::{Cache, Record, Thumbnail};

/// Longer than any test.
const DAYS: Duration = Duration::from_secs(86_400);

/// Where it lies.
fn path(record: &Record) -> &'static str {
    if record.key == read(1).key { "/desktop/1.png" } else { "/desktop/2.png" }
}

fn drop_gone(cache: &Cache, kept: Duration) -> usize {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    let dropped = guard.drop_gone(kept).unwrap();
    guard.commit().unwrap();
    dropped
}

#[test]
fn what_lies_nowhere_is_kept_for_a_while_and_then_dropped_with_all_that_was_made_of_it() {
    let (_folder, cache) = open();
    let (stays, goes) = (read(1), read(2));
    let small = Thumbnail { width: 1, height: 1, jpeg: b"small".to_vec() };
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for record in [&stays, &goes] {
        guard.put(record).unwrap();
        guard.put_thumbnail(&record.key, &small).unwrap();
        guard.put_part(&record.key, "plan", 1, b"a part").unwrap();
        guard.remember(&place(path(record), 1), &record.key, 1).unwrap();
    }
    guard.commit().unwrap();
    assert_eq!(drop_gone(&cache, Duration::ZERO), 0, "all of it is somewhere");

    let mut guard = writer.lock(SOON).unwrap();
    guard.vacate(Path::new(path(&goes))).unwrap();
    guard.commit().unwrap();
    assert_eq!(drop_gone(&cache, DAYS), 0);
    let known = |record: &Record| {
        let reader = cache.read().unwrap();
        let key = &record.key;
        (
            reader.outcome(key).unwrap().is_some(),
            reader.thumbnail(key).unwrap().is_some(),
            reader.parts_of(key).unwrap().len(),
        )
    };
    assert_eq!(known(&goes), (true, true, 1), "it may come back");
    sleep(Duration::from_millis(5));
    assert_eq!(drop_gone(&cache, Duration::from_millis(1)), 1);
    assert_eq!(known(&goes), (false, false, 0));
    assert_eq!(known(&stays), (true, true, 1));
    assert_eq!(drop_gone(&cache, Duration::ZERO), 0);
}

#[test]
fn what_comes_back_is_gone_anew_when_it_goes_again() {
    let (_folder, cache) = open();
    let record = read(1);
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.put(&record).unwrap();
    guard.commit().unwrap();
    assert_eq!(drop_gone(&cache, DAYS), 0, "gone since now");
    sleep(Duration::from_millis(60));

    let mut guard = writer.lock(SOON).unwrap();
    guard.remember(&place(path(&record), 1), &record.key, 1).unwrap();
    guard.commit().unwrap();
    assert_eq!(drop_gone(&cache, DAYS), 0);
    let mut guard = writer.lock(SOON).unwrap();
    guard.vacate(Path::new(path(&record))).unwrap();
    guard.commit().unwrap();
    assert_eq!(drop_gone(&cache, Duration::from_millis(50)), 0, "not since the first time");
    assert_eq!(drop_gone(&cache, Duration::ZERO), 1);
}
