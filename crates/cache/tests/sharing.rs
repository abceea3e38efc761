//! Many engines on one cache: claims, the queue, and the changes that others make.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use common::{SOON, basis, failed, key, open, read, store, unit};
use deskscribe_cache::{Cache, Claim, Coverage, EngineLock, Outcome, Place, Queued, Record, Stamp};
use deskscribe_protocol::{Code, ContentKey, Failure, MediaKind};

#[expect(clippy::unwrap_used, reason = "a test that cannot write has failed")]
fn claim(cache: &Cache, number: u32, engine: &EngineLock) -> Claim {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    let claim =
        guard.claim(&key(number), engine, |record, _| matches!(record.outcome, Outcome::Read(_))).unwrap();
    guard.commit().unwrap();
    claim
}

fn is_held(claim: &Claim, by: &EngineLock) -> bool {
    matches!(claim, Claim::Held { engine, .. } if engine == by.id())
}

#[test]
fn a_content_belongs_to_the_first_who_asks_until_it_is_stored() {
    let (_folder, cache) = open();
    let (ours, theirs) = (cache.enter("1-ours").unwrap(), cache.enter("2-theirs").unwrap());
    assert_eq!(claim(&cache, 1, &ours), Claim::Granted);
    assert!(is_held(&claim(&cache, 1, &theirs), &ours));
    assert_eq!(claim(&cache, 1, &ours), Claim::Granted, "whoever has it may ask again");
    assert_eq!(claim(&cache, 2, &theirs), Claim::Granted);
    store(&cache, &[read(1), failed(2)]).unwrap();
    assert_eq!(claim(&cache, 1, &theirs), Claim::Known(Box::new(read(1))));
    assert_eq!(claim(&cache, 2, &ours), Claim::Granted, "a failure is not good enough here");
}

#[test]
fn whoever_gives_up_or_ends_leaves_the_content_to_others() {
    let (_folder, cache) = open();
    let (ours, theirs) = (cache.enter("1-ours").unwrap(), cache.enter("2-theirs").unwrap());
    (1..=3).for_each(|number| assert_eq!(claim(&cache, number, &ours), Claim::Granted));
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.release(&key(1)).unwrap();
    guard.commit().unwrap();
    assert_eq!(claim(&cache, 1, &theirs), Claim::Granted);
    assert!(is_held(&claim(&cache, 2, &theirs), &ours));
    drop(ours);
    assert_eq!(claim(&cache, 2, &theirs), Claim::Granted);
}

/// Not a test of its own: the engine that the next test kills.
#[test]
fn claim_until_killed() {
    let Some(folder) = std::env::var_os("CLAIM_UNTIL_KILLED") else { return };
    let cache = Cache::open(Path::new(&folder)).unwrap();
    let engine = cache.enter("3-killed").unwrap();
    assert_eq!(claim(&cache, 1, &engine), Claim::Granted);
    fs::write(Path::new(&folder).join("claimed"), "").unwrap();
    loop {
        thread::park();
    }
}

#[test]
fn what_a_killed_engine_held_is_free() {
    let (folder, cache) = open();
    let engine = cache.enter("1-ours").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "claim_until_killed", "--nocapture"])
        .env("CLAIM_UNTIL_KILLED", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !folder.path().join("claimed").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the child has ended");
        thread::yield_now();
    }
    let Claim::Held { engine: holder, .. } = claim(&cache, 1, &engine) else { panic!("nobody holds it") };
    assert!(cache.is_alive(&holder));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!cache.is_alive(&holder));
    assert_eq!(claim(&cache, 1, &engine), Claim::Granted);
    // Whoever opens the cache next clears away what it left.
    let left = folder.path().join("engines").join(holder).with_added_extension("lock");
    assert!(left.exists());
    drop(Cache::open(folder.path()).unwrap());
    assert!(!left.exists());
}

#[test]
fn others_see_what_was_stored_remembered_and_forgotten() {
    let (folder, cache) = open();
    store(&cache, &[read(1)]).unwrap();
    let reader = cache.read().unwrap();
    let before = reader.last_change().unwrap();
    // Another cache on the same files is what another process has.
    let theirs = Cache::open(folder.path()).unwrap();
    let mut changes = cache.changes_after(before).unwrap();
    let stopper = changes.stopper();
    let seen = thread::spawn(move || {
        let mut seen = Vec::new();
        loop {
            match changes.wait().unwrap() {
                keys if keys.is_empty() => return seen,
                keys => seen.extend(keys),
            }
        }
    });
    store(&theirs, &[read(2)]).unwrap();
    let mut writer = theirs.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.forget(&key(1)).unwrap();
    guard.commit().unwrap();
    // Told, or still to be told; nothing is lost by stopping early.
    stopper.stop();
    let told: Vec<ContentKey> = seen.join().unwrap();
    let (all, last) = reader.changed_after(before).unwrap();
    assert_eq!(all, [key(2), key(1)]);
    assert!(all.starts_with(&told), "{told:?}");
    assert_eq!((reader.last_change().unwrap(), reader.changed_after(last).unwrap().0), (last, vec![]));
}

#[test]
fn waiting_for_a_change_ends_with_the_change() {
    let (folder, cache) = open();
    let mut changes = cache.changes_after(0).unwrap();
    let theirs = Cache::open(folder.path()).unwrap();
    for number in 1..20 {
        let writer = thread::spawn({
            let theirs = theirs.clone();
            move || store(&theirs, &[read(number)])
        });
        assert_eq!(changes.wait().unwrap(), [key(number)]);
        writer.join().unwrap().unwrap();
    }
}

#[test]
fn a_change_is_told_however_soon_after_it_everything_is_still() {
    let (folder, cache) = open();
    let mut changes = cache.changes_after(0).unwrap();
    // Stays open, as that of an engine does: nothing else happens in the folder after a commit.
    let theirs = Cache::open(folder.path()).unwrap();
    let mut writer = theirs.writer().unwrap();
    let (tell, told) = std::sync::mpsc::sync_channel(64);
    thread::spawn(move || {
        while let Ok(keys) = changes.wait() {
            tell.send(keys).unwrap();
        }
    });
    for number in 1..200 {
        let mut guard = writer.lock(SOON).unwrap();
        guard.put(&read(number)).unwrap();
        guard.commit().unwrap();
        let keys = told.recv_timeout(SOON / 20);
        assert_eq!(keys, Ok(vec![key(number)]), "of change {number}");
    }
}

fn place(path: &str) -> Place {
    let stamp = Stamp { device: 1, inode: 2, size: 3, mtime_ns: 4_000_000, ctime_ns: 5 };
    Place { path: path.into(), stamp }
}

#[test]
fn a_file_waits_until_it_is_read_and_one_that_failed_for_now_says_why() {
    let (_folder, cache) = open();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for (path, since) in [("/b.png", 2), ("/a.png", 1), ("/c.png", 3), ("/d.png", 4)] {
        guard.enqueue(Path::new(path), MediaKind::Image, since).unwrap();
    }
    let hung = Failure::new(Code::TimedOut, "no progress for 60 s");
    guard.defer(Path::new("/b.png"), MediaKind::Image, &hung, 5).unwrap();
    guard.put(&read(1)).unwrap();
    guard.put(&failed(2)).unwrap();
    guard.remember(&place("/c.png"), &key(1), 6).unwrap();
    for (path, number) in [("/e.png", 2), ("/f.png", 2), ("/g.png", 3)] {
        guard.remember(&place(path), &key(number), 6).unwrap();
    }
    guard.put(&failed(3)).unwrap();
    // Edited since: what was there is nowhere.
    guard.remember(&place("/g.png"), &key(1), 7).unwrap();
    guard.dequeue(Path::new("/d.png")).unwrap();
    guard.commit().unwrap();
    let reader = cache.read().unwrap();
    let queued = |path: &str, since, failure| Queued {
        path: PathBuf::from(path),
        kind: MediaKind::Image,
        since,
        failure,
    };
    assert_eq!(reader.queue().unwrap(), [queued("/a.png", 1, None), queued("/b.png", 2, Some(hung))]);
    assert_eq!(reader.coverage().unwrap(), Coverage { read: 1, failed: 2, queued: 1 });
    let mut guard = writer.lock(SOON).unwrap();
    guard.enqueue(Path::new("/b.png"), MediaKind::Image, 9).unwrap();
    guard.commit().unwrap();
    assert_eq!(reader.queue().unwrap()[1], queued("/b.png", 2, None), "it keeps its turn");
}

#[test]
fn forgetting_leaves_nothing_but_the_news_of_it() {
    let (_folder, cache) = open();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for number in 1..=2 {
        guard.put(&read(number)).unwrap();
        guard.remember(&place(&format!("/{number}.png")), &key(number), 1).unwrap();
        guard.put_part(&key(number), "plan", 0, b"part").unwrap();
        guard.put_vector(&key(number), "model", &[0.5, -1.0], &basis(&read(number))).unwrap();
    }
    guard.commit().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    assert!(guard.forget(&key(1)).unwrap());
    assert!(!guard.forget(&key(1)).unwrap() && !guard.forget(&key(7)).unwrap());
    guard.commit().unwrap();
    let reader = cache.read().unwrap();
    let (gone, kept) = (key(1), key(2));
    assert_eq!(reader.outcome(&gone).unwrap(), None);
    assert_eq!(reader.places(&gone).unwrap(), Vec::<PathBuf>::new());
    assert_eq!(reader.last_key_at(Path::new("/1.png")).unwrap(), None);
    assert_eq!(reader.parts(&gone, "plan").unwrap(), []);
    assert_eq!(reader.vector(&gone, "model").unwrap(), None);
    assert_eq!(reader.outcome(&kept).unwrap(), Some(read(2)));
    assert_eq!(reader.places(&kept).unwrap(), [Path::new("/2.png")]);
    assert_eq!(reader.vector(&kept, "model").unwrap(), Some(unit(&[64.0, -127.0])));
}

#[test]
fn parts_belong_to_a_plan_and_come_back_in_order() {
    let (_folder, cache) = open();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for (plan, number, content) in [("a", 2, "two"), ("a", 0, "zero"), ("b", 1, "other"), ("a", 2, "again")] {
        guard.put_part(&key(1), plan, number, content.as_bytes()).unwrap();
    }
    guard.commit().unwrap();
    let reader = cache.read().unwrap();
    assert_eq!(reader.parts(&key(1), "a").unwrap(), [(0, b"zero".to_vec()), (2, b"again".to_vec())]);
    let mut guard = writer.lock(SOON).unwrap();
    guard.drop_parts(&key(1)).unwrap();
    guard.commit().unwrap();
    assert_eq!(reader.parts(&key(1), "b").unwrap(), []);
}

#[test]
fn a_cache_of_the_first_format_is_brought_up_to_date_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summaries.sqlite");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../src/schema/summaries/1.sql")).unwrap();
    old.execute_batch("PRAGMA application_id = 0x4465736b; PRAGMA user_version = 1").unwrap();
    let record = Record { kind: MediaKind::Image, ..failed(1) };
    old.execute(
        "INSERT INTO reading (key, kind, bytes, read_at, program, state, code, reason)
         VALUES (?, 'image', ?, ?, ?, 'failed', 'too_large', '130 megapixels')",
        (key(1).as_bytes(), record.bytes as i64, record.read_at, &record.program),
    )
    .unwrap();
    drop(old);
    let cache = Cache::open(folder.path()).unwrap();
    let reader = cache.read().unwrap();
    assert_eq!(reader.outcome(&key(1)).unwrap(), Some(record));
    assert_eq!(reader.changed_after(0).unwrap().0, [key(1)]);
}

#[test]
fn a_row_that_the_disk_has_changed_is_no_row() {
    let (folder, cache) = open();
    store(&cache, &[read(1)]).unwrap();
    let raw = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    raw.execute("UPDATE reading SET text = replace(text, '12', '13')", []).unwrap();
    assert_eq!(cache.read().unwrap().outcome(&key(1)).unwrap(), None);
}
