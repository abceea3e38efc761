//! The tables of watched folders.

use std::path::Path;

use toml_edit::{ArrayOfTables, Decor, InlineTable, Item, Table, TableLike, Value};

use super::super::folder::written;
use super::super::watch::{KINDS, WATCH, path_of, words};
use super::super::{Filter, SettingsError, WatchedFolder};
use super::{document, replace};

/// Writes down that the folder is watched in this way: in the table that it has, or in a new one at the end.
pub(super) fn watch(text: &str, folder: &WatchedFolder, path: &Path) -> Result<String, SettingsError> {
    let name = written(&folder.path).filter(|_| folder.path.is_absolute());
    let name = name.ok_or_else(|| SettingsError::Unnamed { folder: folder.path.clone() })?;
    for glob in &folder.ignore {
        Filter::check(glob)?;
    }
    let mut document = document(text, path)?;
    if let Some(Item::Value(Value::Array(tables))) = document.get_mut(WATCH) {
        let there =
            tables.iter_mut().filter_map(Value::as_inline_table_mut).find(|table| is_of(&**table, folder));
        match there {
            Some(table) => describe(table, folder),
            None => {
                let mut table = InlineTable::new();
                table.insert("folder", name.into());
                describe(&mut table, folder);
                tables.push(table);
            }
        }
        return Ok(document.to_string());
    }
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    let is_empty = document.is_empty() && trailing.is_empty();
    let tables = document.entry(WATCH).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(tables) = tables.as_array_of_tables_mut() else { return Ok(text.to_owned()) };
    let there = tables.iter_mut().find(|table| is_of(&**table, folder));
    if let Some(table) = there {
        describe(table, folder);
        return Ok(document.to_string());
    }
    let mut table = Table::new();
    table.insert("folder", toml_edit::value(name));
    describe(&mut table, folder);
    // What stands at the end of the file would come after the new table, and whoever takes a key there out of its
    // comment would give it to the folder.
    let gap = match trailing.as_str() {
        "" if is_empty => "",
        text if text == "\n" || text.ends_with("\n\n") => "",
        text if text.is_empty() || text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    *table.decor_mut() = Decor::new(format!("{trailing}{gap}"), "");
    tables.push(table);
    document.set_trailing("");
    Ok(document.to_string())
}

/// Takes out the table of the folder. Comments above it stay.
pub(super) fn unwatch(text: &str, folder: &Path, path: &Path) -> Result<String, SettingsError> {
    let folder = WatchedFolder::of(folder);
    let mut document = document(text, path)?;
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    match document.get_mut(WATCH) {
        Some(Item::Value(Value::Array(tables))) => {
            tables.retain(|table| !table.as_inline_table().is_some_and(|table| is_of(table, &folder)));
        }
        Some(Item::ArrayOfTables(tables)) => {
            let Some(at) = tables.iter().position(|table| is_of(table, &folder)) else {
                return Ok(text.to_owned());
            };
            let above = above(&tables.remove(at));
            match tables.get_mut(at) {
                Some(next) => {
                    let both = joined(&above, &self::above(next));
                    next.decor_mut().set_prefix(both);
                }
                None => {
                    if tables.is_empty() {
                        document.remove(WATCH);
                    }
                    document.set_trailing(joined(&above, &trailing));
                }
            }
        }
        _ => {}
    }
    Ok(document.to_string())
}

/// What stands above the head of a table.
fn above(table: &Table) -> String {
    table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
}

/// What stood above something that is gone, and what follows; no more blank lines than there were at one of them.
fn joined(above: &str, below: &str) -> String {
    match (above.trim().is_empty(), below.trim().is_empty()) {
        (true, _) => below.to_owned(),
        (false, true) => above.trim_end_matches('\n').to_owned() + "\n" + below,
        (false, false) => format!("{above}{below}"),
    }
}

/// Whether this table is about this folder.
fn is_of(table: &dyn TableLike, folder: &WatchedFolder) -> bool {
    let path = table.get("folder").and_then(Item::as_str).and_then(path_of);
    path.is_some_and(|path| path == folder.path)
}

/// Writes into a table what is wanted of its folder. What it says already stays as it is written, and what need not be
/// said is not added.
fn describe(table: &mut dyn TableLike, folder: &WatchedFolder) {
    let usual = WatchedFolder::of("");
    let kinds: Vec<_> = KINDS.into_iter().filter(|kind| folder.kinds.contains(kind)).collect();
    let texts = |texts: &[String]| Value::from_iter(texts.iter().map(String::as_str));
    let wishes: [(&str, Value, bool); 4] = [
        ("recurse", folder.recurse.into(), folder.recurse == usual.recurse),
        ("kinds", Value::from_iter(words(&kinds)), kinds == usual.kinds),
        ("ignore", texts(&folder.ignore), folder.ignore == usual.ignore),
        ("existing", folder.existing.into(), folder.existing == usual.existing),
    ];
    for (key, value, is_usual) in wishes {
        match table.get_mut(key).and_then(Item::as_value_mut) {
            Some(there) if is_same(there, &value) => {}
            Some(there) => replace(there, value),
            None if is_usual => {}
            None => {
                table.insert(key, Item::Value(value));
            }
        }
    }
}

/// Whether two values say the same, however they are written.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_array(), other.as_array()) {
        (Some(one), Some(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_same(one, other))
        }
        _ => match (one.as_str(), other.as_str()) {
            (Some(one), Some(other)) => one == other,
            _ => one.as_bool().is_some() && one.as_bool() == other.as_bool(),
        },
    }
}
