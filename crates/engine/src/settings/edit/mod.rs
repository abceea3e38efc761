//! Changes to the text of `settings.toml`, which leave everything else in it as it is: comments, order, blank lines.

mod folder;
mod key;

use std::path::{Path, PathBuf};

use toml::de::DeValue;
use toml_edit::{DocumentMut, TomlError, Value};

use super::keys::{Key, keys};
use super::parse::{Source, short};
use super::toml_text::{array, quoted};
use super::{Settings, SettingsError, WatchedFolder};

/// One change of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// This folder is watched in this way. One of the same path is changed, any other is new.
    Watch(WatchedFolder),
    /// The folder at this path is not watched any more; nothing changes if it was not.
    Unwatch(PathBuf),
    /// A key gets a value.
    Set {
        /// Its name.
        key: String,
        /// As TOML has it: text stands in quotes.
        value: String,
    },
    /// A key has its default again; nothing changes if it has.
    Unset {
        /// Its name.
        key: String,
    },
}

impl Edit {
    /// A key gets a value, as people type it: text need not stand in quotes, and some words may be divided by commas.
    pub fn typed(key: &str, value: &str) -> Self {
        let words = || array(&value.split(',').map(str::trim).collect::<Vec<_>>());
        let ways = [value.to_owned(), quoted(value), words()];
        let fits = |value: &&String| Key::named(key).is_some_and(|key| accepts(key, value));
        let value = ways.iter().find(fits).unwrap_or(&ways[0]).clone();
        Self::Set { key: key.to_owned(), value }
    }
}

/// The text with these changes. It must be one that can be followed.
///
/// # Errors
/// There is no such key, it cannot have this value, or the folder cannot be named in a file of text.
pub(super) fn edited(text: &str, edits: &[Edit], path: &Path) -> Result<String, SettingsError> {
    // What some editors put at the beginning and the ends of lines stays; in between it would only be in the way.
    let (mark, plain) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let has_returns = plain.contains("\r\n");
    let mut plain = plain.replace("\r\n", "\n");
    for edit in edits {
        plain = one(&plain, edit, path)?;
    }
    let plain = if has_returns { plain.replace('\n', "\r\n") } else { plain };
    Ok(format!("{mark}{plain}"))
}

fn one(text: &str, edit: &Edit, path: &Path) -> Result<String, SettingsError> {
    match edit {
        Edit::Set { key, value } => key::set(text, named(key)?, value, path),
        Edit::Unset { key } => key::unset(text, named(key)?, path),
        Edit::Watch(folder) => folder::watch(text, folder, path),
        Edit::Unwatch(folder) => folder::unwatch(text, folder, path),
    }
}

/// The key of this name.
pub(super) fn named(key: &str) -> Result<&'static Key, SettingsError> {
    Key::named(key).ok_or_else(|| {
        let known = keys().map(|key| key.name).collect::<Vec<_>>().join(", ");
        SettingsError::NoSuchKey { key: short(key), known }
    })
}

/// Whether this key may have this value, as TOML has it.
fn accepts(key: &Key, value: &str) -> bool {
    DeValue::parse(value)
        .is_ok_and(|value| key.value.accept(value.get_ref(), &mut Settings::default()).is_some())
}

fn document(text: &str, path: &Path) -> Result<DocumentMut, SettingsError> {
    text.parse().map_err(|error: TomlError| syntax(text, &error, path))
}

fn syntax(text: &str, error: &TomlError, path: &Path) -> SettingsError {
    let line = Source { text, path }.line(error.span().map_or(0, |span| span.start));
    SettingsError::Syntax { reason: short(error.message()), line, path: path.to_owned() }
}

/// Puts a value in the place of another one, with what stands behind that.
fn replace(there: &mut Value, value: Value) {
    let decor = there.decor().clone();
    *there = value;
    *there.decor_mut() = decor;
}

#[cfg(test)]
mod tests;
