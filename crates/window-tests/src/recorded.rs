//! The recorded session of the page, for a plain browser: `ui/dist-recorded`, served to this machine alone.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::thread;

use serde::Deserialize;

use crate::{Window, test_id};

/// A server of the recorded session. It serves until the test ends.
pub struct RecordedPage {
    address: SocketAddr,
    has_large_text: bool,
}

/// Something to look at: a state of the session, and what is clicked in it. The page has a list of all of them.
#[derive(Debug, Clone, Deserialize)]
pub struct Screen {
    /// What it is called here.
    pub name: String,
    /// As `?state=` has it.
    pub state: String,
    /// What is clicked, one after the other, as the page calls it.
    pub clicks: Vec<String>,
    /// What is there in the end.
    pub shows: String,
    /// What is searched for first.
    pub search: Option<String>,
}

impl RecordedPage {
    /// Serves what `cargo xtask test` has built.
    pub fn serve() -> Self {
        let folder = ui().join("dist-recorded");
        let page = folder.join("index.html");
        assert!(page.is_file(), "run the tests with `cargo xtask test`, which builds {}", page.display());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let folder = folder.clone();
                // A browser that leaves in the middle of an answer is no failure.
                thread::spawn(move || answer(&stream, &folder).ok());
            }
        });
        Self { address, has_large_text: false }
    }

    /// The same with text twice as large.
    pub fn with_large_text(self) -> Self {
        Self { has_large_text: true, ..self }
    }

    /// The address of the session in this state, with its time stopped.
    fn at(&self, state: &str) -> String {
        let large = if self.has_large_text { "&large" } else { "" };
        format!("http://{}/?still{large}&state={state}", self.address)
    }

    /// Everything that the session can show, as the page lists it.
    pub async fn screens(&self, window: &Window) -> Vec<Screen> {
        window.client.goto(&self.at("")).await.unwrap();
        let told = window.until("the list of screens", "window.__deskscribe?.screens").await;
        serde_json::from_value(told).expect("the page lists its screens")
    }

    /// Goes to a screen, and waits until it is painted.
    pub async fn show(&self, window: &Window, screen: &Screen) {
        window.client.goto(&self.at(&screen.state)).await.unwrap();
        window.find("view-library").await;
        if let Some(text) = &screen.search {
            window.search(text).await;
            // What it offers to complete would lie over what is clicked next.
            window.run("document.activeElement.blur()", vec![]).await;
        }
        for id in &screen.clicks {
            window.find(id).await;
            // Not by the mouse: with large text the middle of a card may lie below the window's edge.
            window.run("document.querySelector(arguments[0]).click()", vec![test_id(id).into()]).await;
        }
        window.find(&screen.shows).await;
        window.painted().await;
    }
}

/// The folder of the page.
pub fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui")
}

/// Answers one question for a file of the folder and hangs up.
fn answer(mut stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let asked = lines.next().transpose()?.unwrap_or_default();
    // The rest of the question is read, so that nobody is hung up on while still asking.
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = asked.split_whitespace().nth(1).unwrap_or("/");
    let path = path.split('?').next().unwrap_or("/").trim_start_matches('/');
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let Some(content) = is_inside.then(|| fs::read(folder.join(path)).ok()).flatten() else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let kind = match path.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let length = content.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&content)
}
