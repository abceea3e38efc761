//! What goes on while nobody looks.

use super::Value::{Switch, Word};
use super::{Group, Key};
use crate::settings::{OnBattery, Priority};

pub(super) const GROUP: Group = Group {
    title: "In the background",
    keys: &[
        Key {
            name: "keep_running",
            what: "Whether closing the window leaves Deskscribe running, in the tray.",
            value: Switch(|settings| settings.keep_running, |settings, keeps| settings.keep_running = keeps),
        },
        Key {
            name: "notifications",
            what: "Whether the desktop is told what came of what was found in watched folders.",
            value: Switch(
                |settings| settings.notifications,
                |settings, notifies| settings.notifications = notifies,
            ),
        },
        Key {
            name: "on_battery",
            what: "What to do while the machine runs on its battery: wait for the mains, or go on reading.",
            value: Word(
                &["pause", "read"],
                |settings| settings.on_battery.as_str(),
                |settings, word| {
                    settings.on_battery = OnBattery::ALL.into_iter().find(|rule| rule.as_str() == word)?;
                    Some(())
                },
            ),
        },
        Key {
            name: "priority",
            what: "How workers share processor and disk: \"low\" is after all other programs, \"normal\" is like them.",
            value: Word(
                &["low", "normal"],
                |settings| settings.priority.as_str(),
                |settings, word| {
                    settings.priority = Priority::ALL.into_iter().find(|level| level.as_str() == word)?;
                    Some(())
                },
            ),
        },
    ],
};
