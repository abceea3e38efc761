//! What a worker may ask a language model, and what comes back. It has no connection to anybody: the engine asks, and
//! hands on what is answered.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A question to the language model that the user has chosen. The requests are those of `ollama-rs`, which worker and
/// engine both know; nothing but these can be asked, whatever a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", content = "request", rename_all = "snake_case")]
pub enum Ask {
    /// A `ChatMessageRequest`.
    Chat(Value),
    /// A `GenerationRequest`.
    Generate(Value),
    /// A `GenerateEmbeddingsRequest`.
    Embed(Value),
}

/// A piece of the answer to an [`Ask`]: any number of texts or one set of vectors, then the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Reply {
    /// More of the text.
    Text {
        /// As it comes, in no particular pieces.
        text: String,
    },
    /// What was to be embedded, in its order.
    Vectors {
        /// All of the same length.
        vectors: Vec<Vec<f32>>,
    },
    /// That was all.
    End {
        /// Whether the model had more to say than it was allowed to.
        cut: bool,
    },
}
