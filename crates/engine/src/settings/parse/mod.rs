//! From the text of `settings.toml` to settings, checked key by key.
//!
//! A key that is not known, or a value that cannot be meant, is an error with its line and what is allowed: a
//! setting that is silently ignored is worse than none. The keys are in `keys`, folders in `watch`.

use std::ops::Range;
use std::path::Path;

use deskscribe_protocol::one_line;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::keys::{Key, keys};
use super::watch::{self, WATCH};
use super::{GlobError, Settings, SettingsError};

/// The text of a file, and where it is from.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) path: &'a Path,
}

/// What this text says, from the file at this path.
pub(super) fn parse(text: &str, path: &Path) -> Result<Settings, SettingsError> {
    let source = Source { text, path };
    let table = DeTable::parse(text).map_err(|error| source.refuse_syntax(&error))?;
    let mut settings = Settings::default();
    for (key, value) in in_order(table.get_ref()) {
        if key.get_ref() == WATCH {
            settings.watch = watch::read(&source, value)?;
            continue;
        }
        let unknown = |name: &str| source.refuse_key(name, known(), &key.span());
        let known = Key::named(key.get_ref()).ok_or_else(|| unknown(key.get_ref()))?;
        let found = source.piece(&value.span());
        // Neither `[workers]` nor `workers.x = 1` gives a value to `workers`.
        if let Some(inner) = value.get_ref().as_table().filter(|_| !found.starts_with('{')) {
            // As the file has it: a heading, or a key with a dot.
            if found.starts_with('[') {
                return Err(unknown(found));
            }
            let inner = inner.keys().next().map_or(String::new(), |inner| format!(".{}", inner.get_ref()));
            return Err(unknown(&format!("{}{inner}", known.name)));
        }
        let accepted = known.value.accept(value.get_ref(), &mut settings);
        accepted.ok_or_else(|| source.refuse(known.name, &value.span(), known.value.allowed()))?;
    }
    Ok(settings)
}

/// The entries of a table in the order of the file, so that of two mistakes the first is told.
pub(super) fn in_order<'t, 'a>(
    table: &'t DeTable<'a>,
) -> Vec<(&'t Spanned<DeString<'a>>, &'t Spanned<DeValue<'a>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// All that there is at the top of a file.
pub(super) fn known() -> String {
    keys().map(|key| key.name).chain(["[[watch]]"]).collect::<Vec<_>>().join(", ")
}

/// Text from the file, short enough for a message.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    one_line(text, LONGEST)
}

impl Source<'_> {
    /// The line of this byte, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }

    /// What the file says there.
    fn piece(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Says that this key may not have this value.
    pub(super) fn refuse(&self, key: &'static str, value: &Range<usize>, allowed: String) -> SettingsError {
        self.refuse_found(key, self.piece(value), allowed, self.line(value.start))
    }

    fn refuse_found(&self, key: &'static str, found: &str, allowed: String, line: usize) -> SettingsError {
        SettingsError::Value { key, found: short(found), allowed, line, path: self.path.to_owned() }
    }

    /// Says that there is no such key.
    pub(super) fn refuse_key(&self, key: &str, known: String, span: &Range<usize>) -> SettingsError {
        let line = self.line(span.start);
        SettingsError::Unknown { key: short(key), known, line, path: self.path.to_owned() }
    }

    /// Says that this is no glob.
    pub(super) fn refuse_glob(&self, error: GlobError, span: &Range<usize>) -> SettingsError {
        let GlobError { glob, reason } = error;
        let line = self.line(span.start);
        SettingsError::Glob { glob: short(&glob), reason, line, path: self.path.to_owned() }
    }

    /// Says that this is no TOML. Of a word without quotes, what it may be instead.
    fn refuse_syntax(&self, error: &toml::de::Error) -> SettingsError {
        let at = error.span().map_or(0, |span| span.start);
        let line = self.line(at);
        let unquoted =
            || unquoted(self.text.get(..at)?.rsplit('\n').next()?, self.text.get(at..)?.lines().next()?);
        match unquoted() {
            Some((known, found)) => self.refuse_found(known.name, found, known.value.allowed(), line),
            None => {
                SettingsError::Syntax { reason: short(error.message()), line, path: self.path.to_owned() }
            }
        }
    }
}

/// A line whose value is a word without quotes, cut where TOML gave up, as the key and the word that it is.
fn unquoted<'a>(before: &'a str, rest: &'a str) -> Option<(&'static Key, &'a str)> {
    let key = before.split_once('=').map_or(before, |(key, _)| key).trim();
    let known = Key::named(key)?;
    let word = rest.trim_start_matches(['=', ' ', '\t']).split([' ', '\t', '#']).next()?.trim_end();
    let is_word = word.starts_with(char::is_alphabetic);
    is_word.then_some((known, word))
}

#[cfg(test)]
mod tests;
