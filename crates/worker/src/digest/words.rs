//! A text in words: where they begin and end, which of them tell something, and which are one word.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::layout::script::{ends_sentence, is_dense, is_han, is_kana};

/// Languages whose stop words are looked for in every text, whatever language it is in as a whole: screens mix them.
const COMMON: [&str; 7] = ["en", "de", "fr", "es", "it", "pt", "nl"];
static LISTS: LazyLock<[HashSet<&str>; COMMON.len()]> =
    LazyLock::new(|| COMMON.map(|language| list(language).collect()));
/// A language is one of a text's if so many of its words, and one in so many of all, are stop words of it.
const FEW: usize = 3;
const PART: usize = 8;
/// Longer words than this, in characters, are hashes and the like.
const LONGEST: usize = 32;
/// The longest stretch without spaces that is taken for a word in scripts that write without.
const LONGEST_DENSE: usize = 8;
/// What cuts a stretch of Chinese characters: words of grammar.
const CHINESE: &str = "的了是在和与及或到至从对把被将也都就吗呢吧啊请";

/// What a word is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It tells something.
    Telling,
    /// Digits, with or without letters: it tells something beside another word.
    Number,
    /// It holds others together.
    Stop,
}

/// A word of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    /// As it stands there.
    pub(super) text: &'a str,
    pub(super) kind: Kind,
    /// Whether nothing but a space is between it and the word before.
    pub(super) joins: bool,
    /// Whether a sentence begins with it.
    pub(super) begins: bool,
}

/// The words that hold others together.
pub(super) struct Stop(HashSet<&'static str>);

impl Stop {
    /// Those of a language, and those of others that a text turns out to be in as well.
    pub(super) fn words_of<'a>(language: Option<&str>, texts: impl Iterator<Item = &'a str>) -> Self {
        /// So many words tell the languages.
        const ENOUGH: usize = 4_000;
        let lists = &*LISTS;
        let mut seen = lists.each_ref().map(|_| HashSet::new());
        let mut count = 0;
        for word in texts.flat_map(|text| text.split(|c: char| !is_letter(c))).filter(|word| !word.is_empty())
        {
            let word = word.to_lowercase();
            for (list, seen) in lists.iter().zip(&mut seen) {
                if let Some(word) = list.get(word.as_str()) {
                    seen.insert(*word);
                }
            }
            count += 1;
            if count == ENOUGH {
                break;
            }
        }
        // English is on every screen. Of the others, a list that shares its few hits with English counts for nothing.
        let [english, ..] = &seen;
        let own = |seen: &HashSet<&'static str>| seen.difference(english).count();
        let mut stop: HashSet<&'static str> = language.into_iter().flat_map(list).collect();
        for (at, (list, seen)) in lists.iter().zip(&seen).enumerate() {
            if at == 0 || own(seen) >= FEW.max(count.min(400) / PART / 2) {
                stop.extend(list);
            }
        }
        Self(stop)
    }

    /// Whether this word, in lower case, is one of them.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// A list of stop words, without those that name something on a screen.
fn list(language: &str) -> impl Iterator<Item = &'static str> {
    /// The English list is a long one.
    const TELLING: &str = "area areas bill billion case cases computer copy course description fire group groups home \
        homepage index information interest invention member members microsoft mill million netscape novel number \
        numbers order orders page pages problem problems research result results ring room rooms shed shell site \
        state states system test tests text website webpage";
    let telling: Vec<&str> = TELLING.split(' ').collect();
    let words = stop_words::lookup(language).unwrap_or_default();
    words.iter().copied().filter(move |word| language != "en" || !telling.contains(word))
}

/// The words of a text, in order. In code, names end at a dot.
pub(super) fn words<'a>(text: &'a str, stop: &Stop, is_code: bool) -> Vec<Word<'a>> {
    let has_kana = text.contains(is_kana);
    let mut words = Vec::new();
    let mut end = 0;
    for (from, to) in stretches(text, is_code) {
        let between = &text[end..from];
        let joins = !words.is_empty() && between.chars().all(char::is_whitespace);
        let begins = words.is_empty()
            || between.trim_end_matches(['"', '“', '„', '«', '¿', '¡', '\'', '(']).ends_with(ends_sentence)
            || between.contains(ends_sentence);
        end = to;
        let stretch = &text[from..to];
        if stretch.contains(is_dense) {
            dense(stretch, has_kana, joins, &mut words);
            continue;
        }
        let kind = if is_on_the_way(text, from, to) { Kind::Stop } else { kind(stretch, stop) };
        // What comes after a number alone is the beginning of a name.
        let begins = begins || words.iter().all(|word: &Word<'_>| !word.text.contains(is_letter));
        words.push(Word { text: stretch, kind, joins, begins });
    }
    words
}

/// Whether a word is a folder on the way of a path or an address.
fn is_on_the_way(text: &str, from: usize, to: usize) -> bool {
    let mut after = text[to..].chars();
    if !after.next().is_some_and(|c| matches!(c, '/' | '\\')) || !after.next().is_some_and(is_part) {
        return false;
    }
    let begin = text[..from].rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let end = text[to..].find(char::is_whitespace).map_or(text.len(), |at| to + at);
    let path = &text[begin..end];
    path.starts_with(['/', '~', '.']) || path.contains('\\') || path.contains(['.', '_'])
}

fn kind(word: &str, stop: &Stop) -> Kind {
    let (mut letters, mut digits) = (0, 0);
    for c in word.chars() {
        letters += usize::from(is_letter(c));
        digits += usize::from(c.is_numeric());
    }
    let lower = word.to_lowercase();
    if digits > 0 && word.contains(':') {
        // A time.
        Kind::Stop
    } else if digits > 0 && (letters <= digits + 1 || letters < 3) {
        Kind::Number
    } else if letters < 2 || letters + digits > LONGEST || stop.has(&lower) {
        Kind::Stop
    } else if let Some((head, _)) = lower.split_once(['\'', '’'])
        && (stop.has(head) && head.len() > 1)
    {
        // "it's", "we're".
        Kind::Stop
    } else {
        Kind::Telling
    }
}

/// Where the words of a text begin and end, in bytes.
fn stretches(text: &str, is_code: bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut begin = None;
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let inside = is_letter(c)
            || c.is_numeric()
            || match c {
                '_' => true,
                '-' | '\'' | '’' | '@' => is_part(before) && is_part(next) && !(is_code && c != '_'),
                '.' => is_part(before) && is_part(next) && (!is_code || before.is_numeric()),
                ',' | ':' | '/' => before.is_numeric() && next.is_numeric(),
                _ => false,
            };
        match (inside, begin) {
            (true, None) => begin = Some(at),
            (false, Some(from)) => {
                found.push((from, at));
                begin = None;
            }
            _ => {}
        }
        before = c;
    }
    found.extend(begin.map(|from| (from, text.len())));
    found
}

fn is_part(c: char) -> bool {
    (is_letter(c) && !is_dense(c)) || c.is_numeric()
}

/// Letters and the marks that belong to them.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{200c}' | '\u{200d}')
        || (matches!(c, '\u{900}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}')
            && !c.is_numeric()
            && !matches!(c, '\u{964}' | '\u{965}'))
}

fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}')
}

/// Words of a stretch without spaces: where the script changes, and where a word of grammar stands.
fn dense<'a>(stretch: &'a str, has_kana: bool, mut joins: bool, words: &mut Vec<Word<'a>>) {
    #[derive(PartialEq, Clone, Copy)]
    enum Script {
        Han,
        Katakana,
        Grammar,
        Other,
    }
    let script = |c: char| match c {
        c if is_hiragana(c) => Script::Grammar,
        c if !has_kana && CHINESE.contains(c) => Script::Grammar,
        c if is_han(c) => Script::Han,
        c if is_kana(c) => Script::Katakana,
        _ => Script::Other,
    };
    let mut rest = stretch;
    while let Some(first) = rest.chars().next() {
        let of = script(first);
        let end = rest.find(|c| script(c) != of).unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        let count = text.chars().count();
        let kind = match of {
            Script::Han if (2..=LONGEST_DENSE).contains(&count) => Kind::Telling,
            Script::Katakana if (2..=2 * LONGEST_DENSE).contains(&count) => Kind::Telling,
            Script::Other if text.contains(char::is_numeric) => Kind::Number,
            Script::Other if count > 1 => Kind::Telling,
            _ => Kind::Stop,
        };
        words.push(Word { text, kind, joins, begins: false });
        joins = true;
        rest = after;
    }
}

/// By what words are one: without case, and singular and plural alike as far as that is certain.
pub(super) fn fold(word: &str) -> String {
    let lower = word.to_lowercase();
    let bare = lower.strip_suffix("'s").or_else(|| lower.strip_suffix("’s")).unwrap_or(&lower);
    let stem = match bare.strip_suffix('s') {
        Some(stem) if stem.len() >= 3 && !stem.ends_with(['s', 'u', 'i']) && stem.is_ascii() => stem,
        _ => bare,
    };
    stem.to_owned()
}

/// Whether this is written as nothing but a name is: capitals inside, or nothing but capitals in a short word.
pub(super) fn is_proper(word: &str) -> bool {
    let mut chars = word.chars();
    let first_is_small = chars.next().is_some_and(char::is_lowercase);
    let inner = chars.as_str().contains(char::is_uppercase);
    inner && (first_is_small || word.contains(char::is_lowercase) || word.chars().count() <= 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telling(text: &str, language: Option<&str>) -> Vec<String> {
        let stop = Stop::words_of(language, std::iter::once(text));
        let words = words(text, &stop, false);
        words.iter().filter(|word| word.kind == Kind::Telling).map(|word| word.text.to_owned()).collect()
    }

    #[test]
    fn words_are_what_people_write_between_spaces_and_signs() {
        let text = "It's in report-v2.pdf, sent by mia@example.org: 1,250.50 EUR for the O'Hara order";
        assert_eq!(telling(text, Some("en")), ["report-v2.pdf", "mia@example.org", "EUR", "O'Hara", "order"]);
        assert_eq!(telling("한국어 문서를 저장", Some("ko")), ["한국어", "문서를", "저장"]);
        assert_eq!(telling("हिन्दी समाचार पत्र।", Some("hi")), ["हिन्दी", "समाचार", "पत्र"]);
    }

    #[test]
    fn scripts_without_spaces_are_cut_where_the_script_changes_and_at_grammar() {
        assert_eq!(
            telling("駅前の駐車場はメンテナンス中です", Some("ja")),
            ["駅前", "駐車場", "メンテナンス"]
        );
        assert_eq!(telling("会议室的钥匙在前台", Some("zh")), ["会议室", "钥匙", "前台"]);
    }

    #[test]
    fn a_text_in_two_languages_has_the_stop_words_of_both() {
        let text = "Die Rechnung ist nicht bezahlt und wird am Montag gemahnt. The bill was not paid.";
        assert_eq!(telling(text, Some("en")), ["Rechnung", "bezahlt", "Montag", "gemahnt", "bill", "paid"]);
    }
}
