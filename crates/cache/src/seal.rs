//! The seal of a row: a hash of its columns, made and checked by SQLite as it writes and reads them.

use blake3::Hasher;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

/// So many bytes: enough that no accident makes another row with the same.
const LENGTH: usize = 16;

/// Teaches SQL the function `seal(…)`, of any number of values.
pub(crate) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(c"seal", -1, flags, seal)
}

fn seal(values: &Context<'_>) -> rusqlite::Result<Vec<u8>> {
    let mut hasher = Hasher::new();
    for index in 0..values.len() {
        // The type and the length first, so that no two rows hash the same bytes.
        let (kind, bytes): (u8, &[u8]) = match values.get_raw(index) {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(number) => (1, &number.to_le_bytes()),
            ValueRef::Real(number) => (2, &number.to_bits().to_le_bytes()),
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        hasher.update(&[kind]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }
    Ok(hasher.finalize().as_bytes()[..LENGTH].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_other_value_type_or_border_makes_another_seal() {
        let connection = Connection::open_in_memory().unwrap();
        teach(&connection).unwrap();
        let seal = |values: &str| -> Vec<u8> {
            connection.query_row(&format!("SELECT seal({values})"), [], |row| row.get(0)).unwrap()
        };
        let all = [
            "1, 'a'",
            "1, 'b'",
            "'1', 'a'",
            "1.0, 'a'",
            "1, x'61'",
            "1, 'a', NULL",
            "'1a'",
            "'', '1a'",
            "NULL",
        ];
        let mut seals: Vec<_> = all.map(seal).into();
        assert!(seals.iter().all(|seal| seal.len() == LENGTH));
        assert_eq!(seal("1, 'a'"), seals[0]);
        seals.sort();
        seals.dedup();
        assert_eq!(seals.len(), all.len());
    }
}
