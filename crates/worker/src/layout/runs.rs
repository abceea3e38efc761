//! Runs: rows under each other that share columns.

use super::cell::{Cell, bounds};

/// Columns are apart by so much of the height of a line.
const APART: f32 = 0.3;
/// Columns of one width may be off by so much of it.
const OFF: f32 = 0.08;
/// So many columns of one width are no accident.
const MANY: usize = 5;

/// Rows that share columns.
#[derive(Debug)]
pub(super) struct Run<'r, 'a> {
    pub(super) rows: &'r [Vec<Cell<'a>>],
    /// Where each column but the first begins.
    begins: Vec<f32>,
}

impl<'r, 'a> Run<'r, 'a> {
    /// The longest run from the first of these rows on.
    pub(super) fn at_top(rows: &'r [Vec<Cell<'a>>]) -> Option<Self> {
        let count = rows.first().map_or(0, Vec::len);
        let begins = |columns: Vec<(f32, f32)>| columns.into_iter().skip(1).map(|(begin, _)| begin).collect();
        let free = while_columns(rows, |cells| Some(columns(cells)).filter(|found| found.len() == count));
        let even = width(rows.first()?).and_then(|width| {
            while_columns(rows, |cells| seam(cells, width, count).map(|first| (first, width)))
        });
        match (free, even) {
            (free, Some((many, (first, width)))) if free.as_ref().is_none_or(|(few, _)| *few < many) => {
                let begins = (1..count).map(|at| first + width * at as f32).collect();
                Some(Self { rows: &rows[..many], begins })
            }
            (Some((many, columns)), _) => Some(Self { rows: &rows[..many], begins: begins(columns) }),
            (None, _) => None,
        }
        .filter(|run| run.rows.len() >= 2 && count >= 2)
    }

    /// How many columns there are.
    pub(super) fn columns(&self) -> usize {
        self.begins.len() + 1
    }

    /// The column in which a cell stands, from 0.
    pub(super) fn column(&self, cell: &Cell<'_>) -> usize {
        self.begins.partition_point(|begin| *begin <= cell.centre())
    }
}

/// How many rows from the first on have columns together, and which; a row with more cells than the first has none.
fn while_columns<'a, C>(
    rows: &[Vec<Cell<'a>>],
    columns: impl Fn(&[Cell<'a>]) -> Option<C>,
) -> Option<(usize, C)> {
    let first = rows.first()?;
    let mut cells = first.clone();
    let mut found = columns(&cells)?;
    for (at, row) in rows.iter().enumerate().skip(1) {
        cells.extend(row);
        match columns(&cells).filter(|_| row.len() <= first.len()) {
            Some(columns) => found = columns,
            None => return Some((at, found)),
        }
    }
    Some((rows.len(), found))
}

/// The columns of cells: where nothing stands between them, from the top to the bottom.
fn columns(cells: &[Cell<'_>]) -> Vec<(f32, f32)> {
    let mut sorted: Vec<&Cell<'_>> = cells.iter().collect();
    sorted.sort_by(|one, other| one.left.total_cmp(&other.left));
    let mut columns: Vec<(f32, f32)> = Vec::new();
    for cell in sorted {
        match columns.last_mut() {
            Some((_, end)) if cell.left < *end + APART * cell.height => *end = end.max(cell.right),
            _ => columns.push((cell.left, cell.right)),
        }
    }
    columns
}

/// The width of the columns of a calendar, in which each cell of this row stands at the same place.
fn width(row: &[Cell<'_>]) -> Option<f32> {
    let count = row.len();
    if count < MANY {
        return None;
    }
    let edges: [fn(&Cell<'_>) -> f32; 3] = [|cell| cell.left, |cell| cell.right, |cell| cell.centre()];
    let found = edges.into_iter().map(|edge| {
        let first = edge(&row[0]);
        let width = (edge(&row[count - 1]) - first) / (count - 1) as f32;
        let off = |(at, cell): (usize, &Cell<'_>)| (edge(cell) - first - at as f32 * width).abs();
        (row.iter().enumerate().map(off).fold(0.0, f32::max), width)
    });
    found
        .min_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(off, width)| *width > 0.0 && *off <= OFF * width)
        .map(|(_, width)| width)
}

/// Where the first of so many columns of one width begins: in the widest stretch, from column to column, that nothing
/// crosses.
fn seam(cells: &[Cell<'_>], width: f32, count: usize) -> Option<f32> {
    if cells.iter().any(|cell| cell.width() >= width) {
        return None;
    }
    // All columns upon each other.
    let mut filled: Vec<(f32, f32)> = Vec::new();
    for cell in cells {
        let begin = cell.left.rem_euclid(width);
        let end = begin + cell.width();
        filled.push((begin, end.min(width)));
        if end > width {
            filled.push((0.0, end - width));
        }
    }
    filled.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (first, mut end) = *filled.first()?;
    let mut free: Vec<(f32, f32)> = Vec::new();
    for (from, to) in filled.into_iter().chain([(first + width, f32::MAX)]) {
        if from > end {
            free.push((from - end, f32::midpoint(end, from)));
        }
        end = end.max(to);
    }
    free.sort_by(|one, other| other.0.total_cmp(&one.0));
    free.into_iter().find_map(|(_, at)| {
        let slot = |cell: &Cell<'_>| ((cell.left - at) / width).floor();
        let (low, high) = bounds(cells.iter().map(slot));
        (high - low < count as f32).then_some(at + low * width)
    })
}
