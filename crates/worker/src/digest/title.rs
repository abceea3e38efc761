//! The line that a person would call a picture or a recording by.

use deskscribe_protocol::Line;

use super::size;
use super::tags::Words;

/// The longest title, in characters.
const LONGEST: usize = 80;

/// Larger letters than this, in ordinary ones, make nothing a better title.
const PROMINENT: f32 = 3.0;
/// From this size on, in ordinary letters, a line may go on in the next.
const HEADLINE: f32 = 1.5;

/// The most prominent line that says something: large letters, near the top, a few words. A headline of two
/// lines is one title.
pub(super) fn of(lines: &[Line], words: &Words) -> Option<String> {
    let mut sizes: Vec<f32> = lines.iter().map(size).collect();
    sizes.sort_by(f32::total_cmp);
    let ordinary = sizes.get(sizes.len() / 2).copied()?.max(1.0);
    let most = lines.iter().map(|line| words.weight(&line.text)).fold(1.0, f32::max);
    let score = |index: usize| {
        let text = &lines[index].text;
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        // A clock, a price or an address is no name.
        let wordy = letters as f32 / text.chars().count().max(1) as f32;
        let shape = if text.split_whitespace().count() >= 2 && letters >= 6 { 1.0 } else { 0.55 };
        let address = if text.contains("://") || text.contains('@') { 0.4 } else { 1.0 };
        let large = (size(&lines[index]) / ordinary).min(PROMINENT);
        let early = 1.0 - index as f32 / lines.len() as f32;
        let telling = words.weight(text) / most;
        (2.0 * large + early + 0.5 * telling) * wordy * shape * address
    };
    let readable = |index: &usize| lines[*index].text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let best =
        (0..lines.len()).filter(readable).max_by(|one, other| score(*one).total_cmp(&score(*other)))?;
    let best = &lines[best];
    let goes_on = |one: &Line, other: &Line| {
        let headline = size(one).min(size(other)) >= HEADLINE * ordinary;
        let left = (one.corners[0][0] - other.corners[0][0]).abs();
        let down = other.corners[0][1] - one.corners[0][1];
        headline && one.page == other.page && left < size(one) && down > 0.0 && down < 2.0 * size(one)
    };
    let before = lines.iter().find(|other| goes_on(other, best));
    let after = lines.iter().find(|other| goes_on(best, other));
    let title: Vec<&str> =
        [before, Some(best), after].into_iter().flatten().map(|line| line.text.as_str()).collect();
    Some(shorten(&title.join(" ")))
}

/// The first words that were said: a sentence, and what follows if that is short.
pub(super) fn of_speech(spoken: &[&str]) -> Option<String> {
    /// In characters.
    const SHORT: usize = 20;
    let mut title = String::new();
    for text in spoken {
        title.push_str(if title.is_empty() { "" } else { " " });
        title.push_str(text.trim());
        if title.chars().count() >= SHORT {
            break;
        }
    }
    (!title.is_empty()).then(|| shorten(&title))
}

/// Cut at a word, with a sign that it was.
fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    let cut = cut.rsplit_once(char::is_whitespace).map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", cut.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_at_a_word() {
        let text = "word ".repeat(30);
        let title = shorten(text.trim());
        assert!(title.ends_with("word…") && title.chars().count() <= LONGEST, "{title}");
    }
}
