//! How a page was held before the camera or on the glass: which way up, how much askew, and how far from square.

use std::f32::consts::FRAC_PI_2;

use deskscribe_protocol::Line;

use super::cell::median;

/// Lines with so many letters tell how a page was held.
const LONG: usize = 8;
/// A page is askew when its lines rise or fall by more than this, and no more than that, for each pixel along them.
const ASKEW: std::ops::Range<f32> = 0.02..0.5;
/// Pairs are made of so many lines at most.
const MOST: usize = 64;
/// So many lines tell how the slope changes down the page.
const ENOUGH: usize = 5;

/// How a page was held.
///
/// Seen from aside, the lines of a page all run towards one point far away: the slope changes evenly down the page.
pub(super) struct Hold {
    /// By how many quarters the page is turned, clockwise.
    quarters: usize,
    /// Where the slopes are measured: x of the middle of all lines.
    middle: f32,
    /// The slope of a line that crosses the middle at y = 0, and how much it grows with y.
    slope: f32,
    turn: f32,
    /// How much a page leans: its slope half way down.
    lean: f32,
}

impl Hold {
    /// What most of the longer lines say.
    pub(super) fn of(lines: &[Line]) -> Self {
        let long = || lines.iter().filter(|line| line.text.chars().count() >= LONG);
        let mut lengths = [0.0; 4];
        for line in long() {
            let (direction, length) = along(line.corners);
            lengths[(direction / FRAC_PI_2).round().rem_euclid(4.0) as usize] += length;
        }
        let quarters = (1..4).fold(0, |most, at| if lengths[at] > lengths[most] { at } else { most });
        let upright = |line: &Line| line.corners.map(|corner| turned(corner, quarters));
        let middle_of = |corners: [[f32; 2]; 4], axis: usize| {
            corners.map(|corner| corner[axis]).iter().sum::<f32>() / 4.0
        };
        let middle = median(long().map(|line| middle_of(upright(line), 0))).unwrap_or_default();
        let flat = Self { quarters, middle, slope: 0.0, turn: 0.0, lean: 0.0 };
        // Of each line: its slope, and the height at which it crosses the middle.
        let crossings: Vec<(f32, f32)> = long()
            .filter_map(|line| {
                let corners = upright(line);
                let (direction, _) = along(corners);
                let (slope, [x, y]) = (direction.tan(), [0, 1].map(|axis| middle_of(corners, axis)));
                (direction.abs() < 1.0).then_some((slope, y - slope * (x - middle)))
            })
            .collect();
        let Some(lean) = median(crossings.iter().map(|(slope, _)| *slope)) else { return flat };
        let turn = growth(&crossings);
        let at_top = median(crossings.iter().map(|(slope, y)| slope - y * turn)).unwrap_or(lean);
        let steepest = crossings.iter().map(|(_, y)| (at_top + y * turn).abs()).fold(0.0, f32::max);
        if ASKEW.contains(&steepest) { Self { slope: at_top, turn, lean, ..flat } } else { flat }
    }

    /// Where a point would be on a page that is held straight.
    pub(super) fn straight(&self, corner: [f32; 2]) -> [f32; 2] {
        let [x, y] = turned(corner, self.quarters);
        let aside = x - self.middle;
        // Never near the point to which the lines run.
        [x + self.lean * y, (y - self.slope * aside) / (1.0 + self.turn * aside).max(0.2)]
    }
}

/// How much the slope grows with y, as the middle one of all pairs that are well apart say.
fn growth(crossings: &[(f32, f32)]) -> f32 {
    if crossings.len() < ENOUGH {
        return 0.0;
    }
    let heights = || crossings.iter().map(|(_, y)| *y);
    let apart = (heights().fold(f32::MIN, f32::max) - heights().fold(f32::MAX, f32::min)) / 4.0;
    let sample = crossings.iter().step_by(crossings.len().div_ceil(MOST));
    let sample: Vec<&(f32, f32)> = sample.collect();
    let pairs =
        sample.iter().enumerate().flat_map(|(at, one)| sample[..at].iter().map(move |other| (one, other)));
    let telling = pairs.filter(|(one, other)| (one.1 - other.1).abs() > apart.max(1.0));
    median(telling.map(|(one, other)| (one.0 - other.0) / (one.1 - other.1))).unwrap_or_default()
}

/// The direction of the side along which a line is read, in radians clockwise from the right, and its length.
fn along([upper_left, upper_right, ..]: [[f32; 2]; 4]) -> (f32, f32) {
    let [x, y] = [0, 1].map(|axis| upper_right[axis] - upper_left[axis]);
    (y.atan2(x), x.hypot(y))
}

/// A point of a page that lies turned by so many quarters, on the same page upright.
fn turned([x, y]: [f32; 2], quarters: usize) -> [f32; 2] {
    match quarters {
        1 => [y, -x],
        2 => [-x, -y],
        3 => [-y, x],
        _ => [x, y],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::{read, table};

    #[test]
    fn a_page_is_read_alike_however_it_was_held() {
        let rows: [&[&str]; 6] = [
            &["Item", "Number", "Price"],
            &["Website hosting", "1", "118.80"],
            &["Domain renewal", "3", "42.00"],
            &["Hours of design", "7.5", "540.00"],
            &["Subtotal of all", "", "700.80"],
            &["Balance that is due", "", "805.92"],
        ];
        let page = || table(&[40.0, 400.0, 640.0], 100.0, 44.0, &rows);
        let upright = read(page());
        assert_eq!(upright.lines().next(), Some("Item\tNumber\tPrice"));
        let held = |way: &dyn Fn([f32; 2]) -> [f32; 2]| {
            let lines = page().into_iter().map(|line| Line { corners: line.corners.map(way), ..line });
            read(lines.collect())
        };
        for quarters in 0..4 {
            let turned = |degrees: f32| {
                let (sin, cos) = (degrees + 90.0 * quarters as f32).to_radians().sin_cos();
                held(&|[x, y]| [cos * x - sin * y + 900.0, sin * x + cos * y + 900.0])
            };
            for degrees in [-12.0, -4.0, 0.0, 3.0, 15.0] {
                assert_eq!(turned(degrees), upright, "{quarters} quarters and {degrees} degrees");
            }
        }
        // Seen from the left, and a little from above.
        let seen = |[x, y]: [f32; 2]| {
            let far = 1.0 + 0.0003 * x + 0.0002 * y;
            [x / far, (y - 200.0) / far + 200.0]
        };
        assert_eq!(held(&seen), upright);
    }
}
