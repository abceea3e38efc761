//! The line that a person would call a picture by.

use deskscribe_protocol::Line;

/// The longest title, in characters.
const LONGEST: usize = 80;

/// The most prominent line that says something: large letters, near the top, a few words.
pub(super) fn of(lines: &[Line]) -> Option<String> {
    let tallest = lines.iter().map(super::height).fold(1.0, f32::max);
    let count = lines.len().max(1) as f32;
    let score = |(index, line): (usize, &Line)| {
        let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
        let words = line.text.split_whitespace().count();
        let all = line.text.chars().count().max(1);
        let size = super::height(line) / tallest;
        let early = 1.0 - index as f32 / count;
        // A clock, a price or an address is no name.
        let wordy = letters as f32 / all as f32;
        let shape = if words >= 2 && letters >= 6 { 1.0 } else { 0.55 };
        let address = if line.text.contains("://") || line.text.contains('@') { 0.4 } else { 1.0 };
        (size * 2.0 + early) * wordy * shape * address
    };
    let readable = |line: &&Line| line.text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let best = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| readable(line))
        .max_by(|one, other| score(*one).total_cmp(&score(*other)))?;
    Some(shorten(&best.1.text))
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
