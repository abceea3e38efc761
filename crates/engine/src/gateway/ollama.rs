//! Ollama's own language: who is there, and questions to a model.

use deskscribe_protocol::LanguageModel;
use ollama_rs::Ollama;
use ollama_rs::generation::embeddings::GenerateEmbeddingsResponse;
use ollama_rs::models::{LocalModel, ModelInfo};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::listener::{Listener, Pace};
use super::place::ServerKind;
use super::question::{Question, body, json as fields, texts};
use super::remedy::Remedy;
use super::state::Server;
use super::trouble::Trouble;
use super::way::{Call, Way};
use super::{Asked, LEAST_CONTEXT, USUAL_CONTEXT, tokens};

/// The models that a server has.
#[derive(Deserialize)]
struct Models {
    models: Vec<Listed>,
}

/// A model in that list.
#[derive(Debug, Clone, Deserialize)]
struct Listed {
    #[serde(flatten)]
    model: LocalModel,
    /// Set where Ollama hands everything on to another machine: its own in the cloud.
    #[serde(default)]
    remote_host: Option<String>,
}

impl Listed {
    fn is_remote(&self) -> bool {
        self.remote_host.as_ref().is_some_and(|host| !host.is_empty())
    }

    /// `llama3.2` and `llama3.2:latest` are one.
    fn is_called(&self, name: &str) -> bool {
        let full = |name: &str| if name.contains(':') { name.to_owned() } else { format!("{name}:latest") };
        full(&self.model.name) == full(name)
    }
}

/// What is known of a model that was looked at.
#[derive(Clone)]
struct Seen {
    listed: Listed,
    writes: bool,
    embeds: bool,
    model: LanguageModel,
}

impl Seen {
    fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.model.name);
        self
    }
}

/// Whether a model that tells nothing of itself is one that makes vectors, by its name.
fn is_for_vectors(name: &str) -> bool {
    name.contains("embed")
}

/// A piece of an answer, of a conversation or of a text.
#[derive(Deserialize)]
struct Piece {
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    response: Option<String>,
    #[serde(default)]
    done: bool,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    eval_count: Option<u64>,
    #[serde(default)]
    eval_duration: Option<u64>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: String,
}

/// The version of the Ollama that is there.
pub(super) async fn version(way: &Way) -> Result<String, Trouble> {
    let about = way.about(Method::GET, "api/version", None).await?;
    if let Some(version) = about.json().as_ref().and_then(|json| json.get("version")?.as_str()) {
        return Ok(super::trouble::saying(version));
    }
    let remedy = super::openai::is_there(way)
        .await
        .then(|| Remedy::set("it speaks OpenAI's language, so say in settings.toml: llm = \"openai\""));
    Err(Trouble::wrong_address(&way.place, &format!("it says: {}", about.saying()), remedy))
}

/// Who is there, and which of its models are to be used.
pub(super) async fn look(way: &Way) -> Result<Server, Trouble> {
    let version = version(way).await?;
    let listed = list(way).await?;
    let (named, named_embedder) = (way.llm.model.as_deref(), way.llm.embedder.as_deref());
    let find = |name: &str| listed.iter().find(|listed| listed.is_called(name));
    let mut seen = Vec::new();
    let writer = match named {
        Some(name) => match find(name) {
            // It is called as whoever wants it calls it: `llama3.2` and `llama3.2:latest` are one.
            Some(listed) => see(way, listed).await?.named(name),
            None => return Err(Trouble::missing(&way.place, name, &[])),
        },
        None => first(way, &listed, &mut seen, |seen| seen.writes)
            .await?
            .ok_or_else(|| Trouble::no_model(&way.place))?,
    };
    let (embedder, embedder_trouble) = match named_embedder {
        Some(name) => match find(name) {
            Some(listed) => (Some(listed.clone()), None),
            None => (None, Some(Trouble::missing(&way.place, name, &[]))),
        },
        None => (first(way, &listed, &mut seen, |seen| seen.embeds).await?.map(|seen| seen.listed), None),
    };
    let embeds = |name: &String| {
        is_for_vectors(name) || embedder.as_ref().is_some_and(|embedder| embedder.model.name == *name)
    };
    let writers = listed.iter().map(|it| it.model.name.clone()).filter(|name| !embeds(name)).collect();
    Ok(Server {
        kind: ServerKind::Ollama,
        address: way.place.shown.clone(),
        remote: way.remote || writer.listed.is_remote() || embedder.as_ref().is_some_and(Listed::is_remote),
        version: Some(version),
        model: writer.model,
        writers,
        embedder: embedder.map(|listed| listed.model.name),
        embedder_trouble,
    })
}

/// Its models, those in memory first, and then the newest first.
async fn list(way: &Way) -> Result<Vec<Listed>, Trouble> {
    let about = way.about(Method::GET, "api/tags", None).await?;
    let Ok(Models { models: mut listed }) = serde_json::from_slice(&about.body) else {
        return Err(Trouble::nonsense(&way.place, &about.saying()));
    };
    // Older ones cannot tell.
    let loaded = way.about(Method::GET, "api/ps", None).await?.json();
    let loaded = loaded.as_ref().and_then(|json| json.get("models")?.as_array()).cloned().unwrap_or_default();
    let is_loaded = |name: &str| loaded.iter().any(|model| model["name"] == name);
    listed.sort_by(|one, other| {
        let rank = |listed: &Listed| (is_loaded(&listed.model.name), listed.model.modified_at.clone());
        rank(other).cmp(&rank(one))
    });
    Ok(listed)
}

/// The first model of this machine that is one of those. One that is somewhere else is used only by those who name it.
/// No model is looked at twice.
async fn first(
    way: &Way,
    listed: &[Listed],
    seen: &mut Vec<Seen>,
    is_one: fn(&Seen) -> bool,
) -> Result<Option<Seen>, Trouble> {
    for (number, listed) in listed.iter().filter(|listed| !listed.is_remote()).enumerate() {
        if number == seen.len() {
            seen.push(see(way, listed).await?);
        }
        if let Some(one) = seen.get(number).filter(|seen| is_one(seen)) {
            return Ok(Some(one.clone()));
        }
    }
    Ok(None)
}

/// What a model can do.
async fn see(way: &Way, listed: &Listed) -> Result<Seen, Trouble> {
    let name = listed.model.name.clone();
    let began = std::time::Instant::now();
    let ollama = Ollama::builder().url(way.place.base.clone()).reqwest_client(way.client.clone()).build();
    let info = timeout(way.llm.first, ollama.show_model_info(name.clone())).await;
    let (status, told) = match &info {
        Ok(Ok(info)) => (Some(200), info.capabilities.join(", ")),
        Ok(Err(error)) => (None, error.to_string()),
        Err(_) => (None, "nothing".to_owned()),
    };
    way.note(Call {
        call: format!("POST /api/show {name}"),
        status,
        seconds: began.elapsed().as_secs_f64(),
        answer: super::trouble::saying(&told),
    });
    let info = match info {
        Ok(Ok(info)) => info,
        Ok(Err(error)) => return Err(Trouble::nonsense(&way.place, &error.to_string())),
        Err(_) => return Err(Trouble::too_slow(&way.place, way.llm.first, "llm_first_seconds")),
    };
    let can = |what: &str| info.capabilities.iter().any(|capability| capability == what);
    // Those before 0.6 do not tell: whoever is not named for vectors writes.
    let is_told = !info.capabilities.is_empty();
    let embeds = if is_told { can("embedding") } else { is_for_vectors(&name) };
    let writes = if is_told { can("completion") } else { !embeds };
    let model = LanguageModel { context: context(&info), sees: can("vision"), name };
    Ok(Seen { listed: listed.clone(), writes, embeds, model })
}

/// How much the model is to have before it, in tokens. What it could have at most would take more memory than there is,
/// so that is not used unless its own parameters say so.
fn context(info: &ModelInfo) -> u32 {
    let could = info.model_info.iter().find(|(name, _)| name.ends_with(".context_length"));
    let could = could.and_then(|(_, length)| length.as_u64());
    let own =
        info.parameters.lines().find_map(|line| line.trim().strip_prefix("num_ctx")?.trim().parse().ok());
    tokens(own.or_else(|| could.map(|could| could.min(USUAL_CONTEXT))).unwrap_or(LEAST_CONTEXT))
}

/// Performs a question, and hands on what comes.
pub(super) async fn ask(
    asked: &Asked<'_>,
    question: Question,
    to: &mut Listener<'_>,
) -> Result<Pace, Trouble> {
    let (path, mut request) = match &question {
        Question::Chat(chat) => ("api/chat", fields(chat)?),
        Question::Generate(generate) => ("api/generate", fields(generate)?),
        Question::Embed(embed) => ("api/embed", fields(embed)?),
    };
    if let Question::Embed(embed) = &question {
        let mut flow =
            asked.way.ask(path, question.model(), body(&Value::Object(request))?, asked.receipt).await?;
        let answer = flow.whole().await?;
        let Ok(GenerateEmbeddingsResponse { embeddings }) = serde_json::from_slice(&answer) else {
            return Err(Trouble::nonsense(&asked.way.place, &String::from_utf8_lossy(&answer)));
        };
        return to.vectors(&asked.way.place, embeddings, texts(&embed.input).len()).await;
    }
    request.insert("stream".to_owned(), json!(true));
    let mut flow =
        asked.way.ask(path, question.model(), body(&Value::Object(request))?, asked.receipt).await?;
    while let Some(line) = flow.line().await? {
        let Ok(piece) = serde_json::from_slice::<Piece>(&line) else {
            return Err(Trouble::nonsense(&asked.way.place, &String::from_utf8_lossy(&line)));
        };
        if piece.error.is_some() {
            return Err(Trouble::said(&asked.way.place, question.model(), 500, &line, None));
        }
        flow.is_alive();
        let text = piece.message.map(|message| message.content).or(piece.response).unwrap_or_default();
        if !to.text(&asked.way.place, &text).await? {
            return Ok(Pace::default());
        }
        if piece.done {
            let seconds = piece.eval_duration.map(|nanoseconds| nanoseconds as f64 / 1e9);
            to.end(piece.done_reason.as_deref() == Some("length")).await;
            return Ok(Pace { tokens: piece.eval_count, seconds });
        }
    }
    Err(Trouble::hung_up(&asked.way.place, "it was not done"))
}

/// Whether Ollama answers there.
pub(super) async fn is_there(way: &Way) -> bool {
    let about = way.about(Method::GET, "api/version", None).await;
    about.is_ok_and(|about| about.json().is_some_and(|json| json["version"].is_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_what_the_machine_can_take() {
        let info = |parameters: &str, length: Value| ModelInfo {
            license: String::new(),
            modelfile: String::new(),
            parameters: parameters.to_owned(),
            template: String::new(),
            model_info: [("gemma3.context_length".to_owned(), length)].into_iter().collect(),
            capabilities: Vec::new(),
        };
        assert_eq!(context(&info("", json!(131_072))), 8192);
        assert_eq!(context(&info("", json!(2048))), 2048);
        assert_eq!(context(&info("stop  \"x\"\nnum_ctx    32768", json!(131_072))), 32_768);
        assert_eq!(context(&info("num_ctx 99999999999999", json!(null))), u32::MAX);
        assert_eq!(context(&info("", json!("much"))), 4096);
    }
}
