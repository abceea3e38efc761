//! What a summary is made of: the words of a reading, in short. Of other words it says nothing.

use blake3::Hasher;
use deskscribe_protocol::{Reading, Recording};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};

const LENGTH: usize = 16;

/// The words that can be read on a medium and that were said in it, as a hash. Two readings with the same basis have
/// the same summary, whatever else has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Basis([u8; LENGTH]);

impl Basis {
    /// That of this reading.
    pub fn of(reading: &Reading) -> Self {
        Self::new(&reading.text, reading.recording.as_ref())
    }

    fn new(text: &str, recording: Option<&Recording>) -> Self {
        let mut hasher = Hasher::new();
        let segments = recording.map(|recording| recording.transcript.as_slice()).unwrap_or_default();
        // The length first, so that no words can move from one piece to the next unseen.
        for piece in [text].into_iter().chain(segments.iter().map(|segment| segment.text.as_str())) {
            hasher.update(&(piece.len() as u64).to_le_bytes()).update(piece.as_bytes());
        }
        let mut basis = [0; LENGTH];
        hasher.finalize_xof().fill(&mut basis);
        Self(basis)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

impl FromSql for Basis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        FromSql::column_result(value).map(Self)
    }
}

/// Teaches SQL the function `basis(text, recording)`, of two columns of a reading; NULL of a failure.
pub(crate) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"basis", 2, flags, |values: &Context<'_>| {
        let Some(text) = values.get::<Option<String>>(0)? else { return Ok(None) };
        let recording: Option<String> = values.get(1)?;
        // What a disk has changed has no words.
        let recording = recording.and_then(|json| serde_json::from_str::<Recording>(&json).ok());
        Ok(Some(Basis::new(&text, recording.as_ref()).0.to_vec()))
    })
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::Segment;

    use super::*;

    fn reading(text: &str, said: &[&str]) -> Reading {
        let segment =
            |text: &&str| Segment { start: 0.0, end: 1.0, text: (*text).to_owned(), confidence: 1.0 };
        let transcript: Vec<Segment> = said.iter().map(segment).collect();
        let recording = (!said.is_empty()).then(|| Recording { transcript, ..Recording::default() });
        Reading { text: text.to_owned(), recording, ..Reading::default() }
    }

    #[test]
    fn other_words_are_another_basis_and_sql_knows_the_same() {
        let connection = Connection::open_in_memory().unwrap();
        teach(&connection).unwrap();
        let readings =
            [("", &[][..]), ("a", &[]), ("", &["a"]), ("a", &["b"]), ("ab", &[]), ("a", &["b", ""])];
        let mut all: Vec<Basis> = Vec::new();
        for (text, said) in readings {
            let reading = reading(text, said);
            let basis = Basis::of(&reading);
            let recording = reading.recording.as_ref().map(|it| serde_json::to_string(it).unwrap());
            let sql =
                connection.query_row("SELECT basis(?, ?)", (text, recording), |row| row.get::<_, Basis>(0));
            assert_eq!(sql.unwrap(), basis);
            assert!(!all.contains(&basis), "{text} {said:?}");
            all.push(basis);
        }
        let none = connection.query_row("SELECT basis(NULL, NULL)", [], |row| row.get::<_, Option<Basis>>(0));
        assert_eq!(none.unwrap(), None);
    }

    #[test]
    fn when_something_was_said_and_how_sure_that_is_makes_no_difference() {
        let (one, mut other) = (reading("a", &["b"]), reading("a", &["b"]));
        other.recording.as_mut().unwrap().transcript[0].start = 0.5;
        other.seconds = 9.0;
        assert_eq!(Basis::of(&one), Basis::of(&other));
    }
}
