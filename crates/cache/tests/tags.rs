//! Tags that the user gives: they count wherever tags are told, and survive whatever the cache survives.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

mod common;

use std::fs;
use std::path::Path;

use common::{DAY, SOON, TO_FORMAT_3, TO_FORMAT_4, TO_FORMAT_5, failed, key, open, put, read};
use deskscribe_cache::{Cache, Outcome, Page, Query, Repair};
use deskscribe_protocol::ContentKey;

fn set(cache: &Cache, key: &ContentKey, typed: Option<&[&str]>) -> bool {
    let typed: Option<Vec<String>> = typed.map(|tags| tags.iter().map(|&tag| tag.to_owned()).collect());
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    let known = guard.set_tags(key, typed.as_deref(), DAY).unwrap();
    guard.commit().unwrap();
    known
}

/// The tags of a content, wherever they are told.
#[track_caller]
fn tags(cache: &Cache, number: u32) -> Vec<String> {
    let reader = cache.read().unwrap();
    let head = reader.head(&key(number)).unwrap().unwrap();
    let hits = reader.search(&Query::default(), Page::default()).unwrap().hits;
    let hit = hits.into_iter().find(|hit| hit.key == Some(key(number))).unwrap();
    assert_eq!(hit.tags, head.tags);
    assert_eq!(hit.tags_edited, reader.own_tags(&key(number)).unwrap().is_some());
    if let Outcome::Read(reading) = reader.outcome(&key(number)).unwrap().unwrap().outcome {
        assert_eq!(reading.digest.tags, head.tags);
    }
    head.tags
}

fn found(cache: &Cache, query: &str) -> usize {
    cache.read().unwrap().search(&Query::parse(query).unwrap(), Page::default()).unwrap().hits.len()
}

const OWN: &[&str] = &["Umzug 2026", "umzug-2026", "wichtig"];

#[test]
fn they_count_in_place_of_the_machines_until_they_are_given_back() {
    let (_folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, failed(2))]);
    assert_eq!(tags(&cache, 1), ["rechnung", "zahlung"]);
    let before = cache.read().unwrap().last_change().unwrap();
    assert!(set(&cache, &key(1), Some(OWN)));
    assert_eq!(tags(&cache, 1), ["Umzug 2026", "wichtig"]);
    assert_eq!(cache.read().unwrap().changed_after(before).unwrap().0, [key(1)]);
    for (query, count) in
        [("tag:wichtig", 1), ("tag:\"umzug 2026\"", 1), ("umzug", 1), ("tag:zahlung", 0), ("zahlung", 0)]
    {
        assert_eq!(found(&cache, query), count, "{query}");
    }
    // Read again, with whatever outcome.
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    assert_eq!(tags(&cache, 1), ["Umzug 2026", "wichtig"]);
    put(&cache, &[("/d/1.png", DAY, failed(1))]);
    assert_eq!((tags(&cache, 1).len(), found(&cache, "tag:wichtig")), (2, 1));
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    // None at all is an answer too.
    assert!(set(&cache, &key(1), Some(&[" "])));
    assert_eq!((tags(&cache, 1).len(), found(&cache, "tag:wichtig")), (0, 0));
    assert!(set(&cache, &key(1), None));
    assert_eq!((tags(&cache, 1).len(), found(&cache, "tag:zahlung")), (2, 1));
    // What could not be read can still be kept together.
    assert!(set(&cache, &key(2), Some(OWN)));
    assert_eq!((tags(&cache, 2).len(), found(&cache, "tag:wichtig")), (2, 1));
    assert!(!set(&cache, &key(3), Some(OWN)), "nothing is known of it");
}

#[test]
fn a_repair_keeps_what_was_said_last() {
    let (folder, cache) = open();
    let files: Vec<_> = (1..=4).map(|number| (format!("/d/{number}.png"), number)).collect();
    files.iter().for_each(|(path, number)| put(&cache, &[(path.as_str(), DAY, read(*number))]));
    (1..=3).for_each(|number| assert!(set(&cache, &key(number), Some(OWN))));
    cache.back_up_if_due().unwrap().unwrap();
    // After the backup, whatever the clock says.
    assert!(set(&cache, &key(2), None));
    assert!(set(&cache, &key(3), Some(&["neu"])));
    assert!(set(&cache, &key(4), Some(OWN)));
    fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
    let repaired = Cache::open(folder.path()).unwrap();
    assert!(matches!(repaired.repairs(), [Repair::Summaries { restored: 4, .. }]));
    assert_eq!(tags(&repaired, 1), ["Umzug 2026", "wichtig"]);
    assert_eq!(tags(&repaired, 2), ["rechnung", "zahlung"]);
    assert_eq!(tags(&repaired, 3), ["neu"]);
    assert_eq!((tags(&repaired, 4).len(), found(&repaired, "tag:wichtig")), (2, 2));
    // With nothing but the backup, it is as it was then.
    fs::write(folder.path().join("summaries.sqlite"), "").unwrap();
    let restored = Cache::open(folder.path()).unwrap();
    assert_eq!(tags(&restored, 3), ["Umzug 2026", "wichtig"]);
}

#[test]
fn tags_that_the_disk_has_changed_are_none() {
    let (folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    assert!(set(&cache, &key(1), Some(OWN)));
    let raw = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    raw.execute("UPDATE tagging SET tags = replace(tags, 'w', 'v')", []).unwrap();
    assert_eq!(tags(&cache, 1), ["rechnung", "zahlung"]);
}

/// Makes of a cache what the format before tags was.
fn age(folder: &Path) {
    let file = rusqlite::Connection::open(folder.join("summaries.sqlite")).unwrap();
    file.execute_batch(&[TO_FORMAT_5, TO_FORMAT_4, TO_FORMAT_3].concat()).unwrap();
}

#[test]
fn a_cache_from_before_there_were_any_is_brought_up_to_date() {
    let (folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    age(folder.path());
    // Its index is as good as ever; made anew, this would be gone.
    let file = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    file.execute("UPDATE search_entry SET print = 7", []).unwrap();
    let mut looking = Cache::look(folder.path()).unwrap();
    assert_eq!(looking.outcome(&key(1)).unwrap(), Some(read(1)));
    assert_eq!(looking.search(&Query::default(), Page::default()).unwrap().hits.len(), 1);
    let cache = Cache::open(folder.path()).unwrap();
    let print: i64 = file.query_row("SELECT print FROM search_entry", [], |row| row.get(0)).unwrap();
    assert_eq!(print, 7);
    assert!(set(&cache, &key(1), Some(OWN)));
    assert_eq!(tags(&cache, 1).len(), 2);
    // Whoever looked on meanwhile sees them as well.
    assert_eq!(looking.own_tags(&key(1)).unwrap(), None);
    assert!(looking.refresh().unwrap());
    assert_eq!(looking.head(&key(1)).unwrap().unwrap().tags, ["Umzug 2026", "wichtig"]);
}

#[test]
fn forgetting_reaches_backups_from_before_there_were_any() {
    let (folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    let backup = cache.back_up_if_due().unwrap().unwrap().path;
    let aged = rusqlite::Connection::open(&backup).unwrap();
    aged.execute_batch(&["PRAGMA journal_mode = DELETE;", TO_FORMAT_5, TO_FORMAT_4, TO_FORMAT_3].concat())
        .unwrap();
    drop(aged);
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    assert!(guard.forget(&key(1)).unwrap());
    guard.commit().unwrap();
    assert!(folder.path().join("backups").exists());
    let left = rusqlite::Connection::open(&backup).unwrap();
    assert_eq!(left.query_row("SELECT count(*) FROM reading", [], |row| row.get(0)), Ok(0));
}
