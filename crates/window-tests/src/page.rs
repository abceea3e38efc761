//! The window, as the driver sees and touches it.

use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

use crate::Desk;

/// How long anything may take on a machine that is busy. Nothing is ever waited for longer than it takes.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks at the page.
const LOOK: Duration = Duration::from_millis(40);

/// The window on its desk.
pub struct Window<'a> {
    desk: &'a Desk,
    /// For what is not here.
    pub client: Client,
}

/// The CSS that finds what the page calls so.
pub fn test_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

impl<'a> Window<'a> {
    pub(crate) async fn open(desk: &'a Desk, port: u64, program: &Path, arguments: &[&str]) -> Self {
        let wish = json!({
            "browserName": "wry",
            "tauri:options": { "application": program, "args": arguments },
            "timeouts": { "script": PATIENCE.as_millis() as u64 },
        });
        let Value::Object(wish) = wish else { unreachable!() };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder
            .capabilities(wish.into_iter().collect::<Map<_, _>>())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("the window does not open: {error}"));
        Self { desk, client }
    }

    /// What a script comes to; `return` says it.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let outcome = self.client.execute(script, arguments).await;
        outcome.unwrap_or_else(|error| panic!("{error}: {script}"))
    }

    /// Waits until an expression is true of the page, and returns its value.
    pub async fn until(&self, what: &str, expression: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let script = format!("return ({expression})");
        loop {
            // While the page is loading or reloading there may be nothing to ask.
            let value = self.client.execute(&script, Vec::new()).await.unwrap_or_default();
            let is_true = !matches!(value, Value::Null | Value::Bool(false)) && value != json!(0);
            if is_true && value != json!("") {
                return value;
            }
            if Instant::now() > deadline {
                let shown = self.client.execute("return document.body.innerText", Vec::new()).await;
                let shown = shown.unwrap_or_default();
                let shown = shown.as_str().unwrap_or("nothing");
                panic!("waited for {what} in vain: {expression}\nthe page shows:\n{shown}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until the page shows this text somewhere in what it calls so.
    pub async fn shows(&self, id: &str, text: &str) {
        let (css, text) = (json!(test_id(id)), json!(text));
        let script = format!(
            "[...document.querySelectorAll({css})].some((element) => element.innerText.includes({text}))"
        );
        self.until(&format!("{text} in {id}"), &script).await;
    }

    /// Waits until there are so many of what the page calls so.
    pub async fn counts(&self, id: &str, count: usize) {
        let css = json!(test_id(id));
        let script = format!("document.querySelectorAll({css}).length === {count}");
        self.until(&format!("{count} of {id}"), &script).await;
    }

    /// Waits for the first of what the page calls so.
    pub async fn find(&self, id: &str) -> Element {
        let css = test_id(id);
        self.until(&format!("any {id}"), &format!("document.querySelector({}) !== null", json!(css))).await;
        let found = self.client.find(Locator::Css(&css)).await;
        found.unwrap_or_else(|error| panic!("{id} is gone again: {error}"))
    }

    /// Waits for it and clicks it.
    pub async fn click(&self, id: &str) {
        let element = self.find(id).await;
        element.click().await.unwrap_or_else(|error| panic!("{id} cannot be clicked: {error}"));
    }

    /// Waits for it and types into it, as on a keyboard.
    pub async fn type_into(&self, id: &str, text: &str) {
        let element = self.find(id).await;
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{id} takes no keys: {error}"));
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: Key) {
        let focus = self.client.active_element().await.unwrap();
        focus.send_keys(&char::from(key).to_string()).await.unwrap();
    }

    /// The whole screen with the window on it, as a PNG.
    pub fn screenshot(&self, file: &Path) {
        self.desk.screenshot(file);
    }

    /// Ends the window as the driver does, without asking it.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}
