//! What was forgotten is in no file any more.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{SOON, key, open, read};
use deskscribe_cache::{Cache, Outcome, Place, Record, Stamp, Thumbnail};
use deskscribe_protocol::MediaKind;

/// A word that is in every part of what is known, in every way that it is stored.
const SECRET: &str = "Geheimniskrämerei";

fn secret(number: u32, length: usize) -> Record {
    let mut record = read(number);
    if let Outcome::Read(reading) = &mut record.outcome {
        reading.text = format!("{SECRET} {number} ").repeat(length);
        reading.lines[0].text = reading.text.clone();
        reading.digest.title = Some(SECRET.to_owned());
        reading.digest.summary = Some(format!("About {SECRET}."));
        reading.digest.tags = vec![SECRET.to_owned()];
    }
    record
}

fn store(cache: &Cache, record: &Record, number: u32) {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    let path = PathBuf::from(format!("/desktop/{SECRET} {number}.png"));
    guard.enqueue(&path, MediaKind::Image, 1).unwrap();
    guard.put(record).unwrap();
    let stamp = Stamp { device: 1, inode: 2, size: 3, mtime_ns: 4, ctime_ns: 5 };
    guard.remember(&Place { path: path.clone(), stamp }, &record.key, 1).unwrap();
    guard.enqueue(&path, MediaKind::Image, 1).unwrap();
    guard.set_tags(&record.key, Some(&[format!("{SECRET} {number}")]), 1).unwrap();
    guard.put_part(&record.key, "plan", 0, SECRET.as_bytes()).unwrap();
    guard.put_thumbnail(&record.key, &Thumbnail { width: 1, height: 1, jpeg: SECRET.into() }).unwrap();
    guard.commit().unwrap();
}

/// The files below a folder that have the word in them, in whatever case.
fn traces(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(traces(&entry));
        } else {
            let content = String::from_utf8_lossy(&fs::read(&entry).unwrap()).to_lowercase();
            found.extend(content.contains(&SECRET.to_lowercase()).then_some(entry));
        }
    }
    found
}

#[test]
fn no_trace_is_left_anywhere() {
    let (folder, cache) = open();
    // Of every size: within a page, and over many.
    let sizes = [1, 40, 700, 3];
    for (number, size) in (1..).zip(sizes) {
        store(&cache, &secret(number, size), number);
        store(&cache, &read(number + 100), number + 1_000);
    }
    // Also as it was before: what was replaced is a trace as well.
    store(&cache, &secret(1, 300), 1);
    cache.back_up_if_due().unwrap().unwrap();
    // A damaged file that is kept, and a log that is not emptied as long as somebody looks.
    fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    let reader = cache.read().unwrap();
    assert!(reader.outcome(&key(1)).unwrap().is_some());
    store(&cache, &secret(2, 55), 2);
    let before = traces(folder.path());
    let names: Vec<_> = before.iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect();
    assert!(names.len() >= 5, "{names:?}");
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for number in 1..=4 {
        assert!(guard.forget(&key(number)).unwrap());
    }
    // Its places are not all that is called so.
    for number in 1..=4 {
        guard.forget(&key(number + 100)).unwrap();
    }
    guard.commit().unwrap();
    assert_eq!(traces(folder.path()), Vec::<PathBuf>::new());
    assert!(
        fs::read_dir(folder.path().join("backups")).unwrap().count() > 1,
        "backups are changed, not dropped"
    );
}

#[test]
fn what_was_forgotten_does_not_come_back_with_a_repair() {
    let (folder, cache) = open();
    (1..=3).for_each(|number| store(&cache, &secret(number, 30), number));
    cache.back_up_if_due().unwrap().unwrap();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    assert!(guard.forget(&key(2)).unwrap());
    guard.commit().unwrap();
    drop(writer);
    fs::write(folder.path().join("summaries.sqlite"), "").unwrap();
    let reader = Cache::open(folder.path()).unwrap().read().unwrap();
    let is_there = [1, 2, 3].map(|number| reader.outcome(&key(number)).unwrap().is_some());
    assert_eq!(is_there, [true, false, true]);
}
