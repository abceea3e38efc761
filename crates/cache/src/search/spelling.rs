//! Spellings: every word that occurs, found by any three or more characters within it.
//!
//! Pieces are looked up in the words and not in the texts: the same words come again and again, so this costs a
//! tenth of what an index of all pieces of all texts would.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::document::Columns;

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

/// Drops the words that nothing in the index holds any more: of texts that are forgotten, and of what stood in a text
/// or a name before.
pub(super) fn sweep(connection: &Connection) -> rusqlite::Result<()> {
    const HELD: &str =
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_word USING fts5vocab(main, search, row)";
    const DROP_PIECES: &str = "INSERT INTO search_piece (search_piece, rowid, term) VALUES ('delete', ?, ?)";
    connection.execute_batch(HELD)?;
    // Both come in the order of their bytes, so that nothing has to be looked up, or put into a file on the way.
    let mut held = connection.prepare("SELECT term FROM temp.search_word")?;
    let mut held = held.query_map([], |row| row.get::<_, String>(0))?;
    let mut next = held.next().transpose()?;
    let mut learned = connection.prepare("SELECT id, term FROM search_spelling ORDER BY term")?;
    let mut learned = learned.query([])?;
    let mut unheld: Vec<(i64, String)> = Vec::new();
    while let Some(row) = learned.next()? {
        let (id, term) = (row.get(0)?, row.get(1)?);
        while next.as_ref().is_some_and(|held| *held < term) {
            next = held.next().transpose()?;
        }
        if next.as_ref() != Some(&term) {
            unheld.push((id, term));
        }
    }
    for (id, term) in unheld {
        connection.prepare_cached("DELETE FROM search_spelling WHERE id = ?")?.execute([id])?;
        connection.prepare_cached(DROP_PIECES)?.execute((id, term))?;
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
