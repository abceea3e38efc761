//! Cutting what does not fit before a model at once: at the ends of lines, of sentences, of words.

use super::material::Row;
use super::tokens::reach;

/// The most pieces that a model is asked about. A longer text is not read in full: of as many stretches of it, all of
/// the same length, the model gets the beginning of each, as much as fits.
pub(super) const MOST: usize = 24;

/// Cuts rows into pieces of at most so many tokens, and about the same size. Together they are all of it.
pub(super) fn cut(rows: Vec<Row>, most: usize) -> Vec<Vec<Row>> {
    let rows: Vec<Row> = rows.into_iter().flat_map(|row| shorten(row, most)).collect();
    let all: usize = rows.iter().map(Row::tokens).sum();
    let fair = all.div_ceil(all.div_ceil(most.max(1)).max(1));
    let mut pieces = Vec::new();
    let (mut piece, mut size) = (Vec::new(), 0);
    for row in rows {
        let more = row.tokens();
        if size >= fair || size + more > most && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
            size = 0;
        }
        size += more;
        piece.push(row);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// Of too many pieces the first of as many stretches as there may be.
pub(super) fn sample(pieces: Vec<Vec<Row>>) -> Vec<Vec<Row>> {
    let all = pieces.len();
    if all <= MOST {
        return pieces;
    }
    let chosen = |at: usize| (0..MOST).any(|stretch| stretch * all / MOST == at);
    pieces.into_iter().enumerate().filter(|(at, _)| chosen(*at)).map(|(_, piece)| piece).collect()
}

/// A row, in several if it is longer than a piece may be.
fn shorten(row: Row, most: usize) -> Vec<Row> {
    if row.tokens() <= most {
        return vec![row];
    }
    let bare = Row { at: row.at, text: String::new() }.tokens();
    let room = most.saturating_sub(bare);
    let mut rows = Vec::new();
    let mut rest = row.text.as_str();
    while !rest.is_empty() {
        let (text, after) = rest.split_at(fitting(rest, room));
        rows.push(Row { at: row.at, text: text.to_owned() });
        rest = after;
    }
    rows
}

/// How many bytes of a text to take, so that it is so many tokens at most, and one character at least: all sentences
/// that fit; where the first does not, all its words that fit; where there are none, all characters.
fn fitting(text: &str, most: usize) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let end = reach(text, most).max(first);
    if end == text.len() {
        return end;
    }
    let (mut sentence, mut word) = (0, 0);
    let mut characters = text[..end].char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let after = at + c.len_utf8();
        let is_before_space = characters.peek().is_some_and(|(_, next)| next.is_whitespace());
        if matches!(c, '。' | '！' | '？') || is_before_space && matches!(c, '.' | '!' | '?' | '…' | ';')
        {
            sentence = after;
        }
        if c.is_whitespace() {
            word = after;
        }
    }
    // A border near the beginning would leave most of the room empty.
    [sentence, word].into_iter().find(|border| *border > end / 3).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(text: &str) -> Row {
        Row { at: None, text: text.to_owned() }
    }

    fn size(piece: &[Row]) -> usize {
        piece.iter().map(Row::tokens).sum()
    }

    #[test]
    fn a_long_line_is_cut_behind_sentences_words_and_characters() {
        let text = "First sentence here. Second one. Third one is a little longer than the others.";
        let texts: Vec<String> = shorten(row(text), 18).into_iter().map(|row| row.text).collect();
        assert_eq!(texts[0], "First sentence here. Second one.");
        let dense = "会議は木曜日に変更されました。新しい部屋は二階です。".repeat(3);
        assert!(shorten(row(&dense), 30).iter().all(|row| row.text.ends_with('。')));
        let endless = "x".repeat(500);
        assert!(shorten(row(&endless), 30).iter().all(|row| row.tokens() <= 30));
    }

    #[test]
    fn too_many_pieces_are_thinned_from_end_to_end() {
        let pieces: Vec<Vec<Row>> = (0..100).map(|at| vec![row(&at.to_string())]).collect();
        let texts: Vec<String> = sample(pieces).into_iter().map(|piece| piece[0].text.clone()).collect();
        assert_eq!(texts.len(), MOST);
        assert_eq!((texts[0].as_str(), texts[MOST - 1].as_str()), ("0", "95"));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_piece_is_too_large(
            texts in prop::collection::vec("(\\PC{0,60}|[a-z .。]{0,400}|[一-龥]{0,80})", 0..30),
            timed in any::<bool>(),
            most in 30_usize..300,
        ) {
            let at = |index: usize| timed.then_some(index as f64);
            let rows: Vec<Row> =
                texts.iter().enumerate().map(|(index, text)| Row { at: at(index), text: text.clone() }).collect();
            let pieces = cut(rows.clone(), most);
            for piece in &pieces {
                prop_assert!(!piece.is_empty() && size(piece) <= most, "{} of {most}: {piece:?}", size(piece));
            }
            // All of every line, in order, beginning with the line's own time.
            let mut parts = pieces.into_iter().flatten();
            for row in rows {
                let mut text = String::new();
                while text.len() < row.text.len() || text.is_empty() {
                    let part = parts.next().unwrap();
                    prop_assert_eq!(part.at, row.at);
                    text += &part.text;
                    if row.text.is_empty() {
                        break;
                    }
                }
                prop_assert_eq!(text, row.text);
            }
            prop_assert!(parts.next().is_none());
        }
    }
}
