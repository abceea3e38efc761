//! Watching what goes away and comes back, and what changes places: the library follows, and nothing is read twice.

use std::fs;

use deskscribe_engine::{FolderState, WatchedFolder};
use deskscribe_system_tests::{Bench, Watching, readings};
use rustix::fs::{CWD, RenameFlags, renameat_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_goes_away_and_comes_back_is_shown_again() {
    let bench = Bench::new().workers(2);
    fs::create_dir_all(bench.desktop().join("trip/deep")).unwrap();
    bench.order("trip/a.png", "read a");
    bench.order("trip/deep/b.png", "read b");
    bench.order("c.png", "read c");
    let watching = Watching::desktop(bench).await;
    let (desktop, home) = (watching.bench().desktop(), watching.bench().home());
    let all = [("c.png", "c"), ("trip/a.png", "a"), ("trip/deep/b.png", "b")];
    watching.until_shown(&all).await;

    let (trip, trash) = (desktop.join("trip"), home.join("trash"));
    for _ in 0..2 {
        fs::rename(&trip, &trash).unwrap();
        watching.until_shown(&all[..1]).await;
        fs::rename(&trash, &trip).unwrap();
        watching.until_shown(&all).await;
    }
    // A folder whose name is that of an unfinished file is a folder all the same.
    let part = desktop.join("trip.part");
    fs::rename(&trip, &part).unwrap();
    watching.until_shown(&[("c.png", "c"), ("trip.part/a.png", "a"), ("trip.part/deep/b.png", "b")]).await;
    fs::rename(&part, &trip).unwrap();
    watching.until_shown(&all).await;
    watching.bench().order("trip/deep/new.png", "read new");
    watching.until_shown(&[all[0], all[1], all[2], ("trip/deep/new.png", "new")]).await;
    assert_eq!(readings(&home), ["a.png", "b.png", "c.png", "new.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_in_each_other_go_away_and_come_back_together() {
    let bench = Bench::new().workers(2);
    let (outer, inner) = (bench.desktop(), bench.desktop().join("inner"));
    let make = |bench: &Bench, name: &str| {
        fs::create_dir_all(&inner).unwrap();
        bench.order(&format!("{name}.png"), "read outer");
        bench.order(&format!("inner/{name}.png"), "read inner");
    };
    make(&bench, "a");
    let folders = [&outer, &inner].map(WatchedFolder::of).to_vec();
    let watching = Watching::these(bench, folders).await;
    watching.until_shown(&[("a.png", "outer"), ("inner/a.png", "inner")]).await;
    // The inner one goes first, and is waited for in the outer one.
    fs::remove_dir_all(&inner).unwrap();
    watching
        .until_all(|folder| (folder.state == FolderState::Offline) == (folder.path.ends_with("inner")), 2)
        .await;
    fs::remove_dir_all(&outer).unwrap();
    watching.until_all(|folder| folder.state == FolderState::Offline, 2).await;
    make(watching.bench(), "b");
    watching.until_all(|folder| folder.state == FolderState::Watched, 2).await;
    watching.until_shown(&[("b.png", "outer"), ("inner/b.png", "inner")]).await;
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_goes_and_comes_with_the_one_that_it_lies_in() {
    let bench = Bench::new().workers(2);
    let above = bench.desktop().join("above");
    let watched = above.join("between/watched");
    fs::create_dir_all(&watched).unwrap();
    bench.order("above/between/watched/a.png", "read a");
    let watching = Watching::these(bench, vec![WatchedFolder::of(&watched)]).await;
    watching.until_shown(&[("above/between/watched/a.png", "a")]).await;
    let elsewhere = above.with_file_name("elsewhere");
    for _ in 0..2 {
        fs::rename(&above, &elsewhere).unwrap();
        watching.until_it_is(FolderState::Offline).await;
        fs::rename(&elsewhere, &above).unwrap();
        watching.until_it_is(FolderState::Watched).await;
    }
    watching.bench().order("above/between/watched/b.png", "read b");
    watching.until_shown(&[("above/between/watched/a.png", "a"), ("above/between/watched/b.png", "b")]).await;
    fs::remove_dir_all(&above).unwrap();
    watching.until_it_is(FolderState::Offline).await;
    fs::create_dir_all(&watched).unwrap();
    watching.until_it_is(FolderState::Watched).await;
    watching.bench().order("above/between/watched/b.png", "read b");
    watching.until_shown(&[("above/between/watched/b.png", "b")]).await;
    assert_eq!(readings(&watching.bench().home()), ["a.png", "b.png"]);
    watching.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_files_and_two_folders_may_change_places_in_one_step() {
    let bench = Bench::new().workers(2);
    for folder in ["one.png", "two"] {
        fs::create_dir(bench.desktop().join(folder)).unwrap();
    }
    bench.order("a.png", "read a");
    bench.order("b.png", "read b");
    bench.order("one.png/c.png", "read c");
    bench.order("one.png/same.png", "read one");
    bench.order("two/same.png", "read two");
    let watching = Watching::desktop(bench).await;
    let (desktop, home) = (watching.bench().desktop(), watching.bench().home());
    let files = [("a.png", "a"), ("b.png", "b")];
    let folders = [("one.png/c.png", "c"), ("one.png/same.png", "one"), ("two/same.png", "two")];
    watching.until_shown(&[&files[..], &folders[..]].concat()).await;

    let exchange = |one: &str, other: &str| {
        renameat_with(CWD, desktop.join(one), CWD, desktop.join(other), RenameFlags::EXCHANGE).unwrap();
    };
    exchange("a.png", "b.png");
    let files = [("a.png", "b"), ("b.png", "a")];
    watching.until_shown(&[&files[..], &folders[..]].concat()).await;
    exchange("one.png", "two");
    let folders = [("two/c.png", "c"), ("two/same.png", "one"), ("one.png/same.png", "two")];
    watching.until_shown(&[&files[..], &folders[..]].concat()).await;
    exchange("a.png", "one.png");
    let folders = [("a.png/same.png", "two"), ("one.png", "b"), ("b.png", "a")];
    watching.until_shown(&[&folders[..], &[("two/c.png", "c"), ("two/same.png", "one")]].concat()).await;
    assert_eq!(readings(&home), ["a.png", "b.png", "c.png", "same.png", "same.png"]);
    watching.close().await;
}
