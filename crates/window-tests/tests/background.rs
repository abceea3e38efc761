//! Without a window: folders are watched, the tray and a notice say how it goes, and closing the window is no end of
//! it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::{Child, Stdio};

use deskscribe_system_tests::processes::{descendants, signal};
use deskscribe_window_tests::{Desk, Notices, Shown, Tray, until};
use rustix::process::Signal;

const WATCHES_DESKTOP: &str = "[[watch]]\nfolder = \"~/Desktop\"\n";
const DIALOG: &str = "label printer error.gif";
const DIALOG_TITLE: &str = "Cannot print the label";

fn in_background(desk: &Desk) -> Child {
    desk.app(&["--background"]).spawn().unwrap()
}

async fn ends(mut app: Child) {
    until("the end of the program", || app.try_wait().unwrap()).await;
}

#[tokio::test]
async fn a_round_is_told_by_one_notice_that_opens_the_window() {
    let desk = Desk::new();
    desk.settings(WATCHES_DESKTOP);
    let (tray, mut notices) = (Tray::on(&desk).await, Notices::on(&desk).await);
    let app = in_background(&desk);
    tray.says("Watching Desktop").await;
    assert!(!desk.shows_a_window());

    desk.sample(DIALOG);
    tray.says(DIALOG_TITLE).await;
    assert_eq!(notices.count().await, 1);
    let said = Shown { title: "1 file read".to_owned(), text: DIALOG_TITLE.to_owned() };
    assert_eq!(notices.take().await, [said]);

    // The next two take one place.
    desk.sample("IMG_2041.jpg");
    tray.says("Cabin weekend").await;
    desk.pictures(2);
    tray.says("Watching Desktop. 4 done").await;
    assert_eq!(notices.count().await, 1);
    notices.click().await;
    until("the window", || desk.shows_a_window().then_some(())).await;
    tray.click("Quit").await;
    ends(app).await;
}

#[tokio::test]
async fn the_tray_pauses_copies_opens_and_quits() {
    let desk = Desk::new();
    desk.settings(WATCHES_DESKTOP);
    let tray = Tray::on(&desk).await;
    desk.sample(DIALOG);
    let app = in_background(&desk);
    tray.says(DIALOG_TITLE).await;
    let line = tray.says("Watching Desktop. 1 done").await;
    assert!(!line.is_enabled, "it only says how it stands");
    let watching = tray.picture().await;

    tray.click("Pause until resumed").await;
    tray.says("Resume").await;
    until("a pause", || (desk.status()["paused"] == true).then_some(())).await;
    let paused = tray.picture().await;
    assert!(watching != paused && !paused.1);
    tray.click("Resume").await;
    tray.says("Pause for 1 hour").await;
    assert_eq!(desk.status()["paused"], false);

    tray.click("Copy last result").await;
    let copied = until("a text on the clipboard", || desk.try_copied()).await;
    assert!(copied.contains("printer"), "{copied}");

    tray.click("Settings…").await;
    until("the window", || desk.shows_a_window().then_some(())).await;
    let below = descendants(app.id());
    tray.click("Quit").await;
    ends(app).await;
    until("the end of all that it started", || below.iter().all(|process| !process.is_alive()).then_some(()))
        .await;
}

#[tokio::test]
async fn the_icon_comes_with_the_tray_and_with_the_folder() {
    let desk = Desk::new();
    let window = desk.open(&[]).await;
    window.find("empty").await;
    let tray = Tray::on(&desk).await;
    window.click("watch-desktop").await;
    window.shows("folder-count", "No files yet").await;
    window.click("form-watch").await;
    // Back to the library, which says what comes next.
    window.shows("empty", "Take a screenshot").await;
    tray.says("Watching Desktop").await;
    drop(tray);

    // Another tray, as when a panel is started anew.
    window.click("watching").await;
    window.click("value-keep_running").await;
    window.shows("background", "This desktop has no tray").await;
    let tray = Tray::on(&desk).await;
    tray.says("Watching Desktop").await;
    window.shows("background", "stays in the tray").await;

    // The first file that comes is there, and the window says so without being asked.
    window.click("close-settings").await;
    desk.sample(DIALOG);
    window.shows("card", DIALOG_TITLE).await;
    window.close().await;
}

#[tokio::test]
async fn closing_asks_once_and_then_goes_on_without_a_window() {
    let desk = Desk::new();
    desk.settings(WATCHES_DESKTOP);
    let tray = Tray::on(&desk).await;
    let window = desk.open(&[]).await;
    window.shows("watching", "Watching Desktop").await;
    desk.close_by_keys();
    window.find("closing").await;
    window.leave_by("closing-keep").await;
    until("no window", || (!desk.shows_a_window()).then_some(())).await;

    // It is watched on, and a second start has the window back.
    desk.sample(DIALOG);
    tray.says(DIALOG_TITLE).await;
    let second = desk.app(&[]).output().unwrap();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
    until("the window", || desk.shows_a_window().then_some(())).await;
    desk.close_by_keys();
    until("no window", || (!desk.shows_a_window()).then_some(())).await;
    let told = std::fs::read_to_string(desk.home().join("settings.toml")).unwrap();
    assert!(told.contains("keep_running = true"), "{told}");
    assert!(desk.status()["idle"].is_boolean(), "it goes on");
    tray.click("Quit").await;
    until("the end of the engine", || desk.status().is_null().then_some(())).await;
}

#[tokio::test]
async fn the_end_of_the_session_ends_it() {
    let desk = Desk::new();
    desk.settings(&format!("keep_running = true\n{WATCHES_DESKTOP}"));
    let app = in_background(&desk);
    until("the engine", || desk.status()["idle"].is_boolean().then_some(())).await;
    // Another start in the background leaves the first one as it is.
    assert!(desk.app(&["--background"]).output().unwrap().status.success());
    assert!(!desk.shows_a_window());
    assert!(signal(app.id(), Signal::TERM));
    ends(app).await;
}

#[tokio::test]
async fn what_starts_at_login_watches_in_the_tray_without_a_window() {
    let desk = Desk::new();
    desk.settings(WATCHES_DESKTOP);
    let window = desk.open(&[]).await;
    window.shows("watching", "Watching Desktop").await;
    window.click("watching").await;
    let entry = desk.desktop().with_file_name(".config/autostart/io.deskscribe.app.desktop");
    for is_chosen in [true, false, true] {
        window.click("autostart").await;
        until("what was chosen", || (entry.is_file() == is_chosen).then_some(())).await;
    }
    window.close().await;
    until("the end of the engine", || desk.status().is_null().then_some(())).await;

    // As a desktop starts it, which knows nothing but the entry.
    let tray = Tray::on(&desk).await;
    let mut launch = desk.command("gio");
    launch.arg("launch").arg(&entry).env_remove("DESKSCRIBE_HOME");
    // What it starts has its streams, and stays.
    let launched = launch.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(launched.success());
    tray.says("Watching Desktop").await;
    desk.sample(DIALOG);
    tray.says(DIALOG_TITLE).await;
    assert!(!desk.shows_a_window());
    tray.click("Open Deskscribe").await;
    until("the window", || desk.shows_a_window().then_some(())).await;
    tray.click("Quit").await;
    until("the end of the engine", || desk.status().is_null().then_some(())).await;
}
