//! What the user has chosen, and what that takes the place of.

use serde::Serialize;

use super::Settings;
use super::keys::keys;

/// A setting that is not as it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chosen {
    /// Its name.
    pub key: &'static str,
    /// What it is, as TOML; an address without user and password.
    pub value: String,
    /// What it is without being chosen, as TOML; nothing if that is nothing.
    pub default: Option<String>,
}

impl Settings {
    /// The names of all keys that have one value for a whole engine, in the order in which the template explains them.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        keys().map(|key| key.name)
    }

    /// What is not as it comes, in the same order; folders are in [`Self::watch`].
    pub fn chosen(&self) -> Vec<Chosen> {
        let defaults = Self::default();
        let chosen = keys().filter_map(|key| {
            let default = key.of(&defaults);
            let value = key.of(self).filter(|value| Some(value) != default.as_ref())?;
            Some(Chosen { key: key.name, value, default })
        });
        chosen.collect()
    }
}
