//! The line that a person would call a picture or a recording by.

use super::furniture::is_trouble;
use super::statements::{Kind, Statement};
use crate::layout::script::is_dense;

/// The longest title, in characters.
const LONGEST: usize = 80;
/// Larger letters than this, in ordinary ones, make nothing a better title.
const PROMINENT: f32 = 3.0;
/// A short sentence of speech makes no title without the next one, in characters.
const SHORT: usize = 20;

/// The number of the most prominent statement that says something: large letters, near the top, a few words; of a
/// letter its subject, of a terminal what was typed first. `tells` is what a statement tells, as a part of the most.
pub(super) fn best(statements: &[Statement<'_>], tells: impl Fn(usize) -> f32) -> Option<usize> {
    if let Some(subject) = statements.iter().position(|statement| statement.kind == Kind::Subject) {
        return Some(subject);
    }
    let score = |index: usize| {
        let statement = &statements[index];
        let count = statement.text.chars().count().max(1) as f32;
        let letters = statement.text.chars().filter(|c| c.is_alphabetic()).count() as f32;
        let words = statement.text.split_whitespace().count();
        // A clock, a price or an address is no name.
        let digits = statement.text.chars().filter(|c| c.is_numeric()).count() as f32;
        let wordy = ((letters + 0.7 * digits) / count).min(0.85);
        let shape = match statement.kind {
            Kind::Value => 0.2,
            Kind::Code => 0.45,
            Kind::Entry => 0.6,
            // What was done first in a terminal is what it is about; what comes later, perhaps not.
            Kind::Command if statement.depth < 0.15 => 1.3,
            // The name of a window, or of a page.
            Kind::Sentence if statement.depth < 0.03 && !is_whole(&statement.text) => 1.0,
            Kind::Sentence => 0.85,
            // What went wrong is what the picture was taken for.
            Kind::Label if words >= 3 && is_trouble(&statement.text.to_lowercase()) => 1.25,
            _ if words >= 2 && letters + digits >= 6.0 || statement.text.contains(is_dense) => 1.0,
            _ if statement.depth < 0.15 => 0.75,
            _ => 0.6,
        };
        let address = if statement.text.contains("://") || statement.text.contains('@') { 0.4 } else { 1.0 };
        let large = statement.size.min(PROMINENT);
        let again = if statement.times > 1 { 0.5 } else { 0.0 };
        (2.0 * large + 1.4 * (1.0 - statement.depth) + 0.5 * tells(index) + again)
            * wordy
            * shape
            * address
            * statement.place.clamp(0.4, 1.0)
    };
    let readable = |index: &usize| statements[*index].text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    // Of equals the first.
    let indices = (0..statements.len()).filter(readable).map(|index| (score(index), index));
    indices.reduce(|one, other| if other.0 > one.0 { other } else { one }).map(|(_, index)| index)
}

/// Whether it ends as sentences do.
fn is_whole(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '…', '。', '！', '？'])
}

/// As a title.
pub(super) fn written(text: &str) -> String {
    let bare = text.trim().trim_end_matches([':', '：', ',', ';', '{']).trim_end();
    shorten(if bare.is_empty() { text } else { bare }, LONGEST)
}

/// The first words that were said: a sentence, and what follows if that is short.
pub(super) fn of_speech<'a>(spoken: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut title = String::new();
    for text in spoken {
        title.push_str(if title.is_empty() { "" } else { " " });
        title.push_str(text.trim());
        if title.chars().count() >= SHORT {
            break;
        }
    }
    (!title.is_empty()).then(|| shorten(&title, LONGEST))
}

/// Cut at a word, with a sign that it was.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let cut: String = text.chars().take(longest - 1).collect();
    let cut = cut.rsplit_once(char::is_whitespace).map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", cut.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_at_a_word() {
        let text = "word ".repeat(30);
        let title = shorten(text.trim(), LONGEST);
        assert!(title.ends_with("word…") && title.chars().count() <= LONGEST, "{title}");
    }
}
