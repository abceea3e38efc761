//! What the rows of a page are: labels with values, records of a table, names of columns, bars, headings, cards.

use std::borrow::Cow;

use super::{furniture as known, prose};
use crate::layout::Cell;

/// What a row is, by the cells in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    Plain,
    /// A label and its value.
    Pair,
    /// Of a table: one thing, and its numbers.
    Record,
    /// Names of columns.
    Header,
    /// Names of places to go to; the first one may name the place itself.
    Bar,
}

/// What a row is. `depth` is how far down the page it stands, 0 to 1; in a grid, what stands beside each other is no
/// pair.
pub(super) fn kind(rows: &[Vec<Cell<'_>>], at: usize, depth: f32, is_grid: bool) -> Row {
    let row = &rows[at];
    let values = |row: &[Cell<'_>]| row.iter().filter(|cell| is_value(cell)).count();
    let short = |cell: &Cell<'_>| cell.text.split_whitespace().count() <= 2 && !is_value(cell);
    let name = row.first().map(|cell| cell.text.to_lowercase()).unwrap_or_default();
    if row.len() >= 2 && (known::is_field(&name) || known::subject(&name) == Some("")) {
        return Row::Pair;
    }
    if row.len() >= 3 && row.iter().all(short) {
        let next = rows.get(at + 1).map_or(&[][..], Vec::as_slice);
        if next.len() >= 3 && 2 * values(next) >= next.len() {
            return Row::Header;
        }
        if row.len() >= 4 && at < 2 && depth < 0.15 {
            return Row::Bar;
        }
    }
    match row.len() {
        2 if !is_value(&row[0]) && is_value(&row[1]) => Row::Pair,
        2 if !is_grid && is_pair(row) && !is_furniture(&row[1]) => {
            // One row alone may be two things that happen to stand beside each other.
            let alike = |other: &&Vec<Cell<'_>>| {
                let near = |one: f32, other: f32| (one - other).abs() < row[0].height;
                let ends = |index: usize| {
                    near(other[index].left, row[index].left) || near(other[index].right, row[index].right)
                };
                is_pair(other) && ends(0) && ends(1)
            };
            if rows.iter().filter(alike).count() >= 2 { Row::Pair } else { Row::Plain }
        }
        3.. if !is_value(&row[0]) && values(row) >= 1 => Row::Record,
        _ => Row::Plain,
    }
}

pub(super) fn is_value(cell: &Cell<'_>) -> bool {
    known::is_value(&cell.text.to_lowercase())
}

/// Whether this says nothing at the edge of a window or a dialog.
pub(super) fn is_furniture(cell: &Cell<'_>) -> bool {
    let lower = cell.text.to_lowercase();
    known::is_chrome(&lower)
        || known::is_button(&lower)
        || known::is_placeholder(&lower)
        || known::is_clock(&lower)
}

/// Whether this row is a heading: short, alone, and right above a sentence or a list of labels with values. `below` are
/// the texts of the cells from the next row on.
pub(super) fn is_heading(rows: &[Vec<Cell<'_>>], at: usize, below: &[Option<Cow<'_, str>>]) -> bool {
    let ([cell], Some(next)) = (rows[at].as_slice(), rows.get(at + 1)) else { return false };
    let Some(first) = next.first() else { return false };
    let apart = first.y - cell.y;
    let above = at
        .checked_sub(1)
        .and_then(|before| rows[before].first())
        .map_or(f32::MAX, |before| cell.y - before.y);
    (above > 1.15 * apart || cell.size > 1.15 * first.size)
        && cell.text.split_whitespace().count() <= 5
        && !prose::is_sentence(cell.text)
        && (cell.left - first.left).abs() < 2.0 * cell.height
        && apart < 4.0 * cell.height
        && (next.len() == 2
            || below.first().is_some_and(|text| text.as_deref().is_some_and(prose::is_sentence)))
}

/// Whether this row is a label and something short beside it.
fn is_pair(row: &[Cell<'_>]) -> bool {
    let [label, value] = row else { return false };
    let words = |cell: &Cell<'_>| cell.text.split_whitespace().count();
    words(label) <= 4
        && words(value) <= 6
        && value.left - label.right > 1.2 * label.height
        && !is_value(label)
}

/// What a cell is on a card: a label with a large number under it.
pub(super) enum Card<'a> {
    Label(&'a str),
    Value,
}

/// By the number of the cell, row after row.
pub(super) fn cards<'a>(rows: &[Vec<Cell<'a>>]) -> Vec<Option<Card<'a>>> {
    let cells: Vec<&Cell<'a>> = rows.iter().flatten().collect();
    let mut cards: Vec<Option<Card<'a>>> = cells.iter().map(|_| None).collect();
    // Days of a month are no figures of what stands above them.
    let is_day = |cell: &Cell<'_>| cell.text.len() <= 2;
    if cells.iter().filter(|cell| is_day(cell) && is_value(cell)).count() >= 7 {
        return cards;
    }
    for (at, value) in cells.iter().enumerate() {
        if !is_value(value) || known::is_clock(&value.text.to_lowercase()) {
            continue;
        }
        let is_above = |label: &&Cell<'_>| {
            let down = value.y - label.y;
            (label.left - value.left).abs() < label.height
                && down > 0.0
                && down < f32::midpoint(label.height, value.height) * 2.0
                && value.size > 1.25 * label.size
                && !is_value(label)
        };
        // Cells are sorted by rows: what stands above is not far before.
        let nearby = cells[at.saturating_sub(40)..at].iter().rposition(is_above);
        if let Some(label) = nearby.map(|index| index + at.saturating_sub(40)) {
            cards[label] = Some(Card::Label(value.text));
            cards[at] = Some(Card::Value);
        }
    }
    cards
}
