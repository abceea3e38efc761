//! The short form of what was read and heard, made of that alone: a title, a summary, tags, and chapters.
//!
//! Honest rather than clever: every word of it stands in the picture, or was said. No language model takes part; it is
//! what there is until one has answered.

mod chapters;
mod chart;
mod chat;
mod furniture;
mod kind;
mod language;
mod prose;
mod rows;
mod statements;
mod summary;
mod terms;
mod title;
mod words;

use deskscribe_protocol::{Digest, Line};

pub(crate) use chapters::{Timeline, of as chapters_of};
pub(crate) use kind::{Facts, tag_kind};
pub(crate) use language::{language_of, name_of};
use terms::Terms;
use words::Stop;

/// What there is to make a short form of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Content<'a> {
    /// What can be read, in reading order. Lines of different pages do not stand beside each other.
    pub(crate) lines: &'a [Line],
    /// What was said, in order.
    pub(crate) spoken: &'a [&'a str],
}

impl<'a> Content<'a> {
    /// All of it, in order, what can be read before what was said.
    fn texts(self) -> impl Iterator<Item = &'a str> {
        self.lines.iter().map(|line| line.text.as_str()).chain(self.spoken.iter().copied())
    }
}

/// The short form of what was read and heard.
pub(crate) fn make(content: Content<'_>, language: Option<&str>) -> Digest {
    let stop = Stop::words_of(language, content.texts());
    let mut statements = statements::of_lines(content.lines);
    let shown = statements.len();
    statements.extend(statements::of_speech(content.spoken.iter().copied()));
    let terms = Terms::of(&statements, &stop);
    let best = title::best(&statements[..shown], terms.share());
    let title = best
        .map(|index| title::written(&statements[index].text))
        .or_else(|| title::of_speech(content.spoken.iter().copied()));
    let summary = summary::of(&statements, &terms, best);
    Digest { title, summary, tags: terms.tags(best), chapters: Vec::new(), by: Digest::EXTRACTIVE.to_owned() }
}

#[cfg(test)]
mod tests;
