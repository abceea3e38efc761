//! Which way up a page lies, from the places of its lines and from how well they can be read.

use std::f32::consts::{FRAC_PI_4, PI};
use std::sync::Arc;

use deskscribe_protocol::{Failure, Line};
use image::{RgbImage, imageops};
use oar_ocr::processors::BoundingBox;

use super::boxes::corners;
use super::recognise::Recogniser;
use super::straight::Turn;

/// A box this many times as long as high is a line that tells how the page was held.
const LONG: f32 = 2.5;
/// A box this many times as long as high tells at least whether its line lies or stands.
const LONGISH: f32 = 2.0;
/// So many such lines are no accident.
const ENOUGH: usize = 3;
/// Lines that are less askew are read as well as they lie, in radians: half a degree.
const STRAIGHT: f32 = 0.009;
/// Ends of a line are off by so much, in pixels, without being askew.
const OFF: f32 = 2.5;
/// So much of the length of all lines has the direction of the middle one, or the page has none.
const ALIKE: f32 = 0.6;
/// By how much such lines may differ from it, in radians: 3.5 degrees.
const NEAR: f32 = 0.06;
/// Lines that are read to find out which way up they are: the longest.
const SAMPLE: usize = 6;
/// Below this confidence, by letters, it is worth a look whether a page is upside down.
const DOUBTFUL: f32 = 0.85;
/// What is right is read with this confidence at least, …
const READ: f32 = 0.8;
/// … and with so much more than what is wrong.
const BETTER: f32 = 0.1;

/// The longer side of a box: its length, how many times as long it is as the shorter one, and its direction in radians,
/// from above -45° to 135° at most: most lines lie or stand, whichever their beginning is.
struct Side {
    length: f32,
    ratio: f32,
    direction: f32,
}

impl Side {
    fn of(box_: &BoundingBox) -> Self {
        let [upper_left, upper_right, lower_right, _] = corners(&box_.points);
        let vector = |from: [f32; 2], to: [f32; 2]| (to[0] - from[0], to[1] - from[1]);
        let [one, other] = [vector(upper_left, upper_right), vector(upper_right, lower_right)];
        let length = |(x, y): (f32, f32)| x.hypot(y);
        let (long, short) = if length(one) >= length(other) { (one, other) } else { (other, one) };
        let direction = (long.1.atan2(long.0) + FRAC_PI_4).rem_euclid(PI) - FRAC_PI_4;
        Self { length: length(long), ratio: length(long) / length(short).max(1.0), direction }
    }

    fn stands(&self) -> bool {
        self.direction > FRAC_PI_4
    }
}

/// How a page has to be turned on which most lines stand upright. Where none can be read either way, as those of a
/// script that is written downwards, it is left as it lies.
pub(super) fn from_its_side(
    picture: &Arc<RgbImage>,
    boxes: &[BoundingBox],
    recogniser: &Recogniser,
) -> Result<Option<Turn>, Failure> {
    let sides: Vec<Side> = boxes.iter().map(Side::of).filter(|side| side.ratio >= LONGISH).collect();
    let length = |stands: bool| -> f32 {
        sides.iter().filter(|side| side.stands() == stands).map(|side| side.length).sum()
    };
    if length(true) <= length(false) {
        return Ok(None);
    }
    // A line that stands is laid down so that its lower end becomes the left one.
    // What lies says nothing here: the title above tall bars of a chart is read well as it is.
    let stands = |side: &Side| side.ratio >= LONGISH && side.stands();
    let standing: Vec<BoundingBox> = boxes.iter().filter(|found| stands(&Side::of(found))).cloned().collect();
    let [laid, other] = both_ways(picture, &standing, recogniser)?;
    Ok(if laid.max(other) < READ || (laid - other).abs() < BETTER {
        None
    } else if laid > other {
        Some(Turn::Quarter)
    } else {
        Some(Turn::ThreeQuarters)
    })
}

/// By how much a page has to be turned that was held askew.
pub(super) fn from_askew(boxes: &[BoundingBox]) -> Option<Turn> {
    let mut sides: Vec<Side> =
        boxes.iter().map(Side::of).filter(|side| side.ratio >= LONG && !side.stands()).collect();
    sides.sort_by(|one, other| one.direction.total_cmp(&other.direction));
    let whole: f32 = sides.iter().map(|side| side.length).sum();
    let mut half = whole / 2.0;
    let middle = sides.iter().find(|side| {
        half -= side.length;
        half <= 0.0
    })?;
    let near = sides.iter().filter(|side| (side.direction - middle.direction).abs() < NEAR);
    let alike: f32 = near.map(|side| side.length).sum();
    let askew = middle.direction.abs();
    let is_askew = askew >= STRAIGHT && askew * middle.length >= OFF;
    let tells = sides.len() >= ENOUGH && alike >= ALIKE * whole && is_askew;
    tells.then_some(Turn::Askew(-middle.direction))
}

/// Whether lines were read so badly that they may be upside down.
pub(super) fn is_doubtful(lines: &[Line]) -> bool {
    let letters = |line: &Line| line.text.chars().count() as f32;
    let all: f32 = lines.iter().map(letters).sum();
    let certain: f32 = lines.iter().map(|line| letters(line) * line.confidence).sum();
    all > 0.0 && certain < DOUBTFUL * all
}

/// Whether lines can be read from the other side.
pub(super) fn is_upside_down(
    picture: &Arc<RgbImage>,
    boxes: &[BoundingBox],
    recogniser: &Recogniser,
) -> Result<bool, Failure> {
    let [as_it_lies, other] = both_ways(picture, boxes, recogniser)?;
    Ok(other >= READ && other >= as_it_lies + BETTER)
}

/// How certain the longest of these lines are as they are laid down, and turned by a half, by letters.
fn both_ways(
    picture: &Arc<RgbImage>,
    boxes: &[BoundingBox],
    recogniser: &Recogniser,
) -> Result<[f32; 2], Failure> {
    let mut longest: Vec<(f32, &BoundingBox)> =
        boxes.iter().map(|box_| (Side::of(box_).length, box_)).collect();
    longest.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let (mut certain, mut letters) = ([0.0; 2], [0.0; 2]);
    for (_, box_) in longest.into_iter().take(SAMPLE) {
        let Some(crop) = recogniser.crop(picture, corners(&box_.points))? else { continue };
        let turned = Arc::new(imageops::rotate180(&*crop));
        for (way, crop) in [crop, turned].into_iter().enumerate() {
            let (text, confidence) = recogniser.say(crop)?;
            let count = text.chars().count() as f32;
            certain[way] += count * confidence;
            letters[way] += count;
        }
    }
    Ok([0, 1].map(|way| certain[way] / f32::max(letters[way], 1.0)))
}

#[cfg(test)]
mod tests {
    use std::f32::consts::FRAC_PI_2;

    use super::*;
    use oar_ocr::processors::Point;

    /// A line of this length and height about a middle, turned clockwise.
    fn line(middle: (f32, f32), length: f32, height: f32, degrees: f32) -> BoundingBox {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (along, across) = (length / 2.0, height / 2.0);
        let corner =
            |x: f32, y: f32| Point { x: middle.0 + cos * x - sin * y, y: middle.1 + sin * x + cos * y };
        let corners = [(-along, -across), (along, -across), (along, across), (-along, across)];
        BoundingBox { points: corners.map(|(x, y)| corner(x, y)).to_vec() }
    }

    fn page(degrees: f32) -> Vec<BoundingBox> {
        (0..5).map(|at| line((500.0, 100.0 + 40.0 * at as f32), 400.0, 20.0, degrees)).collect()
    }

    #[test]
    fn a_page_is_turned_back_by_what_it_was_held_askew() {
        for degrees in [-30.0, -4.0, 0.8, 12.0] {
            let Some(Turn::Askew(angle)) = from_askew(&page(degrees)) else { panic!("{degrees}") };
            assert!((angle.to_degrees() + degrees).abs() < 0.1, "{degrees}: {angle}");
        }
    }

    #[test]
    fn a_straight_page_and_one_without_a_direction_stay_as_they_are() {
        assert_eq!(from_askew(&page(0.2)), None);
        assert_eq!(from_askew(&page(90.0)), None);
        let few = page(10.0).split_off(3);
        assert_eq!(from_askew(&few), None);
        let signs: Vec<BoundingBox> =
            (0..6).map(|at| line((100.0, 100.0), 300.0, 20.0, -30.0 + 12.0 * at as f32)).collect();
        assert_eq!(from_askew(&signs), None);
    }

    #[test]
    fn a_line_that_stands_is_told_from_one_that_lies_however_askew() {
        for (degrees, stands) in
            [(0.0, false), (-40.0, false), (40.0, false), (90.0, true), (85.0, true), (-85.0, true)]
        {
            assert_eq!(Side::of(&line((300.0, 300.0), 200.0, 16.0, degrees)).stands(), stands, "{degrees}");
        }
        assert!((Side::of(&line((300.0, 300.0), 200.0, 16.0, 100.0)).direction - FRAC_PI_2).abs() < 0.2);
    }
}
