//! Settings in the window: what is chosen counts at once and stands in the file, can be taken back, and what the window
//! says of this machine is what was found on it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use deskscribe_system_tests::{StandIn, Turn};
use deskscribe_window_tests::{Desk, Window, test_id, until};
use serde_json::Value;

const MINE: &str = "# Three are enough here.\nworkers = 3 # of eight\n";

async fn presses_settings(window: &Window) {
    // As the keyboard has it: the driver has no name for the comma.
    let press = "document.body.dispatchEvent(new KeyboardEvent('keydown', \
                 { key: ',', ctrlKey: true, bubbles: true, cancelable: true }))";
    window.find("view-library").await;
    window.run(press, vec![]).await;
    window.find("settings").await;
}

async fn has(window: &Window, id: &str, value: &str) {
    let css = test_id(id);
    window
        .until(&format!("{value} in {id}"), &format!("document.querySelector('{css}')?.value === '{value}'"))
        .await;
}

async fn says(desk: &Desk, text: &str) {
    let file = desk.home().join("settings.toml");
    until(&format!("{text:?} in the file"), || (fs::read_to_string(&file).unwrap() == text).then_some(()))
        .await;
}

#[tokio::test]
async fn a_choice_counts_at_once_and_can_be_taken_back() {
    let desk = Desk::new();
    desk.settings(MINE);
    let window = desk.open(&[]).await;
    presses_settings(&window).await;
    window.click("settings-performance").await;
    has(&window, "value-workers", "3").await;
    window.shows("capacity", "This computer has").await;

    // Chosen, with what stands around it kept; then taken back to the byte.
    window.click("fewer-workers").await;
    has(&window, "value-workers", "2").await;
    says(&desk, &MINE.replace("workers = 3", "workers = 2")).await;
    window.click("toast-deed").await;
    has(&window, "value-workers", "3").await;
    says(&desk, MINE).await;

    // As it comes, and back by the keys.
    window.click("default-workers").await;
    has(&window, "value-workers", "8").await;
    says(&desk, "# Three are enough here.\n# of eight\n").await;
    window.click("toast-deed").await;
    says(&desk, MINE).await;

    // What cannot be is told beside it, and goes nowhere.
    window.type_into("value-workers", "0\u{e007}").await;
    window.shows("wrong-workers", "A whole number from 1 to 8.").await;
    says(&desk, MINE).await;

    // Another program chooses: the window follows. One that breaks the file is told with its line.
    let set = desk.deskscribe(&["settings", "set", "workers", "5"]).output().unwrap();
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    has(&window, "value-workers", "5").await;
    desk.settings("\nworkers = 80\n");
    window.shows("settings-trouble", "Line 2 of the settings has workers = 80").await;
    window.until("locked", &format!("document.querySelector('{}').disabled", test_id("value-workers"))).await;
    has(&window, "value-workers", "5").await;
    desk.settings("workers = 4\n");
    has(&window, "value-workers", "4").await;
    window.until("no trouble", "document.querySelector('[data-testid=settings-trouble]') === null").await;
    window.close().await;
}

#[tokio::test]
async fn the_machine_and_the_server_are_told_as_they_are() {
    let server = StandIn::ollama();
    server.always(Turn::says(r#"{"title": "A title", "summary": "A summary.", "tags": []}"#));
    let desk = Desk::new();
    desk.settings(&server.toml());
    let window = desk.open(&[]).await;
    presses_settings(&window).await;
    window.click("settings-summaries").await;
    window.shows("standing", "small writes your summaries").await;
    window.click("test-model").await;
    window.shows("model-test", "POST /api/chat small").await;

    let doctor = desk.deskscribe(&["doctor", "--json"]).output().unwrap();
    let doctor: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let canaries = doctor["worker"]["canaries"].as_array().unwrap();
    window.click("settings-privacy").await;
    window.shows("left", "Nothing").await;
    window.counts("canary", canaries.len()).await;
    let shown = window
        .run(
            "return [...document.querySelectorAll('[data-testid=canary]')]
                .map((row) => [row.querySelector('th').textContent, row.dataset.refused === 'true'])",
            vec![],
        )
        .await;
    let real: Vec<_> =
        canaries.iter().map(|canary| serde_json::json!([canary["attempt"], canary["refused"]])).collect();
    assert_eq!(shown, Value::from(real));
    let level = "document.querySelector('[data-testid=isolation]').dataset.code";
    assert_eq!(window.until("the level", level).await, doctor["worker"]["isolation"]);

    window.click("settings-diagnostics").await;
    window.shows("version", doctor["program"].as_str().unwrap()).await;
    window.click("copy-diagnosis").await;
    let copied = until("a report on the clipboard", || desk.try_copied()).await;
    assert!(copied.contains("The worker tried to"), "{copied}");
    window.close().await;
}
