//! Which language model summarises, and how patiently it is asked.

use std::time::Duration;

use crate::models::Address;

/// Which language model summarises, and how patiently it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Llm {
    /// Whom to ask.
    pub server: LlmServer,
    /// Where it is; without one, where such a server usually is on this machine.
    pub address: Option<Address>,
    /// The model to use, as the server calls it; without one, the first usable one that it has.
    pub model: Option<String>,
    /// The model that makes vectors of texts; without one, the first that the server has for it.
    pub embedder: Option<String>,
    /// The language to write in, as a BCP-47 tag; without one, that of the text.
    pub language: Option<String>,
    /// Until there is a connection.
    pub connect: Duration,
    /// From a question to the first word. While a model is loaded, or a long question read, nothing comes.
    pub first: Duration,
    /// Between two words.
    pub quiet: Duration,
    /// After a failure nothing is asked for so long, doubled with each further one until an answer comes.
    pub pause: Duration,
    /// No such pause is longer than this.
    pub longest_pause: Duration,
}

/// Whom to ask for summaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LlmServer {
    /// Ollama at its usual address on this machine, if it is there.
    Auto,
    /// Nobody.
    Off,
    /// Ollama.
    Ollama,
    /// A server that speaks OpenAI's language: LM Studio, the server of llama.cpp, vLLM.
    OpenAi,
}

impl LlmServer {
    pub(super) const ALL: [Self; 4] = [Self::Auto, Self::Off, Self::Ollama, Self::OpenAi];

    /// As the settings have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Off => "off",
            Self::Ollama => "ollama",
            Self::OpenAi => "openai",
        }
    }
}

impl Llm {
    /// Whether the user has named a server. What was read then owes a summary while it is away; otherwise one that is
    /// there is a present.
    pub fn is_named(&self) -> bool {
        matches!(self.server, LlmServer::Ollama | LlmServer::OpenAi)
    }
}

impl Default for Llm {
    fn default() -> Self {
        Self {
            server: LlmServer::Auto,
            address: None,
            model: None,
            embedder: None,
            language: None,
            connect: Duration::from_secs(5),
            // Reading a long question takes minutes where there is no GPU.
            first: Duration::from_secs(300),
            quiet: Duration::from_secs(60),
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
        }
    }
}
