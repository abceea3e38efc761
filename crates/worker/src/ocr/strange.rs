//! Writing in letters that the model does not know, told from what it makes of them: lines that are long and hold
//! almost no letters, that it doubts, or that it spells with the letters of formulas.

use deskscribe_protocol::Line;
use oar_ocr::processors::BoundingBox;

use super::boxes::corners;
use crate::layout;

/// What it knows, in words; as far as it was measured.
pub(super) const KNOWN: &str = "Latin letters, Chinese and Japanese";

/// A line is at least so many times as long as high, and so high, in pixels.
const LONG: f32 = 5.0;
const HIGH: f32 = 12.0;
/// Latin letters are so many at least, by the length of a line in its heights.
const LETTERS: f32 = 0.36;
/// Below this confidence a long line was not read.
const DOUBTED: f32 = 0.7;
/// So many such lines of one height are no accident.
const FEWEST: usize = 3;
/// Their heights differ from the middle one by so much of it at most.
const ALIKE: f32 = 0.4;
/// Their lengths differ by so much of the longest at least: rows of small pictures are all as long.
const RAGGED: f32 = 0.15;

/// Whether there are lines of a script that the model does not know; what it made of them is taken out.
pub(super) fn take_out(boxes: &[BoundingBox], lines: &mut Vec<Line>) -> bool {
    // Boxes of which nothing came are the surest sign.
    let silent = boxes.iter().map(|found| corners(&found.points));
    let silent = silent.filter(|corners| lines.iter().all(|line| line.corners != *corners));
    let spoken = lines.iter().filter(|line| is_strange(line)).map(|line| line.corners);
    let mut sides: Vec<(f32, f32)> = silent.chain(spoken).filter_map(sides_of_line).collect();
    sides.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    let Some((_, middle)) = sides.get(sides.len() / 2).copied() else { return false };
    sides.retain(|(_, height)| (height - middle).abs() <= ALIKE * middle);
    let lengths = || sides.iter().map(|(length, _)| *length);
    let (shortest, longest) = (lengths().fold(f32::MAX, f32::min), lengths().fold(0.0, f32::max));
    let is_writing = sides.len() >= FEWEST && longest - shortest >= RAGGED * longest;
    if is_writing {
        lines.retain(|line| !is_strange(line));
    }
    is_writing
}

/// How long and how high this is, if it has the shape of a line that lies.
fn sides_of_line(corners: [[f32; 2]; 4]) -> Option<(f32, f32)> {
    let (length, height) = layout::sides(corners);
    (height >= HIGH && length >= LONG * height).then_some((length, height))
}

fn is_strange(line: &Line) -> bool {
    let Some((length, height)) = sides_of_line(line.corners) else { return false };
    let letters = line.text.chars().filter(|c| c.is_alphanumeric()).count();
    let dense = line.text.chars().filter(|c| layout::script::is_dense(*c)).count();
    let of_formulas = line.text.chars().filter(|c| matches!(c, '\u{370}'..='\u{3ff}')).count();
    // The model knows Greek letters one by one, without the marks that most words have.
    let is_greek = 2 * of_formulas > letters && line.text.split_whitespace().count() > 1;
    let is_empty = dense == 0 && (letters as f32) < LETTERS * length / height;
    // A line of dashes or dots has no letters either.
    let is_ruled = line.text.chars().all(|c| !c.is_alphanumeric() && !c.is_whitespace());
    is_greek || line.confidence < DOUBTED || (is_empty && !is_ruled)
}

#[cfg(test)]
mod tests {
    use oar_ocr::processors::Point;

    use super::*;

    /// Lines below each other, 30 pixels high and from 480 on each 40 shorter than the one above, and whether something
    /// was taken for strange writing.
    fn left(lines: &[(&str, f32)]) -> (Vec<String>, bool) {
        let place = |row: usize| {
            let (top, bottom, right) =
                (row as f32 * 50.0, row as f32 * 50.0 + 30.0, 490.0 - row as f32 * 40.0);
            [[10.0, top], [right, top], [right, bottom], [10.0, bottom]]
        };
        let points = |row| place(row).map(|[x, y]| Point { x, y }).to_vec();
        let boxes: Vec<BoundingBox> =
            (0..lines.len()).map(|row| BoundingBox { points: points(row) }).collect();
        let said = lines.iter().enumerate().filter(|(_, (text, _))| !text.is_empty());
        let line = |(row, (text, confidence)): (usize, &(&str, f32))| Line {
            text: (*text).to_owned(),
            confidence: *confidence,
            corners: place(row),
            page: 0,
        };
        let mut lines: Vec<Line> = said.map(line).collect();
        let is_strange = take_out(&boxes, &mut lines);
        (lines.into_iter().map(|line| line.text).collect(), is_strange)
    }

    #[test]
    fn what_is_long_and_says_next_to_nothing_is_strange_writing() {
        let sign = "Please bring your passport and two copies";
        let (kept, is_strange) =
            left(&[(sign, 0.99), ("", 0.0), (",     ?", 0.84), ("vi la", 0.57), ("", 0.0)]);
        assert!(is_strange);
        assert_eq!(kept, [sign]);
        let greek =
            [("αλημρα, τι κνει σμεα;", 0.91), ("συνντσ αρχει στι εννα", 0.83), ("στη εγλ αυσα τη", 0.84)];
        assert_eq!(left(&greek), (Vec::new(), true));
    }

    #[test]
    fn known_letters_rules_and_single_doubts_are_not() {
        let sign = "Please bring your passport and two copies";
        for lines in [
            [(sign, 0.99), (sign, 0.98), (sign, 0.97)],
            [(sign, 0.99), ("- - - - - -", 0.95), ("", 0.0)],
            [("请带上护照和两份租赁合同", 0.99), ("保存更改", 0.99), ("早上好", 0.99)],
            [("-------------", 0.97), ("______________", 0.97), ("==============", 0.97)],
        ] {
            let (kept, is_strange) = left(&lines);
            assert!(!is_strange && kept.len() >= 2, "{kept:?}");
        }
    }
}
