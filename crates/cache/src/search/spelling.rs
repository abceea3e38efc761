//! Spellings: every word that occurs, found by any three or more characters within it.
//!
//! Pieces are looked up in the words and not in the texts: the same words come again and again, so this costs a
//! tenth of what an index of all pieces of all texts would.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};

use super::document::Columns;
use super::expression::occurs;

/// Shorter words hold no piece but themselves.
const SHORTEST: usize = 4;
/// The shortest piece that can be looked up, in characters.
pub(super) const PIECE: usize = 3;
/// Words of one document beyond these are not learned: it is a book, or noise.
const MOST_WORDS: usize = 20_000;
/// Of so many words that hold a piece, …
const MOST_LOOKED_AT: u32 = 200;
/// … the shortest are taken.
const MOST_TAKEN: u32 = 32;

/// Adds the words of a document.
pub(super) fn learn(connection: &Connection, columns: &Columns) -> rusqlite::Result<()> {
    let mut add = connection.prepare_cached("INSERT OR IGNORE INTO search_spelling (term) VALUES (?)")?;
    let mut add_pieces = connection.prepare_cached("INSERT INTO search_piece (rowid, term) VALUES (?, ?)")?;
    for word in learned(columns) {
        if add.execute([word])? == 1 {
            add_pieces.execute((connection.last_insert_rowid(), word))?;
        }
    }
    Ok(())
}

/// Drops the words of a document that nothing in the index holds any more.
pub(super) fn unlearn(connection: &Connection, columns: &Columns) -> rusqlite::Result<()> {
    const DROP: &str = "DELETE FROM search_spelling WHERE term = ? RETURNING id";
    const DROP_PIECES: &str = "INSERT INTO search_piece (search_piece, rowid, term) VALUES ('delete', ?, ?)";
    for word in learned(columns) {
        if !occurs(connection, word)? {
            let id: Option<i64> =
                connection.prepare_cached(DROP)?.query_row([word], |row| row.get(0)).optional()?;
            if let Some(id) = id {
                connection.prepare_cached(DROP_PIECES)?.execute((id, word))?;
            }
        }
    }
    Ok(())
}

fn learned(columns: &Columns) -> BTreeSet<&str> {
    let words = columns.texts().into_iter().flat_map(|text| text.split(' '));
    words.filter(|word| is_learned(word)).take(MOST_WORDS).collect()
}

fn is_learned(word: &str) -> bool {
    word.chars().nth(SHORTEST - 1).is_some()
}

/// Words that hold this piece, the shortest first. The piece is a token of three characters or more.
pub(super) fn holding(connection: &Connection, piece: &str) -> rusqlite::Result<Vec<String>> {
    const QUERY: &str = "SELECT term FROM (SELECT term FROM search_piece WHERE term GLOB ? LIMIT ?)
        ORDER BY length(term), term LIMIT ?";
    // No token holds a character that means something to GLOB: see the test of `tokens`.
    let mut words = connection.prepare_cached(QUERY)?;
    words.query_map((format!("*{piece}*"), MOST_LOOKED_AT, MOST_TAKEN), |row| row.get(0))?.collect()
}
