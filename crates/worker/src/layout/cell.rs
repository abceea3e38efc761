//! A line of text and its place, as if the page had been taken straight.

use deskscribe_protocol::Line;

use super::hold::Hold;
use super::script::is_dense;

/// A line of text and its place, in pixels; y grows downwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    /// Which of the lines it is.
    pub(super) line: usize,
    pub(crate) text: &'a str,
    pub(crate) left: f32,
    pub(crate) right: f32,
    /// Its middle.
    pub(crate) y: f32,
    pub(crate) height: f32,
    /// How large its letters are.
    pub(crate) size: f32,
}

impl Cell<'_> {
    pub(crate) fn top(&self) -> f32 {
        self.y - self.height / 2.0
    }

    pub(crate) fn bottom(&self) -> f32 {
        self.y + self.height / 2.0
    }

    pub(super) fn centre(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    /// How many letters wide its text is; one of a dense script is as wide as two.
    pub(super) fn letters(&self) -> f32 {
        self.text.chars().map(|c| if is_dense(c) { 2.0 } else { 1.0 }).sum()
    }

    /// This one and another below it, as one: where both stand, with the words of this one.
    pub(crate) fn with(self, other: &Self) -> Self {
        let (top, bottom) = (self.top().min(other.top()), self.bottom().max(other.bottom()));
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            y: f32::midpoint(top, bottom),
            height: bottom - top,
            ..self
        }
    }

    /// How far another is, beside and below.
    pub(crate) fn gaps(&self, other: &Self) -> (f32, f32) {
        let beside = (other.left - self.right).max(self.left - other.right).max(0.0);
        let below = (other.top() - self.bottom()).max(self.top() - other.bottom()).max(0.0);
        (beside, below)
    }

    pub(crate) fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }

    /// Whether this is a number, a price, a date rather than a name.
    pub(super) fn is_number(&self) -> bool {
        let digits = self.text.chars().filter(char::is_ascii_digit).count();
        digits > 0 && digits >= self.text.chars().filter(|c| c.is_alphabetic()).count()
    }
}

/// The lines of one page, of those that have text, as if it had been taken straight.
pub(crate) fn straightened(lines: &[Line]) -> Vec<Cell<'_>> {
    let hold = Hold::of(lines);
    let cell = |(index, line): (usize, &'_ Line)| {
        let edges = |numbers: [f32; 4]| {
            let low = numbers.into_iter().fold(f32::MAX, f32::min);
            (low, numbers.into_iter().fold(low, f32::max))
        };
        let corners = line.corners.map(|corner| hold.straight(corner));
        let (left, right) = edges(corners.map(|[x, _]| x));
        let (top, bottom) = edges(corners.map(|[_, y]| y));
        (index, left, right, f32::midpoint(top, bottom), (bottom - top).max(1.0))
    };
    let mut cells = Vec::with_capacity(lines.len());
    for (line, text) in lines.iter().enumerate().filter(|(_, line)| !line.text.trim().is_empty()) {
        let (line, left, right, y, height) = cell((line, text));
        cells.push(Cell { line, text: text.text.trim(), left, right, y, height, size: size(text) });
    }
    // Whatever order they came in.
    cells.sort_by(|one, other| {
        let place = one.y.total_cmp(&other.y).then(one.left.total_cmp(&other.left));
        place.then(one.right.total_cmp(&other.right)).then(one.text.cmp(other.text))
    });
    cells
}

/// How long a line is, and how high, in pixels, however it lies.
pub(crate) fn sides([upper_left, upper_right, _, lower_left]: [[f32; 2]; 4]) -> (f32, f32) {
    let length = |[x, y]: [f32; 2]| (x - upper_left[0]).hypot(y - upper_left[1]);
    (length(upper_right), length(lower_left))
}

/// How large the letters of a line are, in pixels of their height. Boxes of short words are too high: the
/// width of the letters counts as well.
pub(crate) fn size(line: &Line) -> f32 {
    let (width, height) = sides(line.corners);
    let count = line.text.chars().count().max(1) as f32;
    let dense = line.text.chars().filter(|c| is_dense(*c)).count() as f32;
    // A character of a dense script is as wide as it is high.
    if dense >= 4.0 && dense > count / 2.0 {
        return (width / count).min(2.0 * height);
    }
    height.min(2.4 * width / count)
}

/// The middle of all sizes.
pub(crate) fn ordinary(sizes: impl Iterator<Item = f32>) -> f32 {
    median(sizes).unwrap_or(1.0).max(1.0)
}

pub(super) fn median(numbers: impl Iterator<Item = f32>) -> Option<f32> {
    let mut numbers: Vec<f32> = numbers.collect();
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

/// The least and the greatest of some numbers.
pub(super) fn bounds(numbers: impl Iterator<Item = f32>) -> (f32, f32) {
    numbers.fold((f32::MAX, f32::MIN), |(low, high), number| (low.min(number), high.max(number)))
}
