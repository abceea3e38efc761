//! The window, as the driver sees and touches it.

use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};

/// How long anything may take on a machine that is busy. Nothing is ever waited for longer than it takes.
const PATIENCE: Duration = Duration::from_secs(210);
/// Between two looks at the page.
const LOOK: Duration = Duration::from_millis(40);

/// The window, opened by [`crate::Desk::open`].
pub struct Window {
    /// For what is not here.
    pub client: Client,
}

/// Waits until there is something to look at, and returns it.
pub async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited for {what} in vain");
        tokio::time::sleep(LOOK).await;
    }
}

/// The same for what has to be asked.
pub(crate) async fn patiently<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited for {what} in vain");
        tokio::time::sleep(LOOK).await;
    }
}

/// The CSS that finds what the page calls so.
pub fn test_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

impl Window {
    pub(crate) async fn open(port: u64, program: &Path, arguments: &[&str]) -> Self {
        let wish = json!({
            "browserName": "wry",
            "tauri:options": { "application": program, "args": arguments },
            "timeouts": { "script": PATIENCE.as_millis() as u64 },
        });
        Self::ask(port, wish).await
    }

    /// A plain browser of the same engine as the window, from the driver behind the window's.
    pub(crate) async fn browse(port: u64, is_dark: bool) -> Self {
        // The driver knows where its browser is, which does not ask the desktop for its look.
        let arguments = if is_dark { vec!["--automation", "--dark-mode"] } else { vec!["--automation"] };
        let wish = json!({
            "browserName": "MiniBrowser",
            "webkitgtk:browserOptions": { "args": arguments },
            "timeouts": { "script": PATIENCE.as_millis() as u64 },
        });
        Self::ask(port, wish).await
    }

    async fn ask(port: u64, wish: Value) -> Self {
        let Value::Object(wish) = wish else { unreachable!() };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder
            .capabilities(wish.into_iter().collect::<Map<_, _>>())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("the window does not open: {error}"));
        Self { client }
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

    /// Makes the page so large; the browser around it takes some room of its own.
    pub async fn resize(&self, width: u64, height: u64) {
        let around = self.run("return [outerWidth - innerWidth, outerHeight - innerHeight]", vec![]).await;
        let [aside, above] = [0, 1].map(|at| around[at].as_u64().unwrap());
        let (whole, high) = ((width + aside) as u32, (height + above) as u32);
        self.client.set_window_size(whole, high).await.unwrap();
        let size = format!("innerWidth === {width} && innerHeight === {height}");
        self.until("its size", &size).await;
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

    /// Waits for it and clicks it, after which there is no window: it may be gone before the driver can tell that it was
    /// clicked.
    pub async fn leave_by(&self, id: &str) {
        let element = self.find(id).await;
        let _ = element.click().await;
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

    /// Opens the side of the window that tells what is being done, if it is not open.
    pub async fn open_activity(&self) {
        self.find("view-library").await;
        if self.run("return document.querySelector('[data-testid=view-activity]') === null", vec![]).await
            == true
        {
            self.click("activity").await;
        }
        self.find("view-activity").await;
    }

    /// Puts this into the search box, a key at a time.
    pub async fn search(&self, text: &str) {
        self.type_into("search", text).await;
    }

    /// Waits until the library has so many items, seen or not.
    pub async fn lists(&self, count: usize) {
        let script = format!(
            "document.querySelector('[data-testid=card]')?.getAttribute('aria-setsize') === '{count}'"
        );
        self.until(&format!("{count} items"), &script).await;
    }

    /// Waits until everything that the page asked for is there, and what it shows is painted.
    pub async fn painted(&self) {
        let is_calm = "[...document.images].every((image) => image.complete)";
        self.until("all pictures", is_calm).await;
        let painted = "const done = arguments[0]; \
                       requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))";
        self.client.execute_async(painted, vec![]).await.unwrap();
    }

    /// Ends the window as the driver does, without asking it.
    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}
