//! Asking the stand-in by the way that an engine does, with all that it takes around it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "this runs in tests alone, where a panic is a failed test"
)]

use std::path::Path;
use std::time::Duration;

use deskscribe_engine::{Gateway, Home, Line, LlmState, Server, Settings, Trouble};
use deskscribe_protocol::{Ask, Reply};
use serde_json::json;
use tokio::sync::mpsc;

use super::StandIn;

/// A home whose settings name a stand-in, gone with the test.
pub struct House {
    folder: tempfile::TempDir,
    /// What its gateways go by.
    pub settings: Settings,
}

impl House {
    /// One that is patient.
    pub fn with(server: &StandIn) -> Self {
        let settings = Settings { llm: server.settings(), ..Settings::default() };
        Self { folder: tempfile::tempdir().unwrap(), settings }
    }

    /// One that waits for no word longer than a moment.
    pub fn impatient(server: &StandIn) -> Self {
        let mut house = Self::with(server);
        house.settings.llm.first = Duration::from_millis(300);
        house.settings.llm.quiet = Duration::from_millis(200);
        house
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A gateway as an engine of its own would have it.
    pub fn gateway(&self) -> Gateway {
        Gateway::of(&Home::at(self.folder.path()), &self.settings)
    }
}

/// A short question to `small`.
pub fn chat() -> Ask {
    Ask::Chat(json!({ "model": "small", "messages": [{ "role": "user", "content": "What is this?" }] }))
}

/// Everything that comes of a question, and how it ends.
pub async fn heard(line: &Line, ask: Ask) -> (Vec<Reply>, Result<(), Trouble>) {
    let (pieces, mut hear) = mpsc::channel(1);
    let listen = async {
        let mut heard = Vec::new();
        while let Some(piece) = hear.recv().await {
            heard.push(piece);
        }
        heard
    };
    let (ended, heard) = tokio::join!(line.ask(ask, pieces), listen);
    (heard, ended)
}

/// The words of a whole answer, and whether it was cut.
pub async fn words(line: &Line, ask: Ask) -> (String, bool) {
    let (pieces, ended) = heard(line, ask).await;
    ended.unwrap();
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Reply::Text { text: more } => text += &more,
            Reply::End { cut } => return (text, cut),
            Reply::Vectors { .. } => panic!("nobody asked for vectors"),
        }
    }
    panic!("no end after {text}")
}

/// The server, which is there.
#[track_caller]
pub fn ready(state: LlmState) -> Server {
    let LlmState::Ready(server) = state else { panic!("{state:?}") };
    server
}

/// What is wrong, which something is.
#[track_caller]
pub fn trouble(state: LlmState) -> Trouble {
    let LlmState::Trouble(trouble) = state else { panic!("{state:?}") };
    trouble
}
