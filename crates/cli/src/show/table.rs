//! Columns: numbers to the right, words to the left, as wide as they have to be.

use std::fmt::Write;

use deskscribe_engine::tame;

/// A table with a head.
pub(crate) struct Table<const COLUMNS: usize> {
    sides: [Side; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table with these heads; a `>` before one sends its column to the right.
    pub(crate) fn with_head(heads: [&str; COLUMNS]) -> Self {
        let sides = heads.map(|head| if head.starts_with('>') { Side::Right } else { Side::Left });
        let head = heads.map(|head| head.trim_start_matches('>').to_owned());
        Self { sides, rows: vec![head] }
    }

    /// One more row.
    pub(crate) fn add(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells.map(|cell| tame(&cell)));
    }

    /// The lines of it, each set in by two spaces.
    pub(crate) fn text(&self) -> String {
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        });
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, width), side) in row.iter().zip(widths).zip(self.sides) {
                let _ = match side {
                    Side::Left => write!(line, "  {cell:<width$}"),
                    Side::Right => write!(line, "  {cell:>width$}"),
                };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be() {
        let mut table = Table::with_head(["queue", ">waiting", "what"]);
        table.add(["arrivals".to_owned(), "8".to_owned(), "a\x1b[2J".to_owned()]);
        table.add(["p".to_owned(), "1000".to_owned(), String::new()]);
        assert_eq!(
            table.text(),
            "  queue     waiting  what\n  arrivals        8  a\u{fffd}[2J\n  p            1000\n"
        );
    }
}
