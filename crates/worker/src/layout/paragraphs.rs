//! Text that goes on in the line below.

use std::collections::HashMap;

use super::cell::{Cell, median};
use super::script::{ends_sentence, is_dense};

/// Lines of prose have so many letters, as most of them have it.
const LONG: f32 = 30.0;
/// Or so many of its lines go on in the next one, as a part of all.
const GOING_ON: f32 = 0.25;
/// From this size on, in ordinary letters, a headline may go on in the next line.
const HEADLINE: f32 = 1.5;

/// Whether this reads as text does, rather than as a list or as cells. Sorted by their middle.
pub(super) fn is_prose(cells: &[Cell<'_>]) -> bool {
    if median(cells.iter().map(Cell::letters)).is_some_and(|letters| letters > LONG) {
        return true;
    }
    let is_below = |cell: &Cell<'_>, next: &Cell<'_>| {
        let gap = next.top() - cell.bottom();
        (next.left - cell.left).abs() < 0.8 * cell.height
            && (-0.6 * cell.height..cell.height).contains(&gap)
            && cell.size.min(next.size) > 0.75 * cell.size.max(next.size)
    };
    let goes_on = |at: &usize| {
        let next = cells[at + 1..].iter().take(5).find(|next| is_below(&cells[*at], next));
        next.is_some_and(|next| reads_on(cells[*at].text, next.text))
    };
    let count = (0..cells.len()).filter(goes_on).count();
    count as f32 >= GOING_ON * cells.len() as f32 && count > 0
}

/// Whether a sentence goes on in another line, by the words alone.
pub(super) fn reads_on(text: &str, next: &str) -> bool {
    let is_dense = text.chars().filter(|c| is_dense(*c)).count() >= 8;
    (is_dense || text.split_whitespace().count() >= 3)
        && !text.ends_with(ends_sentence)
        && (is_dense || next.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit() || c == '('))
}

/// How far lines reach that begin at about the same place: whether one of them is full.
pub(crate) struct Edges {
    ordinary: f32,
    edges: HashMap<i64, f32>,
}

impl Edges {
    /// `ordinary` is the ordinary size of letters.
    pub(crate) fn of<'a>(cells: impl Iterator<Item = &'a Cell<'a>>, ordinary: f32) -> Self {
        let mut edges: HashMap<i64, f32> = HashMap::new();
        for cell in cells {
            let edge = edges.entry(place(cell, ordinary)).or_insert(cell.right);
            *edge = edge.max(cell.right);
        }
        Self { ordinary, edges }
    }

    fn of_cell(&self, cell: &Cell<'_>) -> f32 {
        let place = place(cell, self.ordinary);
        let near = (place - 1..=place + 1).filter_map(|place| self.edges.get(&place));
        near.copied().fold(cell.right, f32::max)
    }

    /// Whether a text goes on in the cell below.
    pub(crate) fn goes_on(&self, cell: &Cell<'_>, next: &Cell<'_>) -> bool {
        let down = next.y - cell.y;
        let alike = cell.size.min(next.size) > 0.75 * cell.size.max(next.size);
        let close = down > 0.5 * cell.height && down < 1.9 * cell.height.max(next.height);
        if !(alike && close) {
            return false;
        }
        let aligned = (cell.left - next.left).abs() < 0.8 * cell.height;
        let centred = ((cell.left + cell.right) - (next.left + next.right)).abs() < cell.height;
        let ended = cell.text.ends_with(ends_sentence);
        if cell.size.min(next.size) >= HEADLINE * self.ordinary
            && !ended
            && cell.words().max(next.words()) >= 2
        {
            return (aligned || centred) && !next.text.starts_with(['-', '•', '*']);
        }
        let width = self.of_cell(cell) - cell.left;
        let full = cell.width() / width.max(1.0);
        let small = next.text.starts_with(|c: char| c.is_lowercase() || c == '(');
        let dense = cell.text.chars().filter(|c| is_dense(*c)).count() >= 12;
        aligned
            && match (ended, small) {
                (false, true) => full > 0.6 && cell.words() >= 4,
                (false, false) => full > 0.92 && (cell.words() >= 7 || dense),
                (true, _) => false,
            }
    }
}

fn place(cell: &Cell<'_>, ordinary: f32) -> i64 {
    (cell.left / ordinary).round() as i64
}

/// Appends what goes on in a new line.
pub(crate) fn join(text: &mut String, next: &str) {
    if !(text.ends_with(is_dense) && next.starts_with(is_dense)) {
        text.push(' ');
    }
    text.push_str(next);
}
