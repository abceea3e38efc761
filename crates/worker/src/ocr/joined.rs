//! Boxes of one line that share letters: what is in both would be read twice.

use oar_ocr::processors::BoundingBox;

use super::boxes::{corners, height, width};
use crate::layout;

/// Boxes of one line stand at the same height for so much of the lower one's.
const BESIDE: f32 = 0.7;
/// Boxes of neighbours overlap by less than this, in heights of the lower one: they were grown beyond their letters.
const SHARED: f32 = 0.5;
/// Neither is so much higher than the other, or they are no one line.
const HIGHER: f32 = 1.5;
/// A box that is more askew is this many times as high as the line in it.
const ASKEW: f32 = 1.2;

/// The boxes, with one for those that share letters.
pub(super) fn join(mut boxes: Vec<BoundingBox>) -> Vec<BoundingBox> {
    let mut joined: Vec<BoundingBox> = Vec::with_capacity(boxes.len());
    boxes.sort_by(|one, other| one.x_min().total_cmp(&other.x_min()));
    for box_ in boxes {
        match joined.iter_mut().rev().find(|other| share_letters(other, &box_)) {
            Some(other) => *other = around(other, &box_),
            None => joined.push(box_),
        }
    }
    joined
}

fn share_letters(one: &BoundingBox, other: &BoundingBox) -> bool {
    let heights = [height(one), height(other)];
    let (lower, higher) = (heights[0].min(heights[1]), heights[0].max(heights[1]));
    let beside = one.y_max().min(other.y_max()) - one.y_min().max(other.y_min());
    let shared = one.x_max().min(other.x_max()) - one.x_min().max(other.x_min());
    // One that lies within the other is a label on something large, or of it.
    let is_within = shared >= width(one).min(width(other));
    let is_one = beside > BESIDE * lower && shared > SHARED * lower && higher < HIGHER * lower && !is_within;
    is_one && lies_straight(one) && lies_straight(other)
}

/// Whether it is hardly higher than the line in it: boxes of lines askew overlap without sharing anything.
fn lies_straight(box_: &BoundingBox) -> bool {
    let (_, across) = layout::sides(corners(&box_.points));
    height(box_) < ASKEW * across
}

fn around(one: &BoundingBox, other: &BoundingBox) -> BoundingBox {
    BoundingBox::from_coords(
        one.x_min().min(other.x_min()),
        one.y_min().min(other.y_min()),
        one.x_max().max(other.x_max()),
        one.y_max().max(other.y_max()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use oar_ocr::processors::Point;

    fn ends(boxes: &[(f32, f32, f32, f32)]) -> Vec<(f32, f32)> {
        let boxes = boxes.iter().map(|&(x1, y1, x2, y2)| BoundingBox::from_coords(x1, y1, x2, y2));
        join(boxes.collect()).iter().map(|box_| (box_.x_min(), box_.x_max())).collect()
    }

    #[test]
    fn a_letter_in_two_boxes_makes_them_one() {
        assert_eq!(ends(&[(170.0, 64.0, 380.0, 120.0), (44.0, 60.0, 214.0, 122.0)]), [(44.0, 380.0)]);
    }

    #[test]
    fn neighbours_and_lines_below_each_other_stay_apart() {
        let words = [(10.0, 10.0, 100.0, 40.0), (92.0, 10.0, 200.0, 40.0)];
        assert_eq!(ends(&words).len(), 2);
        assert_eq!(ends(&[(10.0, 10.0, 100.0, 40.0), (10.0, 36.0, 200.0, 66.0)]).len(), 2);
        let askew = |y: f32| {
            let points = [(10.0, y), (400.0, y + 60.0), (397.0, y + 80.0), (7.0, y + 20.0)];
            BoundingBox { points: points.map(|(x, y)| Point { x, y }).to_vec() }
        };
        let mut lower = askew(36.0);
        lower.points.iter_mut().for_each(|point| point.x += 30.0);
        assert_eq!(join(vec![askew(10.0), lower]).len(), 2);
        let label = [(10.0, 10.0, 400.0, 50.0), (100.0, 14.0, 180.0, 44.0)];
        assert_eq!(ends(&label).len(), 2);
    }
}
