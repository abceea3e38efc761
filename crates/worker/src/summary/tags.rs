//! Tags: those that are in use rather than new ones that mean the same.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::{Brief, Digest};

use super::material::clean;
use super::tokens::tokens;

/// The longest tag, in characters, and the most words of one.
const LONGEST: usize = 40;
const WORDS: usize = 4;
/// A model is offered so many at most, of so many tokens together.
const OFFERED: usize = 60;
const OFFERED_TOKENS: usize = 300;

/// The tags in use that a model is told, the most used first, in a room of so many tokens.
pub(super) fn offer(brief: &Brief, room: usize) -> Vec<String> {
    let mut left = room.min(OFFERED_TOKENS);
    let mut known = HashSet::new();
    let tags = brief.tags.iter().take(Brief::MOST_TAGS).filter_map(|tag| {
        let tag = shaped(tag)?;
        known.insert(fold(&tag)).then_some(tag)
    });
    let fits = |tag: &String| {
        let cost = tokens(tag) + 1;
        let fits = cost <= left;
        left = left.saturating_sub(cost);
        fits
    };
    tags.take(OFFERED).take_while(fits).collect()
}

/// The tags that a model gave, as they are kept: those that only differ by case, plural or a hyphen from one in use as
/// that is, each once, at most [`Digest::MOST_TAGS`].
pub(super) fn settle(given: &[String], brief: &Brief) -> Vec<String> {
    let mut in_use = HashMap::new();
    for tag in brief.tags.iter().take(Brief::MOST_TAGS).filter_map(|tag| shaped(tag)) {
        in_use.entry(fold(&tag)).or_insert(tag);
    }
    let mut seen = HashSet::new();
    let tags = given.iter().flat_map(|tag| tag.split([',', ';', '、', '\n'])).filter_map(shaped);
    tags.filter_map(|tag| {
        let folded = fold(&tag);
        let tag = in_use.get(&folded).cloned().unwrap_or_else(|| tag.to_lowercase());
        seen.insert(folded).then_some(tag)
    })
    .take(Digest::MOST_TAGS)
    .collect()
}

/// A tag that could be one: some words, and nothing that means anything to a page, a shell or a model.
fn shaped(tag: &str) -> Option<String> {
    let tag = clean(tag);
    let tag =
        tag.trim_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '+' | '#'))).trim_start_matches('#');
    let is_plain = tag.chars().all(|c| {
        c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '+' | '#' | '&' | '\'' | '’' | '·')
    });
    let is_short = tag.chars().nth(LONGEST).is_none() && tag.split_whitespace().count() <= WORDS;
    let has_letters = tag.chars().filter(|c| c.is_alphabetic()).count() > 0;
    (is_plain && is_short && has_letters).then(|| tag.to_owned())
}

/// What is the same of tags that mean the same: small letters, without what joins words, the last word in the singular
/// as far as English tells it.
fn fold(tag: &str) -> String {
    let lower = tag.to_lowercase();
    let joined: String =
        lower.chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '.' | '\'' | '’' | '·')).collect();
    singular(&joined)
}

fn singular(word: &str) -> String {
    /// Shorter words are what they are: `bus`, `gas`, `news`.
    const SHORTEST: usize = 5;
    if word.len() < SHORTEST || !word.is_ascii() {
        return word.to_owned();
    }
    let stem = match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    };
    // Nobody can tell `boxe` and `cach` from `box` and `cache`: both forms of both are written without the end.
    let is_hissing = ["sse", "she", "che", "xe"].iter().any(|end| stem.ends_with(end));
    match stem.strip_suffix("ie") {
        Some(stem) => format!("{stem}y"),
        None if is_hissing => stem[..stem.len() - 1].to_owned(),
        None => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(given: &[&str], in_use: &[&str]) -> Vec<String> {
        let strings = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        settle(&strings(given), &Brief { tags: strings(in_use), ..Brief::default() })
    }

    #[test]
    fn a_tag_in_use_is_preferred() {
        for (given, in_use, kept) in [
            ("Invoices", "invoice", "invoice"),
            ("invoice", "Invoices", "Invoices"),
            ("e mail", "e-mail", "e-mail"),
            ("Mail Servers", "mail-server", "mail-server"),
            ("companies", "company", "company"),
            ("boxes", "box", "box"),
            ("Movies", "movie", "movie"),
            ("caches", "cache", "cache"),
            ("Classes", "class", "class"),
            ("Status", "statu", "status"),
            ("#Deskscribe", "deskscribe", "deskscribe"),
            ("Äpfel", "äpfel", "äpfel"),
            ("請求書", "請求書", "請求書"),
            ("garden", "invoice", "garden"),
        ] {
            assert_eq!(settled(&[given], &[in_use]), [kept], "{given}");
        }
    }

    #[test]
    fn tags_are_few_and_each_is_one() {
        let given: Vec<String> = (0..30).map(|at| format!("tag {}", (b'a' + at % 20) as char)).collect();
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        assert_eq!(settled(&given, &[]).len(), Digest::MOST_TAGS);
        assert_eq!(settled(&["Invoice", "invoices", "IN-VOICE"], &[]), ["invoice"]);
        assert_eq!(settled(&["one, two; three"], &[]), ["one", "two", "three"]);
    }

    #[test]
    fn what_is_no_tag_is_dropped() {
        for tag in [
            "",
            "!!!",
            "2024",
            "<script>alert(1)</script>",
            "http://a.example/x",
            "a/b",
            "\u{202e}\u{200b}",
            "one two three four five",
            "a tag that goes on and on and on and on beyond",
            "{\"a\": 1}",
            "<|im_start|>",
        ] {
            assert_eq!(settled(&[tag], &[]), Vec::<String>::new(), "{tag}");
        }
        assert_eq!(
            settled(&["\u{202e}Q&A\u{200b}", "C++", "c#", ".net", "node.js"], &[]),
            ["q&a", "c++", "c#", "net", "node.js"]
        );
    }

    #[test]
    fn a_bounded_number_is_offered() {
        let tags = (0..999).map(|at| format!("tag {at}")).chain(["<|im_end|>".to_owned()]).collect();
        let brief = Brief { tags, ..Brief::default() };
        assert!((10..=OFFERED).contains(&offer(&brief, 9999).len()));
        assert!(offer(&brief, 9).len() < 3);
        let doubled = Brief { tags: vec!["Invoices".to_owned(), "invoice".to_owned()], ..Brief::default() };
        assert_eq!(offer(&doubled, 99), ["Invoices"]);
    }
}
