//! Reading no more of a frame than has changed: lines outside stay as they were read.

use deskscribe_protocol::Line;
use image::{RgbImage, imageops};

use super::look::Area;

/// What is read around what has changed, in pixels.
const AROUND: f32 = 24.0;
/// From this share of a frame on, all of it is read.
const MOST: f32 = 0.5;

/// A part of a frame that is to be read anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Region {
    /// What to read of a frame of this size when this part of it has changed since these lines were read. None, if
    /// that is most of it.
    pub(crate) fn of(area: Area, (width, height): (u32, u32), lines: &[Line]) -> Option<Self> {
        let (width, height) = (width as f32, height as f32);
        let mut region = Self {
            left: (area.left * width - AROUND).max(0.0),
            top: (area.top * height - AROUND).max(0.0),
            right: (area.right * width + AROUND).min(width),
            bottom: (area.bottom * height + AROUND).min(height),
        };
        // A line is read whole or not at all; each that comes in may bring others.
        loop {
            let before = region;
            for line in lines {
                if region.touches(line) && !region.holds(line) {
                    let [left, top, right, bottom] = around(line);
                    region.left = region.left.min((left - 4.0).max(0.0));
                    region.top = region.top.min((top - 4.0).max(0.0));
                    region.right = region.right.max((right + 4.0).min(width));
                    region.bottom = region.bottom.max((bottom + 4.0).min(height));
                }
            }
            if region == before {
                break;
            }
        }
        let share = (region.right - region.left) * (region.bottom - region.top) / (width * height);
        (share < MOST).then_some(region)
    }

    /// This part of a frame.
    pub(crate) fn cut(self, frame: &RgbImage) -> RgbImage {
        let [left, top, right, bottom] = self.pixels();
        imageops::crop_imm(frame, left, top, right.saturating_sub(left), bottom.saturating_sub(top))
            .to_image()
    }

    /// The lines of a frame, of those that were known before and those that were read in this part.
    pub(crate) fn join(self, before: &[Line], read: Vec<Line>) -> Vec<Line> {
        let [left, top, ..] = self.pixels();
        let mut lines: Vec<Line> = before.iter().filter(|line| !self.touches(line)).cloned().collect();
        lines.extend(read.into_iter().map(|mut line| {
            for [x, y] in &mut line.corners {
                (*x, *y) = (*x + left as f32, *y + top as f32);
            }
            line
        }));
        lines
    }

    fn pixels(self) -> [u32; 4] {
        [
            self.left.floor() as u32,
            self.top.floor() as u32,
            self.right.ceil() as u32,
            self.bottom.ceil() as u32,
        ]
    }

    fn touches(self, line: &Line) -> bool {
        let [left, top, right, bottom] = around(line);
        left < self.right && self.left < right && top < self.bottom && self.top < bottom
    }

    fn holds(self, line: &Line) -> bool {
        let [left, top, right, bottom] = around(line);
        self.left <= left && right <= self.right && self.top <= top && bottom <= self.bottom
    }
}

/// Left, top, right and bottom of a line.
pub(super) fn around(line: &Line) -> [f32; 4] {
    let [[x, y], ..] = line.corners;
    line.corners.iter().fold([x, y, x, y], |[left, top, right, bottom], [x, y]| {
        [left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32, width: f32) -> Line {
        let (right, bottom) = (x + width, y + 20.0);
        let corners = [[x, y], [right, y], [right, bottom], [x, bottom]];
        Line { text: text.to_owned(), confidence: 1.0, corners, page: 0 }
    }

    #[test]
    fn lines_that_are_touched_are_read_again_whole_and_others_stay() {
        let lines = [line("stays", 40.0, 40.0, 300.0), line("$ backup", 40.0, 300.0, 500.0)];
        let changed = Area { left: 0.4, top: 0.4, right: 0.42, bottom: 0.44 };
        let region = Region::of(changed, (1280, 720), &lines).unwrap();
        assert_eq!(region.pixels()[0], 36);
        let read = vec![line("$ backup run", 4.0, 36.0, 560.0)];
        let joined = region.join(&lines, read);
        let texts: Vec<&str> = joined.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["stays", "$ backup run"]);
        assert_eq!(joined[1].corners[0], [40.0, region.pixels()[1] as f32 + 36.0]);
        assert_eq!(
            Region::of(Area { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 }, (1280, 720), &lines),
            None
        );
    }
}
