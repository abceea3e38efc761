//! Summaries by a language model in the window: they come by themselves, and when they do not, the window says why and
//! what to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use deskscribe_system_tests::{Gate, StandIn, Turn};
use deskscribe_window_tests::Desk;

const DIALOG: &str = "label printer error.gif";
const SAID: &str =
    r#"{"title": "The printer stopped", "summary": "A label printer does not answer.", "tags": ["printer"]}"#;

/// A desk with one picture, and settings that name this server.
fn desk(server: &StandIn) -> (Desk, String) {
    let desk = Desk::new();
    fs::create_dir_all(desk.home()).unwrap();
    fs::write(desk.home().join("settings.toml"), server.toml()).unwrap();
    let picture = desk.sample(DIALOG);
    (desk, picture.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_title_changes_by_itself_and_what_is_wrong_is_told_with_its_way_out() {
    let server = StandIn::ollama();
    let gate = Gate::closed();
    server.then(Turn::says(SAID).waits(0, &gate));
    server.always(Turn::says(SAID));
    let (desk, picture) = desk(&server);
    let window = desk.open(&[&picture]).await;
    // Read, and searched, before anybody has said anything of it.
    window.shows("card", "Cannot print the label").await;
    window.shows("summaries-chip", "Summaries: 1 waiting").await;
    window.click("card").await;
    window.shows("made-by", "made from the text").await;
    gate.open();
    window.shows("made-by", "by small").await;
    window.shows("summary", "A label printer does not answer.").await;
    window.shows("receipts", "What was sent").await;
    window.click("back").await;
    window.shows("card", "The printer stopped").await;
    let is_gone = "document.querySelector('[data-testid=summaries-chip]') === null";
    window.until("nothing more to tell", is_gone).await;

    window.click("open-summaries").await;
    window.shows("standing", "small writes your summaries").await;
    window.shows("summaries", &server.url()).await;
    window.click("test-model").await;
    window.shows("model-test", "POST /api/chat small").await;
    window.click("close-settings").await;

    // It is asked again when somebody wants to know, and when a summary is wanted.
    server.stop();
    window.click("card").await;
    window.click("more").await;
    let again = "(() => {
        const entries = [...document.querySelectorAll('[role=menuitem]')];
        const entry = entries.find((entry) => entry.innerText.startsWith('Summarise again'));
        entry?.click();
        return entry !== undefined;
    })()";
    window.until("the way to summarise again", again).await;
    window.click("back").await;
    window.shows("summaries-chip", "Summaries paused").await;
    window.click("summaries-chip").await;
    window.shows("reason", &server.url()).await;
    window
        .until(
            "what is wrong",
            "document.querySelector('[data-testid=standing]')?.dataset.code?.startsWith('not_')",
        )
        .await;

    server.start();
    window.click("look-again").await;
    window.shows("standing", "small writes your summaries").await;
    window.click("close-settings").await;
    window.until("nothing more to tell", is_gone).await;
    window.close().await;
}
