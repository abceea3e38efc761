//! OpenAI's language, as LM Studio, the server of llama.cpp and vLLM speak it.

use deskscribe_protocol::LanguageModel;
use ollama_rs::generation::chat::MessageRole;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::completion::request::GenerationRequest;
use ollama_rs::generation::images::Image;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::listener::{Listener, Pace};
use super::place::ServerKind;
use super::question::{Question, body, json as fields, texts};
use super::remedy::Remedy;
use super::state::Server;
use super::trouble::Trouble;
use super::way::Way;
use super::{Asked, LEAST_CONTEXT, tokens};

/// A piece of an answer, or a whole one.
#[derive(Deserialize)]
struct Piece {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(alias = "message", default)]
    delta: Delta,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    completion_tokens: Option<u64>,
}

/// The answer to a question for vectors.
#[derive(Deserialize)]
struct Embedded {
    data: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(default)]
    index: usize,
    embedding: Vec<f32>,
}

/// The models of a server, if it is one of this kind.
async fn list(way: &Way) -> Result<Option<Vec<Value>>, Trouble> {
    let about = way.about(Method::GET, "v1/models", None).await?;
    let data = about.json().and_then(|json| json.get("data")?.as_array().cloned());
    Ok(data.map(|data| data.into_iter().filter(|model| model["id"].is_string()).collect()))
}

/// Whether a server of this kind answers there.
pub(super) async fn is_there(way: &Way) -> bool {
    list(way).await.is_ok_and(|models| models.is_some())
}

/// Who is there, and which of its models are to be used.
pub(super) async fn look(way: &Way) -> Result<Server, Trouble> {
    let Some(listed) = list(way).await? else {
        let remedy = super::ollama::is_there(way)
            .await
            .then(|| Remedy::set("Ollama is there, so say in settings.toml: llm = \"ollama\""));
        return Err(Trouble::wrong_address(&way.place, "what answers there has no list of models", remedy));
    };
    let more = more(way).await;
    let names: Vec<String> =
        listed.iter().filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect();
    let embeds = |name: &str| more.of(name)["type"] == "embeddings" || name.to_lowercase().contains("embed");
    let is_loaded = |name: &str| more.of(name)["state"] == "loaded";
    let find = |is_one: &dyn Fn(&str) -> bool| {
        let all = || names.iter().filter(|name| is_one(name));
        all().find(|name| is_loaded(name)).or_else(|| all().next()).cloned()
    };
    let name = match &way.llm.model {
        Some(named) if names.contains(named) => named.clone(),
        Some(named) => return Err(Trouble::missing(&way.place, named, &names)),
        None => find(&|name| !embeds(name)).ok_or_else(|| Trouble::no_model(&way.place))?,
    };
    let (embedder, embedder_trouble) = match &way.llm.embedder {
        Some(named) if names.contains(named) => (Some(named.clone()), None),
        Some(named) => (None, Some(Trouble::missing(&way.place, named, &names))),
        None => (find(&|name| embeds(name)), None),
    };
    let model = listed.iter().find(|model| model["id"] == *name).unwrap_or(&Value::Null);
    Ok(Server {
        kind: ServerKind::OpenAi,
        address: way.place.shown.clone(),
        remote: way.remote,
        version: None,
        model: LanguageModel { context: more.context(&name, model), sees: more.sees(&name), name },
        writers: names.iter().filter(|name| !embeds(name)).cloned().collect(),
        embedder,
        embedder_trouble,
    })
}

/// What some of these servers tell in ways of their own.
struct More {
    /// LM Studio's list of models.
    studio: Vec<Value>,
    /// What the server of llama.cpp tells of its one model.
    llama: Value,
}

async fn more(way: &Way) -> More {
    // Whoever does not know such a question says so in one way or another.
    let studio = way.about(Method::GET, "api/v0/models", None).await.ok().and_then(|about| about.json());
    let studio = studio.and_then(|json| json.get("data")?.as_array().cloned()).unwrap_or_default();
    let llama = if studio.is_empty() { way.about(Method::GET, "props", None).await.ok() } else { None };
    More { studio, llama: llama.and_then(|about| about.json()).unwrap_or_default() }
}

impl More {
    fn of(&self, name: &str) -> &Value {
        self.studio.iter().find(|model| model["id"] == *name).unwrap_or(&Value::Null)
    }

    fn sees(&self, name: &str) -> bool {
        self.of(name)["type"] == "vlm" || self.llama["modalities"]["vision"] == true
    }

    /// How much the model has before it, as it is loaded; else as much as is usual, if it can have that.
    fn context(&self, name: &str, model: &Value) -> u32 {
        let studio = self.of(name);
        let as_loaded = [
            &model["max_model_len"],
            &studio["loaded_context_length"],
            &self.llama["default_generation_settings"]["n_ctx"],
        ];
        let as_loaded = as_loaded.into_iter().find_map(Value::as_u64);
        let could = studio["max_context_length"].as_u64().map(|could| could.min(LEAST_CONTEXT));
        tokens(as_loaded.or(could).unwrap_or(LEAST_CONTEXT))
    }
}

/// Performs a question, and hands on what comes.
pub(super) async fn ask(
    asked: &Asked<'_>,
    question: Question,
    to: &mut Listener<'_>,
) -> Result<Pace, Trouble> {
    let (way, place) = (asked.way, &asked.way.place);
    let request = match &question {
        Question::Chat(request) => chat(request)?,
        Question::Generate(request) => generate(request)?,
        Question::Embed(embed) => {
            let texts = texts(&embed.input);
            let request = json!({ "model": embed.model_name, "input": texts, "encoding_format": "float" });
            let mut flow = way.ask("v1/embeddings", question.model(), body(&request)?, asked.receipt).await?;
            let answer = flow.whole().await?;
            let Ok(Embedded { mut data }) = serde_json::from_slice(&answer) else {
                return Err(Trouble::nonsense(place, &String::from_utf8_lossy(&answer)));
            };
            data.sort_by_key(|vector| vector.index);
            let vectors = data.into_iter().map(|vector| vector.embedding).collect();
            return to.vectors(place, vectors, texts.len()).await;
        }
    };
    let mut flow = way.ask("v1/chat/completions", question.model(), body(&request)?, asked.receipt).await?;
    let mut heard = Heard::default();
    if flow.content_type().starts_with("application/json") {
        // It does not stream.
        let answer = flow.whole().await?;
        heard.take(asked, question.model(), &answer, to).await?;
    } else {
        while let Some(line) = flow.line().await? {
            // Comments keep a connection open, and other fields mean nothing here.
            let Some(data) = line.strip_prefix(b"data:").map(<[u8]>::trim_ascii) else {
                if line.starts_with(b"{") || line.starts_with(b"<") {
                    return Err(Trouble::nonsense(place, &String::from_utf8_lossy(&line)));
                }
                continue;
            };
            flow.is_alive();
            if data == b"[DONE]" {
                heard.is_done = true;
                break;
            }
            if !heard.take(asked, question.model(), data, to).await? {
                return Ok(Pace::default());
            }
        }
    }
    if !heard.is_done {
        return Err(Trouble::hung_up(place, "it was not done"));
    }
    to.end(heard.is_cut).await;
    Ok(Pace { tokens: heard.tokens, seconds: None })
}

/// What was heard of an answer beside its words.
#[derive(Default)]
struct Heard {
    is_done: bool,
    is_cut: bool,
    tokens: Option<u64>,
}

impl Heard {
    /// Takes a piece, and hands on its words; whether anybody still listens.
    async fn take(
        &mut self,
        asked: &Asked<'_>,
        model: &str,
        data: &[u8],
        to: &mut Listener<'_>,
    ) -> Result<bool, Trouble> {
        let place = &asked.way.place;
        let Ok(Piece { choices, usage, error }) = serde_json::from_slice(data) else {
            return Err(Trouble::nonsense(place, &String::from_utf8_lossy(data)));
        };
        if error.is_some_and(|error| !error.is_null()) {
            return Err(Trouble::said(place, model, 500, data, None));
        }
        self.tokens = usage.and_then(|usage| usage.completion_tokens).or(self.tokens);
        for Choice { delta, finish_reason } in choices {
            self.is_done |= finish_reason.is_some();
            self.is_cut |= finish_reason.as_deref() == Some("length");
            if !to.text(place, &delta.content.unwrap_or_default()).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A conversation in this language.
fn chat(request: &ChatMessageRequest) -> Result<Value, Trouble> {
    let message = |message: &ollama_rs::generation::chat::ChatMessage| {
        let role = match message.role {
            MessageRole::System => "system",
            MessageRole::Assistant => "assistant",
            MessageRole::User | MessageRole::Tool => "user",
        };
        said(role, &message.content, message.images.as_deref().unwrap_or_default())
    };
    let messages = request.messages.iter().map(message).collect();
    wrap(&request.model_name, messages, request.options.as_ref(), request.format.as_ref())
}

/// A text to be continued, which is a conversation here.
fn generate(request: &GenerationRequest<'_>) -> Result<Value, Trouble> {
    let system = request.system.iter().map(|system| said("system", system, &[]));
    let messages = system.chain([said("user", &request.prompt, &request.images)]).collect();
    wrap(&request.model_name, messages, request.options.as_ref(), request.format.as_ref())
}

fn said(role: &str, text: &str, images: &[Image]) -> Value {
    if images.is_empty() {
        return json!({ "role": role, "content": text });
    }
    let pictures = images.iter().map(|image| {
        let data = image.to_base64();
        json!({ "type": "image_url", "image_url": { "url": format!("data:{};base64,{data}", kind(data)) } })
    });
    let parts: Vec<Value> = [json!({ "type": "text", "text": text })].into_iter().chain(pictures).collect();
    json!({ "role": role, "content": parts })
}

/// What kind of picture this is, by its first bytes.
fn kind(base64: &str) -> &'static str {
    use base64::Engine as _;
    let head = base64.get(..base64.len().min(64) / 4 * 4).unwrap_or_default();
    let head = base64::engine::general_purpose::STANDARD.decode(head).unwrap_or_default();
    infer::get(&head).map_or("image/png", |kind| kind.mime_type())
}

fn wrap<O: Serialize, F: Serialize>(
    model: &str,
    messages: Vec<Value>,
    options: Option<&O>,
    format: Option<&F>,
) -> Result<Value, Trouble> {
    let mut request = Map::new();
    request.insert("model".to_owned(), json!(model));
    request.insert("messages".to_owned(), Value::Array(messages));
    request.insert("stream".to_owned(), json!(true));
    request.insert("stream_options".to_owned(), json!({ "include_usage": true }));
    let options = options.map(fields).transpose()?.unwrap_or_default();
    for (from, to) in [
        ("temperature", "temperature"),
        ("top_p", "top_p"),
        ("seed", "seed"),
        ("stop", "stop"),
        ("num_predict", "max_tokens"),
    ] {
        if let Some(value) = options.get(from) {
            request.insert(to.to_owned(), value.clone());
        }
    }
    if let Some(format) = format.and_then(|format| serde_json::to_value(format).ok()) {
        // Not every one of them takes JSON without a schema.
        let schema = if format.is_object() { format } else { json!({ "type": "object" }) };
        let format = json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } });
        request.insert("response_format".to_owned(), format);
    }
    Ok(Value::Object(request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_put_into_their_language() {
        let asked = json!({
            "model": "m",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "What?", "images": ["iVBORw0KGgo=", "/9j/4AAQSkZJRg=="] },
            ],
            "options": { "temperature": 0.5, "num_ctx": 4096, "num_predict": 7, "seed": 3 },
            "format": { "type": "object" },
        });
        let request: ChatMessageRequest = serde_json::from_value(asked).unwrap();
        let schema = json!({ "name": "answer", "schema": { "type": "object" } });
        let url = |url: &str| json!({ "type": "image_url", "image_url": { "url": url } });
        let expected = json!({
            "model": "m",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": [
                    { "type": "text", "text": "What?" },
                    url("data:image/png;base64,iVBORw0KGgo="),
                    url("data:image/jpeg;base64,/9j/4AAQSkZJRg=="),
                ] },
            ],
            "stream": true,
            "stream_options": { "include_usage": true },
            "temperature": 0.5, "max_tokens": 7, "seed": 3,
            "response_format": { "type": "json_schema", "json_schema": schema },
        });
        assert_eq!(chat(&request).unwrap(), expected);
        let asked = json!({ "model": "m", "prompt": "What?", "system": "Be brief.", "format": "json" });
        let request: GenerationRequest<'_> = serde_json::from_value(asked).unwrap();
        let made = generate(&request).unwrap();
        assert_eq!(made["messages"][1], json!({ "role": "user", "content": "What?" }));
        assert_eq!(made["response_format"]["json_schema"], schema);
    }
}
