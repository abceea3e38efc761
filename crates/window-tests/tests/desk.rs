//! The desk itself: what the tests of the window stand on.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use deskscribe_system_tests::processes::descendants;
use deskscribe_window_tests::{Desk, Look, until};

#[tokio::test]
async fn nothing_of_a_desk_stays_when_its_test_panics() {
    let mut all = Vec::new();
    let desk = Desk::new();
    let window = desk.open(&[]).await;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let desk = desk;
        all = descendants(desk.keeper());
        panic!("the test fails, with its window open");
    }));
    outcome.unwrap_err();
    drop(window);
    let names: Vec<String> = all.iter().map(|process| process.name()).collect();
    assert!(all.len() >= 6, "{names:?}");
    assert!(all.iter().all(|process| !process.is_alive()), "{names:?}");
}

#[tokio::test]
async fn the_window_finds_the_look_of_the_desk() {
    for look in [Look::Light, Look::Dark] {
        let desk = Desk::with(look);
        let window = desk.open(&[]).await;
        let is_dark = window.run("return matchMedia('(prefers-color-scheme: dark)').matches", vec![]).await;
        assert_eq!(is_dark, look == Look::Dark);
        window.find("view-library").await;
        let file = desk.desktop().join("screen.png");
        // The window is shown when its page is there, which the driver sees earlier.
        until("a screen that is not empty", || {
            desk.screenshot(&file);
            (fs::metadata(&file).unwrap().len() > 10_000).then_some(())
        })
        .await;
        window.close().await;
    }
}
