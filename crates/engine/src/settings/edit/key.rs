//! One line of the text, or the few that a key takes.

use std::path::Path;

use toml_edit::{Document, DocumentMut, Item, Value};

use super::super::SettingsError;
use super::super::keys::Key;
use super::super::parse::short;
use super::super::watch::WATCH;
use super::{accepts, document, replace, syntax};

/// Gives the key a value, in the line that it has, or in one of its own.
pub(super) fn set(text: &str, key: &Key, value: &str, path: &Path) -> Result<String, SettingsError> {
    let value = value.trim();
    let parsed = value.parse::<Value>().ok().filter(|_| accepts(key, value));
    let value = parsed.ok_or_else(|| SettingsError::Refused {
        key: key.name,
        found: short(value),
        allowed: key.value.allowed(),
    })?;
    let mut document = document(text, path)?;
    if let Some(there) = document.get_mut(key.name).and_then(Item::as_value_mut) {
        replace(there, value);
        return Ok(document.to_string());
    }
    let line = format!("{} = {}", key.name, bare(value.clone()));
    if let Some(text) = below_its_comment(text, key.name, &line) {
        return Ok(text);
    }
    if document.contains_key(WATCH) {
        document.insert(key.name, Item::Value(value));
        return Ok(document.to_string());
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Ok(format!("{text}{end}{line}\n"))
}

/// The text with this line below the comment that shows the key with its default, if there is such a comment, and if
/// this is a place for it: not within a text of several lines, nor below a folder.
fn below_its_comment(text: &str, key: &str, line: &str) -> Option<String> {
    let mut end = 0;
    for there in text.split_inclusive('\n') {
        end += there.len();
        let shown = there.strip_prefix('#').and_then(|comment| comment.trim_start().strip_prefix(key));
        if !shown.is_some_and(|rest| rest.trim_start().starts_with('=')) {
            continue;
        }
        let (before, after) = text.split_at(end);
        let gap = if before.ends_with('\n') { "" } else { "\n" };
        let text = format!("{before}{gap}{line}\n{after}");
        let is_at_the_top = |document: &DocumentMut| document.get(key).is_some_and(Item::is_value);
        if text.parse().is_ok_and(|document| is_at_the_top(&document)) {
            return Some(text);
        }
    }
    None
}

/// Takes out the line of the key, or its lines. Comments stay, also the one behind it, which has the line then.
pub(super) fn unset(text: &str, key: &Key, path: &Path) -> Result<String, SettingsError> {
    let document = Document::parse(text).map_err(|error| syntax(text, &error, path))?;
    let entry = document.as_table().get_key_value(key.name);
    let spans = entry.and_then(|(key, value)| Some((key.span()?, value.span()?)));
    let Some((name, value)) = spans else { return Ok(text.to_owned()) };
    let begin = text[..name.start].rfind('\n').map_or(0, |at| at + 1);
    let behind = text[value.end..].split_inclusive('\n').next().unwrap_or_default();
    let end = value.end + behind.len();
    Ok(format!("{}{}{}", &text[..begin], behind.trim_start(), &text[end..]))
}

/// A value without what surrounds it.
fn bare(mut value: Value) -> String {
    value.decor_mut().clear();
    value.to_string()
}
