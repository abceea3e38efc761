//! The columns of a reading, named once for storing, sealing and checking.

use std::sync::LazyLock;

use crate::digest::{DIGEST, made, told};
use crate::tags::own_tags;

/// Every column but those that are made of others.
pub(crate) const COLUMNS: [&str; 27] = [
    "key",
    "kind",
    "bytes",
    "read_at",
    "program",
    "state",
    "code",
    "reason",
    "title",
    "summary",
    "summary_by",
    "tags",
    "text",
    "lines",
    "language",
    "width",
    "height",
    "pages",
    "taken_at",
    "camera",
    "seconds",
    "provenance",
    "recording",
    "pending",
    "chapters",
    "coordinates",
    "omissions",
];

/// So many of them came before there were recordings, …
pub(crate) const FIRST: usize = 22;
/// … and so many before there were chapters, before there were coordinates, and before there were omissions.
const LATER: [usize; 3] = [24, 25, 26];

/// What whoever looks at a cache of this older format sees in place of tables that lack a column.
pub(crate) fn none_yet(format: i64) -> Option<&'static str> {
    match format {
        10.. => None,
        9 => Some("CREATE TEMP VIEW reading AS SELECT *, NULL AS omissions FROM main.reading;"),
        6.. => Some(
            "CREATE TEMP VIEW reading AS SELECT *, NULL AS coordinates, NULL AS omissions FROM main.reading;",
        ),
        5 => Some(
            "CREATE TEMP VIEW reading AS
                SELECT *, NULL AS chapters, NULL AS coordinates, NULL AS omissions FROM main.reading;",
        ),
        _ => Some(
            "CREATE TEMP VIEW reading AS
                SELECT *, NULL AS recording, NULL AS pending, NULL AS chapters, NULL AS coordinates,
                    NULL AS omissions FROM main.reading;
             CREATE TEMP VIEW part AS SELECT *, NULL AS seal FROM main.part;",
        ),
    }
}

/// SQL for how long a recording plays; NULL for everything else, and where a disk has changed what it is read from.
macro_rules! duration {
    () => {
        "CASE WHEN json_valid(recording) THEN CAST(json_extract(recording, '$.duration') AS REAL) END"
    };
}
pub(crate) use duration;

/// SQL for the seal of a row with these values. Whatever is no recording is sealed as it was before there were any, and
/// what has no chapters, no coordinates or no omissions as it was before these, so that nothing that was stored then
/// has to be written anew, and older programs still know it.
fn seal<T: AsRef<str>>(values: &[T; COLUMNS.len()]) -> String {
    let list = |values: &[T]| values.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    let none = |values: &[T]| {
        values.iter().map(|value| format!("{} IS NULL", value.as_ref())).collect::<Vec<_>>().join(" AND ")
    };
    let older = [FIRST].into_iter().chain(LATER).map(|count| {
        let (known, later) = values.split_at(count);
        format!("WHEN {} THEN seal({})", none(later), list(known))
    });
    format!("CASE {} ELSE seal({}) END", older.collect::<Vec<_>>().join(" "), list(values))
}

/// Stores a row, in place of the one with its key, and returns its `id`.
pub(crate) static PUT: LazyLock<String> = LazyLock::new(|| {
    let values = COLUMNS.map(|name| format!(":{name}"));
    let (names, seal, values) = (COLUMNS.join(", "), seal(&values), values.join(", "));
    let replaced = COLUMNS.map(|name| format!("{name} = excluded.{name}")).join(", ");
    format!(
        "INSERT INTO reading ({names}, seal) VALUES ({values}, {seal})
         ON CONFLICT (key) DO UPDATE SET {replaced}, seal = excluded.seal RETURNING id"
    )
});

/// Stores a row with the seal that it had, if it holds and its key is new; the values are numbered.
pub(crate) static KEEP: LazyLock<String> = LazyLock::new(|| {
    let mut number = 0;
    let values = COLUMNS.map(|_| {
        number += 1;
        format!("?{number}")
    });
    let (names, made, values) = (COLUMNS.join(", "), seal(&values), values.join(", "));
    let seal = format!("?{}", COLUMNS.len() + 1);
    format!("INSERT OR IGNORE INTO reading ({names}, seal) SELECT {values}, {seal} WHERE {made} = {seal}")
});

/// Whether a row is what was stored.
pub(crate) static HOLDS: LazyLock<String> =
    LazyLock::new(|| format!("{} = reading.seal", seal(&COLUMNS.map(|name| format!("reading.{name}")))));

/// A row by its key, with the digest that is told of it; without it where the row is not what was stored.
pub(crate) static GET: LazyLock<String> = LazyLock::new(|| {
    let names = COLUMNS.iter().filter(|name| !DIGEST.contains(name)).map(|name| format!("reading.{name}"));
    let (names, holds) = (names.collect::<Vec<_>>().join(", "), &*HOLDS);
    let (told, own_tags, made) = (told!(), own_tags!(), made!());
    format!(
        "SELECT {names}, reading.stored, {told}, {own_tags} AS own_tags FROM reading {made}
         WHERE reading.key = ? AND {holds}"
    )
});
