//! A transcript for people to read: plain, and as Markdown with times.

use std::fmt::Write;

use deskscribe_protocol::{Gap, OnScreen, Recording, Segment, tame};
use unicode_segmentation::UnicodeSegmentation;

use super::cues::is_wide;
use super::{by_time, missing};
use crate::words::clock;

/// A longer pause, in seconds, begins a paragraph.
const PAUSE: f64 = 2.0;

/// The words, an empty line between what was said before a pause and after it.
pub(super) fn paragraphs(transcript: &[Segment]) -> String {
    let mut text = String::new();
    let mut end = 0.0;
    for segment in transcript {
        let words = tame(segment.text.trim());
        if words.is_empty() {
            continue;
        }
        if !text.is_empty() {
            let edges = [text.graphemes(true).next_back(), words.graphemes(true).next()];
            let joined = edges.into_iter().all(|edge| edge.is_some_and(is_wide));
            text.push_str(if segment.start - end > PAUSE {
                "\n\n"
            } else if joined {
                ""
            } else {
                " "
            });
        }
        text.push_str(&words);
        end = segment.end;
    }
    text + "\n"
}

/// What was said, shown and lost, each with its times, as sections of a Markdown document.
pub(crate) fn sections(recording: &Recording) -> String {
    let Recording { transcript, screen, gaps, .. } = recording;
    let mut text = String::new();
    let mut section = |head: &str, lines: &mut dyn Iterator<Item = (String, String)>| {
        let mut lines = lines.peekable();
        if lines.peek().is_some() {
            let _ = write!(text, "\n## {head}\n\n");
        }
        for (time, line) in lines {
            let _ = writeln!(text, "- {time} {}", plain(&line));
        }
    };
    let said = |Segment { start, text, .. }: &Segment| (clock(start.floor()), text.trim().to_owned());
    let shown = |OnScreen { from, to, text }: &OnScreen| (by_time(*from, *to), text.trim().to_owned());
    let lost =
        |Gap { from, to, what, reason }: &Gap| (by_time(*from, *to), format!("{}: {reason}", missing(*what)));
    section("What was said", &mut transcript.iter().map(said));
    section("What was shown", &mut screen.iter().map(shown));
    section("What is missing", &mut gaps.iter().map(lost));
    text
}

/// One line in which nothing is marked up.
pub(crate) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in tame(text).chars() {
        match c {
            // Entities too: `&lt;` in a picture is no `<`.
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '#' | '|' | '~' | '!' | '$' => line.extend(['\\', c]),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::Missing;

    use super::*;

    fn said(start: f64, end: f64, text: &str) -> Segment {
        Segment { start, end, text: text.to_owned(), confidence: 1.0 }
    }

    #[test]
    fn a_pause_begins_a_paragraph() {
        let transcript = [
            said(0.0, 2.0, " Good morning. "),
            said(2.5, 4.0, "Let us begin."),
            said(9.0, 9.5, ""),
            said(9.5, 11.0, "第一に、"),
            said(11.0, 12.0, "予算です。"),
        ];
        assert_eq!(paragraphs(&transcript), "Good morning. Let us begin.\n\n第一に、予算です。\n");
    }

    #[test]
    fn sections_are_there_when_there_is_something_in_them() {
        let recording = Recording {
            transcript: vec![said(1.5, 4.0, "Look at *this*.")],
            gaps: vec![Gap {
                from: 590.0,
                to: 600.0,
                what: Missing::Rest,
                reason: "the file ends there".to_owned(),
            }],
            ..Recording::default()
        };
        assert_eq!(
            sections(&recording),
            "\n## What was said\n\n- 0:01 Look at \\*this\\*.\n\n## What is missing\n\n- 9:50–10:00 missing: the \
             file ends there\n"
        );
        assert_eq!(plain("# *a* <b> [c](d) & `e`"), "\\# \\*a\\* &lt;b\\> \\[c\\](d) &amp; \\`e\\`");
    }
}
