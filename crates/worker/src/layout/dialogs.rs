//! A dialog that lies over a table: its lines stand where rows of the table are hidden, and in none of them.

use super::cell::{Cell, bounds, median};
use super::rows::is_even;

/// A column of a table has so many cells at least.
const COLUMN: usize = 6;
/// Cells of a column begin, or end, below each other when they are off by so much of their height.
const ALIGNED: f32 = 0.4;
/// What is hidden of a column is at least so many rows.
const HIDDEN: f32 = 2.5;
/// Rows are the same when their middles differ by so much of the height of a cell.
const OFF: f32 = 0.25;
/// So many lines are a dialog.
const FEWEST: usize = 3;
/// Its parts are apart by so many heights of a cell at most, and found in so many steps.
const NEAR: f32 = 2.0;
const REACHES: usize = 4;
/// The table goes on beside the dialog in so many of the hidden rows.
const GOING_ON: f32 = 0.6;

/// Takes the dialog out of these cells. It is empty where there is none.
pub(super) fn take<'a>(cells: &mut Vec<Cell<'a>>) -> Vec<Cell<'a>> {
    let holes = holes(cells);
    let is_in = |cell: &Cell<'_>| holes.iter().any(|hole| hole.holds(cell));
    let (mut inside, mut table): (Vec<Cell<'a>>, Vec<Cell<'a>>) = cells.iter().partition(|cell| is_in(cell));
    if inside.len() < FEWEST {
        return Vec::new();
    }
    let height = median(table.iter().map(|cell| cell.height)).unwrap_or_default();
    let (above, _) = bounds(holes.iter().map(|hole| hole.above));
    let (_, below) = bounds(holes.iter().map(|hole| hole.below));
    // What stands between its lines or beside them, in no row of the table, belongs to it as well: its title, its
    // buttons.
    for _ in 0..REACHES {
        let (left, _) = bounds(inside.iter().map(|cell| cell.left));
        let (_, right) = bounds(inside.iter().map(|cell| cell.right));
        let (top, _) = bounds(inside.iter().map(Cell::top));
        let (_, bottom) = bounds(inside.iter().map(Cell::bottom));
        let is_near =
            |cell: &Cell<'_>| cell.left < right + NEAR * height && cell.right > left - NEAR * height;
        let belongs = |cell: &Cell<'_>| {
            let is_between =
                cell.left < right && cell.right > left && cell.top() < bottom && cell.bottom() > top;
            let is_alien =
                (above..below).contains(&cell.y) && !is_in_row(cell.y, cell.height, &table, cell.line);
            is_between || (is_near(cell) && is_alien)
        };
        let (more, rest): (Vec<Cell<'a>>, Vec<Cell<'a>>) = table.iter().partition(|cell| belongs(cell));
        if more.is_empty() {
            break;
        }
        inside.extend(more);
        table = rest;
    }
    let hidden: Vec<f32> = holes.iter().flat_map(Hole::rows).collect();
    let going_on = hidden.iter().filter(|y| is_in_row(**y, 2.0 * height, &table, usize::MAX)).count();
    if (going_on as f32) < GOING_ON * hidden.len() as f32 {
        return Vec::new();
    }
    *cells = table;
    inside
}

/// Whether others than this line stand at a height.
fn is_in_row(y: f32, height: f32, others: &[Cell<'_>], line: usize) -> bool {
    others.iter().any(|other| other.line != line && (other.y - y).abs() < OFF * height)
}

/// Where a column of a table is interrupted.
struct Hole {
    left: f32,
    right: f32,
    /// The middles of the cells above and below.
    above: f32,
    below: f32,
    /// From row to row.
    pace: f32,
}

impl Hole {
    fn holds(&self, cell: &Cell<'_>) -> bool {
        cell.y > self.above + 0.5 * self.pace
            && cell.y < self.below - 0.5 * self.pace
            && cell.left < self.right
            && cell.right > self.left
    }

    /// Whether a cell begins or ends as those of the column do.
    fn lines_up(&self, cell: &Cell<'_>) -> bool {
        let off = (cell.left - self.left).abs().min((cell.right - self.right).abs());
        off < ALIGNED * cell.height
    }

    /// Where rows would be.
    fn rows(&self) -> impl Iterator<Item = f32> {
        let count = ((self.below - self.above) / self.pace).round();
        let (above, pace) = (self.above, (self.below - self.above) / count);
        (1..count as usize).map(move |row| above + row as f32 * pace)
    }
}

/// The longest interruption of each column at one pace, where it is that of a few rows.
fn holes(cells: &[Cell<'_>]) -> Vec<Hole> {
    let sides: [fn(&Cell<'_>) -> f32; 2] = [|cell| cell.left, |cell| cell.right];
    let mut found = Vec::new();
    for side in sides {
        let mut sorted: Vec<&Cell<'_>> = cells.iter().collect();
        sorted.sort_by(|one, other| side(one).total_cmp(&side(other)));
        for column in sorted.chunk_by(|one, other| side(other) - side(one) < ALIGNED * one.height) {
            let mut column: Vec<Cell<'_>> = column.iter().map(|cell| **cell).collect();
            column.sort_by(|one, other| one.y.total_cmp(&other.y));
            if column.len() >= COLUMN && is_even(&column) {
                found.extend(hole(&column));
            }
        }
    }
    // Where the column has a cell all the same, of another width, nothing is hidden.
    found.retain(|hole| !cells.iter().any(|cell| hole.holds(cell) && hole.lines_up(cell)));
    found
}

fn hole(column: &[Cell<'_>]) -> Option<Hole> {
    let pace = median(column.windows(2).map(|pair| pair[1].y - pair[0].y)).filter(|pace| *pace > 0.0)?;
    let widest = column
        .windows(2)
        .enumerate()
        .max_by(|(_, one), (_, other)| (one[1].y - one[0].y).total_cmp(&(other[1].y - other[0].y)));
    let (at, pair) = widest.filter(|(_, pair)| pair[1].y - pair[0].y > HIDDEN * pace)?;
    // Two rows above it and below make it one that is interrupted, rather than two.
    let is_row = |at: usize| {
        column.get(at..at + 2).is_some_and(|pair| (pair[1].y - pair[0].y - pace).abs() < 0.25 * pace)
    };
    let is_inside = at.checked_sub(1).is_some_and(is_row) && is_row(at + 1);
    let (left, _) = bounds(column.iter().map(|cell| cell.left));
    let (_, right) = bounds(column.iter().map(|cell| cell.right));
    is_inside.then_some(Hole { left, right, above: pair[0].y, below: pair[1].y, pace })
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::Line;

    use crate::layout::tests::{at, read, table};

    /// Orders in four columns, some of which may be hidden from the fifth row to the ninth.
    fn orders(is_hidden: bool) -> Vec<Line> {
        let rows: Vec<[String; 4]> = (0..14)
            .map(|row| {
                let hidden = is_hidden && (4..9).contains(&row);
                let cell = |text: String| if hidden { String::new() } else { text };
                [
                    format!("PD-{}", 5580 + row),
                    cell(format!("Lamp {row}")),
                    cell(format!("{row}.50")),
                    "Paid".to_owned(),
                ]
            })
            .collect();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        table(&[40.0, 220.0, 480.0, 800.0], 80.0, 32.0, &rows)
    }

    #[test]
    fn a_dialog_over_a_table_is_read_after_it() {
        let dialog = || {
            [
                at(250.0, 214.0, 24.0, "Delete this order?"),
                at(250.0, 262.0, 18.0, "It is removed from all lists."),
                at(250.0, 287.0, 18.0, "This cannot be undone."),
                at(440.0, 330.0, 18.0, "Cancel"),
                at(540.0, 330.0, 18.0, "Delete"),
            ]
        };
        let text = read(orders(true).into_iter().chain(dialog()).collect());
        let expected =
            "Delete this order?\nIt is removed from all lists.\nThis cannot be undone.\nCancel\tDelete";
        assert!(text.ends_with(expected), "{text}");
        assert!(text.contains("PD-5583\tLamp 3\t3.50\tPaid\nPD-5584\t\t\tPaid\n"), "{text}");
        // What stands in rows and columns is of the table, whatever is missing around it.
        let whole = read(orders(false));
        assert!(whole.contains("PD-5584\tLamp 4\t4.50\tPaid"), "{whole}");
    }
}
