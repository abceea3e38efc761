//! Gutters: upright stretches of a page in which nothing stands.

use std::collections::HashMap;

use super::cell::{Cell, bounds};

/// A stretch between two columns, from `from` to `to` in pixels, beside the cells `first..end` of those sorted by their
/// middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gutter {
    pub(super) from: f32,
    pub(super) to: f32,
    pub(super) first: usize,
    pub(super) end: usize,
}

impl Gutter {
    pub(super) fn cells(&self) -> usize {
        self.end - self.first
    }

    pub(super) fn width(&self) -> f32 {
        self.to - self.from
    }

    /// Whether another runs inside this one, beside all that this one runs beside.
    fn holds(&self, other: &Self) -> bool {
        other.from >= self.from && other.to <= self.to && other.first <= self.first && other.end >= self.end
    }
}

/// So many of the longest are looked at.
const MOST: usize = 64;

/// The longest gutters of at least this width, beside at least so many cells, the longest first. The cells are sorted
/// by their middle.
pub(super) fn gutters(cells: &[Cell<'_>], width: f32, fewest: usize) -> Vec<Gutter> {
    let (left, _) = bounds(cells.iter().map(|cell| cell.left));
    let (_, right) = bounds(cells.iter().map(|cell| cell.right));
    let mut found = Vec::new();
    let mut end = |from: f32, to: f32, first: usize, end: usize| {
        if from > left && to < right && end - first >= fewest {
            found.push(Gutter { from, to, first, end });
        }
    };
    // What is free so far, and since which cell.
    let mut open: HashMap<(u32, u32), usize> = HashMap::new();
    let add = |open: &mut HashMap<(u32, u32), usize>, from: f32, to: f32, first: usize| {
        if to - from >= width {
            let since = open.entry((from.to_bits(), to.to_bits())).or_insert(first);
            *since = first.min(*since);
        }
    };
    add(&mut open, left, right, 0);
    for (at, cell) in cells.iter().enumerate() {
        let mut crossed = Vec::new();
        open.retain(|(from, to), first| {
            let (from, to) = (f32::from_bits(*from), f32::from_bits(*to));
            let is_crossed = cell.left < to && cell.right > from;
            if is_crossed {
                crossed.push((from, to, *first));
            }
            !is_crossed
        });
        for (from, to, first) in crossed {
            end(from, to, first, at);
            add(&mut open, from, cell.left, first);
            add(&mut open, cell.right, to, first);
        }
        add(&mut open, left, right, at + 1);
    }
    for ((from, to), first) in open {
        end(f32::from_bits(from), f32::from_bits(to), first, cells.len());
    }
    found.sort_by(|one, other| {
        let width = other.width().total_cmp(&one.width());
        other
            .cells()
            .cmp(&one.cells())
            .then(width)
            .then(one.from.total_cmp(&other.from))
            .then(one.first.cmp(&other.first))
    });
    found.truncate(MOST);
    // Each as long as anything inside it.
    let mut longest: Vec<Gutter> = Vec::new();
    for gutter in &found {
        let longer = found.iter().find(|other| gutter.holds(other)).unwrap_or(gutter);
        if !longest.contains(longer) {
            longest.push(*longer);
        }
    }
    longest
}
