//! What people type into the search box, understood.
//!
//! Words are looked for together; `"words in quotes"` stand side by side; `-word` must not be there; the last
//! word may be unfinished. Operators narrow the search: see [`Operator`](super::operator::Operator). A word with a
//! colon that is no operator, such as `http://a.b`, is a word like any other.

use jiff::Zoned;

use super::operator::{Filter, Operator};
use super::token::{self, Token, tokens};

/// The most words and operators of a query.
const MOST_PARTS: usize = 32;
/// The longest query, in characters.
const LONGEST: usize = 1000;

/// A query that can be run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub(super) terms: Vec<Term>,
    pub(super) filters: Vec<Filter>,
    /// In milliseconds since 1970, this one included.
    pub(super) after: Option<i64>,
    /// In milliseconds since 1970, this one not included.
    pub(super) before: Option<i64>,
    /// The words that are looked for, as they were typed.
    pub(super) said: String,
}

/// A word or a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// It must not be there.
    pub(super) without: bool,
    /// It was quoted: nothing but this will do.
    pub(super) quoted: bool,
    /// Side by side; at least one.
    pub(super) tokens: Vec<String>,
    /// The same as one word: `email` for `e-mail`.
    pub(super) whole: Option<String>,
    /// The last token may go on.
    pub(super) begins: bool,
}

/// A query that cannot be run, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// An operator without a value it takes.
    #[error("{operator}: takes {takes}{}", not(value))]
    Value {
        /// The operator, without its colon.
        operator: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What was typed instead; may be empty.
        value: String,
    },
    /// An operator that cannot be turned round.
    #[error("-{0}: does not work; after: and before: are the opposite of each other")]
    Without(&'static str),
    /// Nothing but punctuation.
    #[error("there is nothing to look for in “{0}”; add a letter, a digit or an emoji")]
    Nothing(String),
    /// Too many words.
    #[error("a search can have {MOST_PARTS} words and {LONGEST} characters; leave some out")]
    TooLong,
}

fn not(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(", not “{value}”") }
}

impl Query {
    /// Understands what was typed. Dates are those of the local calendar; `~` and relative folders are those of the
    /// user's home. An empty query means everything.
    ///
    /// # Errors
    /// What to type instead, in one line. While somebody types, an operator without its value is such an error.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        Self::parse_at(text, &Zoned::now())
    }

    /// The same, at another time.
    pub(super) fn parse_at(text: &str, now: &Zoned) -> Result<Self, QueryError> {
        if text.chars().nth(LONGEST).is_some() {
            return Err(QueryError::TooLong);
        }
        let mut query = Self::default();
        let mut unsearchable = None;
        for (number, part) in parts(text).enumerate() {
            if number == MOST_PARTS {
                return Err(QueryError::TooLong);
            }
            match part.operator {
                Some(operator) => operator.apply(&part, now, &mut query)?,
                None => match Term::new(&part) {
                    Some(term) => {
                        if !term.without {
                            query.said.push_str(if query.said.is_empty() { "" } else { " " });
                            query.said.push_str(part.value);
                        }
                        query.terms.push(term);
                    }
                    None => unsearchable = unsearchable.or(Some(part.value)),
                },
            }
        }
        match unsearchable {
            // A dash or an ampersand between words is no matter.
            Some(word) if query.terms.is_empty() => Err(QueryError::Nothing(word.to_owned())),
            _ => Ok(query),
        }
    }

    /// Whether nothing is asked for but days at most.
    pub(super) fn is_everything(&self) -> bool {
        self.terms.is_empty() && self.filters.is_empty()
    }

    /// The words that are looked for, as they were typed, for whoever finds out what they mean.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Whether words are looked for, so that a hit has something to show in its snippet.
    pub fn has_words(&self) -> bool {
        self.terms.iter().any(|term| !term.without)
    }
}

impl Term {
    fn new(part: &Part<'_>) -> Option<Self> {
        let mut found = tokens(part.value);
        let last_is_alone = |found: &[Token]| {
            found.last().is_some_and(|last| last.pair && last.text.chars().nth(1).is_none())
        };
        // The last character of 東京 also begins what would follow; alone it says nothing new.
        if let [.., one, _] = &found[..]
            && one.pair
            && last_is_alone(&found)
            && one.text.chars().nth(1).is_some()
        {
            found.pop();
        }
        let whole = token::whole(part.value, &found).filter(|(_, parts)| *parts == found.len());
        let whole = whole.map(|(whole, _)| whole);
        let begins = (part.unfinished && !part.without) || last_is_alone(&found);
        let tokens: Vec<String> = found.into_iter().map(|token| token.text).collect();
        let Part { without, quoted, .. } = *part;
        (!tokens.is_empty()).then_some(Self { without, quoted, tokens, whole, begins })
    }
}

/// A word, a phrase, or an operator with its value.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) without: bool,
    pub(super) operator: Option<Operator>,
    pub(super) value: &'a str,
    pub(super) quoted: bool,
    /// Nothing follows it, not even a space: it may still be growing.
    pub(super) unfinished: bool,
}

fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let after_dash = rest
            .strip_prefix('-')
            .filter(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || is_quote(c)));
        let (without, word) = (after_dash.is_some(), after_dash.unwrap_or(rest));
        let (operator, word) = match Operator::at(word) {
            Some((operator, value)) => (Some(operator), value),
            None => (None, word),
        };
        let quoted = word.starts_with(is_quote);
        let (value, after, closed) = if quoted {
            let inside = word.trim_start_matches(is_first(word));
            // A quote that is never closed ends with the text.
            inside.find(is_quote).map_or((inside, "", false), |end| {
                let (value, after) = inside.split_at(end);
                (value, after.trim_start_matches(is_first(after)), true)
            })
        } else {
            let (value, after) = word.split_at(word.find(char::is_whitespace).unwrap_or(word.len()));
            (value, after, false)
        };
        rest = after;
        let unfinished = after.is_empty() && !closed && !value.ends_with(char::is_whitespace);
        Some(Part { without, operator, value, quoted, unfinished })
    })
}

/// Straight quotes, and what keyboards and word processors make of them.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」')
}

/// Matches the first character of this text, once.
fn is_first(text: &str) -> impl FnMut(char) -> bool + use<> {
    let mut first = text.chars().next();
    move |c| first.take() == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The terms in short: `-` before, `"` for quoted, `*` behind.
    fn terms(text: &str) -> String {
        let show = |term: &Term| {
            let sign = |is: bool, sign: &'static str| if is { sign } else { "" };
            let whole = term.whole.as_ref().map(|whole| format!("|{whole}")).unwrap_or_default();
            let (without, quoted) = (sign(term.without, "-"), sign(term.quoted, "\""));
            format!("{without}{quoted}{}{whole}{}", term.tokens.join("+"), sign(term.begins, "*"))
        };
        Query::parse(text).unwrap().terms.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_phrases_and_what_must_not_be_there() {
        for (text, understood) in [
            ("", ""),
            ("invoice", "invoice*"),
            ("Invoice ", "invoice"),
            ("two  words", "two words*"),
            ("\"two words\" more", "\"two+words more*"),
            ("\"not clo", "\"not+clo*"),
            ("\"closed\"", "\"closed"),
            ("„schöne“ -alt -\"sehr alt\"", "\"schone -alt -\"sehr+alt"),
            ("12,50 e-mail foo@bar.com", "12+50 e+mail|email foo+bar+com*"),
            ("http://x.org foo:bar C:\\Users", "http+x+org foo+bar c+users*"),
            ("--verbose - & a-b", "verbose a+b|ab*"),
            ("東", "東*"),
            ("東京 ", "東京"),
            ("東京都", "東京+京都*"),
            ("東京tower 都 x", "東京+京+tower 都* x*"),
            ("a\"b\" \"\"", "a+b"),
        ] {
            assert_eq!(terms(text), understood, "{text}");
        }
    }

    #[test]
    fn what_is_meant_is_what_was_typed() {
        let query = Query::parse("Größte  kind:image \"two words\" -alt -tag:x invoice").unwrap();
        assert_eq!(query.said(), "Größte two words invoice");
        assert_eq!(Query::parse("kind:image").unwrap().said(), "");
    }

    #[test]
    fn nothing_to_look_for_is_said() {
        for text in ["->", "\"", "...", "* ? %", "-", "'", "kind:image ()"] {
            let error = Query::parse(text).unwrap_err();
            assert!(matches!(error, QueryError::Nothing(_)), "{text}: {error}");
        }
        assert_eq!(Query::parse(&"a ".repeat(33)), Err(QueryError::TooLong));
        assert_eq!(Query::parse(&"a".repeat(1001)), Err(QueryError::TooLong));
    }
}
