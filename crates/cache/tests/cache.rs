//! The cache as its users see it: on real files, from several threads and processes.

mod common;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{SOON, failed, key, open, read, store};
use deskscribe_cache::{Cache, CacheError, Outcome, Place, Stamp, Thumbnail};
use deskscribe_protocol::{Coordinates, Omission, Omitted};

#[test]
fn what_was_stored_comes_back_whole() {
    let (_folder, cache) = open();
    let mut empty = read(3);
    if let Outcome::Read(reading) = &mut empty.outcome {
        (reading.text, reading.lines, reading.digest.title) = (String::new(), Vec::new(), None);
    }
    let records = [read(1), failed(2), empty];
    store(&cache, &records).unwrap();
    let guard = cache.read().unwrap();
    for record in records {
        assert_eq!(guard.outcome(&record.key).unwrap(), Some(record));
    }
    assert_eq!(guard.outcome(&key(9)).unwrap(), None);
}

#[test]
fn where_a_photo_was_taken_and_what_was_left_out_is_kept_and_an_older_cache_has_no_place_for_it() {
    let (folder, cache) = open();
    let mut photo = read(1);
    if let Outcome::Read(reading) = &mut photo.outcome {
        reading.coordinates = Some(Coordinates { latitude: -22.951847, longitude: -43.21055 });
    }
    let mut torn = read(3);
    if let Outcome::Read(reading) = &mut torn.outcome {
        let reason = "the picture is damaged".to_owned();
        reading.omissions = vec![Omission { what: Omitted::Page, page: 2, reason }];
    }
    store(&cache, &[photo.clone(), read(2), torn.clone()]).unwrap();
    assert_eq!(cache.read().unwrap().outcome(&key(1)).unwrap(), Some(photo));
    assert_eq!(cache.read().unwrap().outcome(&key(3)).unwrap(), Some(torn));
    drop(cache);
    let file = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    let older = "ALTER TABLE reading DROP COLUMN coordinates; ALTER TABLE reading DROP COLUMN omissions;
        PRAGMA user_version = 8;";
    file.execute_batch(older).unwrap();
    drop(file);
    // What had none is whole as it was, before and after the column is there again.
    assert_eq!(Cache::look(folder.path()).unwrap().outcome(&key(2)).unwrap(), Some(read(2)));
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(cache.read().unwrap().outcome(&key(2)).unwrap(), Some(read(2)));
}

#[test]
fn a_new_outcome_replaces_the_old_one_whole() {
    let (_folder, cache) = open();
    store(&cache, &[read(1)]).unwrap();
    store(&cache, &[failed(1)]).unwrap();
    assert_eq!(cache.read().unwrap().outcome(&key(1)).unwrap(), Some(failed(1)));
}

#[test]
fn a_path_is_known_only_while_its_file_looks_the_same() {
    let (_folder, cache) = open();
    let stamp = Stamp { device: u64::MAX, inode: 2, size: 3, mtime_ns: -4, ctime_ns: 5 };
    let path = PathBuf::from(OsStr::from_bytes(b"/home/\xe4\xf6/shot.png"));
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.remember(&Place { path: path.clone(), stamp }, &key(1), 1).unwrap();
    guard.commit().unwrap();

    let guard = cache.read().unwrap();
    assert_eq!(guard.key_at(&path, &stamp).unwrap(), Some(key(1)));
    // A drive has another number whenever it is plugged in.
    assert_eq!(guard.key_at(&path, &Stamp { device: 1, ..stamp }).unwrap(), Some(key(1)));
    for other in [
        Stamp { inode: 1, ..stamp },
        Stamp { size: 1, ..stamp },
        Stamp { mtime_ns: 1, ..stamp },
        Stamp { ctime_ns: 1, ..stamp },
    ] {
        assert_eq!(guard.key_at(&path, &other).unwrap(), None, "{other:?}");
    }
    assert_eq!(guard.key_at(Path::new("/home/shot.png"), &stamp).unwrap(), None);
}

#[test]
fn thumbnails_lie_apart() {
    let (_folder, cache) = open();
    let small = Thumbnail { width: 320, height: 200, jpeg: vec![0xff, 0xd8, 0xff] };
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.put_thumbnail(&key(1), &small).unwrap();
    guard.commit().unwrap();
    assert_eq!(cache.read().unwrap().thumbnail(&key(1)).unwrap(), Some(small));
    assert_eq!(cache.read().unwrap().thumbnail(&key(2)).unwrap(), None);
}

#[test]
fn without_a_commit_nothing_is_stored_and_the_next_may_write() {
    let (_folder, cache) = open();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.put(&read(1)).unwrap();
    drop(guard);
    assert_eq!(cache.read().unwrap().outcome(&key(1)).unwrap(), None);
    let guard = writer.lock(Duration::ZERO).unwrap();
    guard.commit().unwrap();
}

#[test]
fn readers_do_not_wait_for_a_writer() {
    let (_folder, cache) = open();
    store(&cache, &[read(1)]).unwrap();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.put(&read(2)).unwrap();
    let reader = cache.read().unwrap();
    assert!(reader.outcome(&key(1)).unwrap().is_some());
    assert!(reader.outcome(&key(2)).unwrap().is_none());
    guard.commit().unwrap();
    assert!(reader.outcome(&key(2)).unwrap().is_some());
}

#[test]
fn eight_writers_lose_nothing() {
    let (_folder, cache) = open();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let cache = &cache;
            scope.spawn(move || {
                let mut writer = cache.writer().unwrap();
                for number in 0..25 {
                    let mut guard = writer.lock(SOON).unwrap();
                    guard.put(&read(thread * 100 + number)).unwrap();
                    guard.commit().unwrap();
                }
            });
        }
    });
    let guard = cache.read().unwrap();
    for number in (0..8).flat_map(|thread| (0..25).map(move |number| thread * 100 + number)) {
        assert!(guard.outcome(&key(number)).unwrap().is_some(), "{number}");
    }
}

/// Not a test of its own: the process that the next test kills.
#[test]
fn write_until_killed() {
    let Some(folder) = std::env::var_os("WRITE_UNTIL_KILLED") else { return };
    let cache = Cache::open(Path::new(&folder)).unwrap();
    for number in 0.. {
        store(&cache, &[read(number)]).unwrap();
        println!("stored {number}");
    }
}

#[test]
fn what_was_acknowledged_survives_the_writers_sudden_end() {
    let (folder, cache) = open();
    let mut acknowledged = 0;
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "write_until_killed", "--nocapture"])
            .env("WRITE_UNTIL_KILLED", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stored =
            lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("stored ")?.parse().ok());
        acknowledged = stored.take(10 + round * 7).max().unwrap_or(acknowledged);
        child.kill().unwrap();
        child.wait().unwrap();
        // The dead writer's lock is free at once, and the file is whole.
        store(&cache, &[failed(1_000_000)]).unwrap();
        let guard = cache.read().unwrap();
        assert!((0..=acknowledged).all(|number| guard.outcome(&key(number)).unwrap().is_some()));
    }
    assert!(acknowledged >= 10, "the child wrote: {acknowledged}");
}

#[test]
fn a_lock_that_is_not_given_back_is_an_error_that_names_the_holder() {
    let (_folder, cache) = open();
    let (mut ours, mut theirs) = (cache.writer().unwrap(), cache.writer().unwrap());
    let held = ours.lock(SOON).unwrap();
    let error = theirs.lock(Duration::from_millis(30)).unwrap_err();
    assert!(matches!(error, CacheError::Locked { .. }));
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    held.commit().unwrap();
    theirs.lock(SOON).unwrap().commit().unwrap();
}

/// Not a test of its own: the process that the next test stops.
#[test]
fn hold_the_lock() {
    let Some(folder) = std::env::var_os("HOLD_THE_LOCK") else { return };
    let mut writer = Cache::open(Path::new(&folder)).unwrap().writer().unwrap();
    let _guard = writer.lock(SOON).unwrap();
    println!("held");
    std::thread::sleep(SOON);
}

#[test]
fn a_lock_that_a_stopped_process_holds_is_an_error_that_says_how_to_go_on() {
    let (folder, cache) = open();
    let mut writer = cache.writer().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold_the_lock", "--nocapture"])
        .env("HOLD_THE_LOCK", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.ends_with("held")));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    let error = writer.lock(Duration::from_millis(300)).unwrap_err().to_string();
    assert!(error.contains(&format!("process {}; it is stopped", child.id())), "{error}");
    assert!(error.contains(&format!("kill -CONT {}", child.id())), "{error}");
    // Readers do not care.
    assert_eq!(cache.read().unwrap().outcome(&key(1)).unwrap(), None);
    child.kill().unwrap();
    child.wait().unwrap();
    writer.lock(Duration::ZERO).unwrap().commit().unwrap();
}

#[test]
fn one_who_is_next_and_is_stopped_stops_nobody_else() {
    let (folder, cache) = open();
    let next = fs::File::open(folder.path().join("summaries.turn")).unwrap();
    next.lock().unwrap();
    store(&cache, &[read(1)]).unwrap();
    assert!(cache.read().unwrap().outcome(&key(1)).unwrap().is_some());
}

#[test]
fn what_is_not_ours_is_refused_and_left_as_it_was() {
    let refuse = |content: &dyn Fn(&Path), expected: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summaries.sqlite");
        content(&path);
        let before = fs::read(&path).unwrap();
        let error = Cache::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.ends_with("summaries.sqlite"), "{error}");
        assert!(!folder.path().join("damaged").exists());
        assert_eq!(fs::read(&path).unwrap(), before);
    };
    refuse(&|path| fs::write(path, "dear diary, ".repeat(100)).unwrap(), "nothing could be restored");
    refuse(
        &|path| {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.execute_batch("CREATE TABLE bookmark (url TEXT)").unwrap();
        },
        "another program's database",
    );
    refuse(
        &|path| {
            drop(Cache::open(path.parent().unwrap()).unwrap());
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA user_version = 99").unwrap();
        },
        "newer Deskscribe (format 99, this one knows 10)",
    );
}

#[test]
fn a_folder_that_cannot_be_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Cache::open(&file.path().join("home")).unwrap_err();
    assert!(matches!(&error, CacheError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("DESKSCRIBE_HOME"));
}
