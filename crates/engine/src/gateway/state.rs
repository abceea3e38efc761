//! What is known of the language model: who it is, or what is wrong.

use deskscribe_protocol::LanguageModel;
use serde::{Deserialize, Serialize};

use super::place::ServerKind;
use super::trouble::Trouble;

/// What was last seen of the language model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LlmState {
    /// The settings say that nobody is asked.
    #[default]
    Off,
    /// Nobody was asked yet.
    Unseen,
    /// It is there.
    Ready(Server),
    /// Nothing comes from it.
    Trouble(Trouble),
}

/// A server that is there, and what it is asked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Server {
    /// What language it speaks.
    pub kind: ServerKind,
    /// Where it is, without a password.
    pub address: String,
    /// Whether what it is asked leaves this machine, also when a server of this machine hands it on.
    pub remote: bool,
    /// Its version, if it tells.
    pub version: Option<String>,
    /// The model that writes.
    pub model: LanguageModel,
    /// The model that makes vectors of texts, if the server has one.
    pub embedder: Option<String>,
    /// Why there is none, although the settings name one.
    pub embedder_trouble: Option<Trouble>,
    /// The names of all its models that may write, the one that does among them.
    pub writers: Vec<String>,
}

impl LlmState {
    /// The server, if it is there.
    pub fn server(&self) -> Option<&Server> {
        match self {
            Self::Ready(server) => Some(server),
            Self::Off | Self::Unseen | Self::Trouble(_) => None,
        }
    }

    /// What is wrong, if anything is.
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Trouble(trouble) => Some(trouble),
            Self::Off | Self::Unseen | Self::Ready(_) => None,
        }
    }
}

impl Server {
    /// One line about it, such as `gemma3:4b, which sees, on http://127.0.0.1:11434 (Ollama 0.20.3), this machine`.
    pub fn words(&self) -> String {
        let Self { kind, address, remote, version, model, embedder, .. } = self;
        let sees = if model.sees { ", which sees," } else { "" };
        let who = match (kind, version) {
            (ServerKind::Ollama, Some(version)) => format!(" (Ollama {version})"),
            (ServerKind::Ollama, None) => " (Ollama)".to_owned(),
            (ServerKind::OpenAi, _) => String::new(),
        };
        let whither = if *remote { "LEAVES THIS MACHINE" } else { "this machine" };
        let vectors = embedder.as_ref().map(|name| format!("; vectors by {name}")).unwrap_or_default();
        format!("{}{sees} on {address}{who}, {whither}{vectors}", model.name)
    }
}
