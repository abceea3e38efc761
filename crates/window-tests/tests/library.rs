//! What was read is found again in the window: by a word, after a restart, whoever stored it, among a hundred thousand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Command;
use std::time::Instant;

use deskscribe_system_tests::words::{Words, word};
use deskscribe_window_tests::{Desk, Window, until};
use fantoccini::key::Key;

const DIALOG: &str = "label printer error.gif";
const GERMAN: &str = "Bildschirmfoto 2026-02-02.png";
const INVOICE: &str = "invoice-march.jpg";
const SEED: u64 = 11;
const MANY: usize = 100_000;

/// Runs the terminal program to its end.
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn scanned(names: &[&str]) -> Desk {
    let desk = Desk::new();
    for name in names {
        desk.sample(name);
    }
    run(desk.deskscribe(&["scan"]).arg(desk.desktop()));
    desk
}

/// Opens the item of the only card there is, as somebody with a keyboard does.
async fn open_first(window: &Window) {
    window.press(Key::Enter).await;
    window.press(Key::Enter).await;
    window.find("view-item").await;
}

#[tokio::test]
async fn a_picture_is_found_by_a_word_and_its_text_copied() {
    let desk = scanned(&[DIALOG, GERMAN, INVOICE]);
    let window = desk.open(&[]).await;
    window.lists(3).await;
    window.search("stopped resp").await;
    window.lists(1).await;
    window.until("marked words", "document.querySelector('[data-testid=card] mark')").await;
    window.click("card").await;
    window.find("view-item").await;
    window
        .until("a box around the hit", "document.querySelector('[data-testid=preview] [data-testid=hit]')")
        .await;
    window.click("copy").await;
    let copied = until("the text in the clipboard", || desk.try_copied()).await;
    assert!(copied.contains("stopped responding"), "{copied}");
    window.press(Key::Escape).await;
    window.until("the library again", "document.querySelector('[data-testid=view-item]') === null").await;
    window.close().await;
}

#[tokio::test]
async fn a_query_that_makes_no_sense_says_what_would() {
    let desk = scanned(&[DIALOG]);
    let window = desk.open(&[]).await;
    window.search("kind:picture ").await;
    window.shows("query-error", "image, video or audio").await;
    window.close().await;
}

#[tokio::test]
async fn what_the_terminal_program_changes_is_shown_at_once() {
    let desk = scanned(&[DIALOG]);
    let window = desk.open(&[]).await;
    window.lists(1).await;
    let invoice = desk.sample(INVOICE);
    run(desk.deskscribe(&["scan"]).arg(desk.desktop()));
    window.lists(2).await;
    run(desk.deskscribe(&["forget", "--yes"]).arg(invoice));
    window.lists(1).await;
    window.close().await;
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let desk = Desk::new();
    desk.sample(DIALOG);
    desk.sample(GERMAN);
    let window = desk.open(&[desk.desktop().to_str().unwrap()]).await;
    window.lists(2).await;
    window.close().await;
    until("the engine gone", || desk.status().is_null().then_some(())).await;

    let window = desk.open(&[]).await;
    window.lists(2).await;
    window.search("Würzburg").await;
    window.lists(1).await;
    open_first(&window).await;
    window.close().await;
}

#[tokio::test]
async fn a_hundred_thousand_open_scroll_and_are_searched() {
    let desk = Desk::new();
    let begun = Instant::now();
    Words::brief(SEED).fill(&desk.cache(), 0..MANY, |_, _| ()).unwrap();
    eprintln!("filled in {:?}", begun.elapsed());
    let window = desk.open(&[]).await;
    window.lists(MANY).await;
    let cards = "document.querySelectorAll('[data-testid=card]').length";
    let few = window.until("cards", cards).await;
    assert!(few.as_u64().unwrap() < 200, "only what is seen exists: {few}");

    // To the very end, and cards are there, not holes.
    window
        .run(
            "const box = document.querySelector('[data-testid=library]'); box.scrollTop = box.scrollHeight",
            vec![],
        )
        .await;
    let last = format!(
        "[...document.querySelectorAll('[data-testid=card]')].some((card) => card.dataset.index === '{}' && \
         card.innerText.trim() !== '')",
        MANY - 1
    );
    window.until("the last card", &last).await;
    window.search(&word(3)).await;
    window
        .until(
            "fewer of them",
            &format!(
                "Number(document.querySelector('[data-testid=card]')?.getAttribute('aria-setsize')) < {MANY}"
            ),
        )
        .await;
    window.until("marked words", "document.querySelector('[data-testid=card] mark')").await;
    window.close().await;
}
