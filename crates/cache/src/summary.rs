//! What the cache keeps of a language model's work on one content.

use std::path::PathBuf;

use deskscribe_protocol::{ContentKey, Digest, Form, MediaKind};

use crate::{Basis, Receipt};

/// What a language model says of a content. What it did not give, the extractive digest has.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The name of the content.
    pub key: ContentKey,
    /// What it says; `by` is the model's name.
    pub digest: Digest,
    /// How well it kept to what it was asked for.
    pub form: Form,
    /// What that took.
    pub receipt: Receipt,
    /// The words that it was made of.
    pub basis: Basis,
    /// When, in milliseconds since 1970.
    pub made_at_ms: i64,
}

/// Who can be asked, as far as settings and server say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asking<'a> {
    /// The language model, if summaries are wanted.
    pub model: Option<&'a str>,
    /// Whether that can be shown pictures.
    pub sees: bool,
    /// The model that makes vectors, if these are wanted.
    pub embedder: Option<&'a str>,
}

/// A content that a model can be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsummarised {
    /// Its name.
    pub key: ContentKey,
    /// What it holds.
    pub kind: MediaKind,
    /// Where it was found last; the file may be gone from there.
    pub place: PathBuf,
    /// Whether there is anything to read; without it, a model must see the picture.
    pub has_words: bool,
    /// Whether it is to be summarised.
    pub wants_digest: bool,
    /// Whether it is to have a vector.
    pub wants_vector: bool,
    /// The model that the user wants it summarised by, if a certain one.
    pub model: Option<String>,
}

/// How many contents models can still be asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unasked {
    /// For a summary.
    pub summaries: u64,
    /// For a vector.
    pub vectors: u64,
}

/// Why a model is not asked about a content again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The model.
    pub model: String,
    /// What went wrong, in one line.
    pub reason: String,
    /// When, in milliseconds since 1970.
    pub refused_at_ms: i64,
}
