//! The language model, as a job sees it: a question, and what is said to it.

use deskscribe_protocol::{Ask, Code, Failure, LanguageModel, Reply};
use ollama_rs::generation::chat::ChatMessage;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::embeddings::request::{EmbeddingsInput, GenerateEmbeddingsRequest};
use ollama_rs::generation::parameters::FormatType;
use ollama_rs::models::ModelOptions;
use serde::Serialize;
use serde_json::Value;

use crate::job::{Interruption, Watch};

/// More of an answer than this, in bytes, is not listened to.
const MOST_TEXT: usize = 64 << 10;
/// A model gets at most so many tokens before it at once, whatever it could take: its memory grows with them, on a
/// machine that has other things to do. Always the same, because Ollama loads a model anew when it changes.
const WINDOW: u32 = 8192;
/// For a model that does not say how much it takes.
const USUAL_WINDOW: u32 = 4096;
/// Low, because an entry is no poem; not zero, because then a small model that goes round never stops.
const TEMPERATURE: f32 = 0.2;
/// An answer is this part of the window at most, and so many tokens: three times what is asked for.
const ANSWER_PART: u32 = 4;
const ANSWER: u32 = 1024;

/// What a model said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) text: String,
    /// Whether it had more to say than it was allowed to.
    pub(super) cut: bool,
}

/// A model that can be asked.
pub(super) struct Model<'a> {
    name: &'a str,
    window: u32,
    watch: &'a dyn Watch,
}

impl<'a> Model<'a> {
    pub(super) fn new(model: &'a LanguageModel, watch: &'a dyn Watch) -> Self {
        let window = if model.context == 0 { USUAL_WINDOW } else { model.context.min(WINDOW) };
        Self { name: &model.name, window, watch }
    }

    /// How many tokens a question may have, all of it together.
    pub(super) fn room(&self) -> usize {
        (self.window - self.answer()) as usize
    }

    /// How many tokens an answer may have.
    fn answer(&self) -> u32 {
        ANSWER.min(self.window / ANSWER_PART).max(1)
    }

    /// Asks, and listens to the end.
    pub(super) fn ask(&self, messages: Vec<ChatMessage>, form: FormatType) -> Result<Said, Interruption> {
        let options = ModelOptions::default()
            .temperature(TEMPERATURE)
            .num_ctx(u64::from(self.window))
            .num_predict(self.answer() as i32);
        let request = ChatMessageRequest::new(self.name.to_owned(), messages)
            .format(form)
            .options(options)
            .think(false);
        let mut said = Said { text: String::new(), cut: false };
        self.watch.ask(Ask::Chat(written(&request)?), &mut |reply| match reply {
            Reply::Text { text } if !said.cut && said.text.len() + text.len() <= MOST_TEXT => {
                said.text.push_str(&text);
            }
            Reply::Text { .. } => said.cut = true,
            Reply::End { cut } => said.cut |= cut,
            // What was not asked for.
            Reply::Vectors { .. } => {}
        })?;
        Ok(said)
    }
}

/// The vector that stands for a text, by this embedder.
pub(super) fn embed(
    embedder: &str,
    text: String,
    watch: &dyn Watch,
) -> Result<Option<Vec<f32>>, Interruption> {
    let request =
        GenerateEmbeddingsRequest::new(embedder.to_owned(), EmbeddingsInput::Single(text)).truncate(true);
    let mut vector = None;
    watch.ask(Ask::Embed(written(&request)?), &mut |reply| {
        if let Reply::Vectors { vectors } = reply
            && vector.is_none()
        {
            vector = vectors.into_iter().next();
        }
    })?;
    Ok(vector)
}

fn written(request: &impl Serialize) -> Result<Value, Interruption> {
    serde_json::to_value(request).map_err(|error| {
        Failure::new(Code::Internal, format!("a question that cannot be written: {error}")).into()
    })
}
