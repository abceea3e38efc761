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
    let apart = pairs.filter(|(one, other)| (one.1 - other.1).abs() > apart.max(1.0));
    median(apart.map(|(one, other)| (one.0 - other.0) / (one.1 - other.1))).unwrap_or_default()
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
