//! What a search answers.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use deskscribe_protocol::{ContentKey, Failure, MediaKind, Owed};

use crate::{Coverage, grouped};

/// Which hits are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many are passed over.
    pub offset: usize,
    /// How many are told at most.
    pub limit: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: 50 }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Those of the page that was asked for, the best first.
    pub hits: Vec<Hit>,
    /// How many there are on all pages.
    pub total: Total,
    /// What was searched, told as in "searched 4,102 of 4,267, 165 not read yet".
    pub coverage: Coverage,
    /// The number of the last change that is in all of this.
    pub change: u64,
}

/// How many files match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exactly(usize),
    /// More than it is worth counting while somebody waits. They come the newest first.
    MoreThan(usize),
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "{}", grouped(*count as u64)),
            Self::MoreThan(count) => write!(f, "more than {}", grouped(*count as u64)),
        }
    }
}

/// A file that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Where it was seen last; below the folder that was asked for, if one was.
    pub path: PathBuf,
    /// Its content; unknown for a file that is not read yet.
    pub key: Option<ContentKey>,
    /// What it holds.
    pub kind: MediaKind,
    /// What became of it.
    pub state: State,
    /// Why it was not read, if it could not be.
    pub failure: Option<Failure>,
    /// A few words; absent when there is no text.
    pub title: Option<String>,
    /// What was asked for, in bytes of the title.
    pub title_marks: Vec<Range<usize>>,
    /// One to three sentences.
    pub summary: Option<String>,
    /// `extractive`, or the model's name.
    pub summary_by: Option<String>,
    /// The user's, if these gave it any, else the machine's; most telling first.
    pub tags: Vec<String>,
    /// Whether they are the user's.
    pub tags_edited: bool,
    /// Whether anything of it was ever sent to another machine.
    pub remote: bool,
    /// BCP-47.
    pub language: Option<String>,
    /// Pages or distinct frames that were read.
    pub pages: Option<u32>,
    /// How long a recording plays, in seconds.
    pub duration: Option<f64>,
    /// What it is still owed.
    pub pending: Vec<Owed>,
    /// When it was taken, as far as is known, in milliseconds since 1970.
    pub moment: i64,
    /// How well it matches, larger is better. 0 where the newest come first; below 0 for a hit that only holds what
    /// was typed within longer words.
    pub score: f64,
    /// How it was found.
    pub why: Why,
    /// Where the words stand.
    pub snippet: Snippet,
    /// In a recording, the second at which they are said or shown.
    pub at: Option<f64>,
    /// The page that the words stand on, from 0.
    pub page: Option<u32>,
    /// The corners of their line as `[x, y]` in pixels of the upright picture, clockwise from where the text begins.
    pub corners: Option<[[f32; 2]; 4]>,
}

/// How a file was found; in neither way, where nothing but filters was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Why {
    /// The words stand in it.
    pub words: bool,
    /// It means something like what was typed: the cosine of the angle between the two, 1 at most.
    pub meaning: Option<f32>,
}

/// Whether a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was.
    Read,
    /// It cannot be.
    Failed,
    /// Not yet.
    Queued,
}

impl State {
    /// The word for it, as in `state:read`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Queued => "queued",
        }
    }
}

/// A piece of a file's text: one line of at most 160 characters, safe to be shown in a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// With `…` where it was cut.
    pub text: String,
    /// What was asked for, in bytes of `text`; in order, apart from each other, and never within a character.
    pub marks: Vec<Range<usize>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_told() {
        let told = [0, 999, 4267, 1_000_000].map(|count| Total::Exactly(count).to_string());
        assert_eq!(told, ["0", "999", "4,267", "1,000,000"]);
        assert_eq!(Total::MoreThan(1000).to_string(), "more than 1,000");
    }
}
