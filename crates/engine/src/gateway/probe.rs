//! Trying the language model out: what was called, what came back, and how fast.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use deskscribe_protocol::{Ask, Reply};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::line::{Answered, Line};
use super::place::ServerKind;
use super::state::LlmState;
use super::trouble::{Trouble, saying};
use super::{Call, Gateway};
use crate::{Home, Settings};

/// What trying came to. The JSON form is for scripts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct LlmTest {
    /// All in all.
    pub verdict: LlmVerdict,
    /// Who is there, or what is wrong.
    #[serde(flatten)]
    pub state: LlmState,
    /// Everything that was asked, in order.
    pub calls: Vec<Call>,
    /// Until the first word of the model, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
    pub first_seconds: Option<f64>,
    /// What the model makes in a second, if its server tells.
    #[cfg_attr(feature = "page-types", specta(type = Option<i32>))]
    pub tokens_per_second: Option<f64>,
    /// What works less than well, each in a line.
    pub notes: Vec<String>,
}

/// All in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum LlmVerdict {
    /// It answers as it is asked to.
    Works,
    /// It answers, but not all of it is as it should be.
    InPart,
    /// It does not answer.
    No,
    /// Nobody is to be asked.
    Off,
}

/// Whether all pieces came, as words.
struct Words {
    text: String,
    answered: Answered,
    seconds: f64,
}

impl LlmTest {
    /// Asks the server of these settings who is there, and its models a short question each. Waits for a permit, as
    /// every question does.
    pub async fn make(home: &Home, settings: &Settings) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let gateway = Gateway::telling(home, settings, Some(Arc::clone(&calls)));
        let mut test = Self {
            verdict: LlmVerdict::No,
            state: gateway.look().await,
            calls: Vec::new(),
            first_seconds: None,
            tokens_per_second: None,
            notes: Vec::new(),
        };
        match &test.state {
            LlmState::Off => test.verdict = LlmVerdict::Off,
            LlmState::Ready(_) => match gateway.line().await {
                Ok(line) => {
                    if let Err(trouble) = test.try_out(&line).await {
                        test.state = LlmState::Trouble(trouble);
                    }
                }
                Err(error) => test.notes.push(format!("no permit to ask can be taken: {error}")),
            },
            LlmState::Unseen | LlmState::Trouble(_) => {}
        }
        test.calls = std::mem::take(&mut *calls.lock().unwrap_or_else(PoisonError::into_inner));
        test
    }

    async fn try_out(&mut self, line: &Line) -> Result<(), Trouble> {
        let words = write(line).await?;
        self.verdict = LlmVerdict::Works;
        let Answered { first, pace } = &words.answered;
        self.first_seconds = *first;
        let flowing =
            pace.seconds.or(first.map(|first| words.seconds - first)).filter(|seconds| *seconds > 0.0);
        self.tokens_per_second = pace.tokens.zip(flowing).map(|(tokens, seconds)| tokens as f64 / seconds);
        let is_kept =
            serde_json::from_str::<Value>(&words.text).is_ok_and(|answer| answer["title"].is_string());
        if !is_kept {
            self.less("the model does not keep to the form that it is asked for; its words will be taken as they are");
        }
        let server = line.server().clone();
        if let Some(trouble) = &server.embedder_trouble {
            self.less(&trouble.reason);
        }
        if let Some(embedder) = &server.embedder {
            let began = Instant::now();
            let made = line.embed(vec!["a cat on a wall".to_owned()]).await;
            let answer = match &made {
                Ok(vectors) => format!("a vector of {} numbers", vectors.first().map_or(0, Vec::len)),
                Err(trouble) => trouble.reason.clone(),
            };
            note(line, embedder, ["api/embed", "v1/embeddings"], began, made.is_ok(), &answer);
            if let Err(trouble) = made {
                self.less(&trouble.reason);
            }
        }
        Ok(())
    }

    fn less(&mut self, note: &str) {
        self.verdict = LlmVerdict::InPart;
        self.notes.push(note.to_owned());
    }
}

/// Has the model write something, by schema.
async fn write(line: &Line) -> Result<Words, Trouble> {
    let model = &line.server().model.name;
    let ask = Ask::Chat(json!({
        "model": model,
        "messages": [{
            "role": "user",
            "content": "Text on a screen: \"Invoice 2041, due 14 March, 89 EUR\". Give it a title of a few words, as JSON: {\"title\": \"…\"}",
        }],
        "format": {
            "type": "object",
            "properties": { "title": { "type": "string" } },
            "required": ["title"],
            "additionalProperties": false,
        },
        "options": { "temperature": 0.0, "num_predict": 256 },
    }));
    let (pieces, mut heard) = mpsc::channel(16);
    let listening = async {
        let mut text = String::new();
        while let Some(piece) = heard.recv().await {
            match piece {
                Reply::Text { text: more } => text += &more,
                Reply::Vectors { .. } => {}
                Reply::End { .. } => break,
            }
        }
        text
    };
    let began = Instant::now();
    let asking = async {
        let answered = line.perform(ask, &pieces).await;
        drop(pieces);
        answered
    };
    let (answered, text) = tokio::join!(asking, listening);
    let seconds = began.elapsed().as_secs_f64();
    let answer = answered.as_ref().map_or_else(|trouble| trouble.reason.clone(), |_| text.clone());
    note(line, model, ["api/chat", "v1/chat/completions"], began, answered.is_ok(), &answer);
    Ok(Words { text, answered: answered?, seconds })
}

fn note(line: &Line, model: &str, paths: [&str; 2], began: Instant, is_ok: bool, answer: &str) {
    let path = match line.server().kind {
        ServerKind::Ollama => paths[0],
        ServerKind::OpenAi => paths[1],
    };
    line.way().note(Call {
        call: format!("POST /{path} {model}"),
        status: is_ok.then_some(200),
        seconds: began.elapsed().as_secs_f64(),
        answer: saying(answer),
    });
}
