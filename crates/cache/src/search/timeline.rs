//! What was said and what was shown in a recording, as texts of which every byte has its second.

use std::ops::Range;

use deskscribe_protocol::Recording;

use super::locate::{How, locate, variety};
use super::query::Term;
use super::snippet::best_cluster;

/// So many bytes are looked through at once; words that stand together in a longer text may be missed where two such
/// stretches meet.
const STRETCH: usize = 128 << 10;

/// The two texts of a recording.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    pub(super) said: Timeline,
    pub(super) shown: Timeline,
}

/// A text that is made of pieces, a line each.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    text: String,
    /// Where pieces begin, in bytes, and their seconds.
    begins: Vec<(usize, f64)>,
}

/// Where words were found in a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment<'a> {
    /// The second of the piece where the most of them begin to stand together.
    pub(super) at: f64,
    /// The stretch of a text in which they stand.
    pub(super) text: &'a str,
    /// Whether they were shown, and not said.
    pub(super) shown: bool,
    /// Whether they stand there as they were typed.
    pub(super) how: How,
    /// How many different ones stand together.
    count: usize,
}

impl Timelines {
    /// The texts of a recording that is stored like this; of nothing, and of what a disk has changed, none.
    pub(super) fn of(recording: Option<&str>) -> Self {
        let recording = recording.and_then(|json| serde_json::from_str::<Recording>(json).ok());
        let Recording { transcript, screen, .. } = recording.unwrap_or_default();
        Self {
            said: Timeline::of(transcript.iter().map(|segment| (segment.start, segment.text.trim()))),
            shown: Timeline::of(screen.iter().map(|line| (line.from, line.text.trim()))),
        }
    }

    /// Where the most of these words were said or shown together first; as they were typed, if any of them was.
    pub(super) fn find(&self, terms: &[&Term]) -> Option<Moment<'_>> {
        let find = |how| {
            let shown = self.shown.find(terms, how).map(|moment| Moment { shown: true, ..moment });
            let moments = [shown, self.said.find(terms, how)].into_iter().flatten();
            moments.min_by(|one, other| other.count.cmp(&one.count).then(one.at.total_cmp(&other.at)))
        };
        find(How::Whole).or_else(|| find(How::Within))
    }
}

impl Timeline {
    fn of<'a>(pieces: impl Iterator<Item = (f64, &'a str)>) -> Self {
        let mut timeline = Self::default();
        for (second, piece) in pieces.filter(|(_, piece)| !piece.is_empty()) {
            timeline.begins.push((timeline.text.len(), second));
            timeline.text.push_str(piece);
            timeline.text.push('\n');
        }
        timeline
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The second of the piece that holds this byte.
    fn second(&self, at: usize) -> Option<f64> {
        let behind = self.begins.partition_point(|(begins, _)| *begins <= at);
        self.begins.get(behind.checked_sub(1)?).map(|(_, second)| *second)
    }

    /// Where the most of these words stand together first; nowhere if none of them does.
    fn find(&self, terms: &[&Term], how: How) -> Option<Moment<'_>> {
        let mut best: Option<Moment<'_>> = None;
        for stretch in self.stretches() {
            let text = self.text.get(stretch.clone())?;
            let marks = locate(text, terms, how);
            let cluster = best_cluster(&marks);
            let Some(first) = cluster.first() else { continue };
            let Some(at) = self.second(stretch.start + first.range.start) else { continue };
            let count = variety(cluster);
            if best.is_none_or(|best| count > best.count) {
                best = Some(Moment { at, text, shown: false, how, count });
            }
            if count == terms.len() {
                break;
            }
        }
        best
    }

    /// The text in stretches of whole pieces.
    fn stretches(&self) -> impl Iterator<Item = Range<usize>> {
        let mut begun = 0;
        let ends = self.begins.iter().map(|(begins, _)| *begins).skip(1).chain([self.text.len()]);
        let mut ends = ends.peekable();
        std::iter::from_fn(move || {
            let mut end = ends.next()?;
            while let Some(next) = ends.next_if(|next| *next <= begun + STRETCH) {
                end = next;
            }
            let stretch = begun..end;
            begun = end;
            Some(stretch)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Query;
    use super::*;

    fn timeline(pieces: &[(f64, &str)]) -> Timeline {
        Timeline::of(pieces.iter().copied())
    }

    fn found(timeline: &Timeline, query: &str) -> Option<f64> {
        let query = Query::parse(query).unwrap();
        let terms: Vec<&Term> = query.terms.iter().collect();
        timeline.find(&terms, How::Whole).map(|moment| moment.at)
    }

    #[test]
    fn a_word_has_the_second_at_which_it_is_first_said() {
        let said = timeline(&[
            (0.5, "Good morning"),
            (4.0, " "),
            (7.25, "the budget is fine"),
            (60.0, "fine, the budget"),
        ]);
        assert_eq!(found(&said, "budget"), Some(7.25));
        assert_eq!(found(&said, "good "), Some(0.5));
        assert_eq!(found(&said, "nothing"), None);
        assert_eq!(found(&Timeline::default(), "budget"), None);
    }

    #[test]
    fn where_the_most_words_stand_together_counts() {
        let words = "none of those at all ".repeat(20);
        let said = timeline(&[(1.0, "budget"), (2.0, &words), (3.0, "the red"), (4.0, "budget")]);
        assert_eq!(found(&said, "budget red"), Some(3.0));
    }

    #[test]
    fn a_word_is_found_however_late_it_is_said() {
        let words = "nothing of any interest is said here ".repeat(50);
        let mut pieces: Vec<(f64, &str)> =
            (0..600).map(|second| (f64::from(second), words.as_str())).collect();
        pieces.push((36_000.0, "at last the budget"));
        let said = timeline(&pieces);
        assert!(said.text.len() > 1 << 20);
        assert_eq!(found(&said, "budget"), Some(36_000.0));
        assert_eq!(said.stretches().map(|stretch| stretch.len()).sum::<usize>(), said.text.len());
        assert!(said.stretches().all(|stretch| stretch.len() <= STRETCH));
    }
}
