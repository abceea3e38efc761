//! Cutting a very long line into pieces: the model was trained on lines of ordinary length, and gets careless
//! beyond.

use std::sync::Arc;

use image::{RgbImage, imageops};

/// Longer lines are cut, in heights of the line.
const LONGEST: u32 = 30;
/// How far back a place for a cut is looked for, in heights of the line: about three words.
const SEARCH: u32 = 8;
/// A gap between words is at least this wide, in heights of the line.
const GAP: f32 = 0.2;

/// A part of a line.
pub(super) struct Piece {
    pub(super) picture: Arc<RgbImage>,
    /// Whether there is a gap between words before it.
    pub(super) after_gap: bool,
}

/// The line, or its pieces from the left.
pub(super) fn cut(line: Arc<RgbImage>) -> Vec<Piece> {
    let (width, height) = line.dimensions();
    if width <= LONGEST * height {
        return vec![Piece { picture: line, after_gap: false }];
    }
    let ink: Vec<u8> = (0..width).map(|x| contrast(&line, x)).collect();
    let mut pieces = Vec::new();
    let (mut from, mut after_gap) = (0, false);
    while width - from > LONGEST * height {
        let latest = from + LONGEST * height;
        let (to, gap) = best_cut(&ink, (latest - SEARCH * height) as usize..latest as usize);
        let picture = imageops::crop_imm(&*line, from, 0, to as u32 - from, height).to_image();
        pieces.push(Piece { picture: Arc::new(picture), after_gap });
        (from, after_gap) = (to as u32, gap as f32 >= GAP * height as f32);
    }
    let picture = imageops::crop_imm(&*line, from, 0, width - from, height).to_image();
    pieces.push(Piece { picture: Arc::new(picture), after_gap });
    pieces
}

/// The middle of the widest gap in this range, and how wide it is; the faintest column where there is none.
fn best_cut(ink: &[u8], range: std::ops::Range<usize>) -> (usize, usize) {
    let faintest = ink[range.clone()].iter().copied().min().unwrap_or_default();
    // What compression leaves between words is faint, too.
    let is_gap = |x: &usize| ink[*x] <= faintest.saturating_add(16);
    let mut best = (range.start, 0);
    let mut x = range.start;
    while x < range.end {
        let gap = (x..range.end).take_while(is_gap).count();
        if gap > best.1 {
            best = (x + gap / 2, gap);
        }
        x += gap.max(1);
    }
    (best.0.max(1), best.1)
}

/// The difference between the brightest and the darkest pixel of a column.
fn contrast(line: &RgbImage, x: u32) -> u8 {
    let green = (0..line.height()).map(|y| line.get_pixel(x, y).0[1]);
    let (low, high) = green.fold((u8::MAX, 0), |(low, high), value| (low.min(value), high.max(value)));
    high.saturating_sub(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// Words of 50 pixels and gaps of 10, in a line 20 pixels high.
    fn words(width: u32) -> Arc<RgbImage> {
        let is_ink = |x: u32, y: u32| x % 60 < 50 && (x + y).is_multiple_of(3);
        let pixel = |x, y| if is_ink(x, y) { Rgb([0; 3]) } else { Rgb([255; 3]) };
        Arc::new(RgbImage::from_fn(width, 20, pixel))
    }

    #[test]
    fn an_ordinary_line_stays_whole() {
        let pieces = cut(words(600));
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].picture.width(), 600);
    }

    #[test]
    fn a_long_line_is_cut_between_words_and_nothing_is_lost() {
        let pieces = cut(words(3000));
        assert!(pieces.len() >= 5);
        let mut from = 0;
        for piece in &pieces {
            assert!(from == 0 || (50..60).contains(&(from % 60)), "cut at {from}");
            assert_eq!(piece.after_gap, from > 0);
            from += piece.picture.width();
        }
        assert_eq!(from, 3000);
    }

    #[test]
    fn a_long_line_without_gaps_is_cut_somewhere() {
        let noise = RgbImage::from_fn(3000, 20, |x, y| Rgb([(x * 7 + y * 13) as u8; 3]));
        let pieces = cut(Arc::new(noise));
        assert_eq!(pieces.iter().map(|piece| piece.picture.width()).sum::<u32>(), 3000);
    }
}
