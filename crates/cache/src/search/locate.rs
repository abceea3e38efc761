//! Where the words of a query stand in a text.

use std::ops::Range;

use super::fold::origin;
use super::query::Term;
use super::token::{Token, tokens, whole};

/// More hits than these are not marked.
const MOST_MARKS: usize = 1000;

/// A piece of a text that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Which of the terms.
    pub(super) term: usize,
    /// Where, in bytes.
    pub(super) range: Range<usize>,
}

/// What counts as a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// The words as they were typed.
    Whole,
    /// Also the characters of a word within longer ones.
    Within,
}

/// Where these terms stand, in the order of the text.
pub(super) fn locate(text: &str, terms: &[&Term], how: How) -> Vec<Mark> {
    let tokens = tokens(text);
    let mut marks = Vec::new();
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        for (term, wanted) in terms.iter().enumerate() {
            let range = side_by_side(text, rest, wanted)
                .or_else(|| as_one_word(text, rest, wanted))
                .or_else(|| (how == How::Within && !wanted.quoted).then(|| within(text, rest, wanted))?);
            marks.extend(range.map(|range| Mark { term, range }));
        }
        if marks.len() >= MOST_MARKS {
            break;
        }
    }
    marks
}

/// How many different terms there are in these.
pub(super) fn variety(marks: &[Mark]) -> usize {
    let mut terms: Vec<usize> = marks.iter().map(|mark| mark.term).collect();
    terms.sort_unstable();
    terms.dedup();
    terms.len()
}

fn side_by_side(text: &str, tokens: &[Token], wanted: &Term) -> Option<Range<usize>> {
    let (last, before) = wanted.tokens.split_last()?;
    let found = tokens.get(..wanted.tokens.len())?;
    let (end, first) = found.split_last()?;
    let same = before.iter().zip(first).all(|(wanted, token)| *wanted == token.text);
    let starts = if wanted.begins { end.text.starts_with(last.as_str()) } else { end.text == *last };
    let start = first.first().unwrap_or(end).range.start;
    (same && starts).then(|| start..beginning(text, end, last).end)
}

/// A word that hyphens divide in the text, and not in the query; or the other way round.
fn as_one_word(text: &str, tokens: &[Token], wanted: &Term) -> Option<Range<usize>> {
    let word = match (&wanted.whole, &wanted.tokens[..]) {
        (Some(whole), _) => whole,
        (None, [one]) => one,
        _ => return None,
    };
    let matches = |text: &str| if wanted.begins { text.starts_with(word.as_str()) } else { text == word };
    let first = tokens.first()?;
    if wanted.whole.is_some() && matches(&first.text) {
        return Some(first.range.start..beginning(text, first, word).end);
    }
    let (whole, parts) = whole(text, tokens)?;
    matches(&whole).then(|| first.range.start..tokens.get(parts - 1).unwrap_or(first).range.end)
}

/// Any part of the term in a longer word, or in two words that should be one.
fn within(text: &str, tokens: &[Token], wanted: &Term) -> Option<Range<usize>> {
    let first = tokens.first()?;
    let in_first = |part: &String| {
        let at = first.text.find(part.as_str())?;
        let before = first.text.get(..at)?.chars().count();
        Some(part_of(text, first, before..before + part.chars().count()))
    };
    let divided = |part: &String| {
        let second = tokens.get(1)?;
        let rest = part.strip_prefix(first.text.as_str())?;
        let found = !rest.is_empty() && second.text.starts_with(rest);
        found.then(|| first.range.start..beginning(text, second, rest).end)
    };
    wanted.tokens.iter().find_map(|part| in_first(part).or_else(|| divided(part)))
}

/// Where this beginning of a token stands; all of a token that is exactly this, or was cut.
fn beginning(text: &str, token: &Token, beginning: &str) -> Range<usize> {
    if token.text == beginning {
        return token.range.clone();
    }
    part_of(text, token, 0..beginning.chars().count())
}

fn part_of(text: &str, token: &Token, part: Range<usize>) -> Range<usize> {
    let start = token.range.start;
    let found = origin(text.get(token.range.clone()).unwrap_or_default(), part);
    start + found.start..start + found.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Query;
    use super::super::fold::fold;
    use super::*;

    fn marked(text: &str, query: &str, how: How) -> String {
        let query = Query::parse(query).unwrap();
        let terms: Vec<&Term> = query.terms.iter().collect();
        let marks = locate(text, &terms, how);
        marks.iter().map(|mark| &text[mark.range.clone()]).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_was_typed_is_found_as_it_was_written() {
        for (text, query, found) in [
            ("Ein Café, zwei CAFES", "cafe ", "Café"),
            ("Ein Café, zwei CAFES", "cafe", "Café|CAFE"),
            ("Große Straße", "strasse grosse", "Große|Straße"),
            ("Ｆｕｌｌ width", "full", "Ｆｕｌｌ"),
            ("Total: 12,50 € and 12 or 50", "12,50", "12,50"),
            ("send an e-mail", "email", "e-mail"),
            ("send an email", "e-mail ", "email"),
            ("the in-\nvoice", "invoice ", "in-\nvoice"),
            ("新しい東京都の天気", "東京都", "東京都"),
            ("新しい東京都の天気", "天", "天"),
            ("新しい東京都の天気", "京都 ", "京都"),
            ("ﾃﾞｰﾀ", "データ", "ﾃﾞｰﾀ"),
            ("C and C++", "c++ ", "C++"),
            ("to be or not", "\"be or\"", "be or"),
            ("to be nor or", "\"be or\"", ""),
        ] {
            assert_eq!(marked(text, query, How::Whole), found, "{query} in {text}");
        }
    }

    #[test]
    fn within_longer_words_only_the_part_is_marked() {
        for (text, query, found) in [
            ("reVOICEd", "voice", "VOICE"),
            ("loadRecipes(x)", "recipes ", "Recipes"),
            ("invoice due", "invoicedue", "invoice due"),
            ("Nachtruhegroße", "große", "große"),
        ] {
            assert_eq!(marked(text, query, How::Whole), "", "{query} in {text}");
            assert_eq!(marked(text, query, How::Within), found, "{query} in {text}");
        }
    }

    proptest! {
        /// Any word of a text finds itself, and what is marked folds to what was looked for.
        #[test]
        fn what_is_marked_is_what_was_looked_for(text in "(\\PC|[a-cäßé東京ｶﾞ \\-]){0,40}", pick: prop::sample::Index) {
            let words: Vec<&str> = text.split_whitespace().filter(|word| !tokens(word).is_empty()).collect();
            prop_assume!(!words.is_empty());
            let word = words[pick.index(words.len())].replace([':', '"'], "").trim_start_matches('-').to_owned();
            let Ok(query) = Query::parse(&format!("{word} ")) else { return Ok(()) };
            prop_assume!(query.terms.len() == 1);
            let term = &query.terms[0];
            let marks = locate(&text, &[term], How::Whole);
            for Mark { range, .. } in &marks {
                let folded: String = fold(&text[range.clone()]).chars().filter(|c| c.is_alphanumeric()).collect();
                let wanted: String = fold(&word).chars().filter(|c| c.is_alphanumeric()).collect();
                prop_assert!(folded.starts_with(&wanted), "{:?} is marked for {:?}", &text[range.clone()], word);
            }
        }
    }
}
