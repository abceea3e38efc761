//! The way out of a trouble with a language model: told in words, and apart, for whoever can go that way for a person.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::models::{Fit, memory_of_machine};

/// A model that is small, sees, and that Ollama can fetch, in bytes as <https://ollama.com/library/gemma3> tells them.
pub(super) const SUGGESTED: (&str, u64) = ("gemma3:4b", 3_338_801_804);
/// Bytes that a model takes while it writes, beside its own: its context, and what Ollama itself needs.
const BESIDE: u64 = 1_500_000_000;

/// What to do about a trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Remedy {
    /// A line for a terminal where one does it, and a part of a sentence otherwise.
    pub words: String,
    /// Of what kind it is, so that a program can take a person there.
    #[serde(flatten)]
    pub kind: RemedyKind,
}

/// What somebody does who goes this way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum RemedyKind {
    /// To run the line in a terminal.
    Run,
    /// To have Ollama fetch a model.
    Pull(Fetchable),
    /// To get something that is not on this machine, or to do without it by the settings.
    Get {
        /// The page where it is.
        link: String,
    },
    /// To change something in settings.toml.
    Set,
    /// Whatever else can be done.
    Do,
}

/// A model that Ollama can fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Fetchable {
    /// As Ollama's library calls it.
    pub model: String,
    /// What is known of it before it is fetched, if anything is.
    pub need: Option<Need>,
}

/// What a model takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Need {
    /// Bytes that are fetched.
    pub bytes: u64,
    /// Whether it fits into the memory of the machine that runs it, if that is this one.
    pub fits: Option<Fit>,
}

impl Remedy {
    pub(super) fn run(line: &str) -> Self {
        Self { words: line.to_owned(), kind: RemedyKind::Run }
    }

    pub(super) fn pull(model: &str, place: &Place) -> Self {
        let (suggested, bytes) = SUGGESTED;
        let fits = place.is_here().then(|| Fit::alone(bytes + BESIDE, memory_of_machine()));
        let need = (model == suggested).then_some(Need { bytes, fits });
        let fetchable = Fetchable { model: model.to_owned(), need };
        Self { words: format!("deskscribe llm pull {model}"), kind: RemedyKind::Pull(fetchable) }
    }

    pub(super) fn get(link: &str, words: String) -> Self {
        Self { words, kind: RemedyKind::Get { link: link.to_owned() } }
    }

    pub(super) fn set(words: impl Into<String>) -> Self {
        Self { words: words.into(), kind: RemedyKind::Set }
    }

    pub(super) fn please(words: &str) -> Self {
        Self { words: words.to_owned(), kind: RemedyKind::Do }
    }

    /// The line for a terminal that does it, if one does.
    pub fn line(&self) -> Option<&str> {
        matches!(self.kind, RemedyKind::Run | RemedyKind::Pull(_)).then_some(self.words.as_str())
    }
}

impl Display for Remedy {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(&self.words)
    }
}
