//! Snippets: one line of a text around the words that were looked for.

use std::ops::Range;

use deskscribe_protocol::acts;
use unicode_segmentation::UnicodeSegmentation;

use super::expression::wanted;
use super::hit::Snippet;
use super::locate::{How, Mark, locate, variety};
use super::query::{Query, Term};

/// The longest snippet, in characters as people count them.
const LONGEST: usize = 160;
/// Of these, so many may stand before the first hit.
const BEFORE: usize = 40;
/// Hits that are farther apart, in bytes, do not fit.
const SPAN: usize = 110;
const CUT: char = '…';
/// Of a character with more marks than any script or emoji has, the rest is left out.
const MOST_MARKS: usize = 32;

/// The piece of the text where the most different words stand, with them marked. Without marks, its beginning.
pub(super) fn snippet(text: &str, marks: &[Mark]) -> Snippet {
    let cluster = best_cluster(marks);
    let hit = cluster.first().map_or(0, |mark| mark.range.start);
    let start = start(text, hit);
    let mut line = Line { snippet: Snippet::default(), length: 0 };
    if text.get(..start).is_some_and(|before| !before.trim().is_empty()) {
        line.push(CUT);
    }
    let wanted = merged(marks);
    let mut wanted = wanted.iter().peekable();
    for (at, grapheme) in text.get(start..).unwrap_or_default().grapheme_indices(true) {
        let at = start + at;
        if line.length + 1 >= LONGEST {
            // The rest may be nothing but space.
            if !text.get(at..).unwrap_or_default().trim_start().is_empty() {
                line.snippet.text.truncate(line.snippet.text.trim_end().len());
                line.push(CUT);
            }
            break;
        }
        while wanted.next_if(|range| range.end <= at).is_some() {}
        let is_marked = wanted.peek().is_some_and(|range| range.start < at + grapheme.len());
        line.take(grapheme, is_marked);
    }
    line.finish()
}

impl Query {
    /// What is looked for in this text, in bytes: in order, apart from each other, and never within a character. A word
    /// that does not stand there as it was typed is marked within longer ones.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        marked(text, &wanted(self).collect::<Vec<_>>())
    }
}

pub(super) fn marked(text: &str, terms: &[&Term]) -> Vec<Range<usize>> {
    let mut marks = locate(text, terms, How::Whole);
    let is_missing = |(number, _): &(usize, &&Term)| marks.iter().all(|mark| mark.term != *number);
    let missing: Vec<&Term> = terms.iter().enumerate().filter(is_missing).map(|(_, term)| *term).collect();
    if !missing.is_empty() {
        marks.extend(locate(text, &missing, How::Within));
    }
    merged(&marks)
}

/// The marks that stand close together and are of the most different terms; of such, the first.
pub(super) fn best_cluster(marks: &[Mark]) -> &[Mark] {
    let mut best: &[Mark] = &[];
    let mut score = (0, 0);
    for (at, first) in marks.iter().enumerate() {
        let rest = marks.get(at..).unwrap_or_default();
        let near = rest.iter().take_while(|mark| mark.range.end <= first.range.start + SPAN).count().max(1);
        let near = rest.get(..near).unwrap_or_default();
        // Of the fiftieth hit of a word nobody learns more than of the first ones.
        let this = (variety(near), near.len().min(3));
        if this > score {
            (best, score) = (near, this);
        }
    }
    best
}

/// Where a snippet begins that shows this hit: at the beginning, or of a line or a word close before it.
fn start(text: &str, hit: usize) -> usize {
    let before = text.get(..hit).unwrap_or_default();
    let mut start = hit;
    let mut word = None;
    for (number, (at, grapheme)) in before.grapheme_indices(true).rev().enumerate() {
        if number == BEFORE {
            return word.unwrap_or(start);
        }
        if grapheme.contains('\n') && number > BEFORE / 2 {
            return start;
        }
        if grapheme.chars().all(char::is_whitespace) {
            word = Some(start);
        }
        start = at;
    }
    start
}

/// The ranges of the marks, in order and apart from each other.
fn merged(marks: &[Mark]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = marks.iter().map(|mark| mark.range.clone()).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// A snippet that is being written.
struct Line {
    snippet: Snippet,
    /// In characters as people count them.
    length: usize,
}

impl Line {
    fn push(&mut self, c: char) {
        self.snippet.text.push(c);
        self.length += 1;
    }

    /// Takes over one character of the text: white space folded, nothing that speaks to a terminal.
    fn take(&mut self, grapheme: &str, is_marked: bool) {
        let text = &mut self.snippet.text;
        let begun = text.len();
        if grapheme.chars().all(char::is_whitespace) {
            if begun == 0 || text.ends_with(' ') {
                return;
            }
            text.push(' ');
        } else {
            text.extend(grapheme.chars().take(MOST_MARKS).map(|c| if acts(c) { '\u{fffd}' } else { c }));
        }
        self.length += 1;
        let end = text.len();
        match self.snippet.marks.last_mut() {
            _ if !is_marked => {}
            Some(last) if last.end == begun => last.end = end,
            _ => self.snippet.marks.push(begun..end),
        }
    }

    fn finish(mut self) -> Snippet {
        let Snippet { text, marks } = &mut self.snippet;
        text.truncate(text.trim_end().len());
        marks.iter_mut().for_each(|mark| mark.end = mark.end.min(text.len()));
        marks.retain(|mark| mark.start < mark.end);
        self.snippet
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str, query: &str) -> Snippet {
        let query = Query::parse(query).unwrap();
        let terms: Vec<&Term> = query.terms.iter().collect();
        snippet(text, &locate(text, &terms, How::Within))
    }

    /// With the marks in brackets.
    fn shown(text: &str, query: &str) -> String {
        let Snippet { mut text, marks } = of(text, query);
        for mark in marks.into_iter().rev() {
            text.insert(mark.end, ']');
            text.insert(mark.start, '[');
        }
        text
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(
            shown("Rechnung 7\n\t12,50 €\n請求書 🧾", "12,50 請求"),
            "Rechnung 7 [12,50] € [請求]書 🧾"
        );
        assert_eq!(shown("  two\n\nlines ", ""), "two lines");
        assert_eq!(shown("", "x"), "");
        assert_eq!(shown("a\u{202e}b c", "c"), "a\u{fffd}b [c]");
    }

    #[test]
    fn a_long_text_is_cut_around_the_words() {
        let filler = "lorem ipsum dolor sit amet consectetur ".repeat(9);
        let text = format!("{filler}invoice {filler}the invoice is due on Monday {filler}");
        let shown = shown(&text, "invoice due");
        assert!(shown.contains("the [invoice] is [due] on Monday"), "{shown}");
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        let plain = of(&text, "invoice due").text;
        assert!((140..=LONGEST).contains(&plain.graphemes(true).count()), "{plain}");
    }

    #[test]
    fn no_character_is_cut_in_two() {
        let family = "👨‍👩‍👧‍👦";
        let text = format!("{} x {}", family.repeat(300), family.repeat(300));
        let snippet = of(&text, "x");
        let whole = |part: &&str| *part == family || matches!(*part, "…" | " " | "x");
        assert!(snippet.text.graphemes(true).all(|part| whole(&part)), "{snippet:?}");
        assert_eq!(&snippet.text[snippet.marks[0].clone()], "x");
    }

    #[test]
    fn a_character_with_countless_marks_keeps_some() {
        let text = format!("a{} b", "\u{301}".repeat(100_000));
        let snippet = of(&text, "b");
        assert_eq!(snippet.text.chars().count(), MOST_MARKS + 2);
        assert_eq!(&snippet.text[snippet.marks[0].clone()], "b");
    }

    proptest! {
        #[test]
        fn a_snippet_is_one_short_line_with_sound_marks(text in "(\\PC|[ab東é\u{301}\n\t\u{1b}\u{202e}]){0,300}", query in "[ab東é]{1,2}") {
            let Snippet { text, marks } = of(&text, &query);
            prop_assert!(text.graphemes(true).count() <= LONGEST + 1, "{}", text);
            prop_assert!(!text.contains(acts));
            let mut end = 0;
            for mark in marks {
                prop_assert!(mark.start >= end && mark.start < mark.end);
                prop_assert!(text.get(mark.clone()).is_some());
                end = mark.end;
            }
        }
    }
}
