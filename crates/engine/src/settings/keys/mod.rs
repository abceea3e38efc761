//! The keys of `settings.toml`: what each is for, what it may be, and where it goes. A new setting is one more [`Key`]
//! in the group that it belongs to; file, template and terminal know it by that alone.

mod background;
mod downloads;
mod patience;
mod reading;
mod recordings;
mod summaries;

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::Settings;
use super::toml_text::{array, quoted};

/// Keys that belong together, in the order of the template.
pub(super) struct Group {
    /// Above them, in the template.
    pub(super) title: &'static str,
    pub(super) keys: &'static [Key],
}

/// A setting as the file names it.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What it is for, in a line.
    pub(super) what: &'static str,
    pub(super) value: Value,
}

/// What it may be, what it is, and where it goes.
pub(super) enum Value {
    /// A whole number within bounds; the unit is in the key's name.
    Number(RangeInclusive<u64>, fn(&Settings) -> u64, fn(&mut Settings, u64)),
    /// Yes or no.
    Switch(fn(&Settings) -> bool, fn(&mut Settings, bool)),
    /// One of these words.
    Word(&'static [&'static str], fn(&Settings) -> &'static str, fn(&mut Settings, &str) -> Option<()>),
    /// Text of a certain kind, or none; the kind is named here, with an example. Taken unless it is of another kind.
    Text(Kind, fn(&Settings) -> Option<String>, fn(&mut Settings, &str) -> Option<()>),
    /// Some of these words, at least one.
    Words(
        &'static [&'static str],
        fn(&Settings) -> Vec<&'static str>,
        fn(&mut Settings, &[&str]) -> Option<()>,
    ),
}

/// A kind of text.
pub(super) struct Kind {
    pub(super) what: &'static str,
    pub(super) example: &'static str,
}

use Value::{Number, Switch, Text, Word, Words};

/// All keys.
pub(super) const GROUPS: &[Group] = &[
    reading::GROUP,
    patience::GROUP,
    background::GROUP,
    recordings::GROUP,
    summaries::GROUP,
    downloads::GROUP,
];

/// All keys, in the order of the template.
pub(super) fn keys() -> impl Iterator<Item = &'static Key> {
    GROUPS.iter().flat_map(|group| group.keys)
}

impl Key {
    /// The key of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        keys().find(|key| key.name == name)
    }

    /// What these settings have for it, as TOML; nothing if that is nothing.
    pub(super) fn of(&self, settings: &Settings) -> Option<String> {
        self.value.of(settings)
    }
}

impl Value {
    /// Puts what the file says where it goes; nothing if it cannot be meant.
    pub(super) fn accept(&self, value: &DeValue<'_>, settings: &mut Settings) -> Option<()> {
        match self {
            Number(range, _, set) => {
                let number = number(value).filter(|number| range.contains(number))?;
                set(settings, number);
            }
            Switch(_, set) => set(settings, value.as_bool()?),
            Word(_, _, set) | Text(_, _, set) => set(settings, value.as_str()?)?,
            Words(_, _, set) => {
                let words = value.as_array()?.iter().map(|word| word.get_ref().as_str());
                let words = words.collect::<Option<Vec<_>>>().filter(|words| !words.is_empty())?;
                set(settings, &words)?;
            }
        }
        Some(())
    }

    /// What may stand there, in words.
    pub(super) fn allowed(&self) -> String {
        match self {
            Number(range, ..) => format!("a whole number from {} to {}", range.start(), range.end()),
            Switch(..) => "true or false".to_owned(),
            Word(words, ..) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" or "),
            Text(Kind { what, .. }, ..) => (*what).to_owned(),
            Words(words, ..) => format!("some of {}", array(words)),
        }
    }

    fn of(&self, settings: &Settings) -> Option<String> {
        match self {
            Number(_, get, _) => Some(get(settings).to_string()),
            Switch(get, _) => Some(get(settings).to_string()),
            Word(_, get, _) => Some(quoted(get(settings))),
            Text(_, get, _) => get(settings).as_deref().map(quoted),
            Words(_, get, _) => Some(array(&get(settings))),
        }
    }
}

fn number(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn count(number: u64) -> NonZeroUsize {
    usize::try_from(number).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
}

/// The name of a model, which is anything but nothing.
fn model(name: &str) -> Option<String> {
    Some(name.to_owned()).filter(|name| !name.trim().is_empty())
}

/// Puts what there is into its place; nothing if there is nothing.
fn put<T>(place: &mut Option<T>, value: Option<T>) -> Option<()> {
    *place = Some(value?);
    Some(())
}

#[cfg(test)]
mod tests;
