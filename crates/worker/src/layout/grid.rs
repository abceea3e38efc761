//! Grids: cards, captions, columns of a few words, weeks of a calendar, records of a table.

use super::cell::{Cell, bounds, median};
use super::columns;
use super::paragraphs::reads_on;
use super::rows::middle;
use super::runs::Run;

/// Cells of a pane that are read together.
#[derive(Debug)]
pub(super) enum Block<'a> {
    /// Cells beside each other.
    Row(Vec<Cell<'a>>),
    /// Lines under each other, of one card.
    Stack(Vec<Cell<'a>>),
    /// A row of a table: the lines of each column, of which there may be none.
    Record(Vec<Vec<Cell<'a>>>),
}

/// Rows under each other that a larger distance separates from the others.
pub(super) type Band<'r, 'a> = &'r [Vec<Cell<'a>>];

/// Distances between bands are so many times those inside.
const WIDER: f32 = 1.45;
/// A card has so many rows at most.
const CARD: usize = 6;
/// The largest letters of a card are so many times the smallest.
const LARGER: f32 = 1.25;
/// Of the cells of a table, so many are there.
const FILLED: f32 = 0.55;
/// A row is full from this part of its columns on.
const FULL: f32 = 0.9;

/// The rows of a pane, in reading order.
pub(super) fn blocks<'a>(rows: &[Vec<Cell<'a>>]) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    let mut rest = rows;
    while let Some(row) = rest.first() {
        let Some(run) = Run::at_top(rest) else {
            blocks.push(Block::Row(row.clone()));
            rest = &rest[1..];
            continue;
        };
        rest = &rest[run.rows.len()..];
        match stacks(&run) {
            Some(stacks) => blocks.extend(stacks),
            None => match weeks(&run) {
                Some(weeks) => blocks.extend(weeks.into_iter().flat_map(|week| records(&run, week))),
                None if is_table(&run) => blocks.extend(run.rows.chunks(1).map(|row| record(&run, row))),
                None => blocks.extend(run.rows.iter().cloned().map(Block::Row)),
            },
        }
    }
    blocks
}

/// Whether most of the columns are filled in most of the rows.
fn is_table(run: &Run<'_, '_>) -> bool {
    let cells = run.rows.iter().map(Vec::len).sum::<usize>();
    run.columns() >= 3
        && run.rows.len() >= 3
        && cells as f32 >= FILLED * (run.columns() * run.rows.len()) as f32
}

/// The run column by column in each of its bands, if it is of cards, captions or columns of text.
fn stacks<'a>(run: &Run<'_, 'a>) -> Option<Vec<Block<'a>>> {
    let bands = bands(run.rows);
    let cards = bands.iter().filter(|band| is_cards(run, band)).count();
    let has_cards = cards > 0 && 2 * cards >= bands.iter().filter(|band| band.len() > 1).count();
    let bands = if columns::are_apart(run, &bands) {
        vec![run.rows]
    } else if has_cards || is_captions(run, captioned(&bands)) {
        bands
    } else if columns::are_offers(run, &bands) {
        vec![run.rows]
    } else {
        text_columns(run, &bands)?
    };
    let mut blocks = Vec::new();
    for band in bands {
        if band.len() == run.rows.len() || (band.len() > 1 && (!has_cards || is_cards(run, band))) {
            blocks.extend(by_column(run, band).into_iter().filter(|it| !it.is_empty()).map(Block::Stack));
        } else {
            blocks.extend(band.iter().cloned().map(Block::Row));
        }
    }
    Some(blocks)
}

fn record<'a>(run: &Run<'_, 'a>, band: Band<'_, 'a>) -> Block<'a> {
    Block::Record(by_column(run, band))
}

/// A week or a record; each row for itself where no row has most of the columns.
fn records<'a>(run: &Run<'_, 'a>, band: Band<'_, 'a>) -> Vec<Block<'a>> {
    if band.iter().any(|row| 2 * row.len() > run.columns()) {
        vec![record(run, band)]
    } else {
        band.iter().cloned().map(Block::Row).collect()
    }
}

fn by_column<'a>(run: &Run<'_, 'a>, band: Band<'_, 'a>) -> Vec<Vec<Cell<'a>>> {
    let mut columns = vec![Vec::new(); run.columns()];
    for cell in band.iter().flatten() {
        columns[run.column(cell)].push(*cell);
    }
    columns
}

/// The rows where larger distances separate them: those beyond the widest step between all distances.
fn bands<'r, 'a>(rows: Band<'r, 'a>) -> Vec<Band<'r, 'a>> {
    let distances: Vec<f32> = rows.windows(2).map(|pair| middle(&pair[1]) - middle(&pair[0])).collect();
    let mut sorted = distances.clone();
    sorted.sort_by(f32::total_cmp);
    let step = |pair: &&[f32]| pair[1] / pair[0].max(1.0);
    let widest = sorted.windows(2).max_by(|one, other| step(one).total_cmp(&step(other)));
    let Some(pair) = widest.filter(|pair| step(pair) > WIDER) else { return vec![rows] };
    let border = f32::midpoint(pair[0], pair[1]);
    let mut bands = Vec::new();
    let mut begin = 0;
    for (at, distance) in distances.into_iter().enumerate() {
        if distance > border {
            bands.push(&rows[begin..=at]);
            begin = at + 1;
        }
    }
    bands.push(&rows[begin..]);
    bands
}

/// Cards: a few rows close under each other, one of them in larger letters.
fn is_cards(run: &Run<'_, '_>, band: Band<'_, '_>) -> bool {
    let fewest = (0.6 * run.columns() as f32).max(2.0);
    let is_tight = band.windows(2).all(|pair| {
        let (_, bottom) = bounds(pair[0].iter().map(Cell::bottom));
        let (top, _) = bounds(pair[1].iter().map(Cell::top));
        let height = median(pair.iter().flatten().map(|cell| cell.height)).unwrap_or_default();
        top - bottom < 1.2 * height
    });
    let heights = |row: &Vec<Cell<'_>>| bounds(row.iter().map(|cell| cell.height));
    let (_, largest) = bounds(band.iter().map(|row| heights(row).0));
    let (smallest, _) = bounds(band.iter().map(|row| heights(row).1));
    (2..=CARD).contains(&band.len())
        && is_tight
        && band.iter().all(|row| row.len() as f32 >= fewest)
        && largest > LARGER * smallest
}

/// Bands without a line alone below them, such as the one that counts what is there.
fn captioned<'b, 'r, 'a>(bands: &'b [Band<'r, 'a>]) -> &'b [Band<'r, 'a>] {
    match bands {
        [body @ .., [row]] if row.len() == 1 => body,
        _ => bands,
    }
}

/// Captions: bands of the same few rows, far from each other.
fn is_captions(run: &Run<'_, '_>, bands: &[Band<'_, '_>]) -> bool {
    let Some(first) = bands.first().filter(|_| bands.len() >= 2 && run.columns() >= 3) else { return false };
    let distance = |one: &Vec<Cell<'_>>, other: &Vec<Cell<'_>>| middle(other) - middle(one);
    let inside = bands.iter().flat_map(|band| band.windows(2)).map(|pair| distance(&pair[0], &pair[1]));
    let between = bands.windows(2).filter_map(|pair| Some(distance(pair[0].last()?, pair[1].first()?)));
    let fewest = 0.5 * run.columns() as f32;
    (2..=4).contains(&first.len())
        && bands.iter().all(|band| band.len() == first.len())
        && bands.iter().copied().flatten().all(|row| row.len() as f32 >= fewest)
        && 2.5 * bounds(inside).1 < bounds(between).0
}

/// Columns of text, in several of which lines go on below: the bands that all columns share.
fn text_columns<'r, 'a>(run: &Run<'r, 'a>, bands: &[Band<'r, 'a>]) -> Option<Vec<Band<'r, 'a>>> {
    let mut whole: Vec<Band<'r, 'a>> = Vec::new();
    let mut begin = 0;
    let mut end = 0;
    for band in bands {
        if end > begin && band[0].len() as f32 >= 0.5 * run.columns() as f32 {
            whole.push(&run.rows[begin..end]);
            begin = end;
        }
        end += band.len();
    }
    whole.push(&run.rows[begin..end]);
    // The names of lists stand above all that is in them.
    if let [[names], _] = whole[..]
        && run.columns() >= 3
        && names.len() == run.columns()
    {
        whole = vec![run.rows];
    }
    let goes_on = |band: &&[Vec<Cell<'a>>]| -> Vec<usize> {
        let lines = |column: &Vec<Cell<'a>>| {
            column.windows(2).filter(|pair| reads_on(pair[0].text, pair[1].text)).count()
        };
        by_column(run, band).iter().map(lines).collect()
    };
    let mut counts = vec![0; run.columns()];
    for band in &whole {
        counts.iter_mut().zip(goes_on(band)).for_each(|(sum, count)| *sum += count);
    }
    let is_text = counts.iter().sum::<usize>() >= 3 && counts.iter().filter(|count| **count > 0).count() >= 2;
    is_text.then_some(whole)
}

/// Weeks of a calendar, or records of which some cells have several lines: each begins with a full row, and fewer cells
/// stand close below it.
fn weeks<'r, 'a>(run: &Run<'r, 'a>) -> Option<Vec<Band<'r, 'a>>> {
    let rows = run.rows;
    let is_full = |row: &[Cell<'_>]| row.len() as f32 >= FULL * run.columns() as f32;
    let is_numbers = |row: &[Cell<'_>]| 2 * row.iter().filter(|cell| cell.is_number()).count() > row.len();
    let full: Vec<&Vec<Cell<'_>>> = rows.iter().filter(|row| is_full(row)).collect();
    if full.len() < 3 || 5 * full.len() < rows.len() {
        return None;
    }
    let of_days = 2 * full.iter().filter(|row| is_numbers(row)).count() > full.len();
    // The last week of a month may be short.
    let is_days = |row: &[Cell<'_>]| row.iter().all(|cell| cell.is_number() && cell.text.len() <= 2);
    let begins = |row: &[Cell<'_>]| (is_full(row) || (of_days && is_days(row))) && is_numbers(row) == of_days;
    let mut weeks: Vec<Band<'r, 'a>> = Vec::new();
    let mut begin = 0;
    for at in 1..rows.len() {
        // What stands above the first week, the names of days, is none.
        if begins(&rows[at]) || is_numbers(&rows[begin]) != of_days {
            weeks.push(&rows[begin..at]);
            begin = at;
        }
    }
    weeks.push(&rows[begin..]);
    if !of_days {
        weeks = without_others(run, &weeks);
    }
    let inside =
        weeks.iter().flat_map(|week| week.windows(2)).map(|pair| middle(&pair[1]) - middle(&pair[0]));
    // From the last row of one to the next one: where all rows follow each other at one pace, each is its own record.
    let between = weeks.windows(2).filter_map(|pair| Some(middle(&pair[1][0]) - middle(pair[0].last()?)));
    let several = weeks.iter().filter(|week| week.len() > 1).count();
    // A second line under a label alone belongs to the label.
    let below = weeks.iter().flat_map(|week| week[1..].iter().flatten());
    let is_anywhere = below.into_iter().any(|cell| run.column(cell) > 0);
    (several >= 2 && is_anywhere && median(inside)? <= 0.75 * median(between)?).then_some(weeks)
}

/// Records without what stands farther below them than their lines do, and begins where they begin: the lines after a
/// table have columns of their own, which may happen to be the same.
fn without_others<'r, 'a>(run: &Run<'_, 'a>, records: &[Band<'r, 'a>]) -> Vec<Band<'r, 'a>> {
    let has_label = |row: &[Cell<'a>]| row.first().is_some_and(|cell| run.column(cell) == 0);
    let distance = |pair: &[Vec<Cell<'a>>]| middle(&pair[1]) - middle(&pair[0]);
    let inside = records.iter().flat_map(|record| record.windows(2)).filter(|pair| !has_label(&pair[1]));
    let Some(inside) = median(inside.map(distance)) else { return records.to_vec() };
    let mut parts = Vec::new();
    for record in records {
        let mut begin = 0;
        for at in 1..record.len() {
            if has_label(&record[at]) && distance(&record[at - 1..=at]) > WIDER * inside {
                parts.push(&record[begin..at]);
                begin = at;
            }
        }
        parts.push(&record[begin..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use crate::layout::tests::{at, read, table};

    #[test]
    fn names_of_lists_are_read_with_what_is_in_them() {
        let lists: [(f32, &[(f32, &str)]); 3] = [
            (
                20.0,
                &[
                    (88.0, "Ideas 2"),
                    (124.0, "Ask the ferry office for"),
                    (146.0, "their winter timetable"),
                    (168.0, "Nora"),
                    (208.0, "Photo wall of old boats"),
                    (230.0, "Due 3 May"),
                ],
            ),
            (
                330.0,
                &[
                    (88.0, "To do 3"),
                    (124.0, "Replace the broken tide"),
                    (146.0, "table widget"),
                    (168.0, "Due 12 April"),
                    (208.0, "Write the page on permits"),
                    (230.0, "Due 14 April"),
                    (270.0, "Translate opening hours"),
                    (292.0, "into Danish and Polish"),
                    (314.0, "Piotr"),
                ],
            ),
            (
                640.0,
                &[
                    (88.0, "Doing 2"),
                    (124.0, "New menu for phones"),
                    (146.0, "Due tomorrow"),
                    (187.0, "Weather from the pier,"),
                    (209.0, "every ten minutes, with"),
                    (231.0, "wind and water level"),
                    (252.0, "Selma"),
                ],
            ),
        ];
        let lines = lists.iter().flat_map(|(x, list)| list.iter().map(|(y, text)| at(*x, *y, 20.0, text)));
        let text = read(lines.collect());
        assert!(text.starts_with("Ideas 2\nAsk the ferry office for their winter timetable\nNora"), "{text}");
        let follows = |name: &str, first: &str| text.contains(&format!("{name}\n{first}"));
        assert!(follows("Due 3 May\nTo do 3", "Replace the broken tide table widget"), "{text}");
        assert!(follows("Piotr\nDoing 2", "New menu for phones"), "{text}");
    }

    #[test]
    fn lines_below_a_table_are_no_part_of_its_last_row() {
        let rows: [&[&str]; 4] = [
            &["07:38", "Haddon", "Platform 2"],
            &["08:44", "Westmere", "Platform 11"],
            &["09:00", "Westmere", "Platform 4"],
            &["11:03", "Tollgate", "Platform 6"],
        ];
        let mut lines = table(&[40.0, 180.0, 700.0], 80.0, 80.0, &rows);
        for row in [0.0, 2.0] {
            lines.push(at(180.0, 106.0 + 80.0 * row, 16.0, "Stops everywhere"));
        }
        lines.extend([at(40.0, 384.0, 20.0, "Return"), at(180.0, 384.0, 20.0, "Sunday at 16:54")]);
        lines.push(at(40.0, 440.0, 20.0, "Good to know"));
        let expected = "07:38\tHaddon Stops everywhere\tPlatform 2\n08:44\tWestmere\tPlatform 11\n\
            09:00\tWestmere Stops everywhere\tPlatform 4\n11:03\tTollgate\tPlatform 6\n\
            Return\tSunday at 16:54\t\nGood to know";
        assert_eq!(read(lines), expected);
    }

    #[test]
    fn rows_of_a_spreadsheet_stay_apart_where_cells_are_empty() {
        let rows: [&[&str]; 7] = [
            &["1", "Item", "Supplier", "Pieces", "Price"],
            &["2", "Oak boards", "Lindqvist", "40", "18.60"],
            &["3", "Screws", "Bolt & Nut", "800", ""],
            &["4", "Hinges", "Bolt & Nut", "", "3.15"],
            &["5", "Putty", "", "6", "4.90"],
            &["6", "Paint", "Colour House", "5", "32.00"],
            &["7", "Sum", "", "851", ""],
        ];
        let text = read(table(&[16.0, 60.0, 260.0, 480.0, 640.0], 92.0, 30.0, &rows));
        assert!(text.contains("3\tScrews\tBolt & Nut\t800") && !text.contains("2 3"), "{text}");
        assert_eq!(text.lines().count(), rows.len(), "{text}");
    }

    #[test]
    fn offers_are_read_one_by_one_and_a_table_of_as_many_columns_across() {
        let offers: [&[&str]; 6] = [
            &["Free", "Team", "Company"],
            &["0 EUR", "12 EUR", "29 EUR"],
            &["per month", "per month", "per month"],
            &["One project", "Ten projects", "Any project"],
            &["Mail support", "Own domain", "Sign-on"],
            &["Choose Free", "Choose Team", "Choose Company"],
        ];
        let mut lines = Vec::new();
        for (row, y) in offers.iter().zip([100.0, 130.0, 160.0, 210.0, 240.0, 420.0]) {
            lines.extend(table(&[60.0, 440.0, 820.0], y, 0.0, &[row]));
        }
        let column = |at: usize| offers.iter().map(|row| row[at]).collect::<Vec<_>>().join("\n");
        assert_eq!(read(lines), [0, 1, 2].map(column).join("\n"));
        let prices: [&[&str]; 6] = [
            &["Size", "Count", "Price"],
            &["Small", "12", "4.00"],
            &["Medium", "8", "5.50"],
            &["Large", "3", "7.00"],
            &["Largest", "1", "9.00"],
            &["In all", "24", "25.50"],
        ];
        let rows = prices.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n");
        assert_eq!(read(table(&[60.0, 440.0, 820.0], 100.0, 40.0, &prices)), rows);
    }
}
