//! What the voice detector says of a window, to hold against the words that were put to it.

use deskscribe_protocol::{SAMPLE_RATE, Span};

use super::voice::FRAME;
use super::windows::{BEGINS, GOES_ON, LEAST};

/// Seconds of a frame.
const SECONDS: f64 = FRAME as f64 / SAMPLE_RATE as f64;
/// Times of words are off by so much, in seconds.
const SLACK: f64 = 0.2;
/// Where less than this part of a second is silent, speech goes on.
const BREATH: f64 = 0.5;
/// So much is left around speech, in seconds.
const MARGIN: f64 = 0.05;
/// Frames between words that are not said in one go: 0.2 s.
const PAUSE: usize = 6;
/// Frames of a sound that belongs to other words: 0.5 s.
const REMNANT: usize = 16;

/// How probable speech is in each frame of a window.
pub(crate) struct Evidence(pub(crate) Vec<f32>);

impl Evidence {
    /// Whether anybody speaks around these seconds at all.
    pub(crate) fn has_speech(&self, from: f64, to: f64) -> bool {
        let frames = self.within(from - SLACK, to + SLACK).iter();
        frames.filter(|speech| **speech >= GOES_ON).sum::<f32>() >= LEAST
    }

    /// In which part of these seconds somebody speaks, 0 to 1.
    pub(crate) fn share(&self, from: f64, to: f64) -> f32 {
        let frames = self.within(from, to);
        frames.iter().filter(|speech| **speech >= BEGINS).count() as f32 / frames.len().max(1) as f32
    }

    /// These seconds, without the silence at both ends, and without a last sound of the words before or a first one of
    /// those after: engines are good at when words end, and bad at when they begin.
    pub(crate) fn trimmed(&self, from: f64, to: f64) -> (f64, f64) {
        let speaks = |frame: usize| self.0.get(frame).is_some_and(|speech| *speech >= BEGINS);
        let first = frame_at(from);
        let frames: Vec<usize> = (first..frame_at(to).max(first)).filter(|frame| speaks(*frame)).collect();
        let mut runs: Vec<&[usize]> = frames.chunk_by(|one, next| next - one <= PAUSE).collect();
        let is_short = |run: &[usize]| run.len() <= REMNANT;
        if let [before, _, ..] = runs[..]
            && before[0] == first
            && first.checked_sub(1).is_some_and(speaks)
            && is_short(before)
        {
            runs.remove(0);
        }
        if let [.., _, after] = runs[..]
            && after.last().is_some_and(|last| speaks(last + 1))
            && is_short(after)
        {
            runs.pop();
        }
        let begin = runs.first().and_then(|run| run.first());
        let end = runs.last().and_then(|run| run.last());
        let at = |frame: usize| frame as f64 * SECONDS;
        match (begin, end) {
            (Some(begin), Some(end)) => (from.max(at(*begin) - MARGIN), to.min(at(end + 1) + MARGIN)),
            _ => (from, to),
        }
    }

    /// Where somebody speaks for at least so long, in seconds, and none of these says what.
    pub(crate) fn unsaid(&self, said: &[Span], least: f64) -> Vec<Span> {
        let is_said = |at: f64| said.iter().any(|span| (span.from - SLACK..=span.to + SLACK).contains(&at));
        let mut found: Vec<Span> = Vec::new();
        for (frame, speech) in self.0.iter().enumerate() {
            let (from, to) = (frame as f64 * SECONDS, (frame + 1) as f64 * SECONDS);
            if *speech < BEGINS || is_said(from) {
                continue;
            }
            match found.last_mut() {
                Some(last) if from - last.to <= BREATH => last.to = to,
                _ => found.push(Span { from, to }),
            }
        }
        found.retain(|span| span.seconds() >= least);
        found
    }

    fn within(&self, from: f64, to: f64) -> &[f32] {
        let begin = frame_at(from).min(self.0.len());
        let end = ((to / SECONDS).ceil().max(0.0) as usize).clamp(begin, self.0.len());
        &self.0[begin..end]
    }
}

/// The frame in which a second is.
fn frame_at(second: f64) -> usize {
    (second / SECONDS).floor().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Silence, two seconds of speech, a second of silence, half a second of speech.
    fn evidence() -> Evidence {
        let part = |seconds: f64, speech: f32| vec![speech; (seconds / SECONDS).round() as usize];
        Evidence([part(1.0, 0.01), part(2.0, 0.9), part(1.0, 0.05), part(0.5, 0.6)].concat())
    }

    #[test]
    fn times_are_held_against_what_is_heard() {
        let evidence = evidence();
        assert!(evidence.share(1.1, 2.9) > 0.99 && evidence.share(0.0, 2.0) < 0.55);
        assert!(evidence.has_speech(0.0, 2.0) && evidence.has_speech(3.9, 4.5));
        assert!(
            !evidence.has_speech(0.0, 0.8)
                && !evidence.has_speech(3.2, 3.8)
                && !evidence.has_speech(9.0, 10.0)
        );
        let (from, to) = evidence.trimmed(0.0, 3.9);
        assert!((from - 1.0).abs() < 0.1 && (to - 3.0).abs() < 0.1, "{from} to {to}");
        // The ends of other words, on either side.
        let (from, to) = evidence.trimmed(2.8, 4.5);
        assert!((from - 4.0).abs() < 0.1 && to > 4.4, "{from} to {to}");
        let (from, to) = evidence.trimmed(1.0, 4.2);
        assert!(from < 1.1 && (to - 3.0).abs() < 0.1, "{from} to {to}");
        assert_eq!(evidence.trimmed(3.3, 3.7), (3.3, 3.7));
    }

    #[test]
    fn speech_without_words_is_found() {
        let evidence = evidence();
        let span = |from, to| Span { from, to };
        assert_eq!(evidence.unsaid(&[span(1.0, 3.0)], 1.0), []);
        assert_eq!(evidence.unsaid(&[span(1.0, 3.0)], 0.3).len(), 1);
        let unsaid = evidence.unsaid(&[span(0.0, 1.2)], 1.0);
        assert!(unsaid.len() == 1 && (unsaid[0].from - 1.4).abs() < 0.1, "{unsaid:?}");
    }
}
