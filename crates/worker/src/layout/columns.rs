//! Columns that are read one after the other although their lines stand at the same heights: offers, lists of cards,
//! what stands under headings, the days of a week.

use super::cell::{Cell, bounds, median};
use super::grid::Band;
use super::rows::middle;
use super::runs::Run;

/// The most that columns of one width differ in it, as a part of the widest.
const EVEN: f32 = 0.03;
/// Cells begin below each other when they are off by so much of their height.
const ALIGNED: f32 = 0.4;
/// The letters of headings are so many times as wide as those of most rows below them, and no lower.
const WIDER: f32 = 1.25;
const LOWER: f32 = 0.95;
/// A heading is so many times as far from its column as the lines of that are from each other, at most.
const NEAR: f32 = 2.2;
/// A column of lists ends so many rows before the longest.
const SHORTER: usize = 2;
/// Where columns have heights of their own, so many of the cells are filled at most, and of each column; and one of so
/// many rows is full.
const SPARSE: f32 = 0.65;
const SPARSE_COLUMN: f32 = 0.7;
const FULL: usize = 6;
/// Words of so many letters tell that lines are alike.
const WORD: usize = 3;

/// Whether the columns of a run are read one after the other, whatever its rows look like.
pub(super) fn are_apart(run: &Run<'_, '_>, bands: &[Band<'_, '_>]) -> bool {
    is_headed(run) || is_lists(run, bands) || is_scattered(run)
}

/// Offers side by side: their lines are of one kind across, all with a number or all with the same word. In a table,
/// columns are of one kind.
pub(super) fn are_offers(run: &Run<'_, '_>, bands: &[Band<'_, '_>]) -> bool {
    let rows = run.rows;
    let Some(full) = mostly_full(run).filter(|_| rows.len() >= 5) else { return false };
    let (narrowest, widest) = bounds(full[0].windows(2).map(|pair| pair[1].left - pair[0].left));
    let numbers = full.iter().filter(|row| row.iter().all(Cell::is_number)).count();
    let with_digits = full.iter().filter(|row| row.iter().all(has_digit)).count();
    let alike = full.iter().filter(|row| row.iter().all(has_digit) || shares_word(row)).count();
    // Where rows do not follow each other at one pace, fewer of them tell.
    let is_loose = run.columns() >= 3 && bands.len() >= 2 && with_digits > 0;
    widest - narrowest < EVEN * widest
        && full.iter().all(|row| is_aligned(row, full[0]))
        && !is_mixed(&full)
        && 2 * numbers <= full.len()
        && (is_loose || 5 * alike >= 2 * full.len().max(5))
}

/// Columns under headings in larger letters.
fn is_headed(run: &Run<'_, '_>) -> bool {
    let rows = run.rows;
    let Some(full) = mostly_full(run).filter(|_| rows.len() >= 4 && run.columns() <= 4) else { return false };
    let Some((head, rest)) = rows.split_first() else { return false };
    let height = |row: &Vec<Cell<'_>>| median(row.iter().map(|cell| cell.height)).unwrap_or_default();
    let width = |row: &Vec<Cell<'_>>| {
        row.iter().map(Cell::width).sum::<f32>() / row.iter().map(Cell::letters).sum::<f32>().max(1.0)
    };
    let ordinary =
        |measure: &dyn Fn(&Vec<Cell<'_>>) -> f32| median(rest.iter().map(measure)).unwrap_or_default();
    // Capitals are wide.
    let is_small = |cell: &Cell<'_>| cell.text.contains(char::is_lowercase);
    let distances = rest.windows(2).map(|pair| middle(&pair[1]) - middle(&pair[0]));
    let pace = median(distances).unwrap_or_default();
    head.len() == run.columns()
        && head.iter().all(is_small)
        && height(head) > LOWER * ordinary(&height)
        && width(head) > WIDER * ordinary(&width)
        && middle(&rest[0]) - middle(head) < NEAR * pace
        && 2 * full.iter().filter(|row| is_aligned(row, head)).count() >= full.len()
        && !is_mixed(&full)
}

/// Lists of cards: each is filled from the top on, and some end well before others.
fn is_lists(run: &Run<'_, '_>, bands: &[Band<'_, '_>]) -> bool {
    let mut lengths = vec![0; run.columns()];
    for (at, row) in run.rows.iter().enumerate() {
        for cell in row {
            let length = &mut lengths[run.column(cell)];
            if *length != at {
                return false;
            }
            *length += 1;
        }
    }
    let longest = lengths.iter().copied().max().unwrap_or_default();
    let shorter = lengths.iter().filter(|length| **length + SHORTER <= longest).count();
    let cards = bands.iter().filter(|band| band.len() > 1).count();
    run.columns() >= 3 && 3 * shorter >= run.columns() && cards >= 2 && 2 * cards >= bands.len()
}

/// What has heights of its own below each name, so that few of it stands in a row: the days of a week by the clock,
/// lists of cards that are not alike. A table has at least one column that is filled.
fn is_scattered(run: &Run<'_, '_>) -> bool {
    let Some((names, rest)) = run.rows.split_first() else { return false };
    let columns = run.columns();
    let mut filled = vec![0; columns];
    rest.iter().flatten().for_each(|cell| filled[run.column(cell)] += 1);
    let most = filled.iter().copied().max().unwrap_or_default();
    let full = rest.iter().filter(|row| 4 * row.len() > 3 * columns).count();
    columns >= 3
        && names.len() == columns
        && rest.len() >= 4
        && FULL * full <= rest.len()
        && (filled.iter().sum::<usize>() as f32) < SPARSE * (columns * rest.len()) as f32
        && (most as f32) < SPARSE_COLUMN * rest.len() as f32
}

/// The rows that fill all columns, if most do.
fn mostly_full<'r, 'a>(run: &Run<'r, 'a>) -> Option<Vec<&'r Vec<Cell<'a>>>> {
    let full: Vec<&Vec<Cell<'_>>> = run.rows.iter().filter(|row| row.len() == run.columns()).collect();
    (4 * full.len() >= 3 * run.rows.len()).then_some(full)
}

fn is_aligned(row: &[Cell<'_>], first: &[Cell<'_>]) -> bool {
    row.iter()
        .zip(first)
        .all(|(cell, first)| (cell.left - first.left).abs() < ALIGNED * cell.height.max(first.height))
}

fn has_digit(cell: &Cell<'_>) -> bool {
    cell.text.contains(|c: char| c.is_ascii_digit())
}

/// Whether more than a quarter of the rows have a number in some columns alone, as labels and values do.
fn is_mixed(rows: &[&Vec<Cell<'_>>]) -> bool {
    let mixed = |row: &&&Vec<Cell<'_>>| row.iter().any(has_digit) && !row.iter().all(has_digit);
    4 * rows.iter().filter(mixed).count() > rows.len()
}

/// Whether all cells of a row have a word in common.
fn shares_word(row: &[Cell<'_>]) -> bool {
    let words = |cell: &Cell<'_>| -> Vec<String> {
        let words =
            cell.text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= WORD);
        words.map(|word| word.to_lowercase().trim_end_matches('s').to_owned()).collect()
    };
    let Some((first, others)) = row.split_first() else { return false };
    let others: Vec<Vec<String>> = others.iter().map(words).collect();
    words(first).iter().any(|word| others.iter().all(|words| words.contains(word)))
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::Line;

    use crate::layout::tests::{at, read, table};

    /// Columns of lines, all at the same heights.
    fn columns(xs: &[f32], ys: &[f32], texts: &[&[&str]]) -> (Vec<Line>, String) {
        let column = |(x, column): (&f32, &&[&str])| {
            column.iter().zip(ys).map(|(text, y)| at(*x, *y, 20.0, text)).collect::<Vec<_>>()
        };
        (xs.iter().zip(texts).flat_map(column).collect(), texts.concat().join("\n"))
    }

    #[test]
    fn two_offers_are_read_one_by_one_and_a_list_of_prices_across() {
        let texts: [&[&str]; 2] = [
            &["Day sailor", "18 EUR a month", "One boat", "Ten harbours", "Mail support", "Start with it"],
            &["Skipper", "39 EUR a month", "Three boats", "All harbours", "Phone support", "Start with this"],
        ];
        let ys = [100.0, 136.0, 172.0, 208.0, 244.0, 280.0];
        let (lines, expected) = columns(&[60.0, 560.0], &ys, &texts);
        assert_eq!(read(lines), expected);
        let texts: [&[&str]; 2] = [
            &["Coffee", "Tea, loose", "Rye bread", "Batteries", "Total"],
            &["4.50", "1.74", "3.10", "5.99", "15.33"],
        ];
        let (lines, _) = columns(&[60.0, 560.0], &ys, &texts);
        assert!(read(lines).starts_with("Coffee\t4.50\nTea, loose\t1.74\n"));
    }

    #[test]
    fn lists_of_cards_that_end_early_are_read_one_by_one_and_a_table_with_holes_across() {
        let texts: [&[&str]; 3] = [
            &["Ideas", "Dark icons", "REL-201", "Faster start", "REL-207", "Undo for tags", "REL-214"],
            &["Coding", "Search in notes", "REL-190"],
            &["Done", "Two windows", "REL-170", "Quiet mode", "REL-176"],
        ];
        let ys = [76.0, 110.0, 132.0, 172.0, 194.0, 234.0, 256.0];
        let (lines, expected) = columns(&[24.0, 308.0, 592.0], &ys, &texts);
        assert_eq!(read(lines), expected);
        let rows: [&[&str]; 5] = [
            &["Item", "Supplier", "Note"],
            &["Oak boards", "Lindqvist", "planed"],
            &["Putty", "", "white"],
            &["Brushes", "Colour House", ""],
            &["Paint", "Colour House", "blue"],
        ];
        let text = read(table(&[24.0, 308.0, 592.0], 76.0, 30.0, &rows));
        assert!(text.contains("Brushes\tColour House"), "{text}");
    }

    #[test]
    fn what_stands_under_headings_and_under_the_days_of_a_week_is_read_column_by_column() {
        let mut lines = vec![at(80.0, 180.0, 26.0, "Before"), at(690.0, 180.0, 26.0, "After")];
        let texts: [&[&str]; 2] = [
            &["Two floods each winter", "Repairs cost 40,000 a year", "Diesel in the canal"],
            &["Dry cellars since autumn", "Repairs cost 6,000 a year", "Runs on the solar roof"],
        ];
        let (below, _) = columns(&[80.0, 690.0], &[230.0, 278.0, 326.0], &texts);
        lines.extend(below);
        let expected = ["Before", &texts[0].join("\n"), "After", &texts[1].join("\n")].join("\n");
        assert_eq!(read(lines), expected);

        let days = ["Mon 20", "Tue 21", "Wed 22", "Thu 23"];
        let mut lines: Vec<Line> = (0u8..)
            .zip(days)
            .map(|(day, name)| at(100.0 + 230.0 * f32::from(day), 70.0, 18.0, name))
            .collect();
        let plan: [&[(f32, &str)]; 4] = [
            &[(190.0, "Stand-up"), (390.0, "Interview")],
            &[(150.0, "School run"), (274.0, "Budget")],
            &[(190.0, "Stand-up"), (510.0, "Site visit")],
            &[(430.0, "Lunch"), (630.0, "Fix printer")],
        ];
        let mut expected = String::new();
        for ((day, name), events) in (0u8..).zip(days).zip(plan) {
            expected += &format!("{name}\n");
            for (y, event) in events {
                lines.push(at(100.0 + 230.0 * f32::from(day), *y, 18.0, event));
                expected += &format!("{event}\n");
            }
        }
        assert_eq!(read(lines), expected.trim_end());
    }
}
