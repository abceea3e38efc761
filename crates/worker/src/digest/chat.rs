//! Whether a picture shows a conversation: messages that come from two sides, each with the time at which it was sent.

use deskscribe_protocol::Line;

use crate::layout::{Cell, cells};

/// So many messages with times, and of these so many from either side, make a conversation.
const FEWEST: usize = 4;
const EITHER: usize = 2;
/// A time stands within so many heights of its message.
const NEAR: f32 = 1.5;
/// Messages from one side begin, those from the other end below each other, when they are off by so much of the width.
const ALIGNED: f32 = 0.05;
/// What comes from the right begins so much of the width farther in.
const INDENTED: f32 = 0.12;
/// Most messages, as a part of them, come from one of the sides, and after the one above them.
const MOST: f32 = 0.8;

/// Whether most that is said here comes from two sides, in the order of its times.
pub(super) fn is_chat(lines: &[Line]) -> bool {
    let cells = cells(lines);
    let times = cells.iter().filter_map(|cell| Some((cell, minutes(cell.text)?)));
    let said: Vec<Cell<'_>> = cells.iter().filter(|cell| cell.words() >= 2).copied().collect();
    let mut messages: Vec<(Cell<'_>, u32)> =
        times.filter_map(|(cell, time)| Some((message(cell, &said)?, time))).collect();
    messages.sort_by(|one, other| one.0.top().total_cmp(&other.0.top()));
    let left = messages.iter().map(|(place, _)| place.left).fold(f32::MAX, f32::min);
    let right = messages.iter().map(|(place, _)| place.right).fold(f32::MIN, f32::max);
    let width = right - left;
    let from_left = |place: &Cell<'_>| place.left < left + ALIGNED * width;
    let from_right =
        |place: &Cell<'_>| place.right > right - ALIGNED * width && place.left > left + INDENTED * width;
    let count = |is: &dyn Fn(&Cell<'_>) -> bool| messages.iter().filter(|(place, _)| is(place)).count();
    let (lefts, rights) = (count(&from_left), count(&from_right));
    let pairs = || messages.windows(2);
    let in_order = pairs().filter(|pair| pair[0].1 <= pair[1].1).count();
    let is_one_by_one = pairs().all(|pair| pair[0].0.bottom() <= pair[1].0.top() + 0.5 * pair[1].0.height);
    let most = |part: usize, all: usize| part as f32 >= MOST * all as f32;
    messages.len() >= FEWEST
        && lefts.min(rights) >= EITHER
        && most(lefts + rights, messages.len())
        && most(in_order, messages.len() - 1)
        && is_one_by_one
}

/// A message to which a time belongs, right above it or beside its last line; with all lines that begin below each
/// other.
fn message<'a>(time: &Cell<'a>, said: &[Cell<'a>]) -> Option<Cell<'a>> {
    let height = time.height;
    let is_near = |cell: &&Cell<'a>| {
        let (beside, below) = time.gaps(cell);
        beside < NEAR * height && below < height && cell.top() < time.top()
    };
    let far = |cell: &Cell<'a>| {
        let (beside, below) = time.gaps(cell);
        beside + below
    };
    let mut message = *said.iter().filter(is_near).min_by(|one, other| far(one).total_cmp(&far(other)))?;
    loop {
        let above = said.iter().find(|cell| {
            let gap = message.top() - cell.bottom();
            cell.top() < message.top()
                && (cell.left - message.left).abs() < 0.5 * height
                && (-0.5 * height..0.6 * height).contains(&gap)
        });
        match above {
            Some(above) => message = above.with(&message),
            None => return Some(message),
        }
    }
}

/// A time of the day alone, such as `9:41` or `21:02`, in minutes.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>, below: u32| {
        let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| is_number && *number < below)
    };
    Some(60 * number(hours, 1..=2, 24)? + number(minutes, 2..=2, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: f32, top: f32, right: f32, text: &str) -> Line {
        let bottom = top + 20.0;
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
        Line { text: text.to_owned(), confidence: 1.0, corners, page: 0 }
    }

    /// Messages that begin at the left, or end at the right, each with its time below.
    fn conversation(messages: &[(bool, &str, &str)]) -> Vec<Line> {
        let lines = messages.iter().zip(0u8..).flat_map(|((is_own, text, time), row)| {
            let (y, width) = (100.0 + 90.0 * f32::from(row), 9.0 * text.len() as f32);
            let left = if *is_own { 1000.0 - width } else { 40.0 };
            [line(left, y, left + width, text), line(left, y + 24.0, left + 50.0, time)]
        });
        lines.collect()
    }

    const SAID: [(bool, &str, &str); 5] = [
        (false, "Are you up already?", "7:02"),
        (true, "Barely, what is it?", "7:03"),
        (false, "The cat is on the roof again.", "7:03"),
        (true, "Is the long ladder in the shed?", "7:05"),
        (false, "It is, thank you!", "7:06"),
    ];

    #[test]
    fn messages_from_two_sides_with_times_are_a_conversation() {
        assert!(is_chat(&conversation(&SAID)));
        // From one side alone, without times, or as times do not follow each other, they are none.
        assert!(!is_chat(&conversation(&SAID.map(|(_, text, time)| (false, text, time)))));
        assert!(!is_chat(&conversation(&SAID.map(|(own, text, _)| (own, text, "today")))));
        let mut backwards = SAID.map(|(_, _, time)| time);
        backwards.reverse();
        let backwards: Vec<_> =
            SAID.into_iter().zip(backwards).map(|((own, text, _), time)| (own, text, time)).collect();
        assert!(!is_chat(&conversation(&backwards)));
        assert!(!is_chat(&[]));
    }

    #[test]
    fn a_timetable_is_no_conversation() {
        let lines = (0u8..8).flat_map(|row| {
            let y = 100.0 + 30.0 * f32::from(row);
            let time = format!("{}:15", 7 + row);
            [
                line(40.0, y, 90.0, &time),
                line(120.0, y, 300.0, "Haddon Central"),
                line(900.0, y, 1000.0, "Platform 4"),
            ]
        });
        assert!(!is_chat(&lines.collect::<Vec<_>>()));
    }
}
