//! OpenAI's language, as the stand-in speaks it: with what LM Studio, the server of llama.cpp and vLLM do in their own
//! way.

use std::net::TcpStream;

use serde_json::{Value, json};

use super::http::Request;
use super::turn::What;
use super::{Maker, StandInModel, State, Turn, by_schema, http, vector};

pub(super) fn answer(state: &State, request: &Request, stream: &TcpStream) -> std::io::Result<()> {
    let models = || state.models.lock().unwrap().clone();
    let looked = |status, body: &Value| {
        state.looked();
        http::json(stream, status, body)
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/models") => {
            let data: Vec<_> = models().iter().map(|model| listed(state.maker, model)).collect();
            looked(200, &json!({ "object": "list", "data": data }))
        }
        ("GET", "/api/v0/models") if state.maker == Maker::LmStudio => {
            let data: Vec<_> = models().iter().map(studio).collect();
            looked(200, &json!({ "object": "list", "data": data }))
        }
        ("GET", "/props") if state.maker == Maker::LlamaCpp => {
            let all = models();
            let model = &all[0];
            looked(
                200,
                &json!({
                    "default_generation_settings": { "n_ctx": model.context },
                    "modalities": { "vision": model.can.contains(&"vision"), "audio": false },
                }),
            )
        }
        ("POST", "/v1/chat/completions" | "/v1/embeddings") => ask(state, request, stream),
        // It answers every question, somehow.
        _ if state.maker == Maker::LmStudio => {
            let (method, path) = (&request.method, &request.path);
            looked(200, &json!({ "error": format!("Unexpected endpoint or method. ({method} {path})") }))
        }
        _ => looked(
            404,
            &json!({ "error": { "code": 404, "message": "File Not Found", "type": "not_found_error" } }),
        ),
    }
}

fn listed(maker: Maker, model: &StandInModel) -> Value {
    let mut listed = json!({ "id": model.name, "object": "model", "created": 1, "owned_by": "stand-in" });
    if maker == Maker::Vllm {
        listed["max_model_len"] = json!(model.context);
    }
    listed
}

fn studio(model: &StandInModel) -> Value {
    let kind = match () {
        () if model.can.contains(&"embedding") => "embeddings",
        () if model.can.contains(&"vision") => "vlm",
        () => "llm",
    };
    let mut listed = json!({
        "id": model.name, "object": "model", "type": kind, "publisher": "stand-in", "arch": "standin",
        "state": if model.is_loaded { "loaded" } else { "not-loaded" }, "max_context_length": model.context,
    });
    if model.is_loaded {
        listed["loaded_context_length"] = json!(model.context);
    }
    listed
}

fn ask(state: &State, request: &Request, stream: &TcpStream) -> std::io::Result<()> {
    let body = &request.body;
    let Some(model) = state.model(body["model"].as_str().unwrap_or_default()) else {
        state.looked();
        let message = format!("The model {} does not exist.", body["model"]);
        return http::json(
            stream,
            404,
            &json!({ "error": { "message": message, "type": "NotFoundError", "code": 404 } }),
        );
    };
    let (turn, mut open) = state.turn(request);
    let turn = turn.unwrap_or_else(Turn::usual);
    if turn.answer_otherwise(stream, || open.close())? {
        return Ok(());
    }
    if request.path == "/v1/embeddings" {
        let texts = body["input"].as_array().cloned().unwrap_or_default();
        let vectors = match turn.what {
            What::Vectors(vectors) => vectors,
            _ => texts.iter().map(|text| vector(text.as_str().unwrap_or_default())).collect(),
        };
        // In no particular order: each says which it is.
        let data = vectors.into_iter().enumerate().rev();
        let data: Vec<_> = data
            .map(
                |(index, embedding)| json!({ "object": "embedding", "index": index, "embedding": embedding }),
            )
            .collect();
        open.close();
        return http::json(stream, 200, &json!({ "object": "list", "data": data, "model": model.name }));
    }
    let has_pictures = body["messages"].as_array().into_iter().flatten().any(|message| {
        message["content"].as_array().into_iter().flatten().any(|part| part["type"] == "image_url")
    });
    if has_pictures && !model.can.contains(&"vision") {
        let error = json!({ "code": 500, "message": "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", "type": "server_error" });
        open.close();
        return http::json(stream, 500, &json!({ "error": error }));
    }
    let words = turn.words(|| by_schema(&body["response_format"]["json_schema"]["schema"]));
    let reason = if turn.is_cut { "length" } else { "stop" };
    let usage = json!({ "prompt_tokens": 12, "completion_tokens": 30, "total_tokens": 42 });
    if body["stream"] != true {
        let message = json!({ "role": "assistant", "content": words.collect::<String>() });
        let choice = json!({ "index": 0, "message": message, "finish_reason": reason });
        open.close();
        return http::json(
            stream,
            200,
            &json!({ "object": "chat.completion", "choices": [choice], "usage": usage }),
        );
    }
    let name = model.name;
    let chunk = move |delta: Value, reason: Value, usage: Value| {
        let choices = if usage.is_null() {
            json!([{ "index": 0, "delta": delta, "finish_reason": reason }])
        } else {
            json!([])
        };
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": name, "choices": choices, "usage": usage,
        });
        format!("data: {chunk}\n\n").into_bytes()
    };
    let null = Value::Null;
    let first = chunk(json!({ "role": "assistant", "content": "" }), null.clone(), null.clone());
    let thought = turn
        .thought
        .as_ref()
        .map(|thought| chunk(json!({ "reasoning_content": thought }), null.clone(), null.clone()));
    let end = chunk(json!({}), json!(reason), null.clone());
    let wants_usage = body["stream_options"]["include_usage"] == true;
    let usage = wants_usage.then(|| chunk(null.clone(), null.clone(), usage));
    let said = words.map(move |word| chunk(json!({ "content": word }), null.clone(), null.clone()));
    let last = [end].into_iter().chain(usage).chain([b"data: [DONE]\n\n".to_vec()]);
    // The first one says who speaks, and nothing else: with the first word it is one piece.
    let mut said = said.peekable();
    let opening = [first, b": still here\n\n".to_vec()].concat();
    let opening = match said.next() {
        Some(word) => [opening, word].concat(),
        None => opening,
    };
    turn.send(
        stream,
        "text/event-stream",
        thought.into_iter().chain([opening]).chain(said).chain(last),
        || open.close(),
    )
}
