//! What kind of picture this is, where simple signs tell: a photo, a document, a receipt, code, a chat,
//! a chart or a screenshot. No
//! tag is better than a wrong one.

use deskscribe_protocol::{Digest, Line};

use super::chart::is_chart;
use super::chat::is_chat;
use crate::layout::code::is_code;

/// What is known of a picture beside its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// Its sides in pixels.
    pub(crate) sides: (u32, u32),
    /// Whether a camera says that it took it.
    pub(crate) has_camera: bool,
}

/// Receipts have at least so many amounts.
const AMOUNTS: usize = 3;
/// Amounts stand below each other when their right edges differ by less than this share of the width of the text.
const ALIGNED: f32 = 0.12;
/// What stands before the sum, in a few languages.
const TOTALS: [&str; 14] = [
    "total",
    "subtotal",
    "amount due",
    "balance due",
    "summe",
    "gesamt",
    "zu zahlen",
    "montant",
    "totale",
    "importe",
    "suma",
    "итого",
    "合計",
    "总计",
];
/// So many lines of code, and this share of all lines, make a program.
const CODE: (usize, f32) = (8, 0.4);
/// A photo with so many lines is one of a document.
const DOCUMENT: usize = 20;
/// The least lines of a screenshot.
const SCREEN: usize = 3;
/// Sides of screens, the longer first.
const SCREENS: [(u32, u32); 31] = [
    (1280, 720),
    (1280, 800),
    (1366, 768),
    (1440, 900),
    (1536, 864),
    (1600, 900),
    (1680, 1050),
    (1920, 1080),
    (1920, 1200),
    (2048, 1152),
    (2160, 1440),
    (2256, 1504),
    (2400, 1080),
    (2340, 1080),
    (2532, 1170),
    (2556, 1179),
    (2560, 1080),
    (2560, 1440),
    (2560, 1600),
    (2778, 1284),
    (2796, 1290),
    (2880, 1800),
    (3024, 1964),
    (3120, 1440),
    (3200, 1440),
    (3440, 1440),
    (3456, 2234),
    (3840, 2160),
    (5120, 1440),
    (5120, 2880),
    (7680, 4320),
];

/// Puts the kind of a picture among its tags, where it can be told. It takes the place of the last where there are as
/// many as may be.
pub(crate) fn tag_kind(digest: &mut Digest, lines: &[Line], facts: Facts) {
    if let Some(kind) = kind_of(lines, facts)
        && !digest.tags.iter().any(|tag| tag == kind)
    {
        digest.tags.truncate(Digest::MOST_TAGS - 1);
        digest.tags.push(kind.to_owned());
    }
}

fn kind_of(lines: &[Line], Facts { sides: (width, height), has_camera }: Facts) -> Option<&'static str> {
    if is_receipt(lines) {
        Some("receipt")
    } else if is_program(lines) {
        Some("code")
    } else if is_chart(lines) {
        Some("chart")
    } else if has_camera {
        Some(if lines.len() >= DOCUMENT { "document" } else { "photo" })
    } else if is_chat(lines) {
        Some("chat")
    } else {
        let is_screen = SCREENS.contains(&(width.max(height), width.min(height)));
        (is_screen && lines.len() >= SCREEN).then_some("screenshot")
    }
}

/// A narrow strip of text with amounts below each other, and a word for their sum.
fn is_receipt(lines: &[Line]) -> bool {
    let edges = |axis: usize| {
        let all = lines.iter().flat_map(|line| line.corners).map(move |corner| corner[axis]);
        all.fold((f32::MAX, f32::MIN), |(least, most), at| (least.min(at), most.max(at)))
    };
    let ((left, right), (top, bottom)) = (edges(0), edges(1));
    let has_total = || {
        lines.iter().any(|line| {
            let text = line.text.to_lowercase();
            TOTALS.iter().any(|word| text.starts_with(word))
        })
    };
    let amounts: Vec<f32> = lines.iter().filter(|line| ends_with_amount(&line.text)).map(rightmost).collect();
    let furthest = amounts.iter().copied().fold(f32::MIN, f32::max);
    let aligned = amounts.iter().filter(|at| furthest - **at < ALIGNED * (right - left)).count();
    right - left < bottom - top && aligned >= AMOUNTS && has_total()
}

fn rightmost(line: &Line) -> f32 {
    line.corners.iter().map(|corner| corner[0]).fold(f32::MIN, f32::max)
}

/// Whether a line ends with an amount of money, such as `4.50`, `€ 4,50` or `4.50 A`.
fn ends_with_amount(text: &str) -> bool {
    let is_mark = |c: char| c.is_alphabetic() || c.is_whitespace() || "€$£¥*".contains(c);
    let amount = text.trim_end_matches(is_mark);
    let Some(point) = amount.rfind(['.', ',']) else { return false };
    let (rest, cents) = (&amount[..point], &amount[point + 1..]);
    let mark = &amount[point..=point];
    text.len() - amount.len() <= 5
        && cents.len() == 2
        && cents.bytes().all(|byte| byte.is_ascii_digit())
        && rest.bytes().next_back().is_some_and(|byte| byte.is_ascii_digit())
        // Dates and numbers of versions have it more than once; thousands have the other one.
        && !rest.split_whitespace().next_back().is_some_and(|word| word.contains(mark))
}

fn is_program(lines: &[Line]) -> bool {
    // Numbers of lines say nothing.
    let says = |line: &&Line| line.text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let (all, code) = lines
        .iter()
        .filter(says)
        .fold((0, 0), |(all, code), line| (all + 1, code + usize::from(is_code(&line.text))));
    code >= CODE.0 && code as f32 >= CODE.1 * all as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines below each other, each from here to there.
    fn lines(texts: &[(&str, f32, f32)]) -> Vec<Line> {
        let line = |(number, (text, left, right)): (usize, &(&str, f32, f32))| {
            let (top, bottom) = (number as f32 * 40.0, number as f32 * 40.0 + 30.0);
            let corners = [[*left, top], [*right, top], [*right, bottom], [*left, bottom]];
            Line { text: (*text).to_owned(), confidence: 1.0, corners, page: 0 }
        };
        texts.iter().enumerate().map(line).collect()
    }

    fn kind(texts: &[(&str, f32, f32)], sides: (u32, u32), has_camera: bool) -> Option<&'static str> {
        kind_of(&lines(texts), Facts { sides, has_camera })
    }

    const RECEIPT: [(&str, f32, f32); 9] = [
        ("GREEN GROCER", 60.0, 240.0),
        ("14.03.2026 09:12", 60.0, 200.0),
        ("Apples 1 kg", 0.0, 120.0),
        ("2,49 A", 250.0, 300.0),
        ("Bread 3,20 B", 0.0, 300.0),
        ("Milk 1,19 A", 0.0, 300.0),
        ("Summe EUR 6,88", 0.0, 300.0),
        ("Card 6,88", 0.0, 300.0),
        ("Thank you", 80.0, 200.0),
    ];

    #[test]
    fn a_receipt_is_a_narrow_strip_of_amounts_with_their_sum() {
        assert_eq!(kind(&RECEIPT, (600, 800), true), Some("receipt"));
        assert_eq!(kind(&RECEIPT, (1920, 1080), false), Some("receipt"));
        let without_sum: Vec<_> = RECEIPT.into_iter().filter(|line| !line.0.starts_with("Summe")).collect();
        assert_eq!(kind(&without_sum, (600, 800), false), None);
        let wide: Vec<_> =
            RECEIPT.iter().map(|(text, left, right)| (*text, left * 5.0, right * 5.0)).collect();
        assert_eq!(kind(&wide, (1600, 800), false), None);
    }

    #[test]
    fn amounts_are_told_from_dates_and_versions() {
        for text in ["4.50", "€ 4,50", "Coffee 1.204,50 €", "2,49 A", "$12.00"] {
            assert!(ends_with_amount(text), "{text}");
        }
        for text in ["14.03.26", "Version 1.2.30", "4.5", "1.234", "12:30", "4.50 of 9 were paid", ""] {
            assert!(!ends_with_amount(text), "{text}");
        }
    }

    #[test]
    fn a_program_is_one_whatever_stands_around_it() {
        let line = ("let total = items.len();", 0.0, 400.0);
        let program = [[line; 8].as_slice(), &[("File Edit View", 0.0, 90.0), ("17", 0.0, 9.0)]].concat();
        assert_eq!(kind(&program, (1000, 700), false), Some("code"));
        assert_eq!(kind(&[line; 4], (1000, 700), false), None);
    }

    #[test]
    fn cameras_take_photos_and_screens_have_the_sides_of_screens() {
        let sign = [("Please keep the gate closed", 0.0, 300.0)];
        assert_eq!(kind(&sign, (4000, 3000), true), Some("photo"));
        assert_eq!(kind(&[], (4000, 3000), true), Some("photo"));
        assert_eq!(kind(&[sign[0]; 20], (4000, 3000), true), Some("document"));
        assert_eq!(kind(&sign, (4000, 3000), false), None);
        assert_eq!(kind(&[sign[0]; 3], (1920, 1080), false), Some("screenshot"));
        assert_eq!(kind(&[sign[0]; 3], (1080, 2400), false), Some("screenshot"));
        assert_eq!(kind(&[sign[0]; 3], (1000, 700), false), None);
        assert_eq!(kind(&[], (1920, 1080), false), None);
    }

    #[test]
    fn a_kind_is_one_tag_of_as_many_as_may_be() {
        let mut digest = Digest { tags: vec!["x".to_owned(); Digest::MOST_TAGS], ..Digest::default() };
        let facts = Facts { sides: (40, 30), has_camera: true };
        tag_kind(&mut digest, &[], facts);
        tag_kind(&mut digest, &[], facts);
        assert_eq!(digest.tags.len(), Digest::MOST_TAGS);
        assert_eq!(digest.tags.iter().filter(|tag| *tag == "photo").count(), 1);
    }
}
