//! Very large letters: found whole from afar, and in shreds from near.

use oar_ocr::processors::BoundingBox;

use super::boxes::{height, width};

/// Lower boxes are found well from near, in pixels.
const LARGE: f32 = 96.0;
/// Shreds cover at least this part of their line; what covers less is small text within something large.
const COVERED: f32 = 0.5;

/// The boxes that were found from near, with those from afar in the place of their shreds.
pub(super) fn prefer(from_afar: Vec<BoundingBox>, from_near: Vec<BoundingBox>) -> Vec<BoundingBox> {
    let mut boxes = from_near;
    for large in from_afar {
        let inside: Vec<&BoundingBox> = boxes.iter().filter(|other| is_inside(other, &large)).collect();
        if height(&large) >= LARGE && !inside.is_empty() && are_shreds(&inside, &large) {
            boxes.retain(|other| !is_inside(other, &large));
            boxes.push(large);
        }
    }
    boxes
}

/// Whether these are pieces of this line, rather than lines below each other that melt into one from afar, or a
/// label within something large.
fn are_shreds(boxes: &[&BoundingBox], line: &BoundingBox) -> bool {
    let area = |box_: &BoundingBox| height(box_) * width(box_);
    let is_above = |one: &BoundingBox, other: &BoundingBox| {
        one.y_max() <= other.y_min() && one.x_max().min(other.x_max()) > one.x_min().max(other.x_min())
    };
    let covered: f32 = boxes.iter().map(|one| area(one)).sum();
    let is_stack = boxes.iter().any(|one| boxes.iter().any(|other| is_above(one, other)));
    covered >= COVERED * area(line) && !is_stack
}

fn is_inside(one: &BoundingBox, large: &BoundingBox) -> bool {
    let (x, y) = (f32::midpoint(one.x_min(), one.x_max()), f32::midpoint(one.y_min(), one.y_max()));
    (large.x_min()..large.x_max()).contains(&x) && (large.y_min()..large.y_max()).contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x1: f32, y1: f32, x2: f32, y2: f32) -> BoundingBox {
        BoundingBox::from_coords(x1, y1, x2, y2)
    }

    #[test]
    fn a_headline_replaces_its_shreds() {
        let shreds = vec![
            at(30.0, 175.0, 500.0, 480.0),
            at(854.0, 371.0, 1564.0, 474.0),
            at(1100.0, 175.0, 1830.0, 510.0),
        ];
        let beside = at(40.0, 665.0, 1580.0, 950.0);
        let headline = at(50.0, 160.0, 1850.0, 500.0);
        let boxes = prefer(vec![headline], [shreds, vec![beside]].concat());
        assert_eq!(boxes.iter().map(|box_| box_.x_max()).collect::<Vec<_>>(), [1580.0, 1850.0]);
    }

    #[test]
    fn lines_that_melt_from_afar_stay_as_they_are() {
        let paragraph = vec![at(10.0, 10.0, 400.0, 50.0), at(10.0, 60.0, 400.0, 100.0)];
        assert_eq!(prefer(vec![at(0.0, 0.0, 410.0, 110.0)], paragraph).len(), 2);
        let label = vec![at(100.0, 100.0, 180.0, 120.0)];
        assert_eq!(prefer(vec![at(0.0, 0.0, 300.0, 300.0)], label)[0].x_max(), 180.0);
    }

    #[test]
    fn nothing_is_believed_from_afar_alone() {
        assert!(prefer(vec![at(0.0, 0.0, 900.0, 300.0)], Vec::new()).is_empty());
    }
}
