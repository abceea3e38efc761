//! The columns of a reading, named once for storing, sealing and checking.

use std::sync::LazyLock;

use crate::tags::own_tags;

/// Every column but those that are made of others.
pub(crate) const COLUMNS: [&str; 22] = [
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
];

/// Stores a row, in place of the one with its key, and returns its `id`.
pub(crate) static PUT: LazyLock<String> = LazyLock::new(|| {
    let (names, values) = (COLUMNS.join(", "), COLUMNS.map(|name| format!(":{name}")).join(", "));
    let replaced = COLUMNS.map(|name| format!("{name} = excluded.{name}")).join(", ");
    format!(
        "INSERT INTO reading ({names}, seal) VALUES ({values}, seal({values}))
         ON CONFLICT (key) DO UPDATE SET {replaced}, seal = excluded.seal RETURNING id"
    )
});

/// Stores a row with the seal that it had, if it holds and its key is new; the values are numbered.
pub(crate) static KEEP: LazyLock<String> = LazyLock::new(|| {
    let names = COLUMNS.join(", ");
    let values: Vec<_> = (1..=COLUMNS.len()).map(|number| format!("?{number}")).collect();
    let (values, seal) = (values.join(", "), format!("?{}", COLUMNS.len() + 1));
    format!(
        "INSERT OR IGNORE INTO reading ({names}, seal) SELECT {values}, {seal} WHERE seal({values}) = {seal}"
    )
});

/// Whether a row is what was stored.
pub(crate) static HOLDS: LazyLock<String> = LazyLock::new(|| format!("seal({}) = seal", COLUMNS.join(", ")));

/// A row by its key; without it where the row is not what was stored.
pub(crate) static GET: LazyLock<String> = LazyLock::new(|| {
    let names = COLUMNS.join(", ");
    let own_tags = own_tags!();
    format!(
        "SELECT {names}, stored, {own_tags} AS own_tags FROM reading WHERE key = ? AND seal({names}) = seal"
    )
});
