//! Dead workers that nobody reaps.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::processes::Process;

/// A dead worker that is not reaped within this is a zombie; to be reaped takes a moment.
const REAPED_WITHIN: Duration = Duration::from_secs(2);

/// Who was seen dead, and since when.
#[derive(Debug, Default)]
pub(super) struct Zombies {
    dead: BTreeMap<u32, (Process, Instant)>,
    found: Vec<String>,
}

impl Zombies {
    /// Looks at the workers of a program.
    pub(super) fn look(&mut self, workers: Vec<Process>) {
        for worker in workers.into_iter().filter(|worker| worker.state() == Some('Z')) {
            self.dead.entry(worker.pid).or_insert((worker, Instant::now()));
        }
        self.dead.retain(|_, (worker, since)| {
            let is_left = worker.state() == Some('Z');
            if is_left && since.elapsed() > REAPED_WITHIN {
                self.found.push(format!("process {}", worker.pid));
            }
            is_left && since.elapsed() <= REAPED_WITHIN
        });
    }

    /// Forgets who is dead for now: a program that is stopped reaps nobody.
    pub(super) fn blink(&mut self) {
        self.dead.clear();
    }

    /// All that were found.
    pub(super) fn found(mut self) -> Vec<String> {
        self.found.dedup();
        self.found
    }
}
