//! Where a new topic begins in a recording.
//!
//! In the manner of TextTiling: what is said and shown before a moment is compared with what is said and shown after
//! it, word by word. Where they have least in common, a chapter begins.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::{Chapter, Line, Seen, Segment};

use super::terms::Terms;
use super::words::{Kind, Stop, fold, words};
use super::{furniture, statements, title};

/// A shorter recording has no chapters, in seconds; a chapter is at least so long.
const SHORT: f64 = 150.0;
const SHORTEST: f64 = 60.0;
/// The most chapters.
const MOST: usize = 20;
/// Time is looked at in steps: of so many seconds, and no more of them than this.
const STEP: f64 = 5.0;
const MOST_STEPS: usize = 4_000;
/// What is compared are so many seconds on either side, or a quarter of the longest chapters there may be.
const WINDOW: f64 = 75.0;
/// The most words of one step: nobody reads more than that.
const MOST_WORDS: usize = 600;
/// How much less a moment has in common with its surroundings, to be a border: so much at least, 0 to 1.
const DEPTH: f32 = 0.22;
/// The longest title of a chapter, in characters.
const LONGEST: usize = 70;

/// What was shown and said, in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeline<'a> {
    pub(crate) screen: &'a [Seen],
    pub(crate) transcript: &'a [Segment],
    /// In seconds.
    pub(crate) duration: f64,
}

/// The chapters of a recording, from its beginning on; none if it is short, or of one topic.
pub(crate) fn of(timeline: Timeline<'_>, language: Option<&str>) -> Vec<Chapter> {
    let Timeline { screen, transcript, duration } = timeline;
    if duration < SHORT || (screen.is_empty() && transcript.is_empty()) {
        return Vec::new();
    }
    let texts = || screen.iter().map(|seen| seen.line.text.as_str());
    let said = || transcript.iter().map(|segment| segment.text.as_str());
    let stop = Stop::words_of(language, said().chain(texts()));
    let steps = Steps::of(timeline, &stop);
    let shortest = SHORTEST.max(duration / MOST as f64);
    let borders = steps.borders(shortest);
    let mut begins = vec![0.0];
    begins.extend(borders.into_iter().map(|at| settle(timeline, at, steps.length)));
    begins.dedup_by(|next, before| *next - *before < shortest / 2.0);
    if begins.len() < 2 {
        return Vec::new();
    }
    titled(timeline, &begins, &stop)
}

/// The recording in steps, and the words of each.
struct Steps {
    /// Of each, in seconds.
    length: f64,
    /// Of each, how often each word stands in it.
    words: Vec<HashMap<u32, f32>>,
    /// How much each word tells about where it stands: what is there all the time tells nothing.
    rarity: Vec<f32>,
}

impl Steps {
    fn of(timeline: Timeline<'_>, stop: &Stop) -> Self {
        let length = STEP.max(timeline.duration / MOST_STEPS as f64);
        let count = (timeline.duration / length).ceil().max(1.0) as usize;
        let mut steps = Self { length, words: vec![HashMap::new(); count], rarity: Vec::new() };
        let mut ids: HashMap<String, u32> = HashMap::new();
        let mut ids_of = |text: &str| -> Vec<u32> {
            let telling = words(text, stop, false).into_iter().filter(|word| word.kind == Kind::Telling);
            let mut known = |word: String| {
                let next = ids.len() as u32;
                *ids.entry(word).or_insert(next)
            };
            telling.map(|word| known(fold(word.text))).collect()
        };
        for segment in timeline.transcript {
            let at = steps.at(segment.start);
            for id in ids_of(&segment.text) {
                steps.add(at, id, 1.0);
            }
        }
        for seen in timeline.screen {
            let ids = ids_of(&seen.line.text);
            if ids.is_empty() || furniture::is_chrome(&seen.line.text.to_lowercase()) {
                continue;
            }
            // What appears tells more than what is still there.
            let (from, to) = (steps.at(seen.from), steps.at(seen.to));
            for id in &ids {
                steps.add(from, *id, 0.5);
            }
            for at in from..=to {
                for id in &ids {
                    steps.add(at, *id, 0.25);
                }
            }
        }
        let mut spread = vec![0_u32; ids.len()];
        for id in steps.words.iter().flat_map(HashMap::keys) {
            spread[*id as usize] += 1;
        }
        let filled = steps.words.iter().filter(|words| !words.is_empty()).count().max(1) as f32;
        steps.rarity =
            spread.into_iter().map(|spread| (filled / spread.max(1) as f32).ln().min(4.0)).collect();
        steps
    }

    fn at(&self, seconds: f64) -> usize {
        ((seconds / self.length).max(0.0) as usize).min(self.words.len().saturating_sub(1))
    }

    fn add(&mut self, at: usize, id: u32, weight: f32) {
        let words = &mut self.words[at];
        if words.len() < MOST_WORDS || words.contains_key(&id) {
            *words.entry(id).or_default() += weight;
        }
    }

    /// Where the deepest valleys of likeness are, at least so many seconds apart, and from either end.
    fn borders(&self, shortest: f64) -> Vec<f64> {
        let likeness = self.likeness((WINDOW.max(shortest / 2.0) / self.length).ceil() as usize);
        let margin = (shortest / self.length).ceil() as usize;
        let mut depths: Vec<(f32, usize)> = (1..likeness.len())
            .map(|at| {
                // Up to the next higher point on either side.
                let climb = |side: &mut dyn Iterator<Item = &f32>| {
                    let mut top = likeness[at];
                    for point in side.take(3 * margin) {
                        if *point < top - 0.05 {
                            break;
                        }
                        top = top.max(*point);
                    }
                    top - likeness[at]
                };
                let before = climb(&mut likeness[..at].iter().rev());
                let after = climb(&mut likeness[at + 1..].iter());
                (f32::midpoint(before, after), at)
            })
            .collect();
        let mean = depths.iter().map(|(depth, _)| depth).sum::<f32>() / depths.len().max(1) as f32;
        let variance =
            depths.iter().map(|(depth, _)| (depth - mean).powi(2)).sum::<f32>() / depths.len().max(1) as f32;
        let least = (mean + 0.5 * variance.sqrt()).max(DEPTH);
        depths.retain(|(depth, at)| *depth >= least && *at >= margin && at + margin <= self.words.len());
        depths.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        let mut picked: Vec<usize> = Vec::new();
        for (_, at) in depths {
            if picked.len() + 1 < MOST && picked.iter().all(|other| other.abs_diff(at) >= margin) {
                picked.push(at);
            }
        }
        picked.sort_unstable();
        picked.into_iter().map(|at| at as f64 * self.length).collect()
    }

    /// Of each step, how much what is before it has in common with what is from it on, 0 to 1.
    fn likeness(&self, window: usize) -> Vec<f32> {
        let mut before: HashMap<u32, f32> = HashMap::new();
        let mut after: HashMap<u32, f32> = HashMap::new();
        let shift = |words: &mut HashMap<u32, f32>, step: Option<&HashMap<u32, f32>>, sign: f32| {
            for (id, weight) in step.into_iter().flatten() {
                let sum = words.entry(*id).or_default();
                *sum += sign * weight;
                if *sum < 1e-3 {
                    words.remove(id);
                }
            }
        };
        for step in self.words.iter().take(window) {
            shift(&mut after, Some(step), 1.0);
        }
        let mut found = Vec::with_capacity(self.words.len());
        for at in 0..self.words.len() {
            found.push(self.cosine(&before, &after));
            shift(&mut before, self.words.get(at), 1.0);
            shift(&mut before, at.checked_sub(window).and_then(|at| self.words.get(at)), -1.0);
            shift(&mut after, self.words.get(at), -1.0);
            shift(&mut after, self.words.get(at + window), 1.0);
        }
        found
    }

    fn cosine(&self, one: &HashMap<u32, f32>, other: &HashMap<u32, f32>) -> f32 {
        let weight =
            |id: &u32, count: f32| count.sqrt() * self.rarity.get(*id as usize).copied().unwrap_or_default();
        let square = |words: &HashMap<u32, f32>| {
            words.iter().map(|(id, count)| weight(id, *count).powi(2)).sum::<f32>()
        };
        let both =
            one.iter().filter_map(|(id, count)| Some(weight(id, *count) * weight(id, *other.get(id)?)));
        let lengths = (square(one) * square(other)).sqrt();
        if lengths > 0.0 { both.sum::<f32>() / lengths } else { 0.0 }
    }
}

/// Where exactly it begins: where most of the screen changes, or else after the longest silence nearby.
fn settle(timeline: Timeline<'_>, at: f64, step: f64) -> f64 {
    let near = |time: f64| (time - at).abs() <= 3.0 * step;
    let first = timeline.screen.partition_point(|seen| seen.from < at - 3.0 * step);
    let appearing = timeline.screen[first..].iter().take_while(|seen| near(seen.from));
    let mut counts: Vec<(f64, usize)> = Vec::new();
    for seen in appearing {
        match counts.last_mut() {
            Some((from, count)) if seen.from - *from < 1.0 => *count += 1,
            _ => counts.push((seen.from, 1)),
        }
    }
    let most = counts.into_iter().reduce(|one, other| if other.1 > one.1 { other } else { one });
    if let Some((from, count)) = most {
        let there = |seen: &&Seen| seen.from < from + 1.0 && seen.to > from + 1.0;
        // One line that is new among many is no other screen.
        if count >= 2 || timeline.screen.iter().filter(there).count() <= 2 {
            return from;
        }
    }
    let first = timeline.transcript.partition_point(|segment| segment.start < at - 3.0 * step);
    let silence = |index: usize| {
        let before =
            index.checked_sub(1).and_then(|before| timeline.transcript.get(before)).map_or(0.0, |it| it.end);
        timeline.transcript[index].start - before
    };
    let begins =
        (first..timeline.transcript.len()).take_while(|index| near(timeline.transcript[*index].start));
    let far = |index: usize| (timeline.transcript[index].start - at).abs();
    // Of silences that are as long, the nearest.
    let order = |one: &usize, other: &usize| {
        let longer = (2.0 * silence(*one)).round().total_cmp(&(2.0 * silence(*other)).round());
        longer.then(far(*other).total_cmp(&far(*one)))
    };
    begins.max_by(order).map_or(at, |index| timeline.transcript[index].start)
}

/// Each with the best line that was new in it, or what was talked about.
fn titled(timeline: Timeline<'_>, begins: &[f64], stop: &Stop) -> Vec<Chapter> {
    let mut shown: HashSet<&str> = HashSet::new();
    let mut used: HashSet<String> = HashSet::new();
    let mut chapters = Vec::new();
    for (index, at) in begins.iter().enumerate() {
        let until = begins.get(index + 1).copied().unwrap_or(f64::MAX);
        let from = timeline.screen.partition_point(|seen| seen.from < *at);
        let to = timeline.screen.partition_point(|seen| seen.from < until);
        let new = timeline.screen[from..to].iter().filter(|seen| shown.insert(&seen.line.text));
        let mut page = 0;
        let mut before = *at;
        let lines: Vec<Line> = new
            .map(|seen| {
                page += u32::from(seen.from > before);
                before = seen.from;
                Line { page, ..seen.line.clone() }
            })
            .collect();
        let from = timeline.transcript.partition_point(|segment| segment.start < *at);
        let to = timeline.transcript.partition_point(|segment| segment.start < until);
        let said: Vec<&str> =
            timeline.transcript[from..to].iter().map(|segment| segment.text.as_str()).collect();
        let titles = [title_of_screen(&lines, stop), title_of_speech(&said, stop)];
        let title = titles.into_iter().flatten().find(|title| !used.contains(title));
        // Without a name of its own it is no chapter of its own.
        if let Some(title) = title {
            used.insert(title.clone());
            chapters.push(Chapter { at: *at, title });
        }
    }
    chapters
}

/// The most prominent line, if it stands out.
fn title_of_screen(lines: &[Line], stop: &Stop) -> Option<String> {
    let statements = statements::of_lines(lines);
    let terms = Terms::of(&statements, stop);
    let best = title::best(&statements, terms.share())?;
    let statement = &statements[best];
    let is_name =
        statement.place >= 0.9 && !matches!(statement.kind, statements::Kind::Value | statements::Kind::Code);
    is_name.then(|| title::shorten(&title::written(&statement.text), LONGEST))
}

/// What was talked about most.
fn title_of_speech(said: &[&str], stop: &Stop) -> Option<String> {
    let statements = statements::of_speech(said.iter().copied());
    let terms = Terms::of(&statements, stop);
    let tags = terms.tags(None);
    let phrases: Vec<&str> = tags.iter().take(2).map(String::as_str).collect();
    (!phrases.is_empty()).then(|| title::shorten(&phrases.join(", "), LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment of eight seconds for each sentence, one after the other, from here on.
    fn said(from: f64, sentences: &[&str], times: usize) -> Vec<Segment> {
        let all = sentences.iter().cycle().take(sentences.len() * times).enumerate();
        let segment = |(at, text): (usize, &&str)| {
            let start = from + 8.0 * at as f64;
            Segment { start, end: start + 7.0, text: (*text).to_owned(), confidence: 0.9 }
        };
        all.map(segment).collect()
    }

    fn seen(from: f64, to: f64, y: f32, height: f32, text: &str) -> Seen {
        let width = height * text.chars().count() as f32 / 2.0;
        let corners = [[10.0, y], [10.0 + width, y], [10.0 + width, y + height], [10.0, y + height]];
        Seen { from, to, line: Line { text: text.to_owned(), confidence: 0.9, corners, page: 0 } }
    }

    const BEES: [&str; 4] = [
        "The beekeeper opens the hive and looks for the queen.",
        "Each frame of the hive is full of honey and brood.",
        "The bees dance when they find flowers with nectar.",
        "A strong hive gives twenty kilos of honey.",
    ];
    const BOATS: [&str; 4] = [
        "Now the harbour, where the ferry has a new engine.",
        "The captain tests the engine of the ferry at low tide.",
        "Sailors paint the hull of the ferry in blue.",
        "The harbour gets a longer pier for the ferry.",
    ];
    const TAXES: [&str; 4] = [
        "Finally the treasurer explains the invoices of the year.",
        "The invoices for electricity doubled since January.",
        "Members pay their subscription by bank transfer.",
        "The auditor signs the balance sheet and the invoices.",
    ];

    fn chapters(screen: &[Seen], transcript: &[Segment], duration: f64) -> Vec<Chapter> {
        of(Timeline { screen, transcript, duration }, Some("en"))
    }

    #[test]
    fn a_chapter_begins_where_another_topic_does() {
        let mut transcript = said(0.0, &BEES, 5);
        transcript.extend(said(160.0, &BOATS, 5));
        transcript.extend(said(320.0, &TAXES, 5));
        let found = chapters(&[], &transcript, 480.0);
        assert_eq!(found.len(), 3, "{found:?}");
        for (chapter, (at, word)) in found.iter().zip([(0.0, "hive"), (160.0, "ferry"), (320.0, "invoices")])
        {
            assert!((chapter.at - at).abs() <= 16.0 && chapter.title.contains(word), "{found:?}");
        }
        let begins = |it: &Chapter| transcript.iter().any(|segment| segment.start == it.at);
        assert!(found[1..].iter().all(begins), "they begin within what was said: {found:?}");
    }

    #[test]
    fn slides_give_their_names_and_their_times() {
        let slides = [(0.0, "Soil and compost"), (140.0, "Pruning fruit trees"), (290.0, "Harvest calendar")];
        let texts = [
            ["Worms turn leaves into humus", "Keep the heap moist"],
            ["Cut above an outward bud", "Use a clean saw for branches"],
            ["Early apples ripen in August", "Store pears in a cool cellar"],
        ];
        let mut screen = vec![seen(0.0, 420.0, 700.0, 14.0, "Allotment society evening school")];
        for ((from, title), lines) in slides.iter().zip(texts) {
            screen.push(seen(*from, from + 139.0, 30.0, 40.0, title));
            for (row, text) in lines.into_iter().enumerate() {
                screen.push(seen(*from, from + 139.0, 120.0 + 50.0 * row as f32, 22.0, text));
            }
        }
        let found = chapters(&screen, &[], 430.0);
        let found: Vec<(f64, &str)> = found.iter().map(|it| (it.at, it.title.as_str())).collect();
        assert_eq!(found, slides);
    }

    #[test]
    fn what_is_short_or_of_one_topic_has_no_chapters() {
        let mut short = said(0.0, &BEES, 1);
        short.extend(said(40.0, &BOATS, 1));
        assert_eq!(chapters(&[], &short, 80.0), []);
        assert_eq!(chapters(&[], &said(0.0, &BEES, 20), 640.0), []);
        assert_eq!(chapters(&[], &[], 4_000.0), []);
    }

    #[test]
    fn a_long_recording_has_chapters_that_can_be_counted() {
        let mut transcript = Vec::new();
        for part in 0..60 {
            let own = format!(
                "The topic{part} beats every other topic{part} with its own item{part} and thing{part}."
            );
            transcript.extend(said(120.0 * f64::from(part), &[&own], 15));
        }
        let found = chapters(&[], &transcript, 7_200.0);
        assert!((8..=MOST).contains(&found.len()), "{}", found.len());
        assert!(found.windows(2).all(|pair| pair[1].at - pair[0].at >= 180.0), "{found:?}");
    }
}
