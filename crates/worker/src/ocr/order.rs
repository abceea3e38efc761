//! Lines in reading order: visual rows from the top, each from the left.

use deskscribe_protocol::Line;

/// Two lines stand in one row when they share more than this part of the lower one's height.
const SHARED: f32 = 0.5;
/// A gap in a row wider than so many line heights separates cells.
const CELL_GAP: f32 = 1.2;

/// Sorts the lines into rows.
pub(super) fn sort(lines: Vec<Line>) -> Vec<Line> {
    rows(lines).into_iter().flatten().collect()
}

/// The text of lines in reading order: a row a line, a tab where a wide gap separates cells.
pub(crate) fn text_of(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut before: Option<&Line> = None;
    for line in lines {
        if let Some(before) = before {
            text.push(match gap(before, line) {
                None => '\n',
                Some(gap) if gap > CELL_GAP * height(before).min(height(line)) => '\t',
                Some(_) => ' ',
            });
        }
        text.push_str(&line.text);
        before = Some(line);
    }
    text
}

fn rows(mut lines: Vec<Line>) -> Vec<Vec<Line>> {
    lines.sort_by(|one, other| middle(one).total_cmp(&middle(other)));
    let mut rows: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some(row) if row.iter().all(|other| is_beside(other, &line)) => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    for row in &mut rows {
        row.sort_by(|one, other| left(one).total_cmp(&left(other)));
    }
    rows
}

/// The gap between two lines of a row, in pixels; `None` when the second one begins a new row.
fn gap(before: &Line, line: &Line) -> Option<f32> {
    (is_beside(before, line) && left(line) >= left(before)).then(|| left(line) - right(before))
}

fn is_beside(one: &Line, other: &Line) -> bool {
    let shared = bottom(one).min(bottom(other)) - top(one).max(top(other));
    one.page == other.page && shared > SHARED * height(one).min(height(other))
}

fn extreme(line: &Line, axis: usize, better: fn(f32, f32) -> f32) -> f32 {
    line.corners.iter().map(|corner| corner[axis]).reduce(better).unwrap_or_default()
}

fn left(line: &Line) -> f32 {
    extreme(line, 0, f32::min)
}

fn right(line: &Line) -> f32 {
    extreme(line, 0, f32::max)
}

fn top(line: &Line) -> f32 {
    extreme(line, 1, f32::min)
}

fn bottom(line: &Line) -> f32 {
    extreme(line, 1, f32::max)
}

fn height(line: &Line) -> f32 {
    bottom(line) - top(line)
}

fn middle(line: &Line) -> f32 {
    f32::midpoint(top(line), bottom(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32, width: f32) -> Line {
        let (right, bottom) = (x + width, y + 20.0);
        let corners = [[x, y], [right, y], [right, bottom], [x, bottom]];
        Line { text: text.to_owned(), confidence: 1.0, corners, page: 0 }
    }

    #[test]
    fn rows_are_read_across_and_cells_kept_apart() {
        let lines = vec![
            line("4.50", 300.0, 41.0, 40.0),
            line("Total", 10.0, 80.0, 50.0),
            line("Coffee", 10.0, 40.0, 60.0),
            line("beans", 78.0, 42.0, 50.0),
            line("4.50", 300.0, 78.0, 40.0),
        ];
        assert_eq!(text_of(&sort(lines)), "Coffee beans\t4.50\nTotal\t4.50");
    }

    #[test]
    fn close_lines_are_not_one_row() {
        let lines = vec![line("first", 10.0, 10.0, 60.0), line("second", 10.0, 24.0, 60.0)];
        assert_eq!(text_of(&sort(lines)), "first\nsecond");
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(text_of(&sort(Vec::new())), "");
    }
}
