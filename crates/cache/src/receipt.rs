//! What having something summarised took: who was asked, and how much went to and fro.

use serde::{Deserialize, Serialize};

/// What was sent to a language model for one content, and what came back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Receipt {
    /// The address of the server.
    pub server: String,
    /// Whether that is another machine than this one.
    pub remote: bool,
    /// The model, as the server calls it.
    pub model: String,
    /// How often it was asked.
    pub requests: u32,
    /// Bytes that were sent, without what the network adds.
    pub sent: u64,
    /// Bytes that came back, without what the network adds.
    pub received: u64,
    /// How long it was asked, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub seconds: f64,
}

/// What was sent to a server in all, as far as what it was about is still known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Sent {
    /// The address of the server.
    pub server: String,
    /// Whether that is another machine than this one.
    pub remote: bool,
    /// Contents of which something was sent.
    pub contents: u64,
    /// How often it was asked.
    pub requests: u64,
    /// Bytes that were sent, without what the network adds.
    pub sent: u64,
    /// Bytes that came back, without what the network adds.
    pub received: u64,
}
