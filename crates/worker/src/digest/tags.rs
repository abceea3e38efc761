//! The words that tell most about a text.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::Digest;

use super::Content;

/// Shorter words than this say little, except in scripts that need few characters.
const SHORTEST: usize = 3;

/// The words of a text and how much they weigh.
pub(super) struct Words {
    /// By folded form: the form that was seen first, and its weight.
    weights: HashMap<String, (String, f32)>,
    order: Vec<String>,
}

impl Words {
    /// Counts the words. Words in large letters weigh more.
    pub(super) fn count(content: Content<'_>, language: Option<&str>) -> Self {
        let stop: HashSet<&str> = ["en", language.unwrap_or("en")]
            .into_iter()
            .filter_map(stop_words::lookup)
            .flatten()
            .copied()
            .collect();
        let mut sizes: Vec<f32> = content.lines.iter().map(super::size).collect();
        sizes.sort_by(f32::total_cmp);
        let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(1.0).max(1.0);
        let mut words = Self { weights: HashMap::new(), order: Vec::new() };
        let read = content.lines.iter();
        let read = read.map(|line| (line.text.as_str(), (super::size(line) / usual).clamp(0.5, 3.0)));
        for (text, prominence) in read.chain(content.spoken.iter().map(|text| (*text, 1.0))) {
            for word in split(text) {
                let lower = word.to_lowercase();
                if is_telling(&lower) && !stop.contains(lower.as_str()) {
                    words.add(lower, prominence);
                }
            }
        }
        words
    }

    fn add(&mut self, word: String, weight: f32) {
        let folded = fold(&word);
        if let Some((_, sum)) = self.weights.get_mut(&folded) {
            *sum += weight;
            return;
        }
        self.order.push(folded.clone());
        self.weights.insert(folded, (word, weight));
    }

    /// How much a line says about the whole: the weight of its words, each once, for a length that can be read.
    pub(super) fn weight(&self, text: &str) -> f32 {
        let folded: HashSet<String> = split(text).map(|word| fold(&word.to_lowercase())).collect();
        let known: Vec<f32> = folded
            .iter()
            .filter_map(|word| self.weights.get(word))
            .map(|(_, weight)| weight.sqrt())
            .collect();
        // A single word is a label, not a statement.
        if known.len() < 2 { 0.0 } else { known.iter().sum() }
    }

    /// The words that weigh most; of equals, the one that came first.
    pub(super) fn most_telling(&self) -> Vec<String> {
        let mut words: Vec<&(String, f32)> =
            self.order.iter().filter_map(|word| self.weights.get(word)).collect();
        words.sort_by(|one, other| other.1.total_cmp(&one.1));
        words.into_iter().take(Digest::MOST_TAGS).map(|(word, _)| word.clone()).collect()
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '\''))
        .map(|word| word.trim_matches(['-', '\'']))
}

/// Whether a word could be a tag: it has letters, is long enough and not a whole sentence without spaces.
fn is_telling(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    let dense = word.chars().any(|c| ('\u{2e80}'..='\u{ffdc}').contains(&c));
    let shortest = if dense { 2 } else { SHORTEST };
    let longest = if dense { 8 } else { 24 };
    letters > digits && (shortest..=longest).contains(&word.chars().count())
}

/// Singular and plural as one, as far as that is certain.
fn fold(word: &str) -> String {
    let stem = match word.strip_suffix('s') {
        Some(stem) if stem.len() >= SHORTEST && !stem.ends_with(['s', 'u', 'i']) && stem.is_ascii() => stem,
        _ => word,
    };
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::Line;

    use super::*;

    #[test]
    fn plurals_and_cases_count_as_one_word() {
        let line = |text: &str| Line {
            text: text.to_owned(),
            confidence: 1.0,
            corners: [[0.0, 0.0], [50.0, 0.0], [50.0, 10.0], [0.0, 10.0]],
            page: 0,
        };
        let lines = [line("Printers and a printer: the PRINTER status"), line("2026 12:30 a1b2c3")];
        let words = Words::count(Content { lines: &lines, spoken: &[] }, Some("en"));
        assert_eq!(words.most_telling(), ["printers", "status"]);
    }
}
