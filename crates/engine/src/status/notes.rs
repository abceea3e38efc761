//! What a board remembers of a run, event by event.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};

use deskscribe_protocol::{Isolation, Stage};

use super::recordings::Recordings;
use super::{Pace, Phase, SummariesStatus, Work};
use crate::path::{bytes_of, lossy};
use crate::watch::FolderStatus;
use crate::{Activity, Crash, Row, RunCounts, WorkerName, WorkerState};

/// So many deaths are kept; older ones are only counted.
pub(super) const CRASHES_KEPT: usize = 16;

/// What changes while it goes on.
#[derive(Default, Clone)]
pub(super) struct Notes {
    /// What is being read, as it was named.
    pub(super) folders: Vec<String>,
    /// The folders that are watched.
    pub(super) watch: Vec<FolderStatus>,
    /// Since when; without it, nothing is.
    pub(super) round: Option<Instant>,
    /// Whether what was ordered is being given up.
    pub(super) stopping: bool,
    pub(super) pace: Pace,
    pub(super) found: Option<u64>,
    pub(super) counts: RunCounts,
    pub(super) pending: Pending,
    pub(super) alone: usize,
    /// Contents that other engines read.
    pub(super) elsewhere: usize,
    pub(super) waiting: Option<String>,
    pub(super) workers: BTreeMap<usize, Slot>,
    pub(super) recordings: Recordings,
    pub(super) summaries: SummariesStatus,
    pub(super) deaths: u64,
    pub(super) crashes: VecDeque<(Instant, Crash)>,
}

/// Media that wait for a worker, how many may, and since when the oldest does.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) depth: usize,
    pub(crate) capacity: usize,
    pub(crate) oldest: Option<Instant>,
}

/// One slot and its worker.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) pid: u32,
    pub(super) phase: Phase,
    pub(super) since: Instant,
    pub(super) work: Option<Work>,
    pub(super) isolation: Option<Isolation>,
    pub(super) ready_once: bool,
    pub(super) files: u64,
    pub(super) deaths: u64,
}

impl Notes {
    /// A round begins: what was counted in the last one is over. Workers stay what they are.
    pub(super) fn begin(&mut self, folders: Vec<String>, paused: bool) {
        self.folders = folders;
        self.round = Some(Instant::now());
        self.pace = Pace::default();
        self.pace.pause(paused, self.clock());
        (self.found, self.counts, self.stopping) = (None, RunCounts::default(), false);
    }

    /// All workers are gone.
    pub(super) fn dismiss(&mut self) {
        self.workers
            .values_mut()
            .filter(|slot| slot.phase.is_alive())
            .for_each(|slot| slot.enter(Phase::Ended));
    }

    /// How long this round has taken.
    pub(super) fn clock(&self) -> Duration {
        self.round.map_or(Duration::ZERO, |begun| begun.elapsed())
    }

    pub(super) fn worker(&mut self, worker: WorkerName, state: &WorkerState) {
        if let WorkerState::Died(crash) = state {
            self.deaths += 1;
            if self.crashes.len() == CRASHES_KEPT {
                self.crashes.pop_front();
            }
            self.crashes.push_back((Instant::now(), crash.clone()));
        }
        if *state == WorkerState::Starting {
            let fresh = Slot {
                pid: worker.pid,
                phase: Phase::Starting,
                since: Instant::now(),
                work: None,
                isolation: None,
                ready_once: false,
                files: 0,
                deaths: 0,
            };
            let slot = self.workers.entry(worker.slot).or_insert_with(|| fresh.clone());
            let Slot { ready_once, files, deaths, .. } = *slot;
            *slot = Slot { ready_once, files, deaths, ..fresh };
            return;
        }
        let Some(slot) = self.workers.get_mut(&worker.slot) else { return };
        if let WorkerState::Died(_) = state {
            slot.deaths += 1;
        }
        // The last of one that is gone may be heard after the first of the next.
        if slot.pid != worker.pid {
            return;
        }
        match state {
            WorkerState::Starting => {}
            WorkerState::Ready { isolation } => {
                slot.isolation = Some(*isolation);
                slot.ready_once = true;
                slot.enter(Phase::Ready);
            }
            WorkerState::Busy { path } => {
                slot.enter(Phase::Busy);
                slot.work = Some(Work::on(path));
            }
            WorkerState::Idle => slot.enter(Phase::Idle),
            WorkerState::Ended => slot.enter(Phase::Ended),
            WorkerState::Died(_) => slot.enter(Phase::Died),
        }
    }

    /// A file is settled that this worker had, if any did.
    pub(super) fn settled(&mut self, row: &Row) {
        self.recordings.settled(row);
        if let Some(slot) = row.worker.and_then(|worker| self.workers.get_mut(&worker.slot)) {
            slot.files += 1;
        }
    }

    pub(super) fn progress(&mut self, activity: &Activity) {
        let Activity { worker, path, stage, done, total } = activity;
        let Some(slot) = self.workers.get_mut(&worker.slot).filter(|slot| slot.pid == worker.pid) else {
            return;
        };
        // Since when is left alone: loading is a part of the work on a worker's first file.
        slot.phase = if *stage == Stage::Load { Phase::Loading } else { Phase::Busy };
        slot.work = Some(Work { stage: Some(*stage), done: *done, total: *total, ..Work::on(path) });
    }
}

impl Slot {
    /// Begins something new, without a file.
    fn enter(&mut self, phase: Phase) {
        (self.phase, self.since, self.work) = (phase, Instant::now(), None);
    }
}

impl Work {
    fn on(path: &Path) -> Self {
        Self { path: lossy(path), path_bytes: bytes_of(path), stage: None, done: 0, total: 0 }
    }
}
