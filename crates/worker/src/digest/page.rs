//! What stands where on a page: cells, the rows they stand in, and the panes of a window.

use deskscribe_protocol::Line;

use super::words::is_dense;

/// Rows share so much of the lower one's height.
const SHARED: f32 = 0.5;
/// A pane has so many cells at least.
const FEW: usize = 4;
/// A list at the side takes at most so much of the width.
const NARROW: f32 = 0.42;
/// Cells of a longer line than this, in characters, are no list.
const LIST: usize = 30;

/// A line of text and its place, as if the page had been taken straight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) text: &'a str,
    pub(super) left: f32,
    pub(super) right: f32,
    /// Its middle.
    pub(super) y: f32,
    pub(super) height: f32,
    /// How large its letters are, in pixels.
    pub(super) size: f32,
}

/// Cells that are read one after the other.
#[derive(Debug, Default)]
pub(super) struct Pane<'a> {
    pub(super) rows: Vec<Vec<Cell<'a>>>,
    /// Whether this is a list at the side, by which one goes elsewhere.
    pub(super) is_side: bool,
}

/// How large the letters of a line are, in pixels of their height. Boxes of short words are too high: the
/// width of the letters counts as well.
pub(super) fn size(line: &Line) -> f32 {
    let [upper_left, upper_right, _, lower_left] = line.corners;
    let height = (lower_left[1] - upper_left[1]).hypot(lower_left[0] - upper_left[0]);
    let width = (upper_right[0] - upper_left[0]).hypot(upper_right[1] - upper_left[1]);
    let count = line.text.chars().count().max(1) as f32;
    let dense = line.text.chars().filter(|c| is_dense(*c)).count() as f32;
    // A character of a dense script is as wide as it is high.
    if dense >= 4.0 && dense > count / 2.0 {
        return (width / count).min(2.0 * height);
    }
    height.min(2.4 * width / count)
}

/// The middle of all sizes.
pub(super) fn ordinary(sizes: impl Iterator<Item = f32>) -> f32 {
    median(sizes.collect()).unwrap_or(1.0).max(1.0)
}

fn median(mut numbers: Vec<f32>) -> Option<f32> {
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

/// The panes of one page, in reading order.
pub(super) fn panes(lines: &[Line]) -> Vec<Pane<'_>> {
    let cells = cells(lines);
    let Some(split) = split(&cells) else {
        return vec![Pane { rows: rows(cells), is_side: false }];
    };
    let (above, below): (Vec<Cell<'_>>, Vec<Cell<'_>>) =
        cells.into_iter().partition(|cell| cell.y < split.from);
    let (left, right): (Vec<Cell<'_>>, Vec<Cell<'_>>) =
        below.into_iter().partition(|cell| cell.left < split.at);
    let pane = |cells, is_side| Pane { rows: rows(cells), is_side };
    vec![pane(above, false), pane(left, split.is_side), pane(right, false)]
}

/// The cells of a page, turned by as much as most of its longer lines are.
fn cells(lines: &[Line]) -> Vec<Cell<'_>> {
    let slope = |line: &Line| {
        let [left, right, ..] = line.corners;
        (right[1] - left[1]) / (right[0] - left[0]).max(1.0)
    };
    let long = lines.iter().filter(|line| line.text.chars().count() >= 8);
    let slope =
        median(long.map(slope).collect()).filter(|slope| (0.02..0.5).contains(&slope.abs())).unwrap_or(0.0);
    let cell = |line: &'_ Line| {
        let xs = line.corners.map(|corner| corner[0]);
        let ys = line.corners.map(|corner| corner[1] - slope * corner[0]);
        let (top, bottom) =
            (ys.iter().copied().fold(f32::MAX, f32::min), ys.iter().copied().fold(f32::MIN, f32::max));
        (
            xs.iter().copied().fold(f32::MAX, f32::min),
            xs.iter().copied().fold(f32::MIN, f32::max),
            f32::midpoint(top, bottom),
            (bottom - top).max(1.0),
        )
    };
    let mut cells = Vec::with_capacity(lines.len());
    for line in lines {
        let text = line.text.trim();
        if text.is_empty() {
            continue;
        }
        let (left, right, y, height) = cell(line);
        cells.push(Cell { text, left, right, y, height, size: size(line) });
    }
    cells
}

/// From the top, each from the left.
fn rows(mut cells: Vec<Cell<'_>>) -> Vec<Vec<Cell<'_>>> {
    cells.sort_by(|one, other| one.y.total_cmp(&other.y));
    let mut rows: Vec<Vec<Cell<'_>>> = Vec::new();
    for cell in cells {
        match rows.last_mut() {
            Some(row) if row.iter().all(|other| is_beside(other, &cell)) => row.push(cell),
            _ => rows.push(vec![cell]),
        }
    }
    for row in &mut rows {
        row.sort_by(|one, other| one.left.total_cmp(&other.left));
    }
    rows
}

fn is_beside(one: &Cell<'_>, other: &Cell<'_>) -> bool {
    let apart = (one.y - other.y).abs();
    let overlap = f32::midpoint(one.height, other.height) - apart;
    overlap > SHARED * one.height.min(other.height) && (one.right <= other.left || other.right <= one.left)
}

/// Where a page falls into two columns, or a list at the side and the rest.
struct Split {
    at: f32,
    /// What lies above belongs to both.
    from: f32,
    is_side: bool,
}

fn split(cells: &[Cell<'_>]) -> Option<Split> {
    if cells.len() < 2 * FEW {
        return None;
    }
    let span = |cells: &[Cell<'_>], of: fn(&Cell<'_>) -> f32| {
        let (low, high) = cells
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), cell| (low.min(of(cell)), high.max(of(cell))));
        (low, high - low)
    };
    let (top, height) = span(cells, |cell| cell.y);
    let mut from = f32::MIN;
    // A headline, or two, above both.
    for _ in 0..3 {
        let below: Vec<Cell<'_>> = cells.iter().filter(|cell| cell.y >= from).copied().collect();
        if let Some(found) = gap(&below) {
            return Some(Split { from, ..found });
        }
        let widest = below
            .iter()
            .max_by(|one, other| (one.right - one.left).total_cmp(&(other.right - other.left)))?;
        if widest.y > top + 0.3 * height {
            return None;
        }
        from = widest.y + widest.height / 2.0;
    }
    None
}

/// The widest stretch from top to bottom where nothing stands, if what is left and right of it belongs apart.
fn gap(cells: &[Cell<'_>]) -> Option<Split> {
    let mut sorted: Vec<&Cell<'_>> = cells.iter().collect();
    sorted.sort_by(|one, other| one.left.total_cmp(&other.left));
    let begin = sorted.first()?.left;
    let ordinary = ordinary(cells.iter().map(|cell| cell.height));
    let mut end = begin;
    let mut gaps: Vec<(usize, f32, f32)> = Vec::new();
    for (index, cell) in sorted.iter().enumerate() {
        if index > 0 && cell.left - end > 0.8 * ordinary {
            gaps.push((index, end, cell.left));
        }
        end = end.max(cell.right);
    }
    let width = end - begin;
    gaps.into_iter().find_map(|(index, from, to)| {
        let (left, right) = sorted.split_at(index);
        if left.len() < FEW || right.len() < FEW {
            return None;
        }
        let length =
            |cells: &[&Cell<'_>]| median(cells.iter().map(|cell| cell.text.chars().count() as f32).collect());
        let (left_length, right_length) = (length(left)?, length(right)?);
        let are_columns = left_length > LIST as f32 && right_length > LIST as f32;
        let is_side = from - begin < NARROW * width && left_length <= LIST as f32;
        // In a table, what stands right belongs to what stands left.
        let is_table = aligned(left, right).max(aligned(right, left)) > 0.6;
        (are_columns || (is_side && !is_table)).then_some(Split {
            at: f32::midpoint(from, to),
            from: f32::MIN,
            is_side: !are_columns,
        })
    })
}

/// How many of these cells have another beside them, as a part of all.
fn aligned(cells: &[&Cell<'_>], others: &[&Cell<'_>]) -> f32 {
    let mut heights: Vec<f32> = others.iter().map(|cell| cell.y).collect();
    heights.sort_by(f32::total_cmp);
    let is_aligned = |cell: &&&Cell<'_>| {
        let near = 0.25 * cell.height;
        let at = heights.partition_point(|y| *y < cell.y - near);
        heights.get(at).is_some_and(|y| *y <= cell.y + near)
    };
    cells.iter().filter(is_aligned).count() as f32 / cells.len().max(1) as f32
}
