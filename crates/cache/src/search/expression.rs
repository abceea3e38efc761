//! A query in the language of SQLite's FTS5. Nothing else writes that language.
//!
//! Whatever was typed, only tokens get here: letters, digits and signs outside of ASCII, and `_ + #`, all between
//! quotes.

use std::os::unix::ffi::OsStrExt;

use deskscribe_protocol::MediaKind;
use rusqlite::Connection;

use super::hit::State;
use super::operator::{Facet, Filter, Maker};
use super::query::{Query, Term};
use super::spelling;

/// Words are divided only within these bounds, in characters, …
const DIVIDED: std::ops::RangeInclusive<usize> = 6..=24;
/// … into parts of so many at least.
const SHORTEST_PART: usize = 3;

impl Facet {
    /// What every document has.
    pub(super) const ANY: &str = "_all";

    pub(super) fn named(name: &str, value: &str) -> String {
        format!("_{name}_{value}")
    }

    /// The token that a document with this property has. No word that people can type begins with `_`.
    pub(super) fn token(&self) -> String {
        match self {
            Self::Kind(kind) => Self::named("kind", MediaKind::as_str(*kind)),
            Self::State(state) => Self::named("state", state.as_str()),
            Self::Language(tag) => Self::named("lang", tag),
            Self::Tag(words) => Self::named("tag", &words.join("_")),
            Self::By(Maker::Model(words)) => Self::named("by", &words.join("_")),
            Self::By(Maker::Remote) => "_remote".to_owned(),
            Self::By(Maker::Extractive) => Maker::MODEL.to_owned(),
            Self::Folder(path) => {
                let hex = path.as_os_str().as_bytes().iter().map(|byte| format!("{byte:02x}"));
                Self::named("in", &hex.collect::<String>())
            }
        }
    }
}

impl Maker {
    /// What every document has whose summary is by a language model.
    pub(super) const MODEL: &str = "_model";
}

/// The filters of a query: what must be there, what must not.
#[derive(Debug)]
pub(super) struct Filters {
    with: Vec<String>,
    without: Vec<String>,
}

impl Filters {
    /// A tag, a folder or a model that nothing has is taken for the beginning of one: somebody is typing.
    pub(super) fn of(query: &Query, connection: &Connection) -> rusqlite::Result<Self> {
        let mut filters = Self { with: Vec::new(), without: Vec::new() };
        let mut any_of: [Vec<String>; 5] = Default::default();
        let [kinds, states, languages, folders, makers] = &mut any_of;
        for Filter { without, facet } in &query.filters {
            let token = [facet.token()];
            let is_whole = match facet {
                Facet::Tag(_) | Facet::Folder(_) | Facet::By(Maker::Model(_)) => {
                    occurs(connection, &token[0])?
                }
                _ => true,
            };
            let phrase = match facet {
                Facet::By(Maker::Extractive) => unsummarised(),
                _ => phrase(&token, !is_whole),
            };
            match facet {
                _ if *without => filters.without.push(phrase),
                Facet::Tag(_) => filters.with.push(phrase),
                Facet::Kind(_) => kinds.push(phrase),
                Facet::State(_) => states.push(phrase),
                Facet::Language(_) => languages.push(phrase),
                Facet::Folder(_) => folders.push(phrase),
                Facet::By(_) => makers.push(phrase),
            }
        }
        filters.with.extend(any_of.iter().filter(|values| !values.is_empty()).map(|values| any(values)));
        Ok(filters)
    }

    /// The filters together with words: these must be there, and those of the query that must not.
    fn and(&self, query: &Query, words: Vec<String>) -> String {
        let excluded = query.terms.iter().filter(|term| term.without).map(whole);
        let without: Vec<String> = self.without.iter().cloned().chain(excluded).collect();
        let mut with = words;
        with.extend(self.with.iter().cloned());
        if with.is_empty() {
            with.push(phrase(&[Facet::ANY.to_owned()], false));
        }
        let with = with.join(" AND ");
        if without.is_empty() { with } else { format!("({with}) NOT {}", any(&without)) }
    }

    /// All words as they were typed.
    pub(super) fn strict(&self, query: &Query) -> String {
        self.and(query, wanted(query).map(whole).collect())
    }

    /// All words; those that few files hold also within longer words, divided, and apart.
    pub(super) fn loose(
        &self,
        query: &Query,
        rare: &[&Term],
        connection: &Connection,
    ) -> rusqlite::Result<String> {
        let word = |term| if rare.contains(&term) { loose(term, connection) } else { Ok(whole(term)) };
        let words = wanted(query).map(word).collect::<Result<_, _>>()?;
        Ok(self.and(query, words))
    }
}

/// The words that must be there.
pub(super) fn wanted(query: &Query) -> impl Iterator<Item = &Term> {
    query.terms.iter().filter(|term| !term.without)
}

/// A word as it was typed, whole words counting twice.
pub(super) fn ranked(term: &Term) -> String {
    if term.begins { any(&[phrase(&term.tokens, false), whole(term)]) } else { whole(term) }
}

/// A word as it was typed.
pub(super) fn whole(term: &Term) -> String {
    let apart = phrase(&term.tokens, term.begins);
    match &term.whole {
        Some(joined) => any(&[apart, phrase(std::slice::from_ref(joined), term.begins)]),
        None => apart,
    }
}

fn loose(term: &Term, connection: &Connection) -> rusqlite::Result<String> {
    let whole = whole(term);
    // Of several parts that are all short, such as 12,50, each alone is nearly everywhere.
    let is_short = |token: &String| token.chars().nth(spelling::PIECE - 1).is_none();
    if term.quoted || term.tokens.iter().all(is_short) {
        return Ok(whole);
    }
    let mut parts = Vec::new();
    for (at, token) in term.tokens.iter().enumerate() {
        let begins = term.begins && at + 1 == term.tokens.len();
        let mut ways = vec![phrase(std::slice::from_ref(token), begins)];
        if !is_short(token) {
            let words = spelling::holding(connection, token)?;
            ways.extend(words.iter().map(|word| phrase(std::slice::from_ref(word), false)));
        }
        ways.extend(divided(token).map(|parts| phrase(&parts, begins)));
        parts.push(any(&ways));
    }
    Ok(any(&[whole, format!("({})", parts.join(" AND "))]))
}

/// The ways in which a word may be two that were written as one.
fn divided(token: &str) -> impl Iterator<Item = [String; 2]> {
    let length = token.chars().count();
    let fits = DIVIDED.contains(&length);
    let cuts = token.char_indices().enumerate().map(|(number, (at, _))| (number, at));
    let cuts =
        cuts.filter(move |(number, _)| fits && *number >= SHORTEST_PART && *number + SHORTEST_PART <= length);
    cuts.map(|(_, at)| {
        let (one, two) = token.split_at(at);
        [one.to_owned(), two.to_owned()]
    })
}

/// Whether this token is anywhere in the index.
pub(super) fn occurs(connection: &Connection, token: &str) -> rusqlite::Result<bool> {
    const QUERY: &str = "SELECT 1 FROM search WHERE search MATCH ? LIMIT 1";
    connection.prepare_cached(QUERY)?.exists([format!("\"{token}\"")])
}

/// What was read and no language model has summarised.
fn unsummarised() -> String {
    let read = phrase(&[Facet::State(State::Read).token()], false);
    format!("({read} NOT {})", phrase(&[Maker::MODEL.to_owned()], false))
}

fn phrase(tokens: &[String], begins: bool) -> String {
    format!("\"{}\"{}", tokens.join(" "), if begins { " *" } else { "" })
}

fn any(expressions: &[String]) -> String {
    match expressions {
        [one] => one.clone(),
        _ => format!("({})", expressions.join(" OR ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_was_glued_is_divided() {
        let ways: Vec<String> = divided("duenotö").map(|parts| parts.join("|")).collect();
        assert_eq!(ways, ["due|notö", "duen|otö"]);
        assert_eq!(divided("short").count(), 0);
        assert_eq!(divided(&"x".repeat(25)).count(), 0);
    }
}
