//! Damage of every kind, and what is made of it: whole again, with counts, or left as it was with a clear error.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot do what it must has failed")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{SOON, basis, failed, key, open, read, store, unit};
use deskscribe_cache::{Cache, CacheError, Place, Repair, Stamp, Thumbnail};
use rusqlite::Connection;
use tempfile::TempDir;

const PAGE: usize = 4096;

fn place(number: u32) -> Place {
    let stamp = Stamp { device: 1, inode: u64::from(number), size: 3, mtime_ns: 4_000_000, ctime_ns: 5 };
    Place { path: format!("/desktop/{number}.png").into(), stamp }
}

/// Readings one to so many with their places, the last one failed, and something of everything else.
fn fill(cache: &Cache, count: u32) {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for number in 1..=count {
        guard.put(&if number == count { failed(number) } else { read(number) }).unwrap();
        guard.remember(&place(number), &key(number), 1).unwrap();
    }
    guard.enqueue(Path::new("/desktop/waits.png"), deskscribe_protocol::MediaKind::Image, 7).unwrap();
    guard.put_part(&key(9_000), "plan", 3, b"a part").unwrap();
    guard.put_vector(&key(1), "model", &[0.5, -1.0], &basis(&read(1))).unwrap();
    guard.put_thumbnail(&key(1), &Thumbnail { width: 3, height: 2, jpeg: vec![0xff; 9_000] }).unwrap();
    guard.commit().unwrap();
}

/// Which of so many readings are there; those that are, are what was stored.
fn whole(cache: &Cache, count: u32) -> Vec<u32> {
    let reader = cache.read().unwrap();
    let is_there = |number: &u32| match reader.outcome(&key(*number)).unwrap() {
        Some(record) => {
            assert_eq!(record, if *number == count { failed(*number) } else { read(*number) });
            true
        }
        None => false,
    };
    (1..=count).filter(is_there).collect()
}

fn main_file(folder: &Path) -> PathBuf {
    folder.join("summaries.sqlite")
}

fn damage(folder: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(main_file(folder)).unwrap();
    change(&mut bytes);
    fs::write(main_file(folder), bytes).unwrap();
}

#[track_caller]
fn counts(cache: &Cache) -> (u64, u64) {
    match cache.repairs() {
        [Repair::Summaries { restored, again, kept, .. }] => {
            assert!(kept.as_ref().unwrap().join("summaries.sqlite").exists());
            (*restored, *again)
        }
        repairs => panic!("{repairs:?}"),
    }
}

#[test]
fn a_cache_without_its_first_page_is_restored_whole() {
    let (folder, cache) = open();
    fill(&cache, 200);
    let before = cache.read().unwrap().last_change().unwrap();
    damage(folder.path(), |bytes| bytes[..PAGE].fill(0xa5));
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(counts(&cache), (200, 0));
    assert_eq!(whole(&cache, 200).len(), 200);
    let reader = cache.read().unwrap();
    assert_eq!(reader.places(&key(7)).unwrap(), [place(7).path]);
    assert_eq!(reader.queue().unwrap()[0].path, Path::new("/desktop/waits.png"));
    assert_eq!(reader.parts(&key(9_000), "plan").unwrap(), [(3, b"a part".to_vec())]);
    assert_eq!(reader.vector(&key(1), "model").unwrap(), Some(unit(&[64.0, -127.0])));
    assert!(reader.thumbnail(&key(1)).unwrap().is_some());
    // Whoever looked on before the damage learns that everything may be new.
    assert_eq!(reader.changed_after(before).unwrap().0.len(), 200);
    assert_eq!(Cache::open(folder.path()).unwrap().repairs(), []);
}

#[test]
fn what_is_lost_is_counted_and_queued_to_be_read_again() {
    let (folder, cache) = open();
    fill(&cache, 200);
    // Pages of readings, by what they hold.
    damage(folder.path(), |bytes| {
        let pages = bytes.chunks_mut(PAGE).skip(1).filter(|page| page[0] == 0x0d);
        let readings = pages.filter(|page| page.windows(8).any(|window| window == b"Rechnung"));
        readings.skip(3).take(2).for_each(|page| page.fill(0));
    });
    // Nobody has noticed yet.
    let cache = Cache::open(folder.path()).unwrap();
    let reader = cache.read().unwrap();
    let error = (1..=200).find_map(|number| reader.outcome(&key(number)).err()).unwrap();
    assert!(matches!(error, CacheError::Damaged { .. }), "{error}");
    let cache = Cache::open(folder.path()).unwrap();
    let (restored, again) = counts(&cache);
    assert!(restored > 180 && again > 0 && restored + again == 200, "{restored} {again}");
    assert_eq!(whole(&cache, 200).len() as u64, restored);
    assert_eq!(cache.read().unwrap().queue().unwrap().len() as u64, again + 1);
    assert!(cache.repairs()[0].to_string().contains(&format!("{restored} of 200 readings are restored")));
}

#[test]
fn what_only_a_backup_has_comes_from_there_and_what_is_newer_from_the_file() {
    let (folder, cache) = open();
    fill(&cache, 60);
    let backup = cache.back_up_if_due().unwrap().unwrap();
    assert_eq!((backup.readings, backup.bytes > 0), (60, true));
    fill(&cache, 80);
    damage(folder.path(), |bytes| {
        let pages = bytes.chunks_mut(PAGE).filter(|page| page[0] == 0x0d);
        let readings = pages.filter(|page| page.windows(8).any(|window| window == b"Rechnung"));
        readings.take(2).for_each(|page| page.fill(0));
        bytes[0] = b'?';
    });
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(counts(&cache), (80, 0));
    assert_eq!(whole(&cache, 80).len(), 79 + 1);
}

#[test]
fn a_cache_that_is_empty_or_gone_comes_back_from_its_backup() {
    for remove in [|path: &Path| fs::write(path, "").unwrap(), |path: &Path| fs::remove_file(path).unwrap()] {
        let (folder, cache) = open();
        fill(&cache, 20);
        cache.back_up_if_due().unwrap().unwrap();
        remove(&main_file(folder.path()));
        let cache = Cache::open(folder.path()).unwrap();
        assert_eq!(whole(&cache, 20).len(), 20);
        assert!(matches!(cache.repairs(), [Repair::Summaries { restored: 20, again: 0, .. }]));
    }
}

#[test]
fn where_nothing_is_left_nothing_is_changed() {
    let (folder, cache) = open();
    fill(&cache, 20);
    drop(cache);
    damage(folder.path(), |bytes| bytes.fill(0x55));
    for _ in 0..2 {
        let error = Cache::open(folder.path()).unwrap_err();
        assert!(matches!(error, CacheError::Lost { .. }), "{error}");
        assert!(fs::read(main_file(folder.path())).unwrap().iter().all(|byte| *byte == 0x55));
    }
    fs::write(main_file(folder.path()), "").unwrap();
    assert!(matches!(Cache::open(folder.path()), Err(CacheError::Lost { .. })));
    // Moved elsewhere, as the error says.
    fs::remove_file(main_file(folder.path())).unwrap();
    assert_eq!(Cache::open(folder.path()).unwrap().repairs(), []);
}

#[test]
fn damage_after_an_unclean_end_is_found_without_being_run_into() {
    let (folder, cache) = open();
    fill(&cache, 200);
    damage(folder.path(), |bytes| {
        let middle = bytes.len() / PAGE / 2 * PAGE;
        bytes[middle..middle + PAGE].fill(0xff);
    });
    assert_eq!(Cache::open(folder.path()).unwrap().repairs(), []);
    fs::create_dir_all(folder.path().join("engines")).unwrap();
    fs::write(folder.path().join("engines/7-died.lock"), "").unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    let (restored, again) = counts(&cache);
    assert_eq!(restored + again, 200);
}

/// The cache as it lies on the disk at this moment.
fn copy(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for end in ["", "-wal", "-shm"] {
        let name = format!("summaries.sqlite{end}");
        fs::copy(folder.join(&name), copy.path().join(name)).unwrap();
    }
    copy
}

#[test]
fn what_is_left_of_a_commit_that_nobody_acknowledged_is_no_damage() {
    let (folder, cache) = open();
    fill(&cache, 20);
    // Readers keep the logs from being emptied.
    let reader = cache.read().unwrap();
    store(&cache, &[read(20)]).unwrap();
    let before = copy(folder.path());
    store(&cache, &[read(21), read(22), read(23)]).unwrap();
    let killed = fs::read(folder.path().join("summaries.sqlite-wal")).unwrap();
    // The process was killed before it could say so: the next commit is written over that one, and is shorter.
    let next = Connection::open(before.path().join("summaries.sqlite")).unwrap();
    next.execute("INSERT INTO queue (path, kind, since) VALUES (x'2f61', 'image', 1)", []).unwrap();
    let left = copy(before.path());
    let log = left.path().join("summaries.sqlite-wal");
    let mut bytes = fs::read(&log).unwrap();
    assert!(bytes.len() < killed.len() && bytes[..32] == killed[..32], "the same round of the log");
    bytes.extend(&killed[bytes.len()..]);
    fs::write(&log, bytes).unwrap();
    drop((reader, next));
    let cache = Cache::open(left.path()).unwrap();
    assert_eq!(cache.repairs(), []);
    assert_eq!(cache.read().unwrap().queue().unwrap()[0].path, Path::new("/a"));
    assert_eq!(cache.read().unwrap().outcome(&key(21)).unwrap(), None);
}

#[test]
fn commits_behind_a_broken_frame_of_the_log_are_restored() {
    let (folder, cache) = open();
    fill(&cache, 20);
    // A reader keeps the log from being emptied.
    let reader = cache.read().unwrap();
    assert!(reader.outcome(&key(1)).unwrap().is_some());
    for number in 21..=25 {
        store(&cache, &[read(number)]).unwrap();
    }
    let copy = copy(folder.path());
    let log = copy.path().join("summaries.sqlite-wal");
    let mut bytes = fs::read(&log).unwrap();
    bytes[32 + 24 + 100] ^= 4;
    fs::write(&log, bytes).unwrap();
    let cache = Cache::open(copy.path()).unwrap();
    let (restored, again) = counts(&cache);
    assert_eq!((restored, again), (25, 0));
}

#[test]
fn small_pictures_begin_anew() {
    let (folder, cache) = open();
    fill(&cache, 5);
    let small = folder.path().join("thumbnails.sqlite");
    let mut bytes = fs::read(&small).unwrap();
    bytes[..PAGE].fill(1);
    fs::write(&small, bytes).unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    let [repair @ Repair::Thumbnails { kept }] = cache.repairs() else { panic!("{:?}", cache.repairs()) };
    assert!(kept.join("thumbnails.sqlite").exists(), "{repair}");
    assert_eq!(cache.read().unwrap().thumbnail(&key(1)).unwrap(), None);
    assert_eq!(whole(&cache, 5).len(), 5);
}

#[test]
fn two_damaged_files_and_two_backups_are_kept() {
    let (folder, cache) = open();
    for round in 0..4 {
        let cache = if round == 0 { cache.clone() } else { Cache::open(folder.path()).unwrap() };
        // After a repair everything counts as changed.
        fill(&cache, 1_001);
        assert!(cache.back_up_if_due().unwrap().is_some(), "{round}");
        assert!(cache.back_up_if_due().unwrap().is_none(), "{round}");
        damage(folder.path(), |bytes| bytes[..16].fill(0));
    }
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(counts(&cache), (1_001, 0));
    let count = |name, end: &str| {
        let entries = fs::read_dir(folder.path().join(name)).unwrap();
        entries.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(end)).count()
    };
    assert_eq!((count("damaged", "Z"), count("backups", ".sqlite")), (2, 2));
}

/// Not a test of its own: a process that writes on while the cache is repaired.
#[test]
fn write_on() {
    let Some(folder) = std::env::var_os("WRITE_ON") else { return };
    let cache = Cache::open(Path::new(&folder)).unwrap();
    let mut writer = cache.writer().unwrap();
    for number in 1_000..1_400 {
        let mut guard = writer.lock(SOON).unwrap();
        guard.put(&read(number)).unwrap();
        guard.commit().unwrap();
        println!("stored {number}");
    }
}

#[test]
fn who_writes_on_while_the_cache_is_repaired_loses_nothing() {
    let (folder, cache) = open();
    fill(&cache, 100);
    let mut reader = cache.read().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "write_on", "--nocapture"])
        .env("WRITE_ON", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut stored = 0;
    for line in lines.filter(|line| line.starts_with("stored ")) {
        stored += 1;
        if stored % 80 == 0 {
            // Somebody finds it damaged, whatever they have seen.
            fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
            let repaired = Cache::open(folder.path()).unwrap();
            assert!(matches!(repaired.repairs(), [Repair::Summaries { again: 0, .. }]), "{line}");
        }
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(stored, 400);
    assert_eq!(whole(&cache, 100).len(), 100);
    assert_eq!(reader.outcome(&key(1_399)).unwrap(), None, "it reads the file that was moved away");
    assert!(reader.refresh().unwrap());
    for number in 1_000..1_400 {
        assert_eq!(reader.outcome(&key(number)).unwrap(), Some(read(number)), "{number}");
    }
}

#[test]
fn a_repair_that_was_cut_short_is_finished_or_begun_anew() {
    let (folder, cache) = open();
    fill(&cache, 20);
    drop(cache);
    // As a crash leaves it just before the new file is put in its place, the old one gone already or not.
    for old_is_gone in [false, true] {
        fs::create_dir(folder.path().join("repaired")).unwrap();
        fs::copy(main_file(folder.path()), folder.path().join("repaired/summaries.sqlite")).unwrap();
        fs::create_dir(folder.path().join("repair")).unwrap();
        fs::write(folder.path().join("repair/summaries.sqlite"), "half").unwrap();
        damage(folder.path(), |bytes| bytes.fill(3));
        if old_is_gone {
            fs::remove_file(main_file(folder.path())).unwrap();
        }
        let cache = Cache::open(folder.path()).unwrap();
        assert_eq!(whole(&cache, 20).len(), 20);
        assert!(!folder.path().join("repair").exists() && !folder.path().join("repaired").exists());
    }
}

#[test]
fn whoever_writes_after_a_repair_was_cut_short_finishes_it_first() {
    let (folder, cache) = open();
    fill(&cache, 20);
    let mut writer = cache.writer().unwrap();
    let made = tempfile::tempdir().unwrap();
    fill(&Cache::open(made.path()).unwrap(), 20);
    fs::create_dir(folder.path().join("repaired")).unwrap();
    fs::copy(main_file(made.path()), folder.path().join("repaired/summaries.sqlite")).unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.put(&read(21)).unwrap();
    guard.commit().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    assert!(cache.read().unwrap().outcome(&key(21)).unwrap().is_some(), "acknowledged, and there");
    assert!(fs::exists(folder.path().join("damaged")).unwrap());
}

#[test]
fn salvage_knows_every_table_there_is() {
    let (folder, _cache) = open();
    let raw = Connection::open(main_file(folder.path())).unwrap();
    let mut tables = raw
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    // A new table is either made of others by `derived::all`, or has its place in `repair/salvage.rs`,
    // `repair/backup.rs` and this list.
    let made_of_others = ["change", "gone", "turn"];
    let never_filled = ["vector"];
    let kept = ["claim", "part", "place", "queue", "reading", "tagging"];
    let of_models = ["embedding", "receipt", "refusal", "summary", "summary_claim", "wish"];
    for table in tables {
        let lists = [&made_of_others[..], &never_filled, &kept, &of_models];
        let is_known = lists.iter().any(|list| list.contains(&table.as_str()));
        assert!(is_known || table.starts_with("search"), "{table}");
    }
}

#[test]
fn half_a_page_is_missed_also_where_an_empty_log_was_left() {
    let (folder, cache) = open();
    fill(&cache, 50);
    let file = fs::OpenOptions::new().write(true).open(main_file(folder.path())).unwrap();
    file.set_len(file.metadata().unwrap().len() - 1_000).unwrap();
    // By a reader that was the last one.
    fs::write(folder.path().join("summaries.sqlite-wal"), "").unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!((counts(&cache), whole(&cache, 50).len()), ((50, 0), 50));
}
