//! For how long each line stood there: one that stays is listed once, as it could be read best.

use deskscribe_protocol::{Line, Recording, Seen, one_line};

use super::region::around;

/// The most lines, and the most bytes of their text.
const MOST_LINES: usize = 20_000;
const MOST_TEXT: usize = Recording::MOST_TEXT;
/// Shorter lines are not followed when they move, in characters.
const FOLLOWED: usize = 3;
/// Lines that are alike differ in no more than one of so many characters.
const ALIKE: usize = 6;

/// What stood there when.
#[derive(Default)]
pub(crate) struct Timeline {
    standing: Vec<Standing>,
    gone: Vec<(usize, Seen)>,
    /// How many lines there were so far.
    count: usize,
    bytes: usize,
    is_full: bool,
}

/// A line that is there.
struct Standing {
    /// Which line it is, in reading order.
    number: usize,
    from: f64,
    /// As it was read best.
    best: Line,
    /// Where it is.
    place: [f32; 4],
}

impl Timeline {
    /// From this second on, these lines and no others are there. Says whether any of them is new.
    pub(crate) fn show(&mut self, at: f64, lines: &[Line]) -> bool {
        let mut before: Vec<Option<Standing>> = self.standing.drain(..).map(Some).collect();
        let mut now: Vec<Option<Standing>> = lines.iter().map(|_| None).collect();
        let passes: [fn(&Standing, &Line) -> bool; 4] = [
            |standing, line| is_same(&standing.best, line) && is_there(standing, line),
            |standing, line| is_alike(&standing.best.text, &line.text) && is_there(standing, line),
            |standing, line| goes_on(&standing.best.text, &line.text) && begins_there(standing, line),
            // It has moved.
            |standing, line| is_same(&standing.best, line) && line.text.chars().count() >= FOLLOWED,
        ];
        for is_it in passes {
            for (line, slot) in lines.iter().zip(&mut now).filter(|(_, slot)| slot.is_none()) {
                let found =
                    before.iter_mut().find(|before| before.as_ref().is_some_and(|it| is_it(it, line)));
                *slot = found.and_then(Option::take).map(|standing| standing.stays(line));
            }
        }
        for left in before.into_iter().flatten() {
            self.end(left, at);
        }
        let has_new = now.iter().any(Option::is_none);
        for (line, slot) in lines.iter().zip(now) {
            let new = || Standing { number: self.count, from: at, best: line.clone(), place: around(line) };
            self.standing.push(slot.unwrap_or_else(new));
            self.count += 1;
        }
        has_new
    }

    /// All that stood there, by when it appeared, when everything is gone at this second; and whether that is more
    /// than can be kept.
    pub(crate) fn finish(mut self, at: f64) -> (Vec<Seen>, bool) {
        for standing in std::mem::take(&mut self.standing) {
            self.end(standing, at);
        }
        self.gone.sort_by(|(one, seen), (next, then)| seen.from.total_cmp(&then.from).then(one.cmp(next)));
        (self.gone.into_iter().map(|(_, seen)| seen).collect(), self.is_full)
    }

    fn end(&mut self, standing: Standing, at: f64) {
        let Standing { number, from, mut best, .. } = standing;
        if best.text.chars().count() > Recording::LONGEST_LINE {
            best.text = one_line(&best.text, Recording::LONGEST_LINE);
        }
        if self.gone.len() == MOST_LINES || self.bytes + best.text.len() > MOST_TEXT {
            self.is_full = true;
            return;
        }
        self.bytes += best.text.len();
        self.gone.push((number, Seen { from, to: at.max(from), line: best }));
    }
}

impl Standing {
    /// It is still there, and was read like this.
    fn stays(mut self, line: &Line) -> Self {
        self.place = around(line);
        let is_longer = goes_on(&self.best.text, &line.text);
        let is_shorter = goes_on(&line.text, &self.best.text);
        if is_longer || (line.confidence > self.best.confidence && !is_shorter) {
            self.best = line.clone();
        }
        self
    }
}

fn is_same(one: &Line, other: &Line) -> bool {
    letters(&one.text).eq(letters(&other.text))
}

/// Whether both stand in the same place, more or less.
fn is_there(standing: &Standing, line: &Line) -> bool {
    let ([left, top, right, bottom], [l, t, r, b]) = (standing.place, around(line));
    let (wide, high) = (right.min(r) - left.max(l), bottom.min(b) - top.max(t));
    wide > 0.5 * (right - left).min(r - l) && high > 0.5 * (bottom - top).min(b - t)
}

/// Whether both begin in the same place.
fn begins_there(standing: &Standing, line: &Line) -> bool {
    let ([left, top, _, bottom], [l, ..]) = (standing.place, around(line));
    is_there(standing, line) && (left - l).abs() < bottom - top
}

/// Whether the second line is the first with more behind it, as when it is typed.
fn goes_on(one: &str, longer: &str) -> bool {
    let mut rest = letters(longer);
    let begins = letters(one).all(|character| rest.next() == Some(character));
    begins && rest.next().is_some() && letters(one).next().is_some()
}

/// Whether two lines are the same but for how they were read. Numbers that differ are different numbers.
fn is_alike(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits(one) != digits(other) {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (letters(one).collect(), letters(other).collect());
    let most = one.len().max(other.len()) / ALIKE;
    one.len().abs_diff(other.len()) <= most && distance(&one, &other) <= most
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|character| !character.is_whitespace())
}

/// How many characters have to be changed, put in or taken out.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, theirs) in other.iter().enumerate() {
            let changed = diagonal + usize::from(character != theirs);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, y: f32) -> Line {
        let (right, bottom) = (20.0 + 10.0 * text.len() as f32, y + 20.0);
        let corners = [[20.0, y], [right, y], [right, bottom], [20.0, bottom]];
        Line { text: text.to_owned(), confidence: 0.9, corners, page: 0 }
    }

    fn sure(text: &str, y: f32) -> Line {
        Line { confidence: 0.99, ..line(text, y) }
    }

    fn told(shown: &[(f64, Vec<Line>)], end: f64) -> Vec<(f64, f64, String)> {
        let mut timeline = Timeline::default();
        for (at, lines) in shown {
            timeline.show(*at, lines);
        }
        let (seen, is_full) = timeline.finish(end);
        assert!(!is_full);
        seen.into_iter().map(|seen| (seen.from, seen.to, seen.line.text)).collect()
    }

    fn is(from: f64, to: f64, text: &str) -> (f64, f64, String) {
        (from, to, text.to_owned())
    }

    #[test]
    fn a_line_that_stays_is_listed_once_as_it_was_read_best() {
        let shown = [
            (0.0, vec![line("Backup asslstant", 10.0), line("Source", 60.0)]),
            (2.0, vec![sure("Backup assistant", 11.0), line("Done", 60.0)]),
            (5.0, vec![line("Backup assistamt", 10.0)]),
        ];
        assert_eq!(
            told(&shown, 9.0),
            [is(0.0, 9.0, "Backup assistant"), is(0.0, 2.0, "Source"), is(2.0, 5.0, "Done")]
        );
    }

    #[test]
    fn another_number_is_another_line() {
        let shown =
            [(0.0, vec![line("copied 1,906 files", 10.0)]), (1.0, vec![line("copied 1,907 files", 10.0)])];
        assert_eq!(
            told(&shown, 2.0),
            [is(0.0, 1.0, "copied 1,906 files"), is(1.0, 2.0, "copied 1,907 files")]
        );
    }

    #[test]
    fn what_is_typed_is_one_line_in_the_end() {
        let shown = [
            (0.0, vec![line("$ ba", 10.0)]),
            (1.0, vec![line("$ backup r", 10.0)]),
            (2.0, vec![line("$ backup run", 10.0), line("copied", 40.0)]),
        ];
        assert_eq!(told(&shown, 3.0), [is(0.0, 3.0, "$ backup run"), is(2.0, 3.0, "copied")]);
    }

    #[test]
    fn lines_are_followed_when_they_scroll() {
        let page = |first: usize| {
            let texts = ["Flour", "Water", "Salt", "Starter"];
            let shown = texts.iter().enumerate().skip(first).take(3);
            shown.map(|(index, text)| line(text, 30.0 * (index - first) as f32)).collect::<Vec<_>>()
        };
        assert_eq!(
            told(&[(0.0, page(0)), (1.0, page(1))], 2.0),
            [is(0.0, 1.0, "Flour"), is(0.0, 2.0, "Water"), is(0.0, 2.0, "Salt"), is(1.0, 2.0, "Starter")]
        );
    }

    #[test]
    fn two_lines_that_say_the_same_are_two() {
        let shown = [(0.0, vec![line("High", 10.0), line("High", 60.0)]), (1.0, vec![line("High", 60.0)])];
        assert_eq!(told(&shown, 2.0), [is(0.0, 1.0, "High"), is(0.0, 2.0, "High")]);
    }

    #[test]
    fn no_recording_has_more_lines_than_can_be_kept() {
        let mut timeline = Timeline::default();
        for at in 0..60 {
            let number = |index: i32| line(&format!("{at} {index}"), 30.0 * index as f32);
            timeline.show(f64::from(at), &(0..400).map(number).collect::<Vec<_>>());
        }
        let (seen, is_full) = timeline.finish(60.0);
        assert!(is_full && seen.len() == MOST_LINES);
    }
}
