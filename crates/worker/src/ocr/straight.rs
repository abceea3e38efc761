//! A picture that is taken straight before it is read: turned by quarters, or by the few degrees that a page was held
//! askew.

use std::sync::Arc;

use image::{RgbImage, imageops};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center_no_crop};

/// Larger pictures are read as they lie, in pixels: turning one takes the memory for another.
const MOST_TURNED: u64 = 64_000_000;

/// How a picture is turned, clockwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Turn {
    Quarter,
    Half,
    ThreeQuarters,
    /// By so many radians.
    Askew(f32),
}

/// A picture as it is read, and the way back to the one that it was.
pub(super) struct Straight {
    pub(super) picture: Arc<RgbImage>,
    /// For each axis of the one that it was: what a point's x, its y and 1 count there.
    back: [[f32; 3]; 2],
}

impl Straight {
    /// A picture as it lies.
    pub(super) fn of(picture: RgbImage) -> Self {
        Self { picture: Arc::new(picture), back: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] }
    }

    /// Whether it may be turned.
    pub(super) fn can_turn(&self) -> bool {
        u64::from(self.picture.width()) * u64::from(self.picture.height()) <= MOST_TURNED
    }

    /// Turns it.
    pub(super) fn turn(&mut self, turn: Turn) {
        let sides = |picture: &RgbImage| (picture.width() as f32, picture.height() as f32);
        let (width, height) = sides(&self.picture);
        let (picture, step) = match turn {
            Turn::Quarter => (imageops::rotate90(&*self.picture), [[0.0, 1.0, 0.0], [-1.0, 0.0, height]]),
            Turn::Half => (imageops::rotate180(&*self.picture), [[-1.0, 0.0, width], [0.0, -1.0, height]]),
            Turn::ThreeQuarters => {
                (imageops::rotate270(&*self.picture), [[0.0, -1.0, width], [1.0, 0.0, 0.0]])
            }
            Turn::Askew(angle) => {
                // Beyond the edges its last pixels go on: what is found there is no edge of a page.
                let (way, beyond) = (Interpolation::Bicubic, Border::Replicate);
                let picture = rotate_about_center_no_crop(&self.picture, angle, way, beyond);
                let ((wide, high), (sin, cos)) = (sides(&picture), angle.sin_cos());
                let x = [cos, sin, (width - cos * wide - sin * high) / 2.0];
                let y = [-sin, cos, (height + sin * wide - cos * high) / 2.0];
                (picture, [x, y])
            }
        };
        self.picture = Arc::new(picture);
        self.back = self.back.map(|[by_x, by_y, by]| {
            let at = |column: usize| by_x * step[0][column] + by_y * step[1][column];
            [at(0), at(1), at(2) + by]
        });
    }

    /// Where a point of what is read lay in the picture that it was.
    pub(super) fn back(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        self.back.map(|[by_x, by_y, by]| by_x * x + by_y * y + by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// Where the one bright spot lies.
    fn spot(picture: &RgbImage) -> [f32; 2] {
        let bright = picture.enumerate_pixels().filter(|(.., pixel)| pixel.0[0] > 100);
        let (sum, count) = bright.fold(([0.0, 0.0], 0.0), |([x, y], count), (at_x, at_y, _)| {
            ([x + at_x as f32 + 0.5, y + at_y as f32 + 0.5], count + 1.0)
        });
        sum.map(|sum| sum / count)
    }

    #[test]
    fn every_point_finds_its_way_back() {
        let is_spot = |x: u32, y: u32| (30..34).contains(&x) && (10..14).contains(&y);
        let picture = RgbImage::from_fn(120, 80, |x, y| Rgb([if is_spot(x, y) { 255 } else { 0 }; 3]));
        for turns in [
            vec![],
            vec![Turn::Quarter],
            vec![Turn::Half],
            vec![Turn::ThreeQuarters],
            vec![Turn::Askew(0.2)],
            vec![Turn::Quarter, Turn::Askew(-0.4), Turn::Half],
        ] {
            let mut straight = Straight::of(picture.clone());
            turns.iter().for_each(|turn| straight.turn(*turn));
            let [x, y] = straight.back(spot(&straight.picture));
            assert!((x - 32.0).abs() < 1.0 && (y - 12.0).abs() < 1.0, "{turns:?}: {x}, {y}");
        }
    }
}
