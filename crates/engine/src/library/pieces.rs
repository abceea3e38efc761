//! Texts for a page: cut into pieces where hits begin and end, and cut short, so that whoever shows them counts no
//! bytes.

use std::ops::Range;

use serde::Serialize;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Piece {
    /// Its characters.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// The whole text in pieces. The marks are in order and apart from each other; without any, there are no pieces.
pub(super) fn pieces(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    if marks.is_empty() { Vec::new() } else { all_pieces(text, marks) }
}

/// The whole text in pieces, of which there is one at least, unless the text is empty.
pub(super) fn all_pieces(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(2 * marks.len() + 1);
    let mut take = |range: Range<usize>, hit| {
        let text = text.get(range).unwrap_or_default();
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), hit });
        }
    };
    let mut end = 0;
    for mark in marks {
        take(end..mark.start, false);
        take(mark.clone(), true);
        end = mark.end;
    }
    take(end..text.len(), false);
    pieces
}

/// A text of at most so many characters, cut behind a word where there is one in the last third.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let kept = text.get(..end).unwrap_or_default();
    let is_whole = text.get(end..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let word = kept.rfind(char::is_whitespace).filter(|at| *at > end / 3 * 2 && !is_whole);
    let kept = kept.get(..word.unwrap_or(end)).unwrap_or_default();
    format!("{}…", kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "one mark is a list of one")]
    fn pieces_are_the_text() {
        let told = |text, marks: &[Range<usize>]| {
            let tell = |piece: Piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text };
            pieces(text, marks).into_iter().map(tell).collect::<Vec<_>>().join("|")
        };
        assert_eq!(told("Größe 5", &[0..7, 8..9]), "[Größe]| |[5]");
        assert_eq!(told("a b", &[2..3]), "a |[b]");
        assert_eq!(told("a b", &[]), "");
        assert_eq!(all_pieces("a b", &[]), [Piece { text: "a b".to_owned(), hit: false }]);
        assert_eq!(all_pieces("", &[]), []);
    }

    #[test]
    fn a_long_text_ends_behind_a_word() {
        for (text, short) in [
            ("ten chars.", "ten chars."),
            ("ten chars, and more", "ten chars…"),
            ("one two three", "one two…"),
            ("ünterbrochenes", "ünterbroch…"),
            ("a bbbbbbbbbbbbb", "a bbbbbbbb…"),
        ] {
            assert_eq!(shortened(text, 10), short);
        }
    }
}
