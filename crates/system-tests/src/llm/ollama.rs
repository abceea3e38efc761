//! Ollama's language, as the stand-in speaks it.

use std::net::TcpStream;

use serde_json::{Value, json};

use super::http::Request;
use super::turn::What;
use super::{StandInModel, State, Turn, by_schema, http, vector};

pub(super) fn answer(state: &State, request: &Request, stream: &TcpStream) -> std::io::Result<()> {
    let looked = |body: &Value| {
        state.looked();
        http::json(stream, 200, body)
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/") => {
            state.looked();
            http::answer(stream, 200, "text/plain", "", b"Ollama is running")
        }
        ("GET", "/api/version") => looked(&json!({ "version": "0.20.3" })),
        ("GET", "/api/tags") => {
            let models = state.models.lock().unwrap().iter().map(listed).collect::<Vec<_>>();
            looked(&json!({ "models": models }))
        }
        ("GET", "/api/ps") => {
            let models = state
                .models
                .lock()
                .unwrap()
                .iter()
                .filter(|model| model.is_loaded)
                .map(listed)
                .collect::<Vec<_>>();
            looked(&json!({ "models": models }))
        }
        ("POST", "/api/show") => match named(state, request) {
            Some(model) => looked(&show(&model)),
            None => missing(state, request, stream),
        },
        ("POST", "/api/pull") => pull(state, request, stream),
        ("POST", "/api/chat" | "/api/generate" | "/api/embed") => match named(state, request) {
            Some(model) => ask(state, request, stream, &model),
            None => missing(state, request, stream),
        },
        _ => {
            state.looked();
            http::answer(stream, 404, "text/plain", "", b"404 page not found")
        }
    }
}

fn named(state: &State, request: &Request) -> Option<StandInModel> {
    let name = request.body.get("model").or(request.body.get("name"))?.as_str()?;
    state.model(name)
}

fn missing(state: &State, request: &Request, stream: &TcpStream) -> std::io::Result<()> {
    state.looked();
    let name = request.body["model"].as_str().unwrap_or_default();
    http::json(stream, 404, &json!({ "error": format!("model '{name}' not found") }))
}

fn listed(model: &StandInModel) -> Value {
    let mut listed = json!({
        "name": model.name, "model": model.name, "modified_at": model.modified_at, "size": 1_000_000,
        "digest": "a".repeat(64), "details": { "format": "gguf", "family": "stand-in", "families": null },
    });
    if let Some(host) = &model.remote_host {
        listed["remote_host"] = json!(host);
    }
    listed
}

fn show(model: &StandInModel) -> Value {
    json!({
        "license": "MIT", "modelfile": "FROM stand-in", "parameters": "stop    \"<end>\"", "template": "{{ .Prompt }}",
        "details": { "family": "stand-in" },
        "model_info": { "general.architecture": "standin", "standin.context_length": model.context },
        "capabilities": model.can,
    })
}

fn ask(state: &State, request: &Request, stream: &TcpStream, model: &StandInModel) -> std::io::Result<()> {
    let (turn, mut open) = state.turn(request);
    let turn = turn.unwrap_or_else(Turn::usual);
    if turn.answer_otherwise(stream, || open.close())? {
        return Ok(());
    }
    let body = &request.body;
    if request.path == "/api/embed" {
        let texts: Vec<&str> = match &body["input"] {
            Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
            text => text.as_str().into_iter().collect(),
        };
        let vectors = match turn.what {
            What::Vectors(vectors) => vectors,
            _ => texts.into_iter().map(vector).collect(),
        };
        open.close();
        return http::json(
            stream,
            200,
            &json!({ "model": model.name, "embeddings": vectors, "total_duration": 1 }),
        );
    }
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let has_pictures = messages
        .iter()
        .chain([body])
        .any(|part| part["images"].as_array().is_some_and(|all| !all.is_empty()));
    if has_pictures && !model.can.contains(&"vision") {
        let error = "Failed to create new sequence: this model is missing data required for image input";
        open.close();
        return http::json(stream, 500, &json!({ "error": error }));
    }
    let is_chat = request.path == "/api/chat";
    let line = move |model: &str, text: &str, thinking: Option<&str>| {
        let mut line = json!({ "model": model, "created_at": "2026-01-01T00:00:00Z", "done": false });
        if is_chat {
            line["message"] = json!({ "role": "assistant", "content": text });
            if let Some(thinking) = thinking {
                line["message"]["thinking"] = json!(thinking);
            }
        } else {
            line["response"] = json!(text);
        }
        line
    };
    let mut last = line(&model.name, "", None);
    last["done"] = json!(true);
    last["done_reason"] = json!(if turn.is_cut { "length" } else { "stop" });
    for (name, value) in [
        ("total_duration", 2_000_000_000_u64),
        ("load_duration", 1_000_000),
        ("prompt_eval_count", 12),
        ("prompt_eval_duration", 500_000_000),
        ("eval_count", 30),
        ("eval_duration", 1_500_000_000),
    ] {
        last[name] = json!(value);
    }
    let words = turn.words(|| by_schema(&body["format"]));
    if body["stream"] == false {
        let text = words.collect::<String>();
        let said = line(&model.name, &text, None);
        last["message"] = said["message"].clone();
        last["response"] = said["response"].clone();
        open.close();
        return http::json(stream, 200, &last);
    }
    let name = model.name.clone();
    let thought = turn.thought.clone().map(|thought| line(&name, "", Some(&thought)));
    let said = words.map(move |word| line(&name, &word, None));
    let lines = thought.into_iter().chain(said).chain([last]).map(|line| format!("{line}\n").into_bytes());
    turn.send(stream, "application/x-ndjson", lines, || open.close())
}

fn pull(state: &State, request: &Request, stream: &TcpStream) -> std::io::Result<()> {
    state.looked();
    let name =
        request.body.get("model").or(request.body.get("name")).and_then(Value::as_str).unwrap_or_default();
    let turn = state.pulls.lock().unwrap().pop_front().unwrap_or_else(Turn::usual);
    if turn.answer_otherwise(stream, || {})? {
        return Ok(());
    }
    let layer = |bytes: u64| json!({ "status": "pulling aaaaaaaaaaaa", "digest": "sha256:aaaa", "total": 1000, "completed": bytes });
    let lines = [
        json!({ "status": "pulling manifest" }),
        json!({ "status": "pulling aaaaaaaaaaaa", "digest": "sha256:aaaa", "total": 1000 }),
        layer(400),
        layer(1000),
        json!({ "status": "verifying sha256 digest" }),
        json!({ "status": "writing manifest" }),
        json!({ "status": "success" }),
    ];
    let last = lines.len() - 1;
    let lines = lines.into_iter().enumerate().map(|(number, line)| {
        if number == last {
            state.models.lock().unwrap().push(StandInModel::new(name, &["completion"]));
        }
        format!("{line}\n").into_bytes()
    });
    turn.send(stream, "application/x-ndjson", lines, || {})
}
