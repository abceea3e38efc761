//! Text that goes on in the next line, and where its sentences end.

use std::borrow::Cow;

use super::furniture as known;
use crate::layout::script::{ends_sentence, is_dense};
use crate::layout::{Cell, Edges, code, join};

/// The longest piece of speech that is joined while no sentence ends, in characters.
const BREATH: usize = 240;

/// The texts of all cells, row after row: where one goes on in a cell below, all of it is at the first, and nothing at
/// the others.
pub(super) fn joined<'a>(rows: &[Vec<Cell<'a>>], ordinary: f32, is_code: bool) -> Vec<Option<Cow<'a, str>>> {
    let cells: Vec<&Cell<'a>> = rows.iter().flatten().collect();
    let mut texts: Vec<Option<Cow<'a, str>>> = cells.iter().map(|cell| Some(cell.text.into())).collect();
    // What a terminal writes stands in lines of its own.
    if is_code || cells.iter().any(|cell| code::command(cell.text).is_some()) {
        return texts;
    }
    let edges = Edges::of(cells.iter().copied(), ordinary);
    // Where a text begins, and its last line so far.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        open.retain(|(_, last)| cell.y - cells[*last].y < 3.0 * cells[*last].height);
        let goes_on = open.iter().position(|(_, last)| {
            is_plain(cells[*last]) && is_plain(cell) && edges.goes_on(cells[*last], cell)
        });
        match goes_on {
            Some(index) => {
                let (first, last) = &mut open[index];
                *last = at;
                if let Some(text) = &mut texts[*first] {
                    join(text.to_mut(), cell.text);
                }
                texts[at] = None;
            }
            None => open.push((at, at)),
        }
    }
    texts
}

/// Whether a cell may be a part of a longer text.
fn is_plain(cell: &Cell<'_>) -> bool {
    let lower = cell.text.to_lowercase();
    !known::is_value(&lower) && code::command(cell.text).is_none() && !known::is_chrome(&lower)
}

/// The sentences of a text.
pub(super) fn sentences<'a>(text: &Cow<'a, str>) -> Vec<Cow<'a, str>> {
    let ends = ends(text);
    if ends.is_empty() {
        return vec![text.clone()];
    }
    let mut from = 0;
    let mut found = Vec::new();
    for end in ends.into_iter().chain([text.len()]) {
        let piece = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text[from..end].trim()),
            Cow::Owned(text) => Cow::Owned(text[from..end].trim().to_owned()),
        };
        from = end;
        if !piece.is_empty() {
            found.push(piece);
        }
    }
    found
}

/// Where sentences end inside a text, in bytes.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut word = 0;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let after = at + c.len_utf8();
        let is_end = match c {
            '。' | '！' | '？' | '।' => next.is_some(),
            // Initials and abbreviations are short; what comes after them may be large.
            '.' => word >= 3 && begins_after(&text[after..]),
            '!' | '?' | '…' | '؟' => begins_after(&text[after..]),
            _ => false,
        };
        if is_end {
            ends.push(after);
        }
        word = if c.is_alphanumeric() || (c == ')' && word > 0) { word + 1 } else { 0 };
    }
    ends
}

/// Whether a space and the beginning of a sentence follow.
fn begins_after(rest: &str) -> bool {
    let begin = rest.trim_start();
    begin.len() < rest.len()
        && begin.starts_with(|c: char| !c.is_lowercase() && !matches!(c, ')' | ',' | '-' | '–'))
}

/// Whether this is a statement rather than a name.
pub(super) fn is_sentence(text: &str) -> bool {
    let words = text.split_whitespace().count();
    let ended = text.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '؟']);
    let dense = text.chars().filter(|c| is_dense(*c)).count();
    words >= 6 || (ended && (words >= 3 || dense >= 6)) || dense >= 14
}

/// Whole sentences of what was said in pieces.
pub(super) fn said<'a>(spoken: impl Iterator<Item = &'a str>) -> Vec<Cow<'a, str>> {
    let mut found: Vec<Cow<'a, str>> = Vec::new();
    let mut open: Option<Cow<'a, str>> = None;
    for text in spoken.map(str::trim).filter(|text| !text.is_empty()) {
        let text = match open.take() {
            Some(before) if before.ends_with(is_dense) => format!("{before}{text}").into(),
            Some(before) => format!("{before} {text}").into(),
            None => Cow::Borrowed(text),
        };
        let mut pieces = sentences(&text);
        let last = pieces.pop();
        found.extend(pieces);
        match last {
            Some(last)
                if last.ends_with(|c| ends_sentence(c) && c != ':') || last.chars().count() >= BREATH =>
            {
                found.push(last)
            }
            last => open = last,
        }
    }
    found.extend(open);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_do() {
        let text = Cow::Borrowed("Dr. Lee saw 3.5 km of cable. It was new! Was it? e.g. no.");
        assert_eq!(sentences(&text), ["Dr. Lee saw 3.5 km of cable.", "It was new!", "Was it? e.g. no."]);
        assert_eq!(sentences(&Cow::Borrowed("休みです。また明日。")), ["休みです。", "また明日。"]);
        assert_eq!(sentences(&Cow::Borrowed("No end")), ["No end"]);
    }

    #[test]
    fn what_was_said_in_pieces_is_put_together() {
        let said = said(["So the first", "thing is the roof. It", "leaks.", "Since May"].into_iter());
        assert_eq!(said, ["So the first thing is the roof.", "It leaks.", "Since May"]);
    }
}
