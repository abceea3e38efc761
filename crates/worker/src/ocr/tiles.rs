//! Cutting large pictures into tiles, and joining what was found at their seams.

use oar_ocr::processors::BoundingBox;

/// The longest edge of a tile, in pixels.
const EDGE: u32 = 1536;
/// How far neighbouring tiles overlap, in pixels: more than the height of any line of text that a tile could
/// cut, other than headlines so large that both halves are found.
const OVERLAP: u32 = 128;

/// A part of a picture, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Tiles of equal size that cover the picture.
pub(super) fn cut(width: u32, height: u32) -> Vec<Tile> {
    let columns = cut_edge(width);
    let rows = cut_edge(height);
    rows.iter()
        .flat_map(|&(y, height)| columns.iter().map(move |&(x, width)| Tile { x, y, width, height }))
        .collect()
}

/// Offsets and lengths along one edge.
fn cut_edge(length: u32) -> Vec<(u32, u32)> {
    if length <= EDGE {
        return vec![(0, length)];
    }
    let count = (length - OVERLAP).div_ceil(EDGE - OVERLAP);
    let piece = (length + (count - 1) * OVERLAP).div_ceil(count);
    (0..count)
        .map(|index| (index * (piece - OVERLAP)).min(length - piece))
        .map(|offset| (offset, piece))
        .collect()
}

/// Boxes that were found in tiles, in pixels of the picture, become boxes of the picture: halves of a line
/// that a seam cut are joined, and a line that two tiles saw whole is kept once.
pub(super) fn join(found: Vec<(usize, BoundingBox)>) -> Vec<BoundingBox> {
    let mut joined: Vec<(Vec<usize>, BoundingBox)> = Vec::new();
    for (tile, mut box_) in found {
        let mut tiles = vec![tile];
        // A box may touch several that were joined before: each time it grows, all are asked again.
        while let Some(index) = joined.iter().position(|(others, other)| {
            others.iter().all(|other| !tiles.contains(other)) && is_same_line(other, &box_)
        }) {
            let (others, other) = joined.swap_remove(index);
            tiles.extend(others);
            box_ = together(&other, &box_);
        }
        joined.push((tiles, box_));
    }
    joined.into_iter().map(|(_, box_)| box_).collect()
}

/// Whether two boxes from different tiles are pieces of one line: they overlap, at about the same height.
fn is_same_line(one: &BoundingBox, other: &BoundingBox) -> bool {
    let overlap = |low: f32, high: f32, low2: f32, high2: f32| high.min(high2) - low.max(low2);
    let across = overlap(one.x_min(), one.x_max(), other.x_min(), other.x_max());
    let down = overlap(one.y_min(), one.y_max(), other.y_min(), other.y_max());
    let lower = (one.y_max() - one.y_min()).min(other.y_max() - other.y_min());
    across > 0.0 && down > 0.5 * lower
}

/// One box for both. When one holds nearly all of the other, it is kept as it is, tilted or not.
fn together(one: &BoundingBox, other: &BoundingBox) -> BoundingBox {
    let area = |box_: &BoundingBox| (box_.x_max() - box_.x_min()) * (box_.y_max() - box_.y_min());
    let union = BoundingBox::from_coords(
        one.x_min().min(other.x_min()),
        one.y_min().min(other.y_min()),
        one.x_max().max(other.x_max()),
        one.y_max().max(other.y_max()),
    );
    let larger = if area(one) >= area(other) { one } else { other };
    if area(&union) < 1.05 * area(larger) { larger.clone() } else { union }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners(box_: &BoundingBox) -> [f32; 4] {
        [box_.x_min(), box_.y_min(), box_.x_max(), box_.y_max()]
    }

    fn at(x1: f32, y1: f32, x2: f32, y2: f32) -> BoundingBox {
        BoundingBox::from_coords(x1, y1, x2, y2)
    }

    #[test]
    fn a_screen_of_ordinary_size_is_hardly_cut_and_a_small_picture_not_at_all() {
        assert_eq!(cut(1280, 800), [Tile { x: 0, y: 0, width: 1280, height: 800 }]);
        assert_eq!(cut(1920, 1080).len(), 2);
    }

    #[test]
    fn tiles_cover_everything_and_overlap_enough() {
        for length in [1537, 1920, 2560, 3000, 4320, 7680, 20_000, 65_535] {
            let tiles = cut_edge(length);
            assert_eq!(tiles[0].0, 0);
            assert_eq!(tiles.last().map(|(offset, piece)| offset + piece), Some(length));
            for pair in tiles.windows(2) {
                assert!(pair[0].0 + pair[0].1 >= pair[1].0 + OVERLAP, "{length}: {tiles:?}");
            }
            assert!(tiles.iter().all(|(_, piece)| *piece <= EDGE), "{length}: {tiles:?}");
        }
    }

    #[test]
    fn a_long_line_across_three_tiles_is_one() {
        let found = vec![
            (0, at(10.0, 100.0, 1536.0, 120.0)),
            (2, at(2816.0, 101.0, 3900.0, 121.0)),
            (1, at(1408.0, 100.0, 2944.0, 121.0)),
        ];
        let joined = join(found);
        assert_eq!(joined.iter().map(corners).collect::<Vec<_>>(), [[10.0, 100.0, 3900.0, 121.0]]);
    }

    #[test]
    fn a_line_seen_whole_and_in_half_is_kept_once() {
        let found = vec![(0, at(10.0, 1520.0, 300.0, 1536.0)), (1, at(10.0, 1520.0, 300.0, 1544.0))];
        assert_eq!(join(found).iter().map(corners).collect::<Vec<_>>(), [[10.0, 1520.0, 300.0, 1544.0]]);
    }

    #[test]
    fn neighbours_stay_apart() {
        let found = vec![
            (0, at(10.0, 100.0, 200.0, 120.0)),
            (0, at(190.0, 100.0, 300.0, 120.0)),
            (1, at(10.0, 121.0, 200.0, 141.0)),
            (1, at(210.0, 121.0, 300.0, 141.0)),
        ];
        assert_eq!(join(found).len(), 4);
    }
}
