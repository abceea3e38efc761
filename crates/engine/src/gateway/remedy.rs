//! The way out of a trouble with a language model: told in words, and apart, for whoever can go that way for a person.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::models::{Fit, memory_of_machine};

/// A model that is small, sees, and that Ollama can fetch, in bytes as <https://ollama.com/library/gemma3> tells them.
pub(super) const SUGGESTED: (&str, u64) = ("gemma3:4b", 3_338_801_804);
/// Bytes that a model takes while it writes, beside its own: its context, and what Ollama itself needs.
const BESIDE: u64 = 1_500_000_000;

/// What to do about a trouble. Its words are a part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Remedy {
    /// To run this.
    Run {
        /// A line for a terminal.
        line: String,
    },
    /// To have Ollama fetch a model.
    Pull(Fetchable),
    /// To get something that is not on this machine, or to do without it by the settings.
    Get {
        /// The page where it is.
        link: String,
        /// What to do there, and what instead.
        words: String,
    },
    /// To change something in settings.toml.
    Set {
        /// What, and to what.
        words: String,
    },
    /// Whatever else can be done.
    Do {
        /// What.
        words: String,
    },
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
        Self::Run { line: line.to_owned() }
    }

    pub(super) fn pull(model: &str, place: &Place) -> Self {
        let (suggested, bytes) = SUGGESTED;
        let fits = place.is_here().then(|| Fit::alone(bytes + BESIDE, memory_of_machine()));
        let need = (model == suggested).then_some(Need { bytes, fits });
        Self::Pull(Fetchable { model: model.to_owned(), need })
    }

    pub(super) fn set(words: impl Into<String>) -> Self {
        Self::Set { words: words.into() }
    }

    pub(super) fn please(words: &str) -> Self {
        Self::Do { words: words.to_owned() }
    }

    /// The line for a terminal that does it, if one does.
    pub fn line(&self) -> Option<String> {
        match self {
            Self::Run { .. } | Self::Pull(_) => Some(self.to_string()),
            Self::Get { .. } | Self::Set { .. } | Self::Do { .. } => None,
        }
    }
}

impl Display for Remedy {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pull(Fetchable { model, .. }) => write!(to, "deskscribe llm pull {model}"),
            Self::Run { line: words }
            | Self::Get { words, .. }
            | Self::Set { words }
            | Self::Do { words } => to.write_str(words),
        }
    }
}
