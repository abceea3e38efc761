//! What was shown, of all stretches together: a line that stands there across the border of two is one.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::{Line, OnScreen, Recording, Seen, Watched};

use crate::speech::words::folded;

/// Frames are looked at so far apart, at most, in seconds: where two stretches meet, times are off by as much.
const APART: f64 = 2.0;

/// The lines of all stretches, by when they appeared.
pub(super) fn merge(stretches: &[Watched]) -> Vec<Seen> {
    let mut merged: Vec<Seen> = Vec::new();
    // What stands there where a stretch ends, by its text: places in `merged`.
    let mut open: HashMap<String, Vec<usize>> = HashMap::new();
    for stretch in stretches {
        let mut still: HashMap<String, Vec<usize>> = HashMap::new();
        for seen in &stretch.lines {
            let key = key(&seen.line.text);
            let goes_on = |at: &usize| seen.from - merged[*at].to <= APART && seen.from >= merged[*at].from;
            let before = open.get_mut(&key).and_then(|places| {
                let found = places.iter().position(goes_on)?;
                Some(places.swap_remove(found))
            });
            let at = match before {
                Some(at) => {
                    merged[at].to = merged[at].to.max(seen.to);
                    if seen.line.confidence > merged[at].line.confidence {
                        merged[at].line = seen.line.clone();
                    }
                    at
                }
                None => {
                    merged.push(seen.clone());
                    merged.len() - 1
                }
            };
            if stretch.to - seen.to <= APART {
                still.entry(key).or_default().push(at);
            }
        }
        open = still;
    }
    for seen in &mut merged {
        shorten(&mut seen.line.text);
    }
    merged.sort_by(|one, other| one.from.total_cmp(&other.from));
    merged
}

/// Each text once, where it first appeared. What appeared together is on a page of its own.
pub(super) fn distinct(screen: &[Seen]) -> Vec<Line> {
    let mut known = HashSet::new();
    let mut page = 0;
    let mut lines = Vec::new();
    for (at, seen) in screen.iter().enumerate() {
        page += u32::from(at > 0 && screen[at - 1].from < seen.from);
        if known.insert(seen.line.text.as_str()) {
            lines.push(Line { page, ..seen.line.clone() });
        }
    }
    lines
}

/// As it is kept.
pub(super) fn on_screen(seen: Seen) -> OnScreen {
    OnScreen { from: seen.from, to: seen.to, text: seen.line.text }
}

/// By what a line is known again: its letters and digits, which are read alike whatever is around them.
fn key(text: &str) -> String {
    let folded = folded(text);
    if folded.is_empty() { text.to_owned() } else { folded }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(Recording::LONGEST_LINE) {
        text.truncate(end);
    }
}
