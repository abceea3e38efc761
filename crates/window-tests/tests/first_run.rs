//! A newcomer's first minute. One chooses a folder, which is counted before it is opened, and is filmed: nothing is in the
//! way, nothing cannot be reopened, and the film itself is dropped onto the window and found by words that were on the
//! screen. Another drops files first, and comes to everything else from there.

use std::time::Instant;

use deskscribe_window_tests::{Desk, Window};

/// Words that stand beside each other on the first screen, and on no sample.
const WORDS: &str = "\"drop images\"";

/// Waits until a step that can wait is in this state.
async fn stands(window: &Window, step: &str, state: &str) {
    let is_so = format!("document.querySelector('[data-testid=setup-{step}]')?.dataset.state === '{state}'");
    window.until(&format!("{step} is {state}"), &is_so).await;
}

async fn is_gone(window: &Window, id: &str) {
    let script = format!("document.querySelector('[data-testid=\"{id}\"]') === null");
    window.until(&format!("no {id}"), &script).await;
}

#[tokio::test]
async fn a_newcomer_has_a_first_result_and_finds_the_film_of_it() {
    let desk = Desk::new();
    desk.pictures(6);
    let videos = tempfile::tempdir().unwrap();
    let mut film = desk.film(&videos.path().join("my first minute.mp4"));
    let begun = Instant::now();
    let window = desk.open(&[]).await;

    // Nothing is asked for; what can wait says what it is for, can be looked into, put away and taken up again.
    window.shows("empty", "Drop images, videos or a folder here").await;
    window.shows("empty", "Nothing has been opened yet").await;
    film.sees().await;
    stands(&window, "speech", "open").await;
    window.shows("fit", "of memory").await;
    stands(&window, "summary", "open").await;
    window.click("choose-model").await;
    window.shows("models", "No speech model is installed").await;
    window.click("close-settings").await;
    window.click("setup-how").await;
    window.find("standing").await;
    window.click("close-settings").await;
    window.click("later-speech").await;
    stands(&window, "speech", "away").await;
    window.client.refresh().await.unwrap();
    stands(&window, "speech", "away").await;
    window.click("show-speech").await;
    stands(&window, "speech", "open").await;

    // Counted, and nothing opened: no worker was ever started.
    window.click("watch-desktop").await;
    window.shows("folder-form", "6 images").await;
    assert_eq!(desk.status()["workers"].as_array().map(Vec::len), Some(0));
    window.click("form-back").await;
    window.click("watch-desktop").await;
    window.shows("folder-form", "6 images").await;
    let chosen = Instant::now();
    window.click("form-watch").await;
    window.find("card").await;
    eprintln!(
        "the first result: {:.1} s after the folder was chosen, {:.1} s after the start",
        chosen.elapsed().as_secs_f32(),
        begun.elapsed().as_secs_f32()
    );
    is_gone(&window, "settings").await;
    window.lists(6).await;

    // What can wait is still at hand, out of the way, and comes back when it was put away by mistake.
    window.click("set-up-speech").await;
    window.click("close-settings").await;
    window.click("not-now").await;
    is_gone(&window, "setup-bar").await;
    window.click("toast-deed").await;
    window.find("setup-bar").await;
    let film = film.end();

    let held = desk.hold(&[&film]);
    window.shows("overlay", "Drop to read 1 file").await;
    held.let_go();
    window.lists(7).await;
    window.search(WORDS).await;
    window.lists(1).await;
    window.shows("card", "at 0:").await;
    window.click("card").await;
    window.shows("second", "0:").await;
    window.close().await;
}

#[tokio::test]
async fn a_newcomer_who_drops_files_first_is_asked_nothing_and_finds_the_rest_from_there() {
    let desk = Desk::new();
    let picture = desk.sample("label printer error.gif");
    desk.pictures(2);
    let window = desk.open(&[]).await;
    window.shows("empty", "Drop images, videos or a folder here").await;

    let held = desk.hold(&[&picture]);
    window.shows("overlay", "Drop to read 1 file").await;
    let dropped = Instant::now();
    held.let_go();
    window.shows("card", "Cannot print the label").await;
    eprintln!("the first result: {:.1} s after it was dropped", dropped.elapsed().as_secs_f32());
    is_gone(&window, "empty").await;

    // Nothing of the folder it came from was touched, and nothing is watched.
    window.lists(1).await;
    window.shows("watching", "Watch a folder").await;
    // What the first screen would have offered is at hand: both steps, and the Desktop.
    window.click("set-up-summary").await;
    window.find("standing").await;
    window.click("close-settings").await;
    window.click("watching").await;
    window.click("sheet-watch-desktop").await;
    window.shows("folder-form", "3 images").await;
    window.click("form-watch").await;
    window.lists(3).await;
    window.close().await;
}
