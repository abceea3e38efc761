//! The desk itself: it shows what it is told to, and nothing of it stays.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use deskscribe_window_tests::{Desk, Look};

#[tokio::test]
async fn trivial() {
    for look in [Look::Dark, Look::Light] {
        let desk = Desk::with(look);
        eprintln!("desk is up");
        let window = desk.open(&[]).await;
        eprintln!("window is up");
        window.shows("hello", "Hello").await;
        eprintln!("{}", window.run("return document.body.innerText", vec![]).await);
        window.type_into("t", "abc").await;
        let n = window.run("return [performance.now(), n]", vec![]).await;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        eprintln!("{n} {}", window.run("return [performance.now(), n]", vec![]).await);
        window.screenshot(&std::path::PathBuf::from(format!("/tmp/trivial-{}.png", look.name())));
        eprintln!("{}", desk.mouse(&["search", "--name", "Deskscribe"]));
        window.client.refresh().await.unwrap();
        window.shows("hello", "Hello").await;
        window.close().await;
        eprintln!("closed");
    }
}
