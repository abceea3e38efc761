//! What may be asked: a worker may be in the hands of a hostile file, so nothing of its question is believed.

use deskscribe_protocol::Ask;
use ollama_rs::generation::chat::MessageRole;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::completion::request::GenerationRequest;
use ollama_rs::generation::embeddings::request::{EmbeddingsInput, GenerateEmbeddingsRequest};
use ollama_rs::generation::images::Image;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::state::Server;
use super::trouble::{Trouble, TroubleCode};

/// The most bytes of a question, pictures and all.
const LONGEST: usize = 16 << 20;
/// The most texts that vectors are made of at once.
const MOST_TEXTS: usize = 256;

/// What a question may have in it. What is not named here would have the server do more than answer: tools, templates,
/// other layers on its GPU, a model that never leaves its memory.
const CHAT: [&str; 7] = ["model", "messages", "stream", "options", "format", "think", "tools"];
const GENERATE: [&str; 8] = ["model", "prompt", "system", "images", "options", "format", "think", "stream"];
const EMBED: [&str; 3] = ["model", "input", "truncate"];
const OPTIONS: [&str; 9] =
    ["num_ctx", "num_predict", "temperature", "seed", "stop", "top_k", "top_p", "min_p", "repeat_penalty"];

/// A question that may be asked.
#[derive(Debug)]
pub(super) enum Question {
    Chat(ChatMessageRequest),
    Generate(GenerationRequest<'static>),
    Embed(GenerateEmbeddingsRequest),
}

impl Question {
    /// Takes a question apart, and lets it pass if it is for words or vectors and for nothing else.
    pub(super) fn of(ask: Ask, server: &Server) -> Result<Self, Trouble> {
        match ask {
            Ask::Chat(value) => {
                let chat: ChatMessageRequest = typed(value, &CHAT)?;
                is_for(&chat.model_name, &server.model.name)?;
                are_few(chat.options.as_ref(), server)?;
                let is_plain = |role: &MessageRole| *role != MessageRole::Tool;
                if !chat.tools.is_empty()
                    || !chat
                        .messages
                        .iter()
                        .all(|message| is_plain(&message.role) && message.tool_calls.is_empty())
                {
                    return Err(Trouble::not_allowed("it comes with tools"));
                }
                let pictures = chat.messages.iter().flat_map(|message| message.images.iter().flatten());
                are_seen(pictures, server)?;
                Ok(Self::Chat(chat))
            }
            Ask::Generate(value) => {
                let generate: GenerationRequest<'static> = typed(value, &GENERATE)?;
                is_for(&generate.model_name, &server.model.name)?;
                are_few(generate.options.as_ref(), server)?;
                are_seen(generate.images.iter(), server)?;
                Ok(Self::Generate(generate))
            }
            Ask::Embed(value) => {
                let embed: GenerateEmbeddingsRequest = typed(value, &EMBED)?;
                is_for(&embed.model_name, server.embedder.as_deref().unwrap_or_default())?;
                if texts(&embed.input).len() > MOST_TEXTS {
                    return Err(Trouble::too_long(format!("more than {MOST_TEXTS} texts at once")));
                }
                Ok(Self::Embed(embed))
            }
        }
    }

    /// Which model is asked.
    pub(super) fn model(&self) -> &str {
        match self {
            Self::Chat(chat) => &chat.model_name,
            Self::Generate(generate) => &generate.model_name,
            Self::Embed(embed) => &embed.model_name,
        }
    }
}

/// The texts of an input, whatever its form.
pub(super) fn texts(input: &EmbeddingsInput) -> Vec<&str> {
    match input {
        EmbeddingsInput::Single(text) => vec![text],
        EmbeddingsInput::Multiple(texts) => texts.iter().map(String::as_str).collect(),
    }
}

/// What goes over the wire, if it is not too long.
pub(super) fn body(value: &Value) -> Result<Vec<u8>, Trouble> {
    let body = value.to_string().into_bytes();
    if body.len() > LONGEST {
        return Err(Trouble::too_long("the question is longer than any that is asked: 16 MiB"));
    }
    Ok(body)
}

/// A request as JSON.
pub(super) fn json<T: Serialize>(request: &T) -> Result<Map<String, Value>, Trouble> {
    match serde_json::to_value(request) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err(Trouble::not_allowed("it has no JSON form")),
    }
}

/// A request of this type that has nothing but these in it.
fn typed<T: DeserializeOwned>(value: Value, allowed: &[&str]) -> Result<T, Trouble> {
    has_only(&value, allowed)?;
    serde_json::from_value(value).map_err(|error| Trouble::not_allowed(&error.to_string()))
}

fn has_only(value: &Value, allowed: &[&str]) -> Result<(), Trouble> {
    let fields = value.as_object().ok_or_else(|| Trouble::not_allowed("it is no request"))?;
    match fields.iter().find(|(name, value)| !value.is_null() && !allowed.contains(&name.as_str())) {
        Some((name, _)) => Err(Trouble::not_allowed(&format!("it sets {}", super::trouble::saying(name)))),
        None => Ok(()),
    }
}

fn is_for(asked: &str, model: &str) -> Result<(), Trouble> {
    if asked.is_empty() || asked != model {
        return Err(Trouble::not_allowed("it is for another model"));
    }
    Ok(())
}

/// Options change the answer, and not how the server runs the model; nor may a larger context be asked for than was
/// told.
fn are_few<T: Serialize>(options: Option<&T>, server: &Server) -> Result<(), Trouble> {
    let Some(options) = options else { return Ok(()) };
    let options = Value::Object(json(options)?);
    has_only(&options, &OPTIONS)?;
    let context = options.get("num_ctx").and_then(Value::as_u64).unwrap_or_default();
    if context > u64::from(server.model.context) {
        return Err(Trouble::not_allowed("it wants a larger context than the model has"));
    }
    Ok(())
}

/// Pictures are in base64, and shown to those that see.
fn are_seen<'a>(mut pictures: impl Iterator<Item = &'a Image>, server: &Server) -> Result<(), Trouble> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let Some(first) = pictures.next() else { return Ok(()) };
    if !server.model.sees {
        let reason = Trouble::cannot_see(&server.address, &server.model.name);
        return Err(Trouble { code: TroubleCode::CannotSee, ..reason });
    }
    if !std::iter::once(first).chain(pictures).all(|picture| picture.to_base64().bytes().all(is_plain)) {
        return Err(Trouble::not_allowed("its picture is none"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::LanguageModel;
    use serde_json::json;

    use super::super::place::ServerKind;
    use super::*;

    fn server(sees: bool) -> Server {
        Server {
            kind: ServerKind::Ollama,
            address: "http://127.0.0.1:1".to_owned(),
            remote: false,
            version: None,
            model: LanguageModel { name: "small".to_owned(), context: 4096, sees },
            embedder: Some("words".to_owned()),
            embedder_trouble: None,
            writers: Vec::new(),
        }
    }

    #[test]
    fn plain_questions_pass() {
        let message = json!([{ "role": "user", "content": "What?", "images": ["iVBORw0KGgo="] }]);
        let options = json!({ "num_ctx": 4096, "temperature": 0.2, "stop": ["."], "num_predict": 9 });
        let schema = json!({ "type": "object", "properties": { "title": { "type": "string" } } });
        for ask in [
            Ask::Chat(
                json!({ "model": "small", "messages": message, "options": options, "format": schema, "stream": true }),
            ),
            Ask::Chat(
                json!({ "model": "small", "messages": [], "template": null, "think": false, "tools": [] }),
            ),
            Ask::Generate(
                json!({ "model": "small", "prompt": "What?", "system": "Be brief.", "format": "json" }),
            ),
            Ask::Embed(json!({ "model": "words", "input": ["a", "b"] })),
            Ask::Embed(json!({ "model": "words", "input": "a", "truncate": true })),
        ] {
            Question::of(ask, &server(true)).unwrap();
        }
    }

    #[test]
    fn nothing_else_does() {
        let chat = |more: Value| {
            let mut chat = json!({ "model": "small", "messages": [{ "role": "user", "content": "a" }] });
            chat.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Ask::Chat(chat)
        };
        let tool =
            json!({ "type": "function", "function": { "name": "x", "description": "", "parameters": {} } });
        let called = json!([{ "role": "assistant", "content": "", "tool_calls": [{ "function": { "name": "rm", "arguments": {} } }] }]);
        for ask in [
            chat(json!({ "model": "large" })),
            chat(json!({ "model": "words" })),
            chat(json!({ "tools": [tool] })),
            chat(json!({ "template": "{{ .System }}" })),
            chat(json!({ "keep_alive": -1 })),
            chat(json!({ "options": { "num_gpu": 99 } })),
            chat(json!({ "options": { "num_ctx": 4097 } })),
            chat(json!({ "options": { "made_up": 1 } })),
            chat(json!({ "messages": called })),
            chat(json!({ "messages": [{ "role": "tool", "content": "" }] })),
            chat(json!({ "messages": [{ "role": "user", "content": "", "images": ["../etc/passwd\n"] }] })),
            chat(json!({ "messages": "all" })),
            chat(json!({ "from": "/etc/passwd", "files": {} })),
            Ask::Chat(json!(["model"])),
            Ask::Generate(json!({ "model": "small", "prompt": "a", "raw": true })),
            Ask::Generate(json!({ "model": "small", "prompt": "a", "suffix": "b" })),
            Ask::Generate(json!({ "model": "small", "prompt": "a", "context": [1] })),
            Ask::Embed(json!({ "model": "small", "input": "a" })),
            Ask::Embed(json!({ "model": "words", "input": "a", "keep_alive": 0 })),
        ] {
            let text = format!("{ask:?}");
            assert_eq!(Question::of(ask, &server(true)).unwrap_err().code, TroubleCode::NotAllowed, "{text}");
        }
        let deaf = Server { embedder: None, ..server(false) };
        let ask = Ask::Embed(json!({ "model": "", "input": "a" }));
        assert_eq!(Question::of(ask, &deaf).unwrap_err().code, TroubleCode::NotAllowed);
        let seen = chat(json!({ "messages": [{ "role": "user", "content": "", "images": ["QQ=="] }] }));
        assert_eq!(Question::of(seen, &deaf).unwrap_err().code, TroubleCode::CannotSee);
        let many = Ask::Embed(json!({ "model": "words", "input": vec!["a"; MOST_TEXTS + 1] }));
        assert_eq!(Question::of(many, &server(true)).unwrap_err().code, TroubleCode::TooLong);
    }
}
