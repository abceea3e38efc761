//! Tags that the user gives a content: they count in place of those of the machine, until they are given back to it.

use std::collections::HashSet;

use deskscribe_protocol::{ContentKey, acts};
use rusqlite::{Connection, OptionalExtension};

use crate::search;

/// The format of the cache that brought the table.
pub(crate) const SINCE: i64 = 4;
/// The most tags of a content.
const MOST: usize = 24;
/// The longest tag, in characters.
const LONGEST: usize = 100;

/// SQL for the user's tags of a row of `reading`, as JSON; NULL where the machine's count.
macro_rules! own_tags {
    () => {
        "(SELECT tags FROM tagging WHERE key = reading.key AND seal(key, set_at, tags) = seal)"
    };
}
pub(crate) use own_tags;

/// What whoever looks at an older cache sees in place of the table.
pub(crate) const NONE_YET: &str = "PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE tagging (key BLOB PRIMARY KEY, set_at INTEGER, tags TEXT, seal BLOB)";

/// The user's tags of this content, whether it was read or not; nothing where the machine's count.
pub(crate) fn own(summaries: &Connection, key: &ContentKey) -> rusqlite::Result<Option<Vec<String>>> {
    const QUERY: &str = "SELECT tags FROM tagging WHERE key = ? AND seal(key, set_at, tags) = seal";
    let mut own = summaries.prepare_cached(QUERY)?;
    let tags: Option<Option<String>> = own.query_row([key.as_bytes()], |row| row.get(0)).optional()?;
    Ok(tags.flatten().and_then(|tags| parsed(&tags)))
}

/// The user's tags, if there are any, else the machine's; and whether they are the user's.
pub(crate) fn effective(own: Option<&str>, machine: Option<&str>) -> (Vec<String>, bool) {
    match own.and_then(parsed) {
        Some(tags) => (tags, true),
        // What cannot be understood is no tag.
        None => (machine.and_then(parsed).unwrap_or_default(), false),
    }
}

fn parsed(tags: &str) -> Option<Vec<String>> {
    serde_json::from_str(tags).ok()
}

/// What a user typed, made sound: each tag one line of at most a hundred characters, with single spaces and nothing
/// that speaks to a terminal; at most twenty-four, each once. Of those that search cannot tell apart, the first is
/// kept.
pub(crate) fn clean(typed: &[String]) -> Vec<String> {
    let mut known = HashSet::new();
    let tags = typed.iter().map(|tag| one_line(tag)).filter(|tag| !tag.is_empty());
    tags.filter(|tag| known.insert(search::sameness(tag))).take(MOST).collect()
}

fn one_line(typed: &str) -> String {
    let words = typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line: String =
        words.collect::<Vec<_>>().join(" ").chars().filter(|c| !acts(*c)).take(LONGEST).collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_made_sound() {
        let cleaned = |typed: &[&str]| clean(&typed.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>());
        assert_eq!(cleaned(&["  New \t York\n", "new-york", "", " ", "YORK"]), ["New York", "YORK"]);
        assert_eq!(cleaned(&["a\u{1b}[2Jb", "\u{202e}gpj", "!", "?", "!"]), ["a [2Jb", "gpj", "!", "?"]);
        assert_eq!(cleaned(&["Größe", "grosse", "C", "C++"]), ["Größe", "C", "C++"]);
        assert_eq!(cleaned(&[&"ä".repeat(101)]), ["ä".repeat(100)]);
        let many: Vec<String> = (0..30).map(|number| format!("tag {number}")).collect();
        assert_eq!(clean(&many), many[..24]);
    }
}
