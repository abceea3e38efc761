//! How long a worker may take for what.

use std::time::Duration;

use super::Value::Number;
use super::{Group, Key};
use crate::Settings;

pub(super) const GROUP: Group = Group {
    title: "Patience with workers",
    keys: &[
        Key {
            name: "hello_seconds",
            what: "From the start of a worker to its first words.",
            value: Number(
                1..=600,
                |settings| settings.patience.hello.as_secs(),
                |settings, seconds| settings.patience.hello = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "ready_seconds",
            what: "From its first words to its being ready.",
            value: Number(
                1..=3600,
                |settings| settings.patience.ready.as_secs(),
                |settings, seconds| settings.patience.ready = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "quiet_seconds",
            what: "Without progress before a file is stopped.",
            value: Number(
                1..=86_400,
                |settings| seconds(settings, settings.patience.quiet_beats),
                |settings, seconds| settings.patience.quiet_beats = beats(settings, seconds),
            ),
        },
        Key {
            name: "grace_seconds",
            what: "Between asking a worker to stop and killing it.",
            value: Number(
                1..=600,
                |settings| seconds(settings, settings.patience.grace_beats),
                |settings, seconds| settings.patience.grace_beats = beats(settings, seconds),
            ),
        },
        Key {
            name: "cpu_seconds",
            what: "Processor time for any file.",
            value: Number(
                1..=86_400,
                |settings| settings.patience.cpu_base.as_secs(),
                |settings, seconds| settings.patience.cpu_base = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "cpu_seconds_per_mib",
            what: "More of it for every MiB of the file.",
            value: Number(
                0..=3600,
                |settings| settings.patience.cpu_per_mebibyte.as_secs(),
                |settings, seconds| settings.patience.cpu_per_mebibyte = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "rest_seconds",
            what: "Without work before a worker is sent home, and its memory with it.",
            value: Number(
                1..=86_400,
                |settings| settings.patience.rest.as_secs(),
                |settings, seconds| settings.patience.rest = Duration::from_secs(seconds),
            ),
        },
    ],
};

/// So many beats are so many seconds or a little more, and never none.
fn beats(settings: &Settings, seconds: u64) -> u32 {
    let beat = settings.patience.beat.as_secs_f64();
    (seconds as f64 / beat).ceil().max(1.0) as u32
}

/// The seconds that so many beats are made of.
fn seconds(settings: &Settings, beats: u32) -> u64 {
    (settings.patience.beat * beats).as_secs()
}
