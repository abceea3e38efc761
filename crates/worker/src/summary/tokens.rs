//! How many tokens a text is, at most.

/// In sixths of a token.
const ONE: usize = 6;

/// So many tokens at most, whatever the model. Tokenizers differ and none of them is here: what is counted is what the
/// worst of the usual ones makes of each kind of character. English prose, of which they make about four tokens for
/// three words, is counted as a third more.
pub(super) fn tokens(text: &str) -> usize {
    text.chars().map(sixths).sum::<usize>().div_ceil(ONE)
}

fn sixths(c: char) -> usize {
    match c {
        ' ' => 1,
        'a'..='z' => 2,
        'A'..='Z' => 3,
        // Digits are tokens of their own in many models, as is punctuation.
        '\0'..='\u{7f}' => ONE,
        // Latin with accents, Greek, Cyrillic, Hebrew, Arabic: about two letters make one.
        '\u{80}'..='\u{7ff}' => 4,
        // Kana, Hangul and ideographs, and everything else up to there: rare ones are cut into their bytes.
        '\u{800}'..='\u{ffff}' => 9,
        _ => 3 * ONE,
    }
}

/// How many bytes of a text are so many tokens at most.
pub(super) fn reach(text: &str, most: usize) -> usize {
    let mut spent = 0;
    let over = |c| {
        spent += sixths(c);
        spent > most * ONE
    };
    text.find(over).unwrap_or(text.len())
}

/// The beginning of a text that is so many tokens at most, cut behind a word where there is one.
pub(super) fn beginning(text: &str, most: usize) -> &str {
    let end = reach(text, most);
    let cut = &text[..end];
    let word = cut.rfind(char::is_whitespace).filter(|space| end < text.len() && *space >= end / 2);
    word.map_or(cut, |space| &cut[..space])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_digit_mark_and_ideograph_counts() {
        for (text, least) in [
            ("The quick brown fox jumps over the lazy dog.", 10),
            ("Rechnung Nr. 20417 über 1.284,50 € vom 03.11.2025, zahlbar binnen 14 Tagen.", 36),
            ("会議は木曜日の午後三時に変更されました。", 20),
            ("fn main() { println!(\"{}\", x[0]); }", 20),
            ("", 0),
        ] {
            assert!(tokens(text) >= least, "{text}: {}", tokens(text));
        }
        let prose = "We met on Thursday to talk about the new office and who moves first. ".repeat(100);
        assert!(tokens(&prose) < prose.len() / 2, "{} of {}", tokens(&prose), prose.len());
    }

    #[test]
    fn a_beginning_is_a_beginning_and_small_enough() {
        let text = "Ein Satz mit mehreren Wörtern, 会議は木曜日の午後三時に変更されました🙂🙂🙂";
        for most in 0..60 {
            let cut = beginning(text, most);
            assert!(text.starts_with(cut) && tokens(cut) <= most, "{most}: {cut}");
        }
        assert_eq!(beginning(text, 99), text);
        assert_eq!(beginning("two words", 2), "two");
    }
}
