//! How a page is laid out, from the places of its lines alone: panes, columns, rows, cells, cards, paragraphs; and so
//! the order in which a person reads it.
//!
//! A list at the side comes before what stands right of it, columns come one after the other, tables are read across,
//! cards and the cells of a calendar one by one.

mod apart;
mod bars;
mod cell;
pub(crate) mod code;
mod columns;
mod dialogs;
mod grid;
mod gutters;
mod hold;
mod hyphens;
mod panes;
mod paragraphs;
mod portraits;
mod rows;
mod runs;
pub(crate) mod script;
mod text;

use deskscribe_protocol::Line;

pub(crate) use cell::{Cell, ordinary, sides, size, straightened as cells};
pub(crate) use panes::Pane;
pub(crate) use paragraphs::{Edges, join};

/// What stands where on a page.
pub(crate) struct Page<'a> {
    lines: &'a [Line],
    /// In reading order.
    pub(crate) panes: Vec<Pane<'a>>,
}

/// The pages of lines that stand page after page.
pub(crate) fn pages(lines: &[Line]) -> Vec<Page<'_>> {
    let pages = lines.chunk_by(|one, other| one.page == other.page);
    pages.map(|lines| Page { lines, panes: panes::panes(cell::straightened(lines)) }).collect()
}

/// Sorts lines, of which those of one page stand together, into reading order.
pub(crate) fn sorted(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(|line| line.page);
    pages(&lines).iter().flat_map(Page::in_order).cloned().collect()
}

/// The text of lines in reading order: a line for each paragraph and each row, a tab where a wide gap separates cells.
pub(crate) fn text_of(lines: &[Line]) -> String {
    text::text(&pages(lines))
}

impl<'a> Page<'a> {
    /// Each of its lines once, and last those that have no text.
    fn in_order(&self) -> impl Iterator<Item = &'a Line> {
        let mut order = Vec::with_capacity(self.lines.len());
        for pane in &self.panes {
            for block in grid::blocks(&pane.rows) {
                match block {
                    grid::Block::Row(cells) | grid::Block::Stack(cells) => order.extend(cells),
                    grid::Block::Record(columns) => order.extend(columns.concat()),
                }
            }
        }
        let empty = self.lines.iter().filter(|line| line.text.trim().is_empty());
        order.into_iter().map(|cell| &self.lines[cell.line]).chain(empty)
    }
}

#[cfg(test)]
mod tests;
