//! Watching a desktop: what is in it and what comes into it is read once it is complete, and the library follows
//! whatever happens to it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use deskscribe_engine::{FolderState, Host, MediaKind, Phase, WatchedFolder};
use deskscribe_system_tests::processes::Process;
use deskscribe_system_tests::{Bench, Sitting, Watching, at_work, readings, shown};

/// The first bytes of a PNG, and its last.
const PNG: [&[u8]; 2] = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\0\0\0\0IEND\xaeB`\x82"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_and_what_comes_is_read_and_the_library_follows_it() {
    let bench = Bench::new().workers(2);
    bench.order("old.png", "read old");
    let watching = Watching::desktop(bench).await;
    let (desktop, home) = (watching.bench().desktop(), watching.bench().home());
    watching.until_shown(&[("old.png", "old")]).await;

    watching.bench().order("new.png", "read new");
    watching.until_shown(&[("new.png", "new"), ("old.png", "old")]).await;

    fs::rename(desktop.join("old.png"), desktop.join("older.png")).unwrap();
    watching.until_shown(&[("new.png", "new"), ("older.png", "old")]).await;

    fs::copy(desktop.join("new.png"), desktop.join("copy.png")).unwrap();
    watching.until_shown(&[("copy.png", "new"), ("new.png", "new"), ("older.png", "old")]).await;

    let trash = home.join("trash.png");
    fs::rename(desktop.join("older.png"), &trash).unwrap();
    watching.until_shown(&[("copy.png", "new"), ("new.png", "new")]).await;
    fs::rename(&trash, desktop.join("older.png")).unwrap();
    fs::remove_file(desktop.join("copy.png")).unwrap();
    watching.until_shown(&[("new.png", "new"), ("older.png", "old")]).await;

    assert_eq!(readings(&home), ["new.png", "old.png"]);
    watching.bench().order("new.png", "read edited");
    watching.until_shown(&[("new.png", "edited"), ("older.png", "old")]).await;
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_watched_from_the_moment_they_are_made_and_move_with_all_that_is_in_them() {
    let watching = Watching::desktop(Bench::new().workers(2)).await;
    let (desktop, home) = (watching.bench().desktop(), watching.bench().home());
    fs::create_dir_all(desktop.join("trip/deep")).unwrap();
    watching.bench().order("trip/deep/a.png", "read a");
    watching.bench().order("trip/b.png", "read b");
    watching.until_shown(&[("trip/b.png", "b"), ("trip/deep/a.png", "a")]).await;

    fs::rename(desktop.join("trip"), desktop.join("holiday")).unwrap();
    watching.until_shown(&[("holiday/b.png", "b"), ("holiday/deep/a.png", "a")]).await;
    watching.bench().order("holiday/deep/c.png", "read c");
    let all = [("holiday/b.png", "b"), ("holiday/deep/a.png", "a"), ("holiday/deep/c.png", "c")];
    watching.until_shown(&all).await;

    fs::remove_dir_all(desktop.join("holiday/deep")).unwrap();
    watching.until_shown(&all[..1]).await;
    assert_eq!(readings(&home), ["a.png", "b.png", "c.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_when_its_writer_is_done_and_read_once() {
    let watching = Watching::desktop(Bench::new().workers(2)).await;
    let (desktop, home) = (watching.bench().desktop(), watching.bench().home());
    // One writer keeps it open, one opens it for each piece, and one writes under another name first.
    let open = desktop.join("open.png");
    let pieces = desktop.join("pieces.png");
    let part = desktop.join("download.png.part");
    fs::write(desktop.join("download.png"), "").unwrap();
    let writer = thread::spawn({
        let (pieces, part) = (pieces.clone(), part.clone());
        move || {
            let mut open = File::create(open).unwrap();
            for piece in 0..15 {
                let bytes = match piece {
                    0 => PNG[0],
                    14 => PNG[1],
                    _ => b"some more of it",
                };
                open.write_all(bytes).unwrap();
                let append = |path: &Path| File::options().create(true).append(true).open(path).unwrap();
                append(&pieces).write_all(bytes).unwrap();
                append(&part).write_all(bytes).unwrap();
                thread::sleep(Duration::from_millis(200));
            }
        }
    });
    tokio::task::spawn_blocking(move || writer.join().unwrap()).await.unwrap();
    fs::rename(&part, desktop.join("download.png")).unwrap();
    watching.sitting.until(|status| status.watch[0].unfinished == 0).await;
    let names = || shown(watching.bench()).into_keys().collect::<Vec<_>>();
    while names() != ["download.png", "open.png", "pieces.png"] || !watching.sitting.session.status().idle {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // All three hold the same: one of them is read, and that once.
    assert_eq!(readings(&home).len(), 1, "{:?}", readings(&home));
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_ignored_unfinished_our_own_or_of_another_kind_is_left_alone() {
    let bench = Bench::new().workers(2);
    let desktop = bench.desktop();
    for folder in [".git", "build", "keep"] {
        fs::create_dir(desktop.join(folder)).unwrap();
    }
    bench.order("keep/before.png", "read before");
    let rules = WatchedFolder {
        ignore: vec!["build/".to_owned(), "*.thumb.png".to_owned()],
        kinds: vec![MediaKind::Image],
        ..WatchedFolder::of(&desktop)
    };
    let watching = Watching::these(bench, vec![rules]).await;
    let home = watching.bench().home();
    for left in
        [".git/a.png", "build/a.png", "a.thumb.png", "a.png.crdownload", ".a.png.Xk3fQ2", "a.mp3", "a.txt"]
    {
        watching.bench().order(left, &format!("read {left}"));
    }
    fs::create_dir(home.join("pictures")).unwrap();
    fs::write(home.join("pictures/own.png"), "read own").unwrap();
    std::os::unix::fs::symlink(desktop.join("keep/before.png"), desktop.join("link.png")).unwrap();
    watching.bench().order("keep/last.png", "read last");
    watching.until_shown(&[("keep/before.png", "before"), ("keep/last.png", "last")]).await;
    assert_eq!(readings(&home), ["before.png", "last.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_cloud_alone_is_counted_and_never_opened_and_read_when_it_comes() {
    let bench = Bench::new().workers(2);
    let desktop = bench.desktop();
    // As Nextcloud's program puts it there: one byte, under a name of its own. Nobody may even read it here.
    let mark = |name: &str| {
        let path = desktop.join(name);
        fs::write(&path, " ").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        path
    };
    let far = mark("far.png.nextcloud");
    mark("notes.txt.nextcloud");
    bench.order("near.png", "read near");
    let watching = Watching::desktop(bench).await;
    watching.until_shown(&[("near.png", "near")]).await;
    watching.until_all(|folder| folder.away == 1, 1).await;
    mark("talk.mp4.owncloud");
    watching.until_all(|folder| folder.away == 2, 1).await;

    // Fetched: it lies there under its own name, and nothing in its place.
    fs::remove_file(far).unwrap();
    watching.bench().order("far.png", "read far");
    watching.until_shown(&[("far.png", "far"), ("near.png", "near")]).await;
    watching.until_all(|folder| folder.away == 1, 1).await;
    assert_eq!(readings(&watching.bench().home()), ["far.png", "near.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_there_before_are_left_alone_if_nobody_wants_them() {
    let bench = Bench::new().workers(1);
    bench.order("before.png", "read before");
    // By the clock of the file system, which is not exact.
    thread::sleep(Duration::from_millis(50));
    let rules = WatchedFolder { existing: false, ..WatchedFolder::of(bench.desktop()) };
    let watching = Watching::these(bench, vec![rules.clone()]).await;
    watching.bench().order("after.png", "read after");
    watching.until_shown(&[("after.png", "after")]).await;
    let bench = watching.close().await;
    // What comes while nobody watches has come since.
    bench.order("meanwhile.png", "read meanwhile");
    let watching = Watching::these(bench, vec![rules]).await;
    watching.until_shown(&[("after.png", "after"), ("meanwhile.png", "meanwhile")]).await;
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_nobody_watched_is_found_out() {
    let bench = Bench::new().workers(2);
    for name in ["a", "b", "c"] {
        bench.order(&format!("{name}.png"), &format!("read {name}"));
    }
    let watching = Watching::desktop(bench).await;
    watching.until_shown(&[("a.png", "a"), ("b.png", "b"), ("c.png", "c")]).await;
    let bench = watching.close().await;
    let desktop = bench.desktop();
    fs::rename(desktop.join("a.png"), desktop.join("renamed.png")).unwrap();
    fs::remove_file(desktop.join("b.png")).unwrap();
    bench.order("c.png", "read other");
    let watching = Watching::desktop(bench).await;
    watching.until_shown(&[("c.png", "other"), ("renamed.png", "a")]).await;
    assert_eq!(readings(&watching.bench().home()), ["a.png", "b.png", "c.png", "c.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_goes_away_loses_nothing_and_comes_back_by_itself() {
    let bench = Bench::new().workers(2);
    bench.order("a.png", "read a");
    let watching = Watching::desktop(bench).await;
    watching.until_shown(&[("a.png", "a")]).await;
    let (desktop, home) = (watching.bench().desktop(), watching.bench().home());
    let away = desktop.with_file_name("away");
    fs::rename(&desktop, &away).unwrap();
    watching.until_it_is(FolderState::Offline).await;
    assert_eq!(shown(watching.bench()).len(), 1);
    fs::write(away.join("b.png"), "read b").unwrap();
    fs::rename(&away, &desktop).unwrap();
    watching.until_it_is(FolderState::Watched).await;
    watching.until_shown(&[("a.png", "a"), ("b.png", "b")]).await;
    watching.bench().order("c.png", "read c");
    watching.until_shown(&[("a.png", "a"), ("b.png", "b"), ("c.png", "c")]).await;
    assert_eq!(readings(&home), ["a.png", "b.png", "c.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_two_names_has_changed_under_both() {
    let bench = Bench::new().workers(1);
    bench.order("a.png", "read a");
    fs::create_dir(bench.desktop().join("deep")).unwrap();
    fs::hard_link(bench.desktop().join("a.png"), bench.desktop().join("deep/b.png")).unwrap();
    let watching = Watching::desktop(bench).await;
    watching.until_shown(&[("a.png", "a"), ("deep/b.png", "a")]).await;
    watching.bench().order("a.png", "read more");
    watching.until_shown(&[("a.png", "more"), ("deep/b.png", "more")]).await;
    watching.close().await;
}

/// A drive in memory, mounted at this folder.
struct Stick(PathBuf);

impl Stick {
    fn plug_in(at: &Path) -> Self {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "stick"]).arg(at).status().unwrap();
        assert!(mounted.success(), "a drive can be mounted by root alone");
        Self(at.to_owned())
    }

    fn unplug(&self) {
        // Whoever still reads from it is not disturbed.
        assert!(Command::new("umount").arg("--lazy").arg(&self.0).status().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_a_drive_is_not_gone_with_it() {
    let bench = Bench::new().workers(2);
    let stick = Stick::plug_in(&bench.desktop().join("stick"));
    bench.order("a.png", "read a");
    bench.order("stick/b.png", "read b");
    let root = Stick::plug_in(&bench.desktop().with_file_name("shots"));
    for name in ["c", "e"] {
        fs::write(root.0.join(name).with_extension("png"), format!("read {name}")).unwrap();
    }
    let folders = vec![WatchedFolder::of(bench.desktop()), WatchedFolder::of(&root.0)];
    let watching = Watching::these(bench, folders).await;
    let [c, e] = ["c.png", "e.png"].map(|name| root.0.join(name).display().to_string());
    let all = [(c.as_str(), "c"), (e.as_str(), "e"), ("a.png", "a"), ("stick/b.png", "b")];
    watching.until_shown(&all).await;

    stick.unplug();
    root.unplug();
    let state = |state| move |status: &deskscribe_engine::Status| status.watch[1].state == state;
    watching.sitting.until(state(FolderState::Offline)).await;
    // It is known by now that both are away: this is looked at after that.
    watching.bench().order("d.png", "read d");
    let mut more = [&all[..], &[("d.png", "d")]].concat();
    watching.until_shown(&more).await;

    let _root = Stick::plug_in(&root.0);
    fs::write(root.0.join("c.png"), "read c").unwrap();
    watching.sitting.until(state(FolderState::Watched)).await;
    // What was taken from it while it was away is gone, whatever number it has now.
    more.retain(|(path, _)| *path != e);
    watching.until_shown(&more).await;
    assert_eq!(readings(&watching.bench().home()), ["a.png", "b.png", "c.png", "d.png", "e.png"]);
    watching.close().await;
    root.unplug();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_program_watches_a_folder_and_the_next_takes_over() {
    let bench = Bench::new().workers(1);
    bench.order("a.png", "read a");
    let second = Sitting::at(&bench);
    let folder = WatchedFolder::of(bench.desktop());
    let first = Watching::desktop(bench).await;
    first.until_shown(&[("a.png", "a")]).await;
    second.session.watch(vec![folder]);
    second.until(|status| status.watch.iter().any(|one| one.state == FolderState::Elsewhere)).await;
    let bench = first.close().await;
    second.until(|status| status.watch.iter().any(|one| one.state == FolderState::Watched)).await;
    bench.order("b.png", "read b");
    second.until(|status| status.idle && status.counts.read == 1).await;
    assert_eq!(shown(&bench).len(), 2);
    assert_eq!(readings(&bench.home()), ["a.png", "b.png"]);
    second.session.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_just_come_goes_before_the_backlog_and_what_is_dropped_before_all() {
    let bench = Bench::new().workers(1);
    for number in 0..60 {
        bench.order(&format!("backlog-{number:02}.png"), &format!("slow {}", 30 + number));
    }
    let watching = Watching::desktop(bench).await;
    let home = watching.bench().home();
    watching.sitting.until(|status| status.counts.read >= 3).await;
    watching.bench().order("fresh.png", "slow 20");
    let dropped = home.join("dropped.png");
    fs::write(&dropped, "slow 21").unwrap();
    watching.sitting.until(|status| status.found == Some(61)).await;
    watching.sitting.order(vec![dropped], true).await;
    watching.sitting.until(|status| status.idle && status.counts.read == 62).await;
    let order = deskscribe_system_tests::logged(&home);
    let place = |name: &str| order.iter().position(|(one, _)| one == name).unwrap();
    let last = (0..60).map(|number| place(&format!("backlog-{number:02}.png"))).max().unwrap();
    assert!(place("fresh.png") < last / 2 && place("dropped.png") < last / 2, "{order:?}");
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_goes_away_or_changes_while_it_is_read_leaves_nothing_wrong_behind() {
    let watching = Watching::desktop(Bench::new().workers(2)).await;
    let gone = watching.bench().order("gone.png", "slow 3000");
    let moved = watching.bench().order("moved.png", "slow 3001");
    let both = [gone.clone(), moved.clone()];
    watching.sitting.until(|status| both.iter().all(|path| at_work(status).contains(path))).await;
    fs::remove_file(&gone).unwrap();
    fs::rename(&moved, moved.with_file_name("there.png")).unwrap();
    let changed = watching.bench().order("changed.png", "slow 3002");
    watching.sitting.until(|status| at_work(status).contains(&changed)).await;
    fs::write(&changed, "read changed").unwrap();
    loop {
        let shown = shown(watching.bench());
        let names: Vec<&str> = shown.keys().map(String::as_str).collect();
        if names == ["changed.png", "there.png"] && shown["changed.png"] == "changed" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    watching.sitting.until(|status| status.idle).await;
    let names: Vec<String> = shown(watching.bench()).into_keys().collect();
    assert_eq!(names, ["changed.png", "there.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_pause_gives_memory_back_and_costs_no_file() {
    let mut bench = Bench::new().workers(1);
    bench.settings.patience.pause = Duration::from_millis(200);
    let sitting = Sitting::at(&bench);
    let path = bench.order("slow.png", "slow 3000");
    sitting.order(vec![path.clone()], false).await;
    let status = sitting.until(|status| at_work(status).contains(&path)).await;
    let worker = Process::find(status.workers[0].pid).unwrap();
    sitting.session.pause(None);
    sitting.until(|status| status.workers[0].state == Phase::Ended).await;
    assert!(!worker.is_alive());
    assert_eq!(sitting.session.status().deaths, 0);
    sitting.session.resume();
    let status = sitting.until(|status| status.idle).await;
    assert_eq!((status.counts.read, status.counts.failed, status.deaths), (1, 0, 0));
    sitting.session.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_by_itself_if_that_was_said() {
    let bench = Bench::new().workers(1);
    let (session, _events) = bench.engine().stay(Host::Background).unwrap();
    session.pause(Some(Duration::from_millis(300)));
    let left = session.status().pause.unwrap().resumes_in_seconds.unwrap();
    assert!(left <= 0.3, "{left}");
    let mut changes = session.changes();
    while session.status().paused {
        assert!(changes.changed().await);
    }
    session.close().await;
}
