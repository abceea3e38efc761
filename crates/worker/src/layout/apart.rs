//! Whether what stands left and right of a gutter belongs apart, or is read across as the rows of a table are.

use super::cell::{Cell, bounds, median};
use super::paragraphs;
use super::rows::{is_even, pace};

/// Either side has so many cells at least.
pub(super) const FEW: usize = 4;
/// A list at the side takes at most so much of the width.
const NARROW: f32 = 0.42;
/// Cells of a longer line than this, in letters, are no list.
const LIST: f32 = 30.0;
/// Both sides stand beside each other for so much of the lower one's height: messages that come from the left and from
/// the right do not.
const BESIDE: f32 = 0.25;
/// Of the cells that have something beside them, so many stand in no row with it. In a table it is none; in what is
/// only put side by side, a third to a half.
const CLASHING: f32 = 0.17;
/// So many cells tell by their places alone.
const TELLING: usize = 3;
/// Of the entries of a list, and of what stands right of it, so many have nothing beside them. In a table with several
/// lines in a cell it is so on one side alone.
const LONELY: f32 = 0.25;
/// So many lines that are counted one by one are a program.
const NUMBERED: usize = 5;
/// Rows are one when their middles differ by so much of the higher one's height.
const OFF: f32 = 0.25;

/// How what stands left of a gutter differs from what stands right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Apart {
    /// Whether that on the left is a list by which one goes elsewhere.
    pub(super) is_side: bool,
    /// How sure this is; greater is surer.
    pub(super) degree: f32,
}

/// What tells that both sides belong apart, if they do. Both are sorted by their middle.
pub(super) fn apart(left: &[Cell<'_>], right: &[Cell<'_>]) -> Option<Apart> {
    if left.len() < FEW || right.len() < FEW {
        return None;
    }
    let is_beside = beside(left, right) >= BESIDE;
    let (clashing, lonely) = rowless(left, right);
    let is_prose = paragraphs::is_prose(left);
    let is_text = is_prose && paragraphs::is_prose(right);
    if is_beside && (is_text || (is_numbered(left) && is_numbered(right))) {
        return Some(Apart { is_side: false, degree: clashing.max(0.5) });
    }
    let (begin, edge) = (least_left(left), bounds(left.iter().map(|cell| cell.right)).1);
    let width = bounds(right.iter().map(|cell| cell.right)).1 - begin;
    let letters = median(left.iter().map(Cell::letters)).unwrap_or_default();
    let is_narrow = edge - begin < NARROW * width && letters <= LIST;
    let is_list =
        is_narrow && ((lonely >= LONELY && left.len() > FEW && is_even(left)) || ends_before(left, right));
    // What stands right of a list may be so far apart that little of it stands beside an entry.
    let is_apart = (is_beside && clashing >= CLASHING) || (is_list && (is_beside || spans(left, right)));
    is_apart.then_some(Apart { is_side: is_narrow && !is_prose, degree: clashing.max(lonely / 2.0) })
}

fn least_left(cells: &[Cell<'_>]) -> f32 {
    bounds(cells.iter().map(|cell| cell.left)).0
}

/// Whether most lines have their numbers at the left, as those of a program in an editor.
fn is_numbered(cells: &[Cell<'_>]) -> bool {
    let begin = least_left(cells);
    let is_first = |cell: &&Cell<'_>| cell.left < begin + 2.0 * cell.height;
    let numbers = cells.iter().filter(is_first).map(|cell| cell.text.parse::<u32>().ok());
    let numbers: Vec<Option<u32>> = numbers.collect();
    let next =
        |pair: &&[Option<u32>]| pair[0].is_some_and(|number| pair[1] == Some(number.saturating_add(1)));
    let steps = numbers.windows(2).filter(next).count();
    steps >= NUMBERED && 5 * steps >= 4 * numbers.len().saturating_sub(1)
}

/// Whether at least half of the lower side, from its top to its bottom, is beside the other.
fn spans(left: &[Cell<'_>], right: &[Cell<'_>]) -> bool {
    let span = |cells: &[Cell<'_>]| {
        (bounds(cells.iter().map(Cell::top)).0, bounds(cells.iter().map(Cell::bottom)).1)
    };
    let ((top, bottom), (other_top, other_bottom)) = (span(left), span(right));
    let lower = (bottom - top).min(other_bottom - other_top);
    bottom.min(other_bottom) - top.max(other_top) >= 0.5 * lower
}

/// For how much of the lower side's height there is something on the other.
fn beside(left: &[Cell<'_>], right: &[Cell<'_>]) -> f32 {
    let (left, right) = (stretches(left), stretches(right));
    let length = |stretches: &[(f32, f32)]| stretches.iter().map(|(top, bottom)| bottom - top).sum::<f32>();
    let mut shared = 0.0;
    let mut rest = right.as_slice();
    for (top, bottom) in &left {
        // What ends above this one ends above all that follow.
        let passed = rest.partition_point(|(_, other)| other <= top);
        rest = &rest[passed..];
        let meeting = rest.iter().take_while(|(other, _)| other < bottom);
        shared += meeting.map(|(other, end)| bottom.min(*end) - top.max(*other)).sum::<f32>();
    }
    shared / length(&left).min(length(&right)).max(1.0)
}

/// The heights at which something stands, from the top; small gaps count as filled.
fn stretches(cells: &[Cell<'_>]) -> Vec<(f32, f32)> {
    let mut sorted: Vec<&Cell<'_>> = cells.iter().collect();
    sorted.sort_by(|one, other| one.top().total_cmp(&other.top()));
    let mut found: Vec<(f32, f32)> = Vec::new();
    for cell in sorted {
        match found.last_mut() {
            Some((_, bottom)) if cell.top() - *bottom < 0.5 * cell.height => {
                *bottom = bottom.max(cell.bottom())
            }
            _ => found.push((cell.top(), cell.bottom())),
        }
    }
    found
}

/// Of the cells that have something beside them, how many stand in no row with it, as a part of them; and of all cells
/// of either side, the lower part of those that stand in no row with anything.
fn rowless(left: &[Cell<'_>], right: &[Cell<'_>]) -> (f32, f32) {
    let end = bounds(left.iter().map(Cell::bottom)).1;
    let (upper, _) = right.split_at(right.partition_point(|cell| cell.y <= end));
    let (left_middles, right_middles) = (middles(left), middles(right));
    let (mut clashing, mut meeting) = (0, 0);
    let mut lonely = f32::MAX;
    for (cells, own, others, their) in
        [(left, &left_middles, right, &right_middles), (upper, &right_middles, left, &left_middles)]
    {
        let mut alone = 0;
        for (cell, own) in cells.iter().zip(own) {
            let Some(nearest) = nearest(others, cell.y) else { continue };
            let other = &others[nearest];
            let least = |one: f32| (one - other.y).abs().min((one - their[nearest]).abs());
            let is_off = least(cell.y).min(least(*own)) > OFF * cell.height.max(other.height);
            let shared = cell.bottom().min(other.bottom()) - cell.top().max(other.top());
            if shared > OFF * cell.height.min(other.height) {
                meeting += 1;
                clashing += usize::from(is_off);
            }
            alone += usize::from(is_off);
        }
        lonely = lonely.min(alone as f32 / cells.len().max(1) as f32);
    }
    let clashes = if clashing >= TELLING { clashing as f32 / meeting as f32 } else { 0.0 };
    (clashes, lonely)
}

/// Which of these, sorted by their middle, stands nearest to a height.
fn nearest(cells: &[Cell<'_>], y: f32) -> Option<usize> {
    let after = cells.partition_point(|cell| cell.y < y);
    let far = |at: &usize| (cells[*at].y - y).abs();
    (after.saturating_sub(1)..cells.len().min(after + 1)).min_by(|one, other| far(one).total_cmp(&far(other)))
}

/// For each cell the middle of the lines that stand close under each other there: what belongs to two lines stands
/// beside their middle.
fn middles(cells: &[Cell<'_>]) -> Vec<f32> {
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by(|one, other| cells[*one].top().total_cmp(&cells[*other].top()));
    let mut stacks: Vec<Vec<usize>> = Vec::new();
    for at in order {
        let cell = &cells[at];
        let is_above = |stack: &&mut Vec<usize>| {
            let Some(other) = stack.last().map(|last| &cells[*last]) else { return false };
            cell.top() - other.bottom() < 0.6 * cell.height.min(other.height)
                && cell.top() > other.y
                && cell.left < other.right
                && other.left < cell.right
        };
        match stacks.iter_mut().rev().take(FEW).find(is_above) {
            Some(stack) => stack.push(at),
            None => stacks.push(vec![at]),
        }
    }
    let mut middles = vec![0.0; cells.len()];
    for stack in stacks {
        let (top, _) = bounds(stack.iter().map(|at| cells[*at].top()));
        let (_, bottom) = bounds(stack.iter().map(|at| cells[*at].bottom()));
        stack.into_iter().for_each(|at| middles[at] = f32::midpoint(top, bottom));
    }
    middles
}

/// Whether the list on the right goes on at its pace where that on the left, which happens to have the same one, has
/// ended: files beside a program.
fn ends_before(left: &[Cell<'_>], right: &[Cell<'_>]) -> bool {
    let end = bounds(left.iter().map(Cell::bottom)).1;
    let (upper, lower) = right.split_at(right.partition_point(|cell| cell.y <= end));
    let (Some(last), Some(next)) = (upper.last(), lower.first()) else { return false };
    let pace_left = pace(left);
    lower.len() >= FEW
        && lower.len() as f32 >= 0.3 * right.len() as f32
        && (pace(right) - pace_left).abs() < 0.1 * pace_left
        && next.y - last.y < 1.3 * pace_left
        && is_even(left)
        && is_even(right)
}

#[cfg(test)]
mod tests {
    use crate::layout::tests::{at, list, read};

    #[test]
    fn a_list_that_shares_rows_with_every_other_setting_comes_before_them() {
        let sections =
            ["Account", "Appearance", "Notifications", "Sound", "Keyboard", "Printers", "Storage", "Sharing"];
        let mut lines = list(28.0, 90.0, 48.0, &sections);
        let settings = ["Show on the lock screen", "Play a sound", "Do not disturb", "Group by program"];
        for (row, label) in (0u8..).zip(settings) {
            let y = 90.0 + 96.0 * f32::from(row);
            lines.extend([at(300.0, y, 20.0, label), at(1120.0, y, 20.0, "Never")]);
            lines.push(at(300.0, y + 28.0, 17.0, "What it is for"));
        }
        let text = read(lines);
        assert!(text.starts_with(&sections.join("\n")), "{text}");
        assert!(text.contains("Play a sound\tNever\nWhat it is for"), "{text}");
    }

    #[test]
    fn two_programs_beside_each_other_are_read_one_after_the_other() {
        let numbers: Vec<String> = (1..=8).map(|number| number.to_string()).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let code =
            ["let a = 1;", "let b = 2;", "return a", "}", "fn main() {", "let c = f();", "print(c)", "}"];
        let lines = [(20.0, 60.0), (740.0, 780.0)]
            .map(|(x, code_x)| [list(x, 60.0, 30.0, &numbers), list(code_x, 60.0, 30.0, &code)].concat());
        let text = read(lines.concat());
        assert_eq!(text.lines().nth(2), Some("3\treturn a"), "{text}");
        assert_eq!(text.lines().count(), 16, "{text}");
    }
}
