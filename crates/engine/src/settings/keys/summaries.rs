//! Which language model writes summaries, and how patiently it is asked.

use std::time::Duration;

use super::Value::{Number, Text, Word};
use super::{Group, Key, Kind, count, model, put};
use crate::models::Address;
use crate::settings::LlmServer;

pub(super) const GROUP: Group = Group {
    title: "Summaries by a language model",
    keys: &[
        Key {
            name: "llm",
            what: "Whom to ask: \"auto\" is Ollama on this machine if it is there, \"openai\" LM Studio, llama.cpp, vLLM.",
            value: Word(
                &["auto", "off", "ollama", "openai"],
                |settings| settings.llm.server.as_str(),
                |settings, word| {
                    settings.llm.server =
                        LlmServer::ALL.into_iter().find(|server| server.as_str() == word)?;
                    Some(())
                },
            ),
        },
        Key {
            name: "llm_address",
            what: "Where that server is; without it where such a server usually is.",
            value: Text(
                Kind {
                    what: "an address, such as \"http://localhost:1234\"",
                    example: "http://localhost:1234",
                },
                |settings| settings.llm.address.as_ref().map(Address::to_string),
                |settings, text| put(&mut settings.llm.address, Address::parse(text)),
            ),
        },
        Key {
            name: "llm_model",
            what: "The model that writes; without it one that is in memory, or else the newest.",
            value: Text(
                Kind { what: "the name of a model, as the server has it", example: "gemma3:4b" },
                |settings| settings.llm.model.clone(),
                |settings, name| put(&mut settings.llm.model, model(name)),
            ),
        },
        Key {
            name: "llm_embedder",
            what: "The model that makes vectors of texts; without it the first one that can.",
            value: Text(
                Kind { what: "the name of a model, as the server has it", example: "nomic-embed-text" },
                |settings| settings.llm.embedder.clone(),
                |settings, name| put(&mut settings.llm.embedder, model(name)),
            ),
        },
        Key {
            name: "llm_language",
            what: "The language to write in; without it that of the text.",
            value: Text(
                Kind { what: "a language, such as \"en\" or \"pt-BR\"", example: "en" },
                |settings| settings.llm.language.clone(),
                |settings, tag| put(&mut settings.llm.language, is_language(tag).then(|| tag.to_owned())),
            ),
        },
        Key {
            name: "llm_connect_seconds",
            what: "Until that server is reached.",
            value: Number(
                1..=600,
                |settings| settings.llm.connect.as_secs(),
                |settings, seconds| settings.llm.connect = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "llm_first_seconds",
            what: "Until a model says its first word: it is loaded, and reads the question.",
            value: Number(
                1..=86_400,
                |settings| settings.llm.first.as_secs(),
                |settings, seconds| settings.llm.first = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "llm_quiet_seconds",
            what: "Between two words; there is no limit on the whole answer.",
            value: Number(
                1..=86_400,
                |settings| settings.llm.quiet.as_secs(),
                |settings, seconds| settings.llm.quiet = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "max_concurrent_requests",
            what: "Requests to a language model at once, of all programs together.",
            value: Number(
                1..=64,
                |settings| settings.max_concurrent_requests.get() as u64,
                |settings, requests| settings.max_concurrent_requests = count(requests),
            ),
        },
    ],
};

/// Whether this has the form of a BCP-47 tag.
fn is_language(tag: &str) -> bool {
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    let first = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && tag.split('-').all(is_part)
}
