//! All settings one by one, for whoever shows them to a person: what each is for, what it may be, what it is and comes
//! as.

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::keys::{Key, Kind, Value, keys};
use super::toml_text::{array, quoted};
use super::{Settings, SettingsError};

/// One setting as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Setting {
    /// Its name in the file.
    pub key: &'static str,
    /// What it may be.
    pub takes: Takes,
    /// What it is, an address without user and password; nothing if that is nothing.
    pub value: Option<Plain>,
    /// What it is without being chosen; nothing if that is nothing.
    pub default: Option<Plain>,
}

/// What a setting may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Takes {
    /// A whole number; the unit is in the setting's name.
    Number {
        /// The least.
        from: u64,
        /// The most.
        to: u64,
    },
    /// Yes or no.
    Switch,
    /// One of these words.
    Word {
        /// All that there are.
        words: &'static [&'static str],
    },
    /// Text of a certain kind, or none.
    Text {
        /// What kind, such as `an address, such as "http://localhost:1234"`.
        what: &'static str,
        /// One that could be meant.
        example: &'static str,
    },
    /// Some of these words, at least one.
    Words {
        /// All that there are.
        words: &'static [&'static str],
    },
}

/// What a setting is, without the marks of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(untagged)]
pub enum Plain {
    /// Yes or no.
    Switch(bool),
    /// A whole number.
    Number(u64),
    /// A word or a text.
    Text(String),
    /// Some words.
    Words(Vec<String>),
}

impl Settings {
    /// Every setting that has one value for a whole engine, in the order in which the template explains them; folders
    /// are in [`Self::watch`].
    pub fn each(&self) -> Vec<Setting> {
        let defaults = Self::default();
        let each = keys().map(|key| Setting {
            key: key.name,
            takes: Takes::of(&key.value),
            value: plain(key, self),
            default: plain(key, &defaults),
        });
        each.collect()
    }
}

impl Edit {
    /// A key gets this value; without one it has its default again.
    ///
    /// # Errors
    /// There is no such key. Whether it can have this value is found out when the file is changed.
    pub fn choose(key: &str, value: Option<&Plain>) -> Result<Self, SettingsError> {
        let key = super::edit::named(key)?.name.to_owned();
        Ok(match value {
            None => Self::Unset { key },
            Some(value) => Self::Set { key, value: value.toml() },
        })
    }
}

impl Takes {
    fn of(value: &Value) -> Self {
        match value {
            Value::Number(range, ..) => Self::Number { from: *range.start(), to: *range.end() },
            Value::Switch(..) => Self::Switch,
            Value::Word(words, ..) => Self::Word { words },
            Value::Text(Kind { what, example }, ..) => Self::Text { what, example },
            Value::Words(words, ..) => Self::Words { words },
        }
    }
}

impl Plain {
    fn toml(&self) -> String {
        match self {
            Self::Switch(on) => on.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => quoted(text),
            Self::Words(words) => array(words),
        }
    }
}

fn plain(key: &Key, settings: &Settings) -> Option<Plain> {
    Some(match &key.value {
        Value::Number(_, get, _) => Plain::Number(get(settings)),
        Value::Switch(get, _) => Plain::Switch(get(settings)),
        Value::Word(_, get, _) => Plain::Text(get(settings).to_owned()),
        Value::Text(_, get, _) => Plain::Text(get(settings)?),
        Value::Words(_, get, _) => Plain::Words(get(settings).into_iter().map(str::to_owned).collect()),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::edit::edited;
    use crate::settings::parse::parse;

    #[test]
    fn what_a_setting_is_can_be_chosen_again() {
        let path = Path::new("/settings.toml");
        for key in keys() {
            let chosen = super::super::template::line_of(key);
            let settings = parse(chosen.trim_start_matches("# "), path).unwrap();
            let setting = settings.each().into_iter().find(|setting| setting.key == key.name).unwrap();
            assert!(setting.value.is_some(), "{}", key.name);
            let edit = Edit::choose(key.name, setting.value.as_ref()).unwrap();
            let text = edited("", &[edit], path).unwrap();
            assert_eq!(parse(&text, path).unwrap(), settings, "{text}");
            let edit = Edit::choose(key.name, None).unwrap();
            assert_eq!(edited(&text, &[edit], path).unwrap(), "", "{text}");
        }
        assert!(matches!(Edit::choose("worker", None), Err(SettingsError::NoSuchKey { .. })));
    }

    #[test]
    fn the_form_that_the_page_depends_on() {
        let told = serde_json::to_value(Settings::default().each()).unwrap();
        let of = |key: &str| told.as_array().unwrap().iter().find(|setting| setting["key"] == key).unwrap();
        assert_eq!(
            *of("workers"),
            serde_json::json!({
                "key": "workers", "takes": { "type": "number", "from": 1, "to": 8 }, "value": 8, "default": 8
            })
        );
        assert_eq!(of("keep_running")["value"], false);
        assert_eq!(
            (&of("llm")["value"], &of("llm_model")["value"]),
            (&"auto".into(), &serde_json::Value::Null)
        );
        assert!(of("sidecar_formats")["value"].is_array());
        let back = |text: &str| serde_json::from_str::<Plain>(text).unwrap();
        assert_eq!((back("3"), back("true")), (Plain::Number(3), Plain::Switch(true)));
    }
}
