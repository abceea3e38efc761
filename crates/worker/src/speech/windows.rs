//! Which stretches of sound are given to the speech engine: windows of speech, cut where nobody speaks.
//!
//! The engine looks at 30 s whatever a window's length, so what is said without a long pause goes into one window as
//! far as it fits. All positions are numbers of frames.

use std::iter;
use std::ops::Range;

use deskscribe_protocol::{Heard, SAMPLE_RATE};

use super::voice::FRAME;

/// What is known about a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    /// How probable it is that somebody speaks in it, 0 to 1.
    pub(crate) speech: f32,
    /// How loud it is: the root of the mean square of its samples, 0 to 32768.
    pub(crate) level: f32,
}

/// Speech begins where it is at least so probable. Noise, hum, tones and clicks stay below 0.25; speech is far above
/// 0.5 even with as much noise in it, and comes down to 0.3 only where it is fainter than -70 dB.
pub(super) const BEGINS: f32 = 0.35;
/// And goes on until it is less probable than this.
pub(super) const GOES_ON: f32 = 0.2;
/// The probabilities of an utterance come to this at least: an eighth of a second that is certain, or more that is
/// not. The shortest words take longer; beginnings of tones and noises stay below.
pub(super) const LEAST: f32 = 4.0;
/// A shorter pause is none.
const PAUSE: usize = frames(0.13);
/// What lies further apart is not put into one window.
const LONGEST_PAUSE: usize = frames(2.0);
/// So much is added before and after speech, as far as nobody speaks there: the first sounds of a word are soft.
const PADDING: usize = frames(0.2);
/// The longest window.
const LONGEST: usize = frames(Heard::LONGEST_SPEECH);
/// A window that is full ends at the longest pause behind this point.
const NEARLY_FULL: usize = LONGEST * 2 / 3;
/// So far back a place is looked for where a block of sound may end.
const CUT_WITHIN: usize = LONGEST;
/// Behind speech, a block keeps so much silence.
const TAIL: usize = frames(1.0);

/// How many whole frames fit into a time.
const fn frames(seconds: f64) -> usize {
    (seconds * SAMPLE_RATE as f64 / FRAME as f64) as usize
}

/// Windows of speech, in order, none of which overlap.
pub(crate) fn of(sound: &[Frame]) -> Vec<Range<usize>> {
    let room = LONGEST - 2 * PADDING;
    let mut pieces = Vec::new();
    for utterance in utterances(sound) {
        split(sound, utterance, room, &mut pieces);
    }
    let mut windows: Vec<Range<usize>> = Vec::new();
    let mut rest = pieces.as_slice();
    while let [first, ..] = rest {
        let pause = |last: usize| rest[last + 1].start - rest[last].end;
        let fits = |last: usize| rest[last].end - first.start <= room;
        let mut last = 0;
        while last + 1 < rest.len() && fits(last + 1) && pause(last) <= LONGEST_PAUSE {
            last += 1;
        }
        if last + 1 < rest.len() && pause(last) <= LONGEST_PAUSE {
            // It is full, and somebody goes on speaking: what belongs together is said without a pause.
            let late = (0..=last).filter(|at| rest[*at].end - first.start >= NEARLY_FULL);
            last = late.max_by_key(|at| pause(*at)).unwrap_or(last);
        }
        windows.push(first.start..rest[last].end);
        rest = &rest[last + 1..];
    }
    pad(&mut windows, sound.len());
    windows
}

/// Where sound may be cut in two, as late as possible: in the longest pause near its end, or where it is least
/// probable that a word is cut.
pub(crate) fn cut(sound: &[Frame]) -> usize {
    let earliest = sound.len().saturating_sub(CUT_WITHIN).max(1);
    let spoken = utterances(sound);
    let Some(last) = spoken.last() else { return sound.len() };
    let silence = sound.len() - last.end;
    if silence >= 2 * TAIL {
        return sound.len() - TAIL;
    }
    let pauses = spoken.windows(2).map(|pair| pair[0].end..pair[1].start);
    let pauses = pauses.chain(iter::once(last.end..sound.len())).filter(|pause| pause.len() >= PAUSE);
    let middle = |pause: Range<usize>| usize::midpoint(pause.start, pause.end);
    let longest = pauses.filter(|pause| pause.start >= earliest).max_by_key(Range::len);
    longest.map_or_else(|| quietest(sound, earliest.max(sound.len() / 2)..sound.len()), middle)
}

/// What is said between two pauses, without the pauses.
fn utterances(sound: &[Frame]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(begin) =
        sound[at..].iter().position(|frame| frame.speech >= BEGINS).map(|ahead| at + ahead)
    {
        // What leads up to it is softer.
        let lead = sound[at..begin].iter().rev().take_while(|frame| frame.speech >= GOES_ON).count();
        let mut end = begin;
        while let Some(ahead) = sound[end..].iter().take(PAUSE).rposition(|frame| frame.speech >= GOES_ON) {
            end += ahead + 1;
        }
        let utterance = begin - lead..end;
        if sound[utterance.clone()].iter().map(|frame| frame.speech).sum::<f32>() >= LEAST {
            found.push(utterance);
        }
        at = end;
    }
    found
}

/// Cuts an utterance that fits no window at its quietest places.
fn split(sound: &[Frame], utterance: Range<usize>, room: usize, into: &mut Vec<Range<usize>>) {
    let mut rest = utterance;
    while rest.len() > room {
        let at = quietest(sound, rest.start + room / 2..rest.start + room);
        into.push(rest.start..at);
        rest.start = at;
    }
    into.push(rest);
}

/// The frame of a range in whose neighbourhood speech is least probable; of equals, the one that is
/// least loud, and of those the last.
fn quietest(sound: &[Frame], range: Range<usize>) -> usize {
    const NEAR: usize = 2;
    let around = |at: usize| {
        let near = &sound[at.saturating_sub(NEAR)..(at + NEAR + 1).min(sound.len())];
        let mean = |of: fn(&Frame) -> f32| near.iter().map(of).sum::<f32>() / near.len() as f32;
        (mean(|frame| frame.speech), mean(|frame| frame.level))
    };
    let quieter = |one: &usize, other: &usize| {
        let (one, other) = (around(*one), around(*other));
        one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
    };
    range.clone().rev().min_by(quieter).unwrap_or(range.start)
}

/// Adds silence before and after windows, at most half of what lies between two of them.
fn pad(windows: &mut [Range<usize>], end: usize) {
    let spoken = windows.to_vec();
    for (index, window) in windows.iter_mut().enumerate() {
        let before = index.checked_sub(1).map_or(0, |one| spoken[one].end.midpoint(window.start));
        let after = spoken.get(index + 1).map_or(end, |next| window.end.midpoint(next.start));
        window.start = window.start.saturating_sub(PADDING).max(before);
        window.end = (window.end + PADDING).min(after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sound in which speech, with this probability, and silence follow each other, each for so many seconds.
    fn sound(parts: &[(f64, f32)]) -> Vec<Frame> {
        let part =
            |&(seconds, speech): &(f64, f32)| vec![Frame { speech, level: speech * 1000.0 }; frames(seconds)];
        parts.iter().flat_map(part).collect()
    }

    fn seconds(windows: &[Range<usize>]) -> Vec<(f64, f64)> {
        let seconds = |at: usize| (at as f64 * 0.32).round() / 10.0;
        windows.iter().map(|window| (seconds(window.start), seconds(window.end))).collect()
    }

    #[test]
    fn short_pauses_stay_within_a_window_and_long_ones_do_not() {
        let talk =
            sound(&[(1.0, 0.0), (2.0, 0.9), (1.5, 0.1), (2.0, 0.9), (3.0, 0.0), (1.0, 0.9), (0.1, 0.0)]);
        assert_eq!(seconds(&of(&talk)), [(0.8, 6.6), (9.2, 10.5)]);
        assert!(of(&sound(&[(60.0, 0.15)])).is_empty());
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn noises_are_no_speech_and_faint_speech_is() {
        assert!(of(&sound(&[(1.0, 0.0), (0.06, 0.9), (1.0, 0.0), (0.2, 0.4), (1.0, 0.0)])).is_empty());
        assert_eq!(of(&sound(&[(1.0, 0.0), (0.2, 0.9), (1.0, 0.0)])).len(), 1);
        assert_eq!(of(&sound(&[(1.0, 0.0), (0.4, 0.4), (1.0, 0.0)])).len(), 1);
    }

    #[test]
    fn a_full_window_ends_at_its_longest_late_pause() {
        let said = [(4.0, 0.9), (0.4, 0.0)];
        let mut talk = [said; 6].concat();
        // The fifth is followed by a longer pause than those before and after.
        talk[9].0 = 0.9;
        talk.extend([said; 3].concat());
        let windows = of(&sound(&talk));
        assert_eq!(windows.len(), 2, "{:?}", seconds(&windows));
        assert_eq!(windows[0].end, 5 * frames(4.0) + 4 * frames(0.4) + PADDING);
    }

    #[test]
    fn who_never_pauses_is_cut_where_it_is_quietest() {
        let talk = sound(&[(25.0, 0.9), (0.1, 0.3), (30.0, 0.9), (0.1, 0.3), (30.0, 0.9)]);
        let windows = of(&talk);
        assert!(windows.iter().all(|window| window.len() <= LONGEST), "{:?}", seconds(&windows));
        assert_eq!((windows[0].start, windows.last().unwrap().end), (0, talk.len()));
        // Nothing between them is lost, and nothing is in two.
        assert!(windows.windows(2).all(|pair| pair[0].end == pair[1].start), "{:?}", seconds(&windows));
        assert!(windows[0].end.abs_diff(frames(25.05)) <= 2, "{:?}", seconds(&windows));
    }

    #[test]
    fn windows_never_overlap_and_never_leave_the_sound() {
        let mut random = 7_u32;
        let mut next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) as f32 / 65_536.0
        };
        for _ in 0..200 {
            let parts: Vec<(f64, f32)> = (0..60).map(|_| (f64::from(next()) * 4.0, next())).collect();
            let sound = sound(&parts);
            let windows = of(&sound);
            assert!(windows.is_sorted_by(|one, other| one.end <= other.start));
            assert!(windows.iter().all(|it| !it.is_empty() && it.end <= sound.len() && it.len() <= LONGEST));
            let is_in = |at: usize| windows.iter().any(|window| window.contains(&at));
            for utterance in utterances(&sound) {
                assert!(utterance.clone().all(is_in), "{:?} of {:?}", utterance, windows);
            }
            let cut = cut(&sound);
            assert!(cut > 0 && cut <= sound.len() && sound.len() - cut <= CUT_WITHIN);
        }
    }

    #[test]
    fn a_block_ends_in_a_pause() {
        let at = |parts: &[(f64, f32)]| cut(&sound(parts)) as f64 * 0.032;
        assert!((at(&[(50.0, 0.0)]) - 50.0).abs() < 0.1);
        assert!((at(&[(50.0, 0.9), (9.0, 0.0)]) - 58.0).abs() < 0.2);
        assert!((at(&[(40.0, 0.9), (1.0, 0.0), (5.0, 0.9), (0.2, 0.0), (5.0, 0.9)]) - 40.5).abs() < 0.1);
        // Nobody pauses: the quietest place.
        let quiet = at(&[(50.0, 0.9), (0.1, 0.3), (5.0, 0.9)]);
        assert!((quiet - 50.05).abs() < 0.1, "{quiet}");
    }
}
