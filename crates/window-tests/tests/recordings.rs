//! Recordings in the window: found by a word that was only said, opened at its second; and what is said while nobody
//! can listen.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use deskscribe_system_tests::say;
use deskscribe_window_tests::{Desk, Window, until};
use fantoccini::key::Key;

const TALK: &str = "Screen Recording 2026-03-19 at 10.42.07.mp4";

/// A desk on which the sample was read, as far as that is possible without a speech model.
fn scanned() -> Desk {
    let desk = Desk::new();
    let talk = desk.sample(TALK);
    let output = desk.deskscribe(&["scan"]).arg(&talk).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    desk
}

/// What is in the folder of models, without locks.
fn models_of(desk: &Desk) -> Vec<String> {
    let entries = std::fs::read_dir(desk.home().join("models")).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.ends_with(".lock")).collect()
}

/// Waits until the frame of this second is there, and is a picture.
async fn shows_frame(window: &Window, second: &str) {
    let script = format!(
        "document.querySelector('[data-testid=frame] img[src$=\"at={second}\"]:not(.hidden)')?.naturalWidth > 0"
    );
    window.until(&format!("the frame at {second}"), &script).await;
}

#[tokio::test]
async fn a_word_that_was_only_said_opens_its_recording_at_its_second() {
    let desk = scanned();
    let talk = desk.desktop().join(TALK);
    say(
        &desk.cache(),
        &talk,
        &[(0.5, "Good morning to everybody."), (4.0, "The zeppelin lands at noon."), (7.0, "Thanks.")],
    );
    let window = desk.open(&[]).await;
    window.lists(1).await;
    window.search("zeppelin").await;
    window
        .until("a marked word", "document.querySelector('[data-testid=card] mark')?.innerText === 'zeppelin'")
        .await;
    window.shows("card", "at 0:04").await;
    window.click("card").await;
    window.shows("second", "0:04").await;
    window.shows("hit", "zeppelin").await;
    window
        .until(
            "its line",
            "document.querySelector('[data-testid=line][aria-current]')?.innerText.includes('zeppelin')",
        )
        .await;
    shows_frame(&window, "4.00").await;

    // The line before, by keys, and its frame.
    window.press(Key::Up).await;
    window.shows("second", "0:00").await;
    shows_frame(&window, "0.50").await;
    window.click("copy").await;
    let copied = until("the words in the clipboard", || desk.try_copied()).await;
    assert!(copied.contains("The zeppelin lands at noon."), "{copied}");
    window.close().await;
}

#[tokio::test]
async fn what_nobody_could_listen_to_says_so_and_nothing_is_fetched_unasked() {
    let desk = scanned();
    let window = desk.open(&[]).await;
    window.lists(1).await;
    window.shows("waits", "Waiting for a speech model").await;
    window.shows("speech-notice", "1 recording waits for a speech model").await;
    window.shows("get-recommended", "Get ").await;
    window.click("choose-model").await;
    window.shows("models", "No speech model is installed").await;
    window.shows("model-tiny", "77.7 MB").await;
    window.click("close-settings").await;
    window.click("dismiss-notice").await;
    window.until("no notice", "document.querySelector('[data-testid=speech-notice]') === null").await;

    window.click("card").await;
    window.click("tab-said").await;
    window.shows("pending", "Nobody has listened to this yet").await;
    window.close().await;
    assert_eq!(models_of(&desk), <[String; 0]>::default());
}
