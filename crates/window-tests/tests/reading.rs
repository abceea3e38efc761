//! The window reads: files come in by every way, progress is live, pauses and deaths are told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use deskscribe_system_tests::processes::{children, signal};
use deskscribe_window_tests::{Desk, Window, until};
use rustix::process::Signal;
use serde_json::Value;

const DIALOG: &str = "label printer error.gif";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The state letters of the window's workers.
fn states(status: &Value) -> Vec<char> {
    let pid = |status: &Value| u32::try_from(status["pid"].as_u64()?).ok();
    let app = pid(status).unwrap();
    let workers: Vec<u64> =
        status["workers"].as_array().unwrap().iter().filter_map(|worker| worker["pid"].as_u64()).collect();
    let own = children(app).into_iter().filter(|child| workers.contains(&u64::from(child.pid)));
    own.filter_map(|child| child.state()).collect()
}

async fn is_read(window: &Window, name: &str) {
    let script = format!(
        "[...document.querySelectorAll('[data-testid=card]')].some((card) => card.innerText.includes({}))",
        serde_json::json!(name)
    );
    window.until(&format!("a card for {name}"), &script).await;
}

#[tokio::test]
async fn a_first_start_shows_the_way_in_and_a_folder_fills_it() {
    let desk = Desk::new();
    let window = desk.open(&[]).await;
    window.find("empty").await;
    window.find("choose-watched").await;

    desk.pictures(8);
    // A second start hands its folder to the window that is there.
    let second = desk.app(&[text(&desk.desktop())]).output().unwrap();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
    window.open_activity().await;
    window.until("a worker at work", "document.querySelector('[data-testid=lane] [role=progressbar]')").await;
    window.shows("progress", " of 8").await;
    window.lists(8).await;
    window.find("finished").await;
    window.close().await;
}

#[tokio::test]
async fn what_the_window_is_started_on_is_read() {
    let desk = Desk::new();
    let picture = desk.sample(DIALOG);
    let window = desk.open(&[text(&picture)]).await;
    window.lists(1).await;
    is_read(&window, "Cannot print the label").await;
    window.close().await;
}

#[tokio::test]
async fn a_pause_stops_the_workers_and_an_end_of_it_goes_on() {
    let desk = Desk::new();
    desk.pictures(16);
    let window = desk.open(&[text(&desk.desktop())]).await;
    window.open_activity().await;
    window.until("a worker at work", "document.querySelector('[data-testid=lane] [role=progressbar]')").await;
    window.click("pause").await;
    window.shows("round", "Paused").await;
    until("all workers stopped", || {
        let states = states(&desk.status());
        (!states.is_empty() && states.iter().all(|state| *state == 'T')).then_some(())
    })
    .await;
    window.click("pause").await;
    until("no worker stopped", || (!states(&desk.status()).contains(&'T')).then_some(())).await;
    window.lists(16).await;
    window.find("finished").await;
    window.close().await;
}

#[tokio::test]
async fn a_worker_that_is_killed_costs_no_file() {
    let desk = Desk::new();
    desk.pictures(12);
    let window = desk.open(&[text(&desk.desktop())]).await;
    window.open_activity().await;
    let (pid, path) = until("a worker with a file", || {
        let status = desk.status();
        let busy = status["workers"].as_array()?.iter().find(|worker| worker["work"]["stage"] == "ocr")?;
        Some((u32::try_from(busy["pid"].as_u64()?).ok()?, busy["work"]["path"].as_str()?.to_owned()))
    })
    .await;
    assert!(signal(pid, Signal::KILL), "it is there");
    window.shows("deaths", Path::new(&path).file_name().unwrap().to_str().unwrap()).await;
    window.lists(12).await;
    window.find("finished").await;
    let failed = desk.deskscribe(&["list", "state:failed"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&failed.stdout), "");
    window.close().await;
}

#[tokio::test]
async fn a_page_that_is_loaded_anew_is_live_again() {
    let desk = Desk::new();
    desk.pictures(16);
    let window = desk.open(&[text(&desk.desktop())]).await;
    window.open_activity().await;
    window.shows("progress", " of 16").await;
    window.client.refresh().await.unwrap();
    window.open_activity().await;
    window.shows("progress", " of 16").await;
    window.lists(16).await;
    window.find("finished").await;
    window.close().await;
}

#[tokio::test]
async fn files_that_are_dragged_from_another_program_are_counted_and_read() {
    let desk = Desk::new();
    let picture = desk.sample(DIALOG);
    let other = desk.desktop().join("notes.txt");
    std::fs::write(&other, "no picture").unwrap();
    let window = desk.open(&[]).await;
    window.find("empty").await;

    let held = desk.hold(&[&picture, &other]);
    window.shows("overlay", "Drop to read 1 file").await;
    window.shows("overlay", "1 not supported").await;
    held.let_go();
    window.lists(1).await;
    is_read(&window, "Cannot print the label").await;
    window.until("no overlay", "document.querySelector('[data-testid=overlay]') === null").await;
    window.close().await;
}
