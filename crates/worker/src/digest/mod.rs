//! The short form of what was read and heard, made of that alone: a title, a summary, tags.
//!
//! Honest rather than clever: every word of it stands in the picture, or was said.

mod language;
mod tags;
mod title;

use deskscribe_protocol::{Digest, Line};

pub(crate) use language::language_of;

/// The longest summary, in characters.
const SUMMARY: usize = 280;

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
    let words = tags::Words::count(content, language);
    let title = title::of(content.lines, &words).or_else(|| title::of_speech(content.spoken));
    let summary = summary(content, &words, title.as_deref());
    Digest { summary, title, tags: words.most_telling(), by: "extractive".to_owned() }
}

/// The one to three lines or sentences that say most, in their order.
fn summary(content: Content<'_>, words: &tags::Words, title: Option<&str>) -> Option<String> {
    let mut candidates: Vec<(usize, &str, f32)> = content
        .texts()
        .enumerate()
        .filter(|(_, text)| Some(*text) != title)
        .map(|(index, text)| (index, text, words.weight(text)))
        .filter(|(.., weight)| *weight > 0.0)
        .collect();
    candidates.sort_by(|one, other| other.2.total_cmp(&one.2));
    candidates.truncate(3);
    candidates.sort_by_key(|(index, ..)| *index);
    let mut summary = String::new();
    for (_, text, _) in candidates {
        if summary.chars().count() + text.chars().count() > SUMMARY {
            continue;
        }
        if !summary.is_empty() {
            summary.push_str(if summary.ends_with(['.', '!', '?', '。', '…', ':']) { " " } else { ". " });
        }
        summary.push_str(text.trim());
    }
    (!summary.is_empty()).then_some(summary)
}

/// How large the letters of a line are, in pixels of their height. Boxes of short words are too high: the
/// width of the letters counts as well.
fn size(line: &Line) -> f32 {
    let [upper_left, upper_right, _, lower_left] = line.corners;
    let height = (lower_left[1] - upper_left[1]).hypot(lower_left[0] - upper_left[0]);
    let width = (upper_right[0] - upper_left[0]).hypot(upper_right[1] - upper_left[1]);
    height.min(2.4 * width / line.text.chars().count().max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, y: f32, height: f32) -> Line {
        let width = height * text.chars().count() as f32 / 2.0;
        let corners = [[10.0, y], [10.0 + width, y], [10.0 + width, y + height], [10.0, y + height]];
        Line { text: text.to_owned(), confidence: 0.99, corners, page: 0 }
    }

    #[test]
    fn an_invoice_is_called_by_its_headline_and_tagged_by_its_subject() {
        let lines = [
            line("File Edit View Help", 2.0, 12.0),
            line("Invoice 2231 for garden furniture", 40.0, 30.0),
            line("Please pay the invoice for the garden furniture within 14 days.", 90.0, 14.0),
            line("The furniture was delivered on 3 March to your garden in Leeds.", 110.0, 14.0),
            line("Total", 140.0, 14.0),
            line("412.00", 140.0, 14.0),
        ];
        let digest = make(Content { lines: &lines, spoken: &[] }, Some("en"));
        assert_eq!(digest.title.as_deref(), Some("Invoice 2231 for garden furniture"));
        assert!(digest.summary.unwrap().contains("Please pay the invoice"));
        assert!(digest.tags.contains(&"furniture".to_owned()) && digest.tags.contains(&"invoice".to_owned()));
        assert!(digest.tags.len() <= 8 && !digest.tags.contains(&"the".to_owned()));
    }

    #[test]
    fn no_text_has_no_short_form() {
        let digest = make(Content::default(), None);
        assert_eq!((digest.title, digest.summary, digest.tags), (None, None, Vec::new()));
    }

    #[test]
    fn what_was_only_said_has_a_short_form_of_its_words() {
        let spoken = ["So.", "The customer will rename the document on Saturday.", "The document is late."];
        let digest = make(Content { lines: &[], spoken: &spoken }, Some("en"));
        assert_eq!(digest.title.as_deref(), Some("So. The customer will rename the document on Saturday."));
        assert!(digest.summary.unwrap().contains("The document is late."));
        assert_eq!(digest.tags[0], "document");

        let lines = [line("Invoices to be paid", 40.0, 30.0)];
        let digest = make(Content { lines: &lines, spoken: &spoken }, Some("en"));
        assert_eq!(digest.title.as_deref(), Some("Invoices to be paid"));
        assert!(digest.summary.unwrap().contains("rename the document"));
        assert!(digest.tags.contains(&"invoices".to_owned()) && digest.tags.contains(&"document".to_owned()));
    }
}
