//! Visual rows: what stands beside each other.

use super::cell::{Cell, median};

/// Cells stand in one row when they share more than this part of the lower one's height.
const SHARED: f32 = 0.5;
/// Boxes of neighbours may overlap by so much of the lower one's height.
const TOUCHING: f32 = 0.3;
/// Of the distances of a list at one pace, so many differ from the middle one by less than a quarter.
const EVEN: f32 = 0.7;

/// From the top, each from the left.
pub(super) fn rows<'a>(mut cells: Vec<Cell<'a>>) -> Vec<Vec<Cell<'a>>> {
    cells.sort_by(|one, other| one.y.total_cmp(&other.y).then(one.left.total_cmp(&other.left)));
    let mut rows: Vec<Vec<Cell<'a>>> = Vec::new();
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

/// The middle of a row.
pub(super) fn middle(row: &[Cell<'_>]) -> f32 {
    median(row.iter().map(|cell| cell.y)).unwrap_or_default()
}

/// The distance from row to row, as most of them have it; 0 where there is one row.
pub(super) fn pace(cells: &[Cell<'_>]) -> f32 {
    median(distances(cells).into_iter()).unwrap_or_default()
}

/// Whether rows follow each other at one pace, as those of a list do.
pub(super) fn is_even(cells: &[Cell<'_>]) -> bool {
    let distances = distances(cells);
    let Some(pace) = median(distances.iter().copied()) else { return false };
    let even = distances.iter().filter(|distance| (**distance - pace).abs() < 0.25 * pace).count();
    even as f32 >= EVEN * distances.len() as f32
}

fn distances(cells: &[Cell<'_>]) -> Vec<f32> {
    let rows = rows(cells.to_vec());
    rows.windows(2).map(|pair| pair[1][0].y - pair[0][0].y).collect()
}

fn is_beside(one: &Cell<'_>, other: &Cell<'_>) -> bool {
    let lower = one.height.min(other.height);
    let shared = one.bottom().min(other.bottom()) - one.top().max(other.top());
    let touching = TOUCHING * lower;
    shared > SHARED * lower && (one.right <= other.left + touching || other.right <= one.left + touching)
}
