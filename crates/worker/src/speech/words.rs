//! The text of an engine, without what nobody said.

use deskscribe_protocol::{Recording, one_line};

/// What stands between two of these is a sound or a remark, unless it is long or has a number in it.
const BRACKETS: [(char, char); 4] = [('[', ']'), ('(', ')'), ('*', '*'), ('【', '】')];
/// The longest remark, in characters.
const REMARK: usize = 40;

/// One line without marks such as `[BLANK_AUDIO]`, `(music)` or a note; empty if no word is left.
pub(crate) fn spoken(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let closing = BRACKETS.iter().find(|(open, _)| *open == first).map(|(_, close)| *close);
        match closing.and_then(|close| after.split_once(close)) {
            Some((inside, after)) if is_remark(inside) => rest = after,
            _ => {
                left.extend((!matches!(first, '♪' | '♫' | '♬' | '♩')).then_some(first));
                rest = after;
            }
        }
    }
    let line = one_line(&left, Recording::LONGEST_LINE);
    if line.contains(char::is_alphanumeric) { line } else { String::new() }
}

fn is_remark(inside: &str) -> bool {
    inside.chars().count() <= REMARK && !inside.contains(|c: char| c.is_numeric())
}

/// The words alone, in lower case, one space between them: for comparing.
pub(crate) fn folded(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_no_words() {
        for mark in [
            "[BLANK_AUDIO]",
            " (music)",
            "♪♪",
            "*sighs*",
            " [ Silence ]",
            "...",
            "(speaking foreign language)",
        ] {
            assert_eq!(spoken(mark), "", "{mark}");
        }
        assert_eq!(spoken(" ♪ We met (applause) at\nthe station ♪"), "We met at the station");
        assert_eq!(spoken("Call (030) 1234 * 5."), "Call (030) 1234 * 5.");
        assert_eq!(spoken("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(spoken(&"long ".repeat(1000)).chars().count(), Recording::LONGEST_LINE);
    }

    #[test]
    fn words_are_compared_without_what_is_around_them() {
        assert_eq!(folded("Thanks, for WATCHING!"), "thanks for watching");
        assert_eq!(folded("Ça va; l'été?"), "ça va l été");
    }
}
