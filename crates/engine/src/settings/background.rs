//! How polite an engine is to the machine that it works on.

use serde::{Deserialize, Serialize};

/// What an engine does while the machine runs on its battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum OnBattery {
    /// It is paused until the mains are back.
    Pause,
    /// It goes on reading.
    #[default]
    Read,
}

/// How workers share processor and disk with other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// They get what others leave.
    #[default]
    Low,
    /// They are programs like others.
    Normal,
}

impl OnBattery {
    pub(super) const ALL: [Self; 2] = [Self::Pause, Self::Read];

    /// The word used in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Read => "read",
        }
    }
}

impl Priority {
    pub(super) const ALL: [Self; 2] = [Self::Low, Self::Normal];

    /// The word used in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
        }
    }
}
