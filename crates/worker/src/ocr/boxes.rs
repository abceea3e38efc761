//! Boxes in which lines are found: their corners, and how large they are.

use oar_ocr::processors::{BoundingBox, Point};

/// Four corners, clockwise from the upper left.
pub(super) fn corners(points: &[Point]) -> [[f32; 2]; 4] {
    let mut corners: Vec<[f32; 2]> = points.iter().map(|point| [point.x, point.y]).collect();
    corners.sort_by(|one, other| one[0].total_cmp(&other[0]));
    match corners[..] {
        [a, b, c, d] => {
            let (upper_left, lower_left) = if a[1] <= b[1] { (a, b) } else { (b, a) };
            let (upper_right, lower_right) = if c[1] <= d[1] { (c, d) } else { (d, c) };
            [upper_left, upper_right, lower_right, lower_left]
        }
        _ => {
            let range = |axis: usize| {
                let values = corners.iter().map(move |corner| corner[axis]);
                (values.clone().fold(f32::MAX, f32::min), values.fold(f32::MIN, f32::max))
            };
            let ((left, right), (top, bottom)) = (range(0), range(1));
            [[left, top], [right, top], [right, bottom], [left, bottom]]
        }
    }
}

/// From its left end to its right one, in pixels.
pub(super) fn width(box_: &BoundingBox) -> f32 {
    box_.x_max() - box_.x_min()
}

/// From its upper end to its lower one, in pixels.
pub(super) fn height(box_: &BoundingBox) -> f32 {
    box_.y_max() - box_.y_min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_come_clockwise_from_the_upper_left() {
        let points = |list: &[(f32, f32)]| list.iter().map(|&(x, y)| Point { x, y }).collect::<Vec<_>>();
        let tilted = points(&[(90.0, 22.0), (88.0, 42.0), (2.0, 30.0), (0.0, 10.0)]);
        assert_eq!(corners(&tilted), [[0.0, 10.0], [90.0, 22.0], [88.0, 42.0], [2.0, 30.0]]);
        let polygon = points(&[(5.0, 5.0), (9.0, 4.0), (12.0, 6.0), (9.0, 9.0), (4.0, 8.0)]);
        assert_eq!(corners(&polygon), [[4.0, 4.0], [12.0, 4.0], [12.0, 9.0], [4.0, 9.0]]);
    }
}
