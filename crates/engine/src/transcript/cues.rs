//! Cutting what was said into cues, as people read subtitles: two lines of 42 columns at most, sentences together where
//! they fit, each for its share of the time.

use deskscribe_protocol::{Segment, tame};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a line, of which a wide character takes two.
const COLUMNS: usize = 42;
/// Lines of a cue.
const LINES: usize = 2;

/// One subtitle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cue {
    /// In milliseconds from the beginning of the recording.
    pub(super) start: u64,
    /// In milliseconds; later than its start.
    pub(super) end: u64,
    /// One or two, none of them empty.
    pub(super) lines: Vec<String>,
}

/// A piece of text in which no line may end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece<'a> {
    text: &'a str,
    /// Whether there is a space between it and the one before.
    apart: bool,
}

/// The cues of a transcript, in its order.
pub(super) fn cues(transcript: &[Segment]) -> Vec<Cue> {
    transcript.iter().flat_map(of_segment).collect()
}

fn of_segment(segment: &Segment) -> Vec<Cue> {
    // No arrow of a cue's head may stand in its text.
    let text = tame(&segment.text).replace("-->", "→");
    let cut = cut(&pieces(&text));
    let length = |lines: &Vec<String>| lines.iter().map(|line| line.width().max(1)).sum::<usize>();
    let all = cut.iter().map(length).sum::<usize>().max(1) as f64;
    let milliseconds = |seconds: f64| (seconds.max(0.0) * 1000.0).round() as u64;
    let (begins, lasts) = (segment.start, (segment.end - segment.start).max(0.0));
    let (mut before, mut start) = (0, milliseconds(begins));
    let mut cues = Vec::with_capacity(cut.len());
    for lines in cut {
        before += length(&lines);
        let end = milliseconds(begins + lasts * before as f64 / all).max(start + 1);
        cues.push(Cue { start, end, lines });
        start = end;
    }
    cues
}

/// The lines of each cue.
fn cut(pieces: &[Piece<'_>]) -> Vec<Vec<String>> {
    let mut cues = Vec::new();
    let mut cue: &[Piece<'_>] = &[];
    let mut rest = pieces;
    while !rest.is_empty() {
        let taken = pieces.len() - rest.len();
        let begun = taken - cue.len();
        let sentence =
            rest.iter().position(|piece| ends_sentence(piece.text)).map_or(rest.len(), |at| at + 1);
        let longer = pieces.get(begun..taken + sentence).unwrap_or_default();
        if fits(longer) {
            (cue, rest) = (longer, rest.get(sentence..).unwrap_or_default());
        } else if cue.is_empty() {
            // A long sentence: as much of it as there is room for.
            let most = (1..=sentence).take_while(|count| fits(rest.get(..*count).unwrap_or_default())).last();
            let (some, other) = rest.split_at(most.unwrap_or(1));
            cues.push(lines(some));
            rest = other;
        } else {
            cues.push(lines(cue));
            cue = &[];
        }
    }
    if !cue.is_empty() {
        cues.push(lines(cue));
    }
    cues
}

fn fits(pieces: &[Piece<'_>]) -> bool {
    // Nothing that is so long needs to be laid out to know it.
    pieces.len() <= LINES * COLUMNS && lines(pieces).len() <= LINES
}

/// The pieces laid out in lines.
fn lines(pieces: &[Piece<'_>]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if line.width() + usize::from(piece.apart) + piece.text.width() <= COLUMNS => {
                if piece.apart {
                    line.push(' ');
                }
                line.push_str(piece.text);
            }
            _ => lines.push(piece.text.to_owned()),
        }
    }
    lines
}

/// The text in pieces: words; where there are no spaces between words, characters with the signs behind them; and what
/// is longer than a line, cut.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for word in text.split_whitespace() {
        let (mut begun, mut apart, mut columns) = (0, true, 0);
        let mut before: Option<&str> = None;
        for (at, grapheme) in word.grapheme_indices(true) {
            let width = grapheme.width();
            let may_end =
                before.is_some_and(|before| is_wide(before) || is_wide(grapheme)) && !clings(grapheme);
            if at > begun && (may_end || columns + width > COLUMNS) {
                pieces.push(Piece { text: word.get(begun..at).unwrap_or_default(), apart });
                (begun, apart, columns) = (at, false, 0);
            }
            columns += width;
            before = Some(grapheme);
        }
        pieces.push(Piece { text: word.get(begun..).unwrap_or_default(), apart });
    }
    pieces
}

pub(super) fn is_wide(grapheme: &str) -> bool {
    grapheme.width() > 1
}

/// Whether no line may begin with it.
fn clings(grapheme: &str) -> bool {
    const SIGNS: &str = "、。，．・：；？！」』）】〉》ー…‥〜,.!?;:)]}";
    SIGNS.contains(grapheme)
}

fn ends_sentence(piece: &str) -> bool {
    let end = piece.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '」', '』', '）']);
    end.ends_with(['.', '!', '?', '…', '。', '！', '？', '．'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let segment = Segment { start: 10.0, end: 20.0, text: text.to_owned(), confidence: 1.0 };
        let cue = |cue: Cue| format!("{}-{} {}", cue.start, cue.end, cue.lines.join("|"));
        cues(&[segment]).into_iter().map(cue).collect()
    }

    #[test]
    fn what_fits_stays_together_and_sentences_end_cues() {
        assert_eq!(told("Good morning."), ["10000-20000 Good morning."]);
        assert_eq!(told("  "), Vec::<String>::new());
        assert_eq!(told("One. Two. Three."), ["10000-20000 One. Two. Three."]);
        assert_eq!(
            told(
                "The first sentence is not so short. The second one would begin in the middle of the cue, and is \
                 long. Bye!"
            ),
            [
                "10000-13365 The first sentence is not so short.",
                "13365-20000 The second one would begin in the middle|of the cue, and is long. Bye!",
            ]
        );
    }

    #[test]
    fn a_sentence_that_is_too_long_is_cut_between_words_and_a_word_within() {
        let long = told(&"and so on ".repeat(20));
        assert_eq!(long.len(), 3, "{long:?}");
        assert!(long.iter().all(|cue| !cue.contains("  ")), "{long:?}");
        let word = told(&"x".repeat(100));
        assert_eq!(word[0], format!("10000-18400 {}|{}", "x".repeat(42), "x".repeat(42)));
        assert_eq!(word[1], format!("18400-20000 {}", "x".repeat(16)));
    }

    #[test]
    fn wide_characters_take_two_columns_and_signs_begin_no_line() {
        let text = "東".repeat(21) + "。" + &"京".repeat(10);
        assert_eq!(told(&text), [format!("10000-20000 {}|東。{}", "東".repeat(20), "京".repeat(10))]);
    }

    #[test]
    fn what_was_said_in_no_time_is_shown_for_a_moment() {
        let segment = Segment { start: 1.0, end: 1.0, text: "Oh --> no".to_owned(), confidence: 1.0 };
        assert_eq!(cues(&[segment]), [Cue { start: 1000, end: 1001, lines: vec!["Oh → no".to_owned()] }]);
    }
}
