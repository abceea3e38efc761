//! How files are read: by how many workers, how large they may be, and how well the workers are confined.

use std::time::Duration;

use deskscribe_protocol::Isolation;

use super::Value::{Number, Word};
use super::{Group, Key, count};
use crate::Settings;

const LEVELS: [Isolation; 3] = [Isolation::Full, Isolation::Reduced, Isolation::Off];

pub(super) const GROUP: Group = Group {
    title: "Reading",
    keys: &[
        Key {
            name: "workers",
            what: "The most workers of one program; all programs together have eight at most.",
            value: Number(
                1..=Settings::SLOTS as u64,
                |settings| settings.workers.get() as u64,
                |settings, workers| settings.workers = count(workers),
            ),
        },
        Key {
            name: "queue_files",
            what: "Open files that wait for a worker.",
            // Every one of them is an open file.
            value: Number(
                1..=256,
                |settings| settings.queue.get() as u64,
                |settings, files| settings.queue = count(files),
            ),
        },
        Key {
            name: "picture_megapixels",
            what: "Larger pictures are not read.",
            value: Number(
                1..=10_000,
                |settings| settings.limits.pixels / 1_000_000,
                |settings, million| settings.limits.pixels = million * 1_000_000,
            ),
        },
        Key {
            name: "recording_gib",
            what: "Recordings in larger files are not read.",
            value: Number(
                1..=100_000,
                |settings| settings.limits.recording_bytes >> 30,
                |settings, gibibytes| settings.limits.recording_bytes = gibibytes << 30,
            ),
        },
        Key {
            name: "memory_ceiling_mib",
            what: "Memory that a worker may hold; one that holds more is replaced.",
            // Less than this, and no worker could load its models.
            value: Number(
                256..=1 << 20,
                |settings| settings.memory_ceiling >> 20,
                |settings, mebibytes| settings.memory_ceiling = mebibytes << 20,
            ),
        },
        Key {
            name: "jobs_per_worker",
            what: "Files after which a worker is replaced.",
            value: Number(
                1..=1_000_000,
                |settings| settings.wear.jobs.into(),
                |settings, jobs| settings.wear.jobs = u32::try_from(jobs).unwrap_or(u32::MAX),
            ),
        },
        Key {
            name: "keep_gone_days",
            what: "How long it is kept what was read in files that are gone.",
            value: Number(
                1..=36_500,
                |settings| settings.keep_gone.as_secs() / 86_400,
                |settings, days| settings.keep_gone = Duration::from_secs(days * 86_400),
            ),
        },
        Key {
            name: "isolation",
            what: "The least confinement of a worker; \"off\" runs unconfined.",
            value: Word(
                &["full", "reduced", "off"],
                |settings| settings.isolation.as_str(),
                |settings, word| {
                    settings.isolation = LEVELS.into_iter().find(|level| level.as_str() == word)?;
                    Some(())
                },
            ),
        },
    ],
};
