//! What a worker can no longer do, by what it tried.

use serde::{Deserialize, Serialize};

/// How a worker is confined: what it put on, and what it then tried and got.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Confinement {
    /// What was put on, in the words of a person: nothing is decided by it.
    pub layers: Vec<LayerState>,
    /// Attempts that had to fail, in their order.
    pub canaries: Vec<Canary>,
}

/// One layer, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct LayerState {
    /// Which one.
    pub layer: Layer,
    /// One line, such as `Landlock ABI 7, fully enforced`.
    pub state: String,
}

/// A layer of confinement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Limits, rights and descriptors of the process itself. Nothing is decided by it.
    Process,
    /// Which files can be reached: Landlock on Linux.
    Files,
    /// Which system calls can be made: seccomp on Linux.
    Calls,
}

/// Something that a confined worker tried and that had to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Canary {
    /// What was tried, such as `open /etc/passwd`.
    pub attempt: String,
    /// The layer that has to refuse it.
    pub layer: Layer,
    /// Whether it was refused.
    pub refused: bool,
    /// What the system said.
    pub outcome: String,
}

/// How well a worker is confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Not confined by the system. It still gets nothing but the one open file.
    Off,
    /// System calls are confined; files are kept from it by one layer instead of two.
    Reduced,
    /// Every attempt was refused, by both layers.
    Full,
}

impl Confinement {
    /// The level, by what was tried alone: a layer that nobody tested counts as missing.
    pub fn level(&self) -> Isolation {
        let holds = |layer| {
            let mut canaries = self.canaries.iter().filter(|canary| canary.layer == layer).peekable();
            canaries.peek().is_some() && canaries.all(|canary| canary.refused)
        };
        match (holds(Layer::Calls), holds(Layer::Files)) {
            (true, true) => Isolation::Full,
            (true, false) => Isolation::Reduced,
            (false, _) => Isolation::Off,
        }
    }
}

impl Isolation {
    /// The word used in settings, in logs and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Reduced => "reduced",
            Self::Full => "full",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confinement(canaries: &[(Layer, bool)]) -> Confinement {
        let canary = |&(layer, refused)| Canary {
            attempt: "open /etc/passwd".to_owned(),
            layer,
            refused,
            outcome: String::new(),
        };
        Confinement { layers: Vec::new(), canaries: canaries.iter().map(canary).collect() }
    }

    #[test]
    fn the_level_is_what_was_refused_and_nothing_else() {
        use Layer::{Calls, Files};
        for (canaries, level) in [
            (&[(Calls, true), (Files, true)][..], Isolation::Full),
            (&[(Calls, true), (Files, true), (Files, false)], Isolation::Reduced),
            (&[(Calls, true)], Isolation::Reduced),
            (&[(Calls, true), (Calls, false), (Files, true)], Isolation::Off),
            (&[(Files, true)], Isolation::Off),
            (&[], Isolation::Off),
        ] {
            assert_eq!(confinement(canaries).level(), level, "{canaries:?}");
        }
    }
}
