//! Looking at a cache that may not be written, is newer, or is not there.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::{key, open, read, store};
use deskscribe_cache::{Cache, CacheError, Thumbnail};

fn small() -> Thumbnail {
    Thumbnail { width: 3, height: 2, jpeg: vec![1, 2, 3] }
}

#[test]
fn where_nothing_was_read_yet_looking_says_so_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for folder in [folder.path(), &folder.path().join("home")] {
        let error = Cache::look(folder).map(drop).unwrap_err();
        assert!(matches!(error, CacheError::Nothing(_)), "{error}");
        assert!(error.to_string().contains("nothing was read yet"));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_newer_cache_is_read_and_not_written() {
    let (folder, cache) = open();
    store(&cache, &[read(1)]).unwrap();
    let mut writer = cache.writer().unwrap();
    let mut kept = cache.read().unwrap();
    assert!(!kept.refresh().unwrap());
    let newer = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    newer.execute_batch("ALTER TABLE reading ADD COLUMN mood TEXT; PRAGMA user_version = 11").unwrap();
    let reader = Cache::look(folder.path()).unwrap();
    assert_eq!((reader.newer(), reader.outcome(&key(1)).unwrap()), (Some(11), Some(read(1))));
    assert!(kept.refresh().unwrap() && !kept.refresh().unwrap());
    assert_eq!((kept.newer(), kept.outcome(&key(1)).unwrap()), (Some(11), Some(read(1))));
    for error in
        [Cache::open(folder.path()).map(drop).unwrap_err(), writer.lock(common::SOON).map(drop).unwrap_err()]
    {
        assert!(matches!(error, CacheError::Newer { found: 11, known: 10, .. }), "{error}");
    }
}

#[test]
fn a_cache_that_is_gone_is_not_nothing() {
    let (folder, cache) = open();
    store(&cache, &[read(1)]).unwrap();
    cache.back_up_if_due().unwrap().unwrap();
    fs::remove_file(folder.path().join("summaries.sqlite")).unwrap();
    let error = Cache::look(folder.path()).map(drop).unwrap_err().to_string();
    assert!(error.contains("it is missing") && error.contains("the next scan restores"), "{error}");
}

/// Not a test of its own: somebody who may not write there.
#[test]
fn look_from_outside() {
    let Some(folder) = std::env::var_os("LOOK_AT") else { return };
    let reader = Cache::look(Path::new(&folder)).unwrap();
    assert_eq!(reader.outcome(&key(1)).unwrap(), Some(read(1)));
    assert_eq!(reader.outcome(&key(2)).unwrap(), Some(read(2)));
    assert_eq!(reader.thumbnail(&key(1)).unwrap(), Some(small()));
    let error = Cache::open(Path::new(&folder)).unwrap_err().to_string();
    assert!(error.contains("permissions") && error.contains("DESKSCRIBE_HOME"), "{error}");
    println!("seen");
}

/// Looks at a folder where nobody may write, if such a one can be mounted here, and as a user who may not write to it.
fn look_from_outside_at(folder: &Path) {
    const NOBODY: u32 = 65_534;
    let test = ["--exact", "look_from_outside", "--nocapture"];
    let own = std::env::current_exe().unwrap();
    let look = |command: &mut Command| {
        let output = command.env("LOOK_AT", folder).env_remove("TMPDIR").current_dir("/").output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.contains("seen"), "{told}");
    };
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    if !rustix::process::geteuid().is_root() {
        mode(folder, 0o500);
        look(Command::new(own).args(test));
        mode(folder, 0o700);
        return;
    }
    // In a namespace of its own, so that nothing is left mounted.
    let mounting = r#"mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && "$@""#;
    let mounted = |program: &OsStr, arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", mounting]).arg(folder).arg(program).args(arguments);
        command
    };
    if mounted("true".as_ref(), &[]).output().is_ok_and(|output| output.status.success()) {
        look(&mut mounted(own.as_os_str(), &test));
    }
    // Root may write wherever it wants, so somebody else must try.
    let public = tempfile::tempdir().unwrap();
    let copy = public.path().join("look");
    fs::copy(own, &copy).unwrap();
    [public.path(), &copy, folder].iter().for_each(|path| mode(path, 0o755));
    for file in fs::read_dir(folder).unwrap().flatten().filter(|file| file.path().is_file()) {
        mode(&file.path(), 0o644);
    }
    look(Command::new(copy).args(test).uid(NOBODY).gid(NOBODY));
}

#[test]
fn what_may_not_be_written_can_be_read_with_its_log_and_without() {
    let (folder, cache) = open();
    store(&cache, &[read(1), read(2)]).unwrap();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(common::SOON).unwrap();
    guard.put_thumbnail(&key(1), &small()).unwrap();
    guard.commit().unwrap();
    drop(writer);
    assert!(!folder.path().join("summaries.sqlite-wal").exists());
    look_from_outside_at(folder.path());

    // As a crash leaves it: the last record in the log alone, without the file of shared memory.
    let (later, cache) = open();
    store(&cache, &[read(1)]).unwrap();
    let reader = cache.read().unwrap();
    assert!(reader.outcome(&key(1)).unwrap().is_some());
    store(&cache, &[read(2)]).unwrap();
    for name in ["summaries.sqlite", "summaries.sqlite-wal"] {
        let bytes = fs::read(later.path().join(name)).unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    look_from_outside_at(folder.path());
}

#[test]
fn whoever_reads_while_a_file_is_replaced_does_not_notice() {
    let (folder, cache) = open();
    let records: Vec<_> = (0..50).map(read).collect();
    store(&cache, &records).unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|threads| {
        for way in 0..3 {
            let (cache, over, folder) = (&cache, &over, folder.path());
            threads.spawn(move || {
                let mut kept = cache.read().unwrap();
                while !over.load(Ordering::Relaxed) {
                    match way {
                        0 => drop(kept.refresh().unwrap()),
                        1 => kept = cache.read().unwrap(),
                        _ => kept = Cache::look(folder).unwrap(),
                    }
                    assert!(kept.outcome(&key(1)).unwrap().is_some());
                }
            });
        }
        for _ in 0..10 {
            // As somebody leaves it who could make no sense of it.
            fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
            assert_eq!(Cache::open(folder.path()).unwrap().repairs().len(), 1);
        }
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_cache_that_is_being_made_is_none_yet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summaries.sqlite");
    std::fs::write(&path, "").unwrap();
    assert!(matches!(Cache::look(folder.path()), Err(CacheError::Nothing(_))));
    // The same one step later, when its log is there and its tables are not.
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    assert!(matches!(Cache::look(folder.path()), Err(CacheError::Nothing(_))));
    drop(connection);
    Cache::open(folder.path()).unwrap();
    Cache::look(folder.path()).unwrap();
}
