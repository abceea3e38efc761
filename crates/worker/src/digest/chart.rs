//! Whether a picture is a chart: the numbers at its axis stand below each other at one distance, grow by one step, and
//! little else is said.

use deskscribe_protocol::Line;

use crate::layout::{Cell, cells};

/// An axis has so many numbers.
const TICKS: usize = 4;
/// Their distances differ from the middle one by so much of it at most.
const EVEN: f32 = 0.12;
/// They end, or begin, below each other when they are off by so much of their height.
const ALIGNED: f32 = 0.6;
/// From tick to tick there are so many heights of a number at least: rows of a table are closer.
const APART: f32 = 2.0;
/// Beside an axis a chart has a title, a legend and the labels of another axis: so many lines at most.
const MOST: usize = 40;
/// So many of them may be longer than a label, in words; nothing else stands in a row with most of the ticks.
const LONG: usize = 8;
const SENTENCES: usize = 3;
const IN_ROW: f32 = 0.5;

/// Whether there is an axis of numbers, and what stands around one.
pub(super) fn is_chart(lines: &[Line]) -> bool {
    let cells = cells(lines);
    let sentences = cells.iter().filter(|cell| cell.words() >= LONG).count();
    if cells.len() > MOST || sentences > SENTENCES || lines.iter().any(|line| line.page > 0) {
        return false;
    }
    let ticks: Vec<(Cell<'_>, f32)> =
        cells.iter().filter_map(|cell| Some((*cell, number(cell.text)?))).collect();
    let sides: [fn(&Cell<'_>) -> f32; 2] = [|cell| cell.right, |cell| cell.left];
    sides.into_iter().any(|side| {
        ticks.iter().any(|(first, _)| {
            let is_below =
                |(cell, _): &&(Cell<'_>, f32)| (side(cell) - side(first)).abs() < ALIGNED * first.height;
            let column: Vec<(Cell<'_>, f32)> = ticks.iter().filter(is_below).copied().collect();
            is_axis(&column) && has_nothing_beside(&column, &cells)
        })
    })
}

/// Whether numbers, from the top, stand at one distance and grow upwards by one step, or by one factor.
fn is_axis(column: &[(Cell<'_>, f32)]) -> bool {
    let distances: Vec<f32> = column.windows(2).map(|pair| pair[1].0.y - pair[0].0.y).collect();
    let Some(mean) = distances.iter().copied().reduce(|one, other| one + other) else { return false };
    let mean = mean / distances.len() as f32;
    let is_even = distances.iter().all(|distance| (distance - mean).abs() <= EVEN * mean);
    let height = column.iter().map(|(cell, _)| cell.height).fold(0.0, f32::max);
    let steps: Vec<f32> = column.windows(2).map(|pair| pair[0].1 - pair[1].1).collect();
    let step = steps.first().copied().unwrap_or_default();
    let by_step = steps.iter().all(|other| (other - step).abs() <= 0.02 * step.abs());
    let factor = column.windows(2).map(|pair| pair[0].1 / pair[1].1).next().unwrap_or_default();
    let by_factor = column
        .windows(2)
        .all(|pair| pair[1].1 > 0.0 && (pair[0].1 / pair[1].1 - factor).abs() < 0.02 * factor);
    column.len() >= TICKS
        && is_even
        && mean >= APART * height
        // The numbers of rows grow downwards.
        && ((step > 0.0 && by_step) || (factor > 1.0 && by_factor))
}

/// Whether most of the ticks have no more than one thing in a row with them: in a table each has its row.
fn has_nothing_beside(column: &[(Cell<'_>, f32)], cells: &[Cell<'_>]) -> bool {
    let is_in_row = |tick: &Cell<'_>, cell: &Cell<'_>| {
        (cell.y - tick.y).abs() < 0.5 * tick.height && (cell.left, cell.right) != (tick.left, tick.right)
    };
    let rows = column.iter().filter(|(tick, _)| cells.iter().any(|cell| is_in_row(tick, cell))).count();
    rows as f32 <= IN_ROW * column.len() as f32
}

/// A number alone, such as `-1,200`, `40 %`, `2.5k` or `€ 10`.
fn number(text: &str) -> Option<f32> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !"€$£¥%,".contains(*c)).collect();
    let (bare, unit) = match bare.strip_suffix(['k', 'K']) {
        Some(thousands) => (thousands, 1e3),
        None => bare.strip_suffix('M').map_or((bare.as_str(), 1.0), |millions| (millions, 1e6)),
    };
    let has_digit = bare.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '−'));
    has_digit.then(|| bare.replace('−', "-").parse::<f32>().ok()).flatten().map(|number| number * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: f32, top: f32, text: &str) -> Line {
        let (right, bottom) = (left + 9.0 * text.len() as f32, top + 18.0);
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
        Line { text: text.to_owned(), confidence: 1.0, corners, page: 0 }
    }

    /// Texts below each other, whose right edges are at one place.
    fn column(right: f32, top: f32, pace: f32, texts: &[&str]) -> Vec<Line> {
        let place = |(row, text): (usize, &&str)| {
            line(right - 9.0 * text.len() as f32, top + pace * row as f32, text)
        };
        texts.iter().enumerate().map(place).collect()
    }

    const MONTHS: [&str; 6] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"];

    fn months() -> Vec<Line> {
        (0u8..).zip(MONTHS).map(|(at, month)| line(150.0 + 80.0 * f32::from(at), 690.0, month)).collect()
    }

    #[test]
    fn an_axis_of_numbers_makes_a_chart() {
        for ticks in [
            ["300", "250", "200", "150", "100", "50", "0"].as_slice(),
            &["20k", "15k", "10k", "5k", "0"],
            &["40 %", "30 %", "20 %", "10 %", "0 %"],
            &["10", "5", "0", "-5", "-10"],
            &["1000", "100", "10", "1"],
        ] {
            let mut lines = vec![line(300.0, 20.0, "Visitors per month")];
            lines.extend(column(100.0, 80.0, 95.0, ticks));
            lines.extend(months());
            assert!(is_chart(&lines), "{ticks:?}");
        }
    }

    #[test]
    fn tables_calculators_spreadsheets_and_calendars_are_none() {
        let rows = ["7", "6", "5", "4", "3", "2", "1"];
        let mut table = column(60.0, 80.0, 40.0, &rows);
        table.extend(column(
            400.0,
            80.0,
            40.0,
            &["Pears", "Plums", "Figs", "Dates", "Limes", "Kiwis", "Nuts"],
        ));
        let spreadsheet = column(40.0, 92.0, 50.0, &["1", "2", "3", "4", "5", "6"]);
        let keys = [["7", "8", "9"], ["4", "5", "6"], ["1", "2", "3"], ["0", ".", "="]];
        let place = |row: usize, at: usize| (100.0 + 90.0 * at as f32, 200.0 + 80.0 * row as f32);
        let key = |row: usize, at: usize| {
            let (x, y) = place(row, at);
            line(x, y, keys[row][at])
        };
        let calculator = (0..4).flat_map(|row| (0..3).map(move |at| (row, at)));
        let calculator: Vec<Line> = calculator.map(|(row, at)| key(row, at)).collect();
        let day = |day: usize| {
            line(40.0 + 170.0 * (day % 7) as f32, 100.0 + 140.0 * (day / 7) as f32, &(day + 1).to_string())
        };
        let calendar: Vec<Line> = (0..30).map(day).collect();
        let prices = column(500.0, 90.0, 60.0, &["18.60", "0.07", "3.15", "27.40", "4.90"]);
        for lines in [table, spreadsheet, calculator, calendar, prices] {
            assert!(!is_chart(&lines), "{lines:?}");
        }
        let prose = "A text with as many words as any sentence has";
        let mut page = column(100.0, 80.0, 95.0, &["30", "20", "10", "0"]);
        page.extend((0u8..4).map(|row| line(300.0, 700.0 + 30.0 * f32::from(row), prose)));
        assert!(!is_chart(&page));
    }
}
