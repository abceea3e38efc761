//! Values as TOML has them.

use toml_edit::{Array, Value};

/// Text as TOML has it, in quotes.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Some texts as TOML has them.
pub(super) fn array(texts: &[impl AsRef<str>]) -> String {
    texts.iter().map(AsRef::as_ref).collect::<Array>().to_string()
}
