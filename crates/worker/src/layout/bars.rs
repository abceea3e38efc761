//! What lies across columns at their top and bottom: menus, titles of windows, headlines, lines of state.

use super::cell::{Cell, bounds, median};
use super::paragraphs;
use super::rows::{pace, rows};

/// So many rows at the top may be bars.
const MOST: usize = 4;
/// Cells of a bar have so many words at most.
const WORDS: f32 = 3.0;
/// A row this far from all others, in distances from row to row, belongs to none of the columns.
const FAR: f32 = 2.5;
/// The same where what stands farther below lies across both sides.
const FAR_BELOW: f32 = 1.5;
/// What stands at the bottom of both sides in so few rows, and so far below all else, is under both.
const FOOT: usize = 3;
const FAR_FOOT: f32 = 4.0;
/// A headline of two columns of text, in the same.
const HEADLINE: f32 = 1.6;
/// Links in a bar follow each other within so many of their heights.
const LINKS: f32 = 2.0;
/// Lines begin below each other when they are off by so much of their height.
const ALIGNED: f32 = 0.2;
/// The heads of columns begin at one distance, off by so much of it at most, and so many of their heights apart.
const EVEN: f32 = 0.03;
const COLUMN: f32 = 8.0;
/// The middle of what is centred is off by so much of the width at most.
const CENTRED: f32 = 0.075;

/// The cells beside a gutter, and those above and below that belong to both sides.
pub(super) struct Sides<'a> {
    pub(super) above: Vec<Cell<'a>>,
    pub(super) left: Vec<Cell<'a>>,
    pub(super) right: Vec<Cell<'a>>,
    pub(super) below: Vec<Cell<'a>>,
}

impl<'a> Sides<'a> {
    /// `left` and `right` are sorted by their middle, and `is_crossed` if something below lies across both. `page` is
    /// the left and the right edge of the page if this is all of it, and `ordinary` the ordinary height of a line.
    pub(super) fn of(
        left: Vec<Cell<'a>>,
        right: Vec<Cell<'a>>,
        is_crossed: bool,
        page: Option<(f32, f32)>,
        ordinary: f32,
    ) -> Self {
        let mut sides = Self { above: Vec::new(), left, right, below: Vec::new() };
        sides.take_bars(ordinary);
        if let Some(page) = page {
            sides.take_centred(page);
        }
        sides.take_footer(if is_crossed { FAR_BELOW } else { FAR }, ordinary);
        if page.is_some() && !paragraphs::is_prose(&sides.left) && !paragraphs::is_prose(&sides.right) {
            sides.take_foot(ordinary);
        }
        sides
    }

    fn take_bars(&mut self, ordinary: f32) {
        let is_text = paragraphs::is_prose(&self.left) && paragraphs::is_prose(&self.right);
        let rows_of = |sides: &Self| rows([sides.left.as_slice(), &sides.right].concat());
        let rows = rows_of(self);
        let top = 0..rows.len().saturating_sub(2).min(MOST);
        if let Some(last) = top.rev().find(|at| self.is_bar(&rows, *at, is_text, ordinary)) {
            self.above = self.take(&rows[..=last]);
        }
        let rows = rows_of(self);
        if let Some(last) = rows.len().checked_sub(1).filter(|last| *last >= 2)
            && self.is_bar(&rows, last, is_text, ordinary)
        {
            self.below = self.take(&rows[last..]);
        }
    }

    /// Takes these rows from both sides.
    fn take(&mut self, rows: &[Vec<Cell<'a>>]) -> Vec<Cell<'a>> {
        let taken = rows.concat();
        let stays = |cell: &Cell<'_>| taken.iter().all(|other| other.line != cell.line);
        self.left.retain(stays);
        self.right.retain(stays);
        taken
    }

    /// Whether this row lies across both sides.
    fn is_bar(&self, rows: &[Vec<Cell<'a>>], at: usize, is_text: bool, ordinary: f32) -> bool {
        let row = &rows[at];
        let (_, edge) = bounds(self.left.iter().map(|cell| cell.right));
        let (left, right) = row.split_at(row.partition_point(|cell| cell.right <= edge));
        let others = |cells: &[Cell<'a>]| -> Vec<Cell<'a>> {
            let is_other = |cell: &&Cell<'_>| row.iter().all(|own| own.line != cell.line);
            cells.iter().filter(is_other).copied().collect()
        };
        let (rest, rest_right) = (others(&self.left), others(&self.right));
        let ([.., last], [next, ..], false) = (left, right, rest.is_empty()) else { return false };
        if is_entry(left, &rest) || are_heads(row) {
            return false;
        }
        let is_article = paragraphs::is_prose(&rest);
        let pace = pace(&rest).max(pace(&rest_right)).max(ordinary);
        let far = distance(row, &rest).min(distance(row, &rest_right));
        if row.len() < 3 {
            return is_text && far > HEADLINE * pace;
        }
        if median(row.iter().map(|cell| cell.words() as f32)).is_some_and(|words| words > WORDS)
            || is_titled(next, &rest_right)
        {
            return false;
        }
        let most = super::rows::rows(rest).iter().map(Vec::len).max().unwrap_or_default();
        let is_edge = at == 0 || at + 1 == rows.len();
        let gap = next.left - last.right;
        let gaps = |cells: &[Cell<'_>]| {
            cells.windows(2).map(|pair| pair[1].left - pair[0].right).collect::<Vec<_>>()
        };
        // Links, of which nothing below has as many in a row: above a text, or at one distance across the gutter.
        let most_right = super::rows::rows(rest_right).iter().map(Vec::len).max().unwrap_or_default();
        if right.len() > most_right.max(2) {
            let widest = gaps(right).into_iter().fold(0.0, f32::max);
            let is_one_list = gap < LINKS * next.height && gap < widest;
            if is_one_list || (is_article && far > HEADLINE * pace) {
                return true;
            }
        }
        // More than a list has in a row, far from everything, or no farther from each other here than elsewhere.
        let others = gaps(row).into_iter().filter(|other| *other != gap);
        let widest = others.fold(0.0, f32::max);
        left.len() > most.max(2) || (is_edge && (far > FAR * pace || gap < 2.0 * widest))
    }

    /// The title of a window, or the number of a page: alone above or below everything on the other side, in the
    /// middle.
    fn take_centred(&mut self, (begin, end): (f32, f32)) {
        let is_centred =
            |cell: &Cell<'_>| (cell.centre() - f32::midpoint(begin, end)).abs() < CENTRED * (end - begin);
        let (left, right) = (&mut self.left, &mut self.right);
        let (title, number) = take_alone(right, left, is_centred);
        let (other_title, other_number) = take_alone(left, right, is_centred);
        self.above.extend(title.or(other_title));
        self.below.extend(number.or(other_number));
    }

    /// What stands far below all else on both sides of a window: what is played, how it goes.
    fn take_foot(&mut self, ordinary: f32) {
        let rows = rows([self.left.as_slice(), &self.right].concat());
        let far = FAR_FOOT * pace(&self.left).max(pace(&self.right)).max(ordinary);
        let is_far = |at: &usize| {
            let (_, bottom) = bounds(rows[..*at].iter().flatten().map(Cell::bottom));
            let (top, _) = bounds(rows[*at..].iter().flatten().map(Cell::top));
            top - bottom > far
        };
        let Some(at) = (rows.len().saturating_sub(FOOT).max(2)..rows.len()).find(is_far) else { return };
        let is_in = |cell: &Cell<'_>| rows[at..].iter().flatten().any(|other| other.line == cell.line);
        if [&self.left, &self.right].into_iter().all(|side| side.iter().any(is_in) && !side.iter().all(is_in))
        {
            let foot = self.take(&rows[at..]);
            self.below.extend(foot);
        }
    }

    /// What stands far below the rest on the left, and below all on the right; how far in distances from row to row.
    fn take_footer(&mut self, far: f32, ordinary: f32) {
        let (_, end) = bounds(self.right.iter().map(Cell::bottom));
        let far = far * pace(&self.left).max(ordinary);
        let is_footer = |pair: &[Cell<'_>]| pair[1].top() > end && pair[1].top() - pair[0].bottom() > far;
        if let Some(last) = self.left.windows(2).position(is_footer) {
            self.below.extend(self.left.drain(last + 1..));
        }
    }
}

/// Takes what alone stands above all others, and what alone stands below them, if it is a title or a number.
fn take_alone<'a>(
    cells: &mut Vec<Cell<'a>>,
    others: &[Cell<'_>],
    is_one: impl Fn(&Cell<'_>) -> bool,
) -> (Option<Cell<'a>>, Option<Cell<'a>>) {
    let (top, _) = bounds(others.iter().map(Cell::top));
    let (_, bottom) = bounds(others.iter().map(Cell::bottom));
    let mut take = |is_out: &dyn Fn(&Cell<'_>) -> bool| {
        let mut out = (0..cells.len()).filter(|at| is_out(&cells[*at]));
        let at = out.next().filter(|at| out.next().is_none() && cells.len() > 1 && is_one(&cells[*at]))?;
        drop(out);
        Some(cells.remove(at))
    };
    (take(&|cell| cell.bottom() < top), take(&|cell| cell.top() > bottom))
}

/// Whether this is an entry of the list, at its pace.
fn is_entry(cells: &[Cell<'_>], list: &[Cell<'_>]) -> bool {
    let pace = pace(list);
    cells.len() <= 2 && pace > 0.0 && (0.7..1.3).contains(&(distance(cells, list) / pace))
}

/// Whether these begin at one distance, as the heads of columns do and the links of a menu do not.
fn are_heads(row: &[Cell<'_>]) -> bool {
    let (least, most) = bounds(row.windows(2).map(|pair| pair[1].left - pair[0].left));
    let (_, height) = bounds(row.iter().map(|cell| cell.height));
    row.len() >= 3 && most - least < EVEN * most && least > COLUMN * height
}

/// Whether this is the title of a pane, with a line of it right below.
fn is_titled(title: &Cell<'_>, pane: &[Cell<'_>]) -> bool {
    pane.iter().any(|cell| {
        let below = cell.top() - title.bottom();
        (0.0..title.height).contains(&below) && (cell.left - title.left).abs() < ALIGNED * title.height
    })
}

/// How far the nearest of the others is above or below.
fn distance(cells: &[Cell<'_>], others: &[Cell<'_>]) -> f32 {
    let far = |cell: &Cell<'_>| others.iter().map(|other| (cell.y - other.y).abs()).fold(f32::MAX, f32::min);
    cells.iter().map(far).fold(f32::MAX, f32::min)
}

#[cfg(test)]
mod tests {
    use crate::layout::tests::{at, list, read, table};

    #[test]
    fn what_is_played_is_read_after_the_list_beside_which_it_stands() {
        let mut lines = list(30.0, 40.0, 40.0, &["Home", "Browse", "Radio", "Library", "Albums"]);
        let songs: [&[&str]; 5] = [
            &["1", "Slate", "Tin Roofs", "3:41"],
            &["2", "Gutter song", "Umbrella Years", "4:02"],
            &["3", "Puddles", "Estuary", "2:58"],
            &["4", "Grey on grey", "Umbrella Years", "5:10"],
            &["5", "Wet dog", "Field Notes", "3:15"],
        ];
        lines.extend(table(&[270.0, 330.0, 700.0, 1280.0], 60.0, 44.0, &songs));
        lines.extend([at(30.0, 765.0, 20.0, "Wet dog"), at(30.0, 791.0, 18.0, "Marlow Pike")]);
        lines.extend([at(560.0, 775.0, 18.0, "1:04"), at(1290.0, 775.0, 18.0, "3:15")]);
        let text = read(lines);
        assert!(text.contains("Albums\n1\tSlate"), "{text}");
        assert!(text.ends_with("Field Notes\t3:15\nWet dog\t1:04\t3:15\nMarlow Pike"), "{text}");
    }

    #[test]
    fn links_above_a_text_and_what_stands_beside_it_stay_together() {
        let prose = [
            "The big glasshouse stood empty for",
            "nineteen years, and pigeons came in",
            "through the panes that were broken,",
            "until last week its doors were open",
            "and people said it smelled of fruit.",
        ];
        let parts: [&[&str]; 5] = [
            &["180 g", "barley"],
            &["3", "leeks"],
            &["40 g", "butter"],
            &["2", "carrots"],
            &["1 l", "stock"],
        ];
        for links in [[520.0, 600.0, 690.0], [380.0, 460.0, 550.0]] {
            let mut lines = vec![at(40.0, 20.0, 22.0, "The Slow Ladle")];
            for (x, link) in links.into_iter().zip(["Soups", "Bread", "About"]) {
                lines.push(at(x, 22.0, 18.0, link));
            }
            lines.extend(list(40.0, 100.0, 25.0, &prose));
            lines.extend(table(&[520.0, 610.0], 106.0, 31.0, &parts));
            let text = read(lines);
            assert!(text.starts_with("The Slow Ladle\tSoups\tBread\tAbout\nThe big glasshouse"), "{text}");
            assert!(
                text.ends_with("180 g\tbarley\n3\tleeks\n40 g\tbutter\n2\tcarrots\n1 l\tstock"),
                "{text}"
            );
        }
    }
}
