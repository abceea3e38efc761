//! How much this machine has room for: workers by memory, open files by the limit of the process.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use rustix::process::{Resource, getrlimit};
use serde::Serialize;

use crate::{RunError, Settings, count, models, pool};

/// What a busy worker is reckoned to need, in bytes; measured, with room for large pictures.
const WORKER_MEMORY: u64 = 300 << 20;
/// Descriptors that are open whatever there is to do: the cache, the logs, the runtime, media on their way from
/// intake, and those for a process that is just being started.
const OWN_DESCRIPTORS: usize = 44;
/// Descriptors of a busy worker: its socket, its output, its process, the account of that, its place, its medium.
const WORKER_DESCRIPTORS: usize = 6;
/// With fewer than these, a single worker and the file that waits for it would now and then want for one.
const LEAST_DESCRIPTORS: u64 = (OWN_DESCRIPTORS + WORKER_DESCRIPTORS + 1) as u64;
/// What to recommend then: room for eight workers, and for more than usually waits for them.
const ENOUGH_DESCRIPTORS: u64 = 256;

/// How many files this process may open at once, in words, or that it is too few to begin.
pub(crate) fn open_files() -> Result<String, RunError> {
    match getrlimit(Resource::Nofile).current {
        Some(allowed) if allowed < LEAST_DESCRIPTORS => {
            Err(RunError::OpenFiles { allowed, least: LEAST_DESCRIPTORS, enough: ENOUGH_DESCRIPTORS })
        }
        Some(allowed) => Ok(format!("{allowed} may be open at once")),
        None => Ok("any number may be open at once".to_owned()),
    }
}

/// How many workers an engine would have if it began now, and what of this machine that follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Capacity {
    /// Processors that this program may use.
    pub processors: usize,
    /// Memory of this machine in bytes, or the part of it that this program may use; nothing if nobody tells.
    pub memory: Option<u64>,
    /// Memory that nobody uses now, in bytes, with what our own workers hold; nothing if nobody tells.
    pub available: Option<u64>,
    /// What a busy worker is reckoned to need, in bytes.
    pub worker: u64,
    /// Workers that the settings allow.
    pub wanted: usize,
    /// Workers that there is room for, of those.
    pub workers: usize,
    /// Why they are fewer, if they are; one line.
    pub short: Option<String>,
}

impl Capacity {
    /// As it is now with these settings; `held` is what our own workers hold, in bytes, which is theirs to use.
    pub fn now(settings: &Settings, held: u64) -> Self {
        let available = pool::available_memory().map(|bytes| bytes.saturating_add(held));
        let open_files = getrlimit(Resource::Nofile).current;
        let room = Room::within(settings.workers, settings.queue, available, open_files);
        Self {
            processors: available_parallelism().map_or(1, NonZeroUsize::get),
            memory: models::memory_of_machine(),
            available,
            worker: WORKER_MEMORY,
            wanted: settings.workers.get(),
            workers: room.seats.get(),
            short: room.short,
        }
    }
}

/// What one run may use.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Workers at once, at least one.
    pub(super) seats: NonZeroUsize,
    /// Open media that may wait for them, at least one.
    pub(super) pending: usize,
    /// Why there are fewer workers than wanted, if there are.
    pub(super) short: Option<String>,
}

impl Room {
    /// What there is room for now.
    pub(super) fn now(settings: &Settings) -> Self {
        let open_files = getrlimit(Resource::Nofile).current;
        Self::within(settings.workers, settings.queue, pool::available_memory(), open_files)
    }

    fn within(
        wanted: NonZeroUsize,
        queue: NonZeroUsize,
        memory: Option<u64>,
        open_files: Option<u64>,
    ) -> Self {
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let by_memory = memory.map_or(Settings::SLOTS, |bytes| whole(bytes / WORKER_MEMORY));
        let left = open_files.map_or(usize::MAX, whole).saturating_sub(OWN_DESCRIPTORS);
        // One waits for each that is read.
        let by_files = left / (WORKER_DESCRIPTORS + 1);
        let fits = by_memory.min(by_files).min(Settings::SLOTS);
        let seats = NonZeroUsize::new(wanted.get().min(fits)).unwrap_or(NonZeroUsize::MIN);
        let why = if by_memory <= by_files {
            "memory is short".to_owned()
        } else {
            format!("few files may be open at once (ulimit -n {})", open_files.unwrap_or_default())
        };
        Self {
            seats,
            // What is urgent has one place more for each seat.
            pending: left.saturating_sub(seats.get() * (WORKER_DESCRIPTORS + 1)).clamp(1, queue.get()),
            short: (seats < wanted).then(|| {
                format!("{why}: {} instead of {wanted}", count(seats.get() as u64, "worker", "workers"))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(memory: u64, open_files: u64) -> (usize, usize, Option<String>) {
        let Room { seats, pending, short } = Room::within(
            NonZeroUsize::new(8).unwrap(),
            NonZeroUsize::new(16).unwrap(),
            Some(memory),
            Some(open_files),
        );
        (seats.get(), pending, short)
    }

    #[test]
    fn there_is_always_room_for_one_and_the_shortage_is_named() {
        assert_eq!(room(16 << 30, 1024), (8, 16, None));
        let short = |why: &str, seats| {
            let workers = if seats == 1 { "worker" } else { "workers" };
            Some(format!("{why}: {seats} {workers} instead of 8"))
        };
        assert_eq!(room(1 << 30, 1024), (3, 16, short("memory is short", 3)));
        assert_eq!(room(0, 1024), (1, 16, short("memory is short", 1)));
        let few = |limit| format!("few files may be open at once (ulimit -n {limit})");
        assert_eq!(room(16 << 30, 64), (2, 6, short(&few(64), 2)));
        assert_eq!(room(16 << 30, 20), (1, 1, short(&few(20), 1)));
    }
}
