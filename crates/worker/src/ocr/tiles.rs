//! Cutting a large picture into tiles that a model can look at one by one.
//!
//! Neighbours overlap: what a model says about the rim of a tile, where it cannot see what surrounds it, is
//! taken from the neighbour instead. Each tile therefore answers for a part of its own, and these parts cover
//! the picture exactly once.

use std::ops::Range;

/// The edge of the largest tile, in pixels. Memory grows with its square, and accuracy does not: measured with
/// edges from 384 to 2048.
const LONGEST: u32 = 512;
/// How deep the rim is that a tile does not answer for, in pixels.
const RIM: u32 = 48;
/// Edges of tiles are multiples of this, as the model wants them.
const STEP: u32 = 32;

/// One tile, in pixels of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tile {
    /// What it shows. A lone one may reach beyond the right and the lower edge of the picture.
    pub(super) x: Range<u32>,
    pub(super) y: Range<u32>,
    /// What it answers for.
    pub(super) own_x: Range<u32>,
    pub(super) own_y: Range<u32>,
}

/// Rows of tiles, from the top.
pub(super) fn cut(width: u32, height: u32) -> Vec<Vec<Tile>> {
    let columns = cut_edge(width);
    let row = |(y, own_y): (Range<u32>, Range<u32>)| {
        let tile = |(x, own_x): &(Range<u32>, Range<u32>)| Tile {
            x: x.clone(),
            y: y.clone(),
            own_x: own_x.clone(),
            own_y: own_y.clone(),
        };
        columns.iter().map(tile).collect()
    };
    cut_edge(height).into_iter().map(row).collect()
}

/// What each tile along an edge shows, and what it answers for.
fn cut_edge(length: u32) -> Vec<(Range<u32>, Range<u32>)> {
    const OVERLAP: u32 = 2 * RIM;
    if length <= LONGEST {
        return vec![(0..length.next_multiple_of(STEP), 0..length)];
    }
    let count = (length - OVERLAP).div_ceil(LONGEST - OVERLAP);
    let piece = (length + (count - 1) * OVERLAP).div_ceil(count).next_multiple_of(STEP);
    let start = |index: u32| (index * (piece - OVERLAP)).min(length - piece);
    let border = |index: u32| match index {
        0 => 0,
        _ if index == count => length,
        _ => u32::midpoint(start(index), start(index - 1) + piece),
    };
    (0..count).map(|index| (start(index)..start(index) + piece, border(index)..border(index + 1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTHS: [u32; 12] = [1, 31, 32, 512, 513, 800, 1280, 1920, 3000, 7680, 20_000, 65_535];

    #[test]
    fn a_small_picture_is_not_cut() {
        assert_eq!(cut_edge(500), [(0..512, 0..500)]);
        assert_eq!(cut(320, 1).len(), 1);
    }

    #[test]
    fn every_pixel_has_one_tile_that_answers_for_it() {
        for length in LENGTHS {
            let tiles = cut_edge(length);
            let mut next = 0;
            for (_, own) in &tiles {
                assert_eq!(own.start, next, "{length}: {tiles:?}");
                next = own.end;
            }
            assert_eq!(next, length);
        }
    }

    #[test]
    fn no_tile_answers_for_its_rim_unless_it_is_the_pictures() {
        for length in LENGTHS {
            for (shown, own) in cut_edge(length) {
                assert_eq!((shown.end - shown.start) % STEP, 0);
                assert!(shown.end - shown.start <= LONGEST, "{length}: {shown:?}");
                assert!(own.start == 0 || own.start >= shown.start + RIM, "{length}: {shown:?} {own:?}");
                assert!(own.end == length || own.end + RIM <= shown.end, "{length}: {shown:?} {own:?}");
            }
        }
    }
}
