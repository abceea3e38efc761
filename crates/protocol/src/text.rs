//! Text from elsewhere, made safe to be shown: in a terminal, in a log, on one line.

/// Stands where a character was that must not be shown as it is.
const INSTEAD: char = '\u{fffd}';

/// Text from a file, a path or a worker, of which nothing moves a cursor, changes colours, begins a new line or turns
/// the direction of what stands beside it. Every character stays one character.
pub fn tame(text: &str) -> String {
    text.chars().map(tamed).collect()
}

/// The same, with white space folded, and cut with a sign that it was: at most `longest` characters.
pub fn one_line(text: &str, longest: usize) -> String {
    // Not more of it is looked at than is needed: it may be as long as a frame.
    let words = text.split_whitespace().flat_map(|word| std::iter::once(' ').chain(word.chars())).skip(1);
    let mut line: String = words.map(tamed).take(longest + 1).collect();
    if let Some((cut, _)) = line.char_indices().nth(longest) {
        line.truncate(cut);
        line.pop();
        line.push('…');
    }
    line
}

/// Whether a character does something where it is shown, instead of being seen: C0, DEL and C1; line and paragraph
/// separators; embeddings, overrides and isolates of direction.
pub fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn tamed(c: char) -> char {
    if acts(c) { INSTEAD } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_speak_to_the_terminal() {
        assert_eq!(tame("a\x1b[2Jb\nc\u{9b}d\x7f 📄"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd} 📄");
        assert_eq!(tame("photo\u{202e}gpj.exe\u{2066}"), "photo\u{fffd}gpj.exe\u{fffd}");
    }

    #[test]
    fn one_line_is_one_line_however_long_the_text() {
        assert_eq!(one_line(" two\n\twords\u{85}and\x1bmore ", 99), "two words and\u{fffd}more");
        assert_eq!(one_line("exact", 5), "exact");
        assert_eq!(one_line("ex act", 5), "ex a…");
        assert_eq!(one_line(&"ä".repeat(1 << 20), 300).chars().count(), 300);
        assert_eq!(one_line("", 5), "");
    }
}
