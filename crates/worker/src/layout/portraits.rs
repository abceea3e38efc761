//! Portraits: a letter in a circle before each entry of a list or each message, beside the middle of its lines or below
//! the height of the first.

use super::cell::Cell;
use super::panes::Pane;
use super::rows::rows;

/// So many below each other are portraits.
const FEWEST: usize = 3;
/// Their middles are off by so much of their height at most.
const ALIGNED: f32 = 0.35;
/// What they belong to begins within so many heights at their right, …
const NEAR: f32 = 3.0;
/// … and with a line whose middle is at most so many above theirs.
const ABOVE: f32 = 1.7;
/// A line is off when its middle is, by so much of the height of either.
const OFF: f32 = 0.25;

/// A letter and the line before which it is read.
pub(super) struct Portrait<'a> {
    cell: Cell<'a>,
    of: usize,
}

/// The portraits among these cells.
pub(super) fn of<'a>(cells: &[Cell<'a>]) -> Vec<Portrait<'a>> {
    let mut letters: Vec<Cell<'a>> = cells.iter().filter(|cell| is_letter(cell)).copied().collect();
    letters.sort_by(|one, other| one.centre().total_cmp(&other.centre()));
    let mut found = Vec::new();
    for column in letters.chunk_by(|one, other| other.centre() - one.centre() < ALIGNED * one.height) {
        let portraits: Vec<(Portrait<'a>, bool)> =
            column.iter().filter_map(|letter| portrait(*letter, column, cells)).collect();
        let off = portraits.iter().filter(|(_, is_off)| *is_off).count();
        // In a table, and where each entry is one line, they stand in a row with it.
        if portraits.len() >= FEWEST && portraits.len() == column.len() && 2 * off > portraits.len() {
            found.extend(portraits.into_iter().map(|(portrait, _)| portrait));
        }
    }
    found
}

/// Takes each out of where it was found, as a column of its own or in a row with a later line, and puts it before what
/// it belongs to, in a row of its own.
pub(super) fn put_in_place<'a>(panes: &mut Vec<Pane<'a>>, portraits: Vec<Portrait<'a>>) {
    let is_portrait = |cell: &Cell<'a>| portraits.iter().any(|portrait| portrait.cell.line == cell.line);
    for pane in panes.iter_mut().filter(|pane| pane.rows.iter().flatten().any(is_portrait)) {
        let others = pane.rows.iter().flatten().filter(|cell| !is_portrait(cell));
        pane.rows = rows(others.copied().collect());
    }
    panes.retain(|pane| !pane.rows.is_empty());
    for Portrait { cell, of } in portraits {
        let place = panes.iter_mut().find_map(|pane| {
            let row = pane.rows.iter().position(|row| row.iter().any(|other| other.line == of))?;
            Some((pane, row))
        });
        if let Some((pane, row)) = place {
            pane.rows.insert(row, vec![cell]);
        }
    }
}

fn is_letter(cell: &Cell<'_>) -> bool {
    cell.text.chars().count() <= 2 && cell.text.chars().all(char::is_uppercase)
}

/// The letter as a portrait of the uppermost line beside it, and whether neither this one nor any other of its column
/// stands in a row with that.
fn portrait<'a>(letter: Cell<'a>, column: &[Cell<'a>], cells: &[Cell<'a>]) -> Option<(Portrait<'a>, bool)> {
    let is_beside = |cell: &&Cell<'a>| {
        !is_letter(cell)
            && (0.0..NEAR * letter.height).contains(&(cell.left - letter.right))
            && (-ABOVE * letter.height..letter.height).contains(&(cell.y - letter.y))
    };
    let first = cells.iter().filter(is_beside).min_by(|one, other| one.y.total_cmp(&other.y))?;
    let is_off = |other: &Cell<'_>| (other.y - first.y).abs() > OFF * first.height.min(other.height);
    let is_off = column.iter().all(is_off);
    Some((Portrait { cell: letter, of: first.line }, is_off))
}

#[cfg(test)]
mod tests {
    use crate::layout::tests::{at, read, table};

    const NAMES: [&str; 5] = ["Ines Valcourt", "Rafi Osterlund", "Choir, altos", "Bike repair", "Dentist"];

    #[test]
    fn a_letter_in_a_circle_is_read_before_its_entry() {
        let mut lines = Vec::new();
        let mut expected = Vec::new();
        for (row, name) in (0u8..).zip(NAMES) {
            let (y, letter) = (80.0 + 70.0 * f32::from(row), &name[..1]);
            lines.extend([at(34.0, y + 10.0, 22.0, letter), at(78.0, y, 18.0, name)]);
            lines.extend([
                at(280.0, y + 2.0, 13.0, "21:37"),
                at(78.0, y + 23.0, 15.0, "The blue one is still in the car"),
            ]);
            expected.push(format!("{letter}\n{name}\t21:37\nThe blue one is still in the car"));
        }
        assert_eq!(read(lines), expected.join("\n"));
    }

    #[test]
    fn a_letter_beside_a_message_comes_before_who_wrote_it() {
        let mut lines = Vec::new();
        let mut expected = Vec::new();
        for (row, name) in (0u8..).zip(NAMES) {
            let (y, letter) = (80.0 + 90.0 * f32::from(row), &name[..1]);
            lines.extend([at(40.0, y + 26.0, 18.0, letter), at(90.0, y, 16.0, name)]);
            lines.push(at(90.0, y + 26.0, 18.0, "I can bring it on Thursday"));
            expected.push(format!("{letter}\n{name}\nI can bring it on Thursday"));
        }
        assert_eq!(read(lines), expected.join("\n"));
    }

    #[test]
    fn letters_of_a_table_stay_in_their_rows() {
        let rows: [&[&str]; 4] =
            [&["A", "Salad", "4.50"], &["B", "Soup", "5.20"], &["C", "Bread", "3.10"], &["D", "Tea", "2.00"]];
        let expected = "A\tSalad\t4.50\nB\tSoup\t5.20\nC\tBread\t3.10\nD\tTea\t2.00";
        assert_eq!(read(table(&[40.0, 90.0, 300.0], 80.0, 30.0, &rows)), expected);
    }
}
