//! Tokens: the words of a text as the index keeps them, and as a query asks for them.
//!
//! Scripts that put spaces between words give words. In those that do not, each character begins a pair:
//! 東京都 is `東京 京都 都`. So a query of two characters is one token, one of three a phrase of two, and one of a
//! single character the beginning of a token.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::fold::{Cluster, cluster};

/// Longer words are cut, in texts and queries alike: nobody looks for the end of one.
const LONGEST: usize = 64;
/// Most parts of a word that hyphens or points divide.
const MOST_PARTS: usize = 4;
/// Parts of a word that are shorter are no words.
const SHORTEST_PART: usize = 3;

/// A piece of text that can be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Folded; letters, digits, emoji and currency signs, with `+` and `#` at the end of `c++` and `c#`.
    pub(super) text: String,
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    /// Whether it is one of the pairs of a script without spaces.
    pub(super) pair: bool,
}

impl Token {
    fn new(run: &[(char, Range<usize>)], pair: bool) -> Option<Self> {
        let (first, last) = (run.first()?, run.last()?);
        let text = run.iter().take(LONGEST).map(|(c, _)| c).collect();
        Some(Self { text, range: first.1.start..last.1.end, pair })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Letters and digits of scripts with spaces.
    Word,
    /// Letters of scripts without; Korean too, whose particles cling to words.
    Pair,
    /// Signs that mean something alone.
    Sign,
    Between,
}

fn class(c: char) -> Class {
    match c {
        '\u{e00}'..='\u{eff}' // Thai and Lao
        | '\u{1000}'..='\u{109f}' // Burmese
        | '\u{1100}'..='\u{11ff}' // parts of Korean syllables
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{30ff}'
        | '\u{3105}'..='\u{312f}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
            if c.is_alphanumeric() || is_combining_mark(c) =>
        {
            Class::Pair
        }
        '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}' => Class::Sign,
        '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => Class::Sign,
        c if c.is_alphanumeric() || is_combining_mark(c) => Class::Word,
        _ => Class::Between,
    }
}

/// The tokens of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut run = Run { of: Class::Between, chars: Vec::new(), tokens: Vec::new() };
    let mut at = 0;
    while let Some(Cluster { range, fold }) = cluster(text, at) {
        // Most words are plain, and need no second look at their characters.
        if run.chars.is_empty()
            && let Some(word) = plain_word(text.get(at..).unwrap_or_default())
        {
            let range = at..at + word.len();
            at = range.end;
            let cut = word.get(..LONGEST.min(word.len())).unwrap_or_default();
            run.tokens.push(Token { text: cut.to_ascii_lowercase(), range, pair: false });
            continue;
        }
        at = range.end;
        for &c in fold.chars() {
            let class = class(c);
            if class == Class::Between && run.takes_sign(c, text.get(range.end..).unwrap_or_default()) {
                run.chars.push((c, range.clone()));
                continue;
            }
            if class != run.of || class == Class::Sign || run.has_sign() {
                run.end();
                run.of = class;
            }
            if class != Class::Between {
                run.chars.push((c, range.clone()));
            }
        }
    }
    run.end();
    run.tokens
}

/// The word of letters and digits of ASCII that this begins with, if nothing can belong to it that follows.
fn plain_word(text: &str) -> Option<&str> {
    let end = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let goes_on =
        text.as_bytes().get(end).is_some_and(|next| !next.is_ascii() || matches!(next, b'+' | b'#'));
    if goes_on { None } else { text.get(..end).filter(|word| !word.is_empty()) }
}

/// Characters of one class, side by side.
struct Run {
    of: Class,
    chars: Vec<(char, Range<usize>)>,
    tokens: Vec<Token>,
}

impl Run {
    fn end(&mut self) {
        match self.of {
            Class::Pair => {
                let pairs = (0..self.chars.len()).map(|at| self.chars.get(at..self.chars.len().min(at + 2)));
                self.tokens.extend(pairs.flatten().filter_map(|pair| Token::new(pair, true)));
            }
            _ => self.tokens.extend(Token::new(&self.chars, false)),
        }
        self.chars.clear();
    }

    fn has_sign(&self) -> bool {
        self.chars.last().is_some_and(|(c, _)| matches!(c, '+' | '#'))
    }

    /// Whether this belongs to the name of a language: `C++`, `C#`, `F#`, `g++`.
    fn takes_sign(&self, c: char, rest: &str) -> bool {
        let letters = self.chars.iter().take_while(|(c, _)| c.is_ascii_lowercase()).count();
        let signs: String = self.chars.iter().skip(letters).map(|(c, _)| c).collect();
        let ends = !rest.starts_with(char::is_alphanumeric);
        self.of == Class::Word
            && letters == 1
            && match (c, signs.as_str()) {
                ('+', "") => rest.starts_with('+'),
                ('+', "+") => true,
                ('#', "") => ends,
                _ => false,
            }
    }
}

/// Other ways to write the words of a text, by which they are found as well: `e-mail` as `email`, a word that a line
/// break divided, `U.S.A.` as `usa`, `don't` as `dont`, and the parts of `loadRecipes`.
pub(super) fn other_forms(text: &str, tokens: &[Token]) -> Vec<String> {
    let mut forms = Vec::new();
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        forms.extend(humps(text.get(first.range.clone()).unwrap_or_default()));
        // A word of many parts is not looked at again from its second part on.
        let (joined, parts) = (whole(text, rest), chain(text, rest, usize::MAX));
        forms.extend(joined.map(|(form, _)| form));
        for token in rest.iter().take(parts).skip(1) {
            forms.extend(humps(text.get(token.range.clone()).unwrap_or_default()));
        }
        rest = rest.get(parts..).unwrap_or_default();
    }
    forms
}

/// The word that the first tokens are parts of, and how many these are.
pub(super) fn whole(text: &str, tokens: &[Token]) -> Option<(String, usize)> {
    let parts = chain(text, tokens, MOST_PARTS + 1);
    // Of more parts it is a path, a date or an identifier, whose whole nobody types.
    let whole = tokens.get(..parts).filter(|_| (2..=MOST_PARTS).contains(&parts))?;
    Some((whole.iter().map(|token| token.text.as_str()).collect(), parts))
}

/// How many tokens from the first on hang together: at least that one, and at most so many.
fn chain(text: &str, tokens: &[Token], most: usize) -> usize {
    let joins = |pair: &[Token]| match pair {
        [one, two] if !one.pair && !two.pair => {
            let between = text.get(one.range.end..two.range.start).unwrap_or_default();
            let rest = text.get(two.range.start..).unwrap_or_default();
            match between.trim_start_matches('\u{ad}') {
                "-" | "\u{2010}" | "\u{2011}" | "'" | "\u{2019}" => {
                    !is_number(&one.text) && !is_number(&two.text)
                }
                "." => one.text.len() == 1 && two.text.len() == 1 && !is_number(&one.text),
                // A line break within a word, and none between two.
                "-\n" | "\u{2010}\n" => rest.starts_with(char::is_lowercase),
                _ => false,
            }
        }
        _ => false,
    };
    tokens.windows(2).take(most - 1).take_while(|pair| joins(pair)).count() + 1
}

fn is_number(text: &str) -> bool {
    text.chars().all(char::is_numeric)
}

/// The parts of a word that capitals divide, folded: `HTTPServer` is `http` and `server`.
fn humps(word: &str) -> Vec<String> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for three in chars.windows(3) {
        if let [(_, one), (at, two), (_, three)] = *three
            && two.is_uppercase()
            && (one.is_lowercase() || (one.is_uppercase() && three.is_lowercase()))
        {
            cuts.push(at);
        }
    }
    if cuts.len() == 1 {
        return Vec::new();
    }
    cuts.push(word.len());
    let parts = cuts.windows(2).filter_map(|cut| word.get(*cut.first()?..*cut.last()?));
    parts.map(super::fold::fold).filter(|part| part.chars().count() >= SHORTEST_PART).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> String {
        tokens(text).iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn forms(text: &str) -> String {
        other_forms(text, &tokens(text)).join(" ")
    }

    #[test]
    fn words_are_cut_where_people_would() {
        for (text, tokens) in [
            ("invoice-march_2026.jpg", "invoice march 2026 jpg"),
            ("Total:\t12,50 €", "total 12 50 €"),
            ("ann@mail.example.com", "ann mail example com"),
            ("C++17 and C# i++ a+b #1 C#5", "c++ 17 and c# i++ a b 1 c 5"),
            ("done ✓🧾🎉", "done ✓ 🧾 🎉"),
            ("-> ... ()", ""),
            ("हिन्दी में", "हिन्दी में"),
            ("½ cup", "1 2 cup"),
        ] {
            assert_eq!(words(text), tokens, "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(words("東京都"), "東京 京都 都");
        assert_eq!(words("都"), "都");
        assert_eq!(words("PDFを開く。次"), "pdf を開 開く く 次");
        assert_eq!(words("ﾃﾞｰﾀ・회의록"), "デー ータ タ 회의 의록 록");
    }

    #[test]
    fn words_have_other_forms() {
        for (text, other) in [
            ("an e-mail", "email"),
            ("the in-\nvoice", "invoice"),
            ("North-\nWest", ""),
            ("the U.S.A. don't", "usa dont"),
            ("loadRecipes HTTPServer iPhone", "load recipes http server phone"),
            ("2026-03-14 1-2 invoice-2026", ""),
            ("a-b-c-d-e-f", ""),
        ] {
            assert_eq!(forms(text), other, "{text}");
        }
    }

    #[test]
    fn a_long_word_is_cut() {
        assert_eq!(words(&"x".repeat(4000)).len(), LONGEST);
    }

    /// Without the short cut for plain words.
    fn slowly(text: &str) -> Vec<Token> {
        // Nothing is plain that a variation selector follows; it is left out by folding.
        let marked: String = text.chars().flat_map(|c| [c, '\u{fe0f}']).collect();
        let back = |at: usize| marked[..at].chars().filter(|c| *c != '\u{fe0f}').map(char::len_utf8).sum();
        let token = |token: Token| Token { range: back(token.range.start)..back(token.range.end), ..token };
        tokens(&marked).into_iter().map(token).collect()
    }

    proptest! {
        #[test]
        fn the_short_cut_makes_no_difference(text in "[a-cX0-9é東 .\u{301}_-]{0,30}") {
            prop_assert_eq!(tokens(&text), slowly(&text));
        }

        /// What the index is given must be one token to it, whatever the text was.
        #[test]
        fn a_token_is_one_word_to_sqlite(text: String) {
            for token in tokens(&text) {
                prop_assert!(!token.text.is_empty());
                prop_assert!(
                    token.text.chars().all(|c| !c.is_ascii() || c.is_ascii_lowercase() || c.is_ascii_digit() || "+#".contains(c)),
                    "{:?}", token.text
                );
                prop_assert!(text.get(token.range.clone()).is_some());
            }
            other_forms(&text, &tokens(&text));
        }
    }
}
