//! Panes: a page is cut along its gutters, again and again, until what is left is read from the top to the bottom.
//!
//! A recursive X-Y cut, with two differences: gutters need not go through the whole page, and one is cut along only
//! when both its sides belong apart.

use super::apart::{Apart, FEW, apart};
use super::bars::Sides;
use super::cell::{Cell, bounds, median};
use super::dialogs;
use super::gutters::{Gutter, gutters};
use super::portraits;
use super::rows::rows;

/// A gutter is at least so wide, in heights of an ordinary line.
const WIDTH: f32 = 0.8;
/// Gutters beside at least this part of the cells of the longest one are as good as it.
const AS_LONG: f32 = 0.95;
/// More columns in columns nobody makes.
const DEEPEST: usize = 12;

/// Cells that are read one after the other.
#[derive(Debug, Default)]
pub(crate) struct Pane<'a> {
    /// From the top, each from the left.
    pub(crate) rows: Vec<Vec<Cell<'a>>>,
    /// Whether this is a list at the side, by which one goes elsewhere.
    pub(crate) is_side: bool,
}

/// The panes of a page, in reading order.
pub(super) fn panes(mut cells: Vec<Cell<'_>>) -> Vec<Pane<'_>> {
    let portraits = portraits::of(&cells);
    let dialog = dialogs::take(&mut cells);
    let (begin, _) = bounds(cells.iter().map(|cell| cell.left));
    let (_, end) = bounds(cells.iter().map(|cell| cell.right));
    let mut panes = Vec::new();
    cut(cells, Some((begin, end)), false, 0, &mut panes);
    // What lies over all else is read after it.
    cut(dialog, None, false, 0, &mut panes);
    portraits::put_in_place(&mut panes, portraits);
    panes
}

fn cut<'a>(
    mut cells: Vec<Cell<'a>>,
    page: Option<(f32, f32)>,
    is_side: bool,
    depth: usize,
    panes: &mut Vec<Pane<'a>>,
) {
    cells.sort_by(|one, other| one.y.total_cmp(&other.y).then(one.left.total_cmp(&other.left)));
    let Some((sides, apart)) = best(&cells, page).filter(|_| depth < DEEPEST) else {
        if !cells.is_empty() {
            panes.push(Pane { rows: rows(cells), is_side });
        }
        return;
    };
    let is_left_side = is_side || apart.is_side;
    for (cells, is_side) in
        [(sides.above, is_side), (sides.left, is_left_side), (sides.right, is_side), (sides.below, is_side)]
    {
        cut(cells, None, is_side, depth + 1, panes);
    }
}

/// Where to cut: of the longest gutters, that whose sides are most surely apart.
fn best<'a>(cells: &[Cell<'a>], page: Option<(f32, f32)>) -> Option<(Sides<'a>, Apart)> {
    if cells.len() < 2 * FEW {
        return None;
    }
    let ordinary = median(cells.iter().map(|cell| cell.height))?;
    let mut best: Option<(Sides<'a>, Apart, Gutter)> = None;
    let mut longest = 0;
    for gutter in gutters(cells, WIDTH * ordinary, 2 * FEW) {
        if (gutter.cells() as f32) < AS_LONG * longest as f32 {
            break;
        }
        let sides = sides(cells, gutter, page, ordinary);
        let Some(apart) = apart(&sides.left, &sides.right) else { continue };
        longest = longest.max(gutter.cells());
        let is_better = best.as_ref().is_none_or(|(_, other, before)| {
            // What is beside a list at the side is laid out for itself.
            let is_side = apart.is_side.cmp(&other.is_side);
            let degree = apart.degree.total_cmp(&other.degree);
            is_side.then(degree).then(gutter.width().total_cmp(&before.width())).is_gt()
        });
        if is_better {
            best = Some((sides, apart, gutter));
        }
    }
    best.map(|(sides, apart, _)| (sides, apart))
}

fn sides<'a>(cells: &[Cell<'a>], gutter: Gutter, page: Option<(f32, f32)>, ordinary: f32) -> Sides<'a> {
    let beside = &cells[gutter.first..gutter.end];
    let (left, right) = beside.iter().partition(|cell| cell.right <= gutter.from);
    let mut sides = Sides::of(left, right, gutter.end < cells.len(), page, ordinary);
    sides.above.extend(&cells[..gutter.first]);
    sides.below.extend(&cells[gutter.end..]);
    sides
}
