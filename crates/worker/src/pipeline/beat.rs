//! Signs of life while a library works, whatever it is doing.

use std::cell::Cell;
use std::time::{Duration, Instant};

use deskscribe_protocol::Stage;

use crate::job::Watch;

/// Progress is told at least this often while anything happens at all.
const OFTEN: Duration = Duration::from_secs(1);

/// Tells how far a stage is, and again now and then while it comes no further.
pub(super) struct Beat<'w> {
    watch: &'w dyn Watch,
    stage: Stage,
    done: Cell<u32>,
    total: Cell<u32>,
    told: Cell<Instant>,
}

impl<'w> Beat<'w> {
    /// A stage of which nothing of so many units is done.
    pub(super) fn begin(watch: &'w dyn Watch, stage: Stage, total: u32) -> Self {
        let total = total.max(1);
        watch.progress(stage, 0, total);
        Self { watch, stage, done: Cell::new(0), total: Cell::new(total), told: Cell::new(Instant::now()) }
    }

    /// It turns out that there are so many units.
    pub(super) fn expect(&self, total: u32) {
        self.total.set(total.max(self.done.get()).max(1));
    }

    /// So many units are done; where there turn out to be more than was thought, they are all.
    pub(super) fn reach(&self, done: u32) {
        if done > self.done.get() {
            self.done.set(done);
            self.total.set(self.total.get().max(done));
            self.tell();
        }
    }

    /// Something happens. Says whether it should go on.
    pub(super) fn live(&self) -> bool {
        if self.told.get().elapsed() >= OFTEN {
            self.tell();
        }
        !self.watch.cancelled()
    }

    fn tell(&self) {
        self.told.set(Instant::now());
        self.watch.progress(self.stage, self.done.get(), self.total.get());
    }
}

/// What a part of the stage says of itself is a sign of life.
impl Watch for Beat<'_> {
    fn progress(&self, _: Stage, _: u32, _: u32) {
        self.live();
    }

    fn cancelled(&self) -> bool {
        self.watch.cancelled()
    }
}
