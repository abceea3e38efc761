//! Letters of different scripts, and what ends a sentence.

/// Whether this is a letter as wide as it is high, of a script that puts no spaces between words.
pub(crate) fn is_dense(c: char) -> bool {
    is_kana(c) || is_han(c)
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '々' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

pub(crate) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | 'ー' | '\u{ff66}'..='\u{ff9d}')
}

pub(crate) fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟' | ':' | '：')
}
