//! The text of a page: paragraphs in one line, rows of cells with tabs between them, programs line by line.

use deskscribe_protocol::Reading;

use super::Page;
use super::cell::{Cell, ordinary};
use super::code;
use super::grid::{Block, blocks};
use super::hyphens::Hyphens;
use super::panes::Pane;
use super::paragraphs::Edges;

/// A gap in a row wider than so many line heights separates cells.
const CELL_GAP: f32 = 1.2;

/// The text of pages, a line for each paragraph and each row.
pub(super) fn text(pages: &[Page<'_>]) -> String {
    let mut lines = Vec::new();
    for page in pages {
        for pane in &page.panes {
            pane_text(pane, &mut lines);
        }
    }
    let mut text = lines.join("\n");
    // Empty cells of a very large table.
    text.truncate(text.floor_char_boundary(Reading::MOST_TEXT));
    text
}

fn pane_text(pane: &Pane<'_>, lines: &mut Vec<String>) {
    let cells = || pane.rows.iter().flatten();
    let texts = || cells().map(|cell| cell.text);
    let edges = Edges::of(cells(), ordinary(cells().map(|cell| cell.size)));
    let paragraphs = Paragraphs {
        is_code: code::is_program(texts()) || code::is_terminal(texts()),
        edges,
        hyphens: Hyphens::of(texts()),
    };
    // The line alone in its row that may go on in the next one.
    let mut open: Option<Cell<'_>> = None;
    for block in blocks(&pane.rows) {
        match block {
            Block::Row(row) => match row.as_slice() {
                [cell] => {
                    paragraphs.add(open, *cell, lines);
                    open = Some(*cell);
                }
                _ => {
                    lines.push(across(&row));
                    open = None;
                }
            },
            Block::Stack(stack) => {
                open = None;
                for cell in stack {
                    paragraphs.add(open, cell, lines);
                    open = Some(cell);
                }
                open = None;
            }
            Block::Record(columns) => {
                let columns = columns.iter().map(|column| paragraphs.joined(column));
                lines.push(columns.collect::<Vec<_>>().join("\t"));
                open = None;
            }
        }
    }
}

/// What lines of a pane are joined by.
struct Paragraphs {
    is_code: bool,
    edges: Edges,
    hyphens: Hyphens,
}

impl Paragraphs {
    /// Adds a line, to the one before where that goes on in it.
    fn add(&self, before: Option<Cell<'_>>, cell: Cell<'_>, lines: &mut Vec<String>) {
        let is_code = |cell: &Cell<'_>| self.is_code || code::is_code(cell.text);
        let goes_on =
            |before: &Cell<'_>| !is_code(before) && !is_code(&cell) && self.edges.goes_on(before, &cell);
        match (before.filter(goes_on), lines.last_mut()) {
            (Some(_), Some(text)) => self.hyphens.join(text, cell.text),
            _ => lines.push(cell.text.to_owned()),
        }
    }

    /// The lines of a cell, in one.
    fn joined(&self, lines: &[Cell<'_>]) -> String {
        let mut text = String::new();
        for line in lines {
            if text.is_empty() {
                text.push_str(line.text);
            } else {
                self.hyphens.join(&mut text, line.text);
            }
        }
        text
    }
}

/// Cells of a row, with a tab where a wide gap separates them.
fn across(row: &[Cell<'_>]) -> String {
    let mut text = String::new();
    for (at, cell) in row.iter().enumerate() {
        if let Some(before) = at.checked_sub(1).map(|at| &row[at]) {
            let is_wide = cell.left - before.right > CELL_GAP * before.height.min(cell.height);
            text.push(if is_wide { '\t' } else { ' ' });
        }
        text.push_str(cell.text);
    }
    text
}
