//! Telling text from what only looks like it: leaves, waves, noise, icons.

use deskscribe_protocol::Line;

/// Below this confidence nothing is kept.
const UNLIKELY: f32 = 0.5;
/// From this confidence on a line counts as certain, whatever stands around it.
const CERTAIN: f32 = 0.9;
/// A line of one or two characters has to be this certain: it is what textures are taken for.
const CERTAIN_IF_SHORT: f32 = 0.8;

/// What icons are taken for: lenses, circles, arrows, boxes, three bars.
const ICONS: &str =
    "QCOo0XxVvULl+一二三口日目回田囗凸山工士土人入大中小口ロニミエコ□○◎●■◇◆≡=-—~<>^→←↑↓…·•°©®×÷☆★";

/// Keeps the lines that are text.
///
/// A picture in which nothing is certain has no text, whatever scraps were found; in a picture with text,
/// less certain lines are most likely text as well.
pub(super) fn drop_scraps(lines: &mut Vec<Line>) {
    lines.retain(is_likely);
    if !lines.iter().any(is_certain) || lines.iter().all(|line| is_icons(&line.text)) {
        lines.clear();
    }
}

/// Whether a line may be nothing but icons, side by side.
fn is_icons(text: &str) -> bool {
    text.split_whitespace().all(|word| word.chars().count() == 1 && word.chars().all(|c| ICONS.contains(c)))
}

fn is_likely(line: &Line) -> bool {
    let letters = letters(line);
    let shortest = if letters <= 2 { CERTAIN_IF_SHORT } else { UNLIKELY };
    line.confidence >= shortest && (letters > 0 || line.confidence >= CERTAIN)
}

fn is_certain(line: &Line) -> bool {
    line.confidence >= CERTAIN && letters(line) > 0
}

fn letters(line: &Line) -> usize {
    line.text.chars().filter(|c| c.is_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(lines: &[(&str, f32)]) -> Vec<String> {
        let line = |(text, confidence): &(&str, f32)| Line {
            text: (*text).to_owned(),
            confidence: *confidence,
            corners: [[0.0; 2]; 4],
            page: 0,
        };
        let mut lines: Vec<Line> = lines.iter().map(line).collect();
        drop_scraps(&mut lines);
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn short_texts_stay_and_scraps_go() {
        assert_eq!(
            left(&[("OK", 0.99), ("7", 0.95), ("x", 0.6), ("~", 0.7), ("Cancel", 0.7)]),
            ["OK", "7", "Cancel"]
        );
    }

    #[test]
    fn a_picture_with_icons_alone_has_no_text() {
        assert_eq!(left(&[("Q", 0.99), ("三", 0.98), ("口", 0.97), ("Q C", 0.95)]), [""; 0]);
        assert_eq!(left(&[("Q", 0.99), ("7", 0.98)]), ["Q", "7"]);
    }

    #[test]
    fn a_picture_with_scraps_alone_has_no_text() {
        assert_eq!(left(&[("ll", 0.85), ("w~wm", 0.62), ("-", 0.95)]), [""; 0]);
    }
}
