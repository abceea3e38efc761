//! What is not read after all: taken out by a person, given up with everything else, or failed before.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use deskscribe_protocol::{ContentKey, Failure, JobId};
use tokio::sync::oneshot;

use super::breaker::Breaker;
use super::task::Running;
use super::{Dispatch, Halt};
use crate::order::Origin;
use crate::record::Entry;

/// Contents of which there will be no reading, for copies that come later.
#[derive(Default)]
pub(super) struct GivenUp(HashMap<ContentKey, (u64, Failure)>);

impl GivenUp {
    pub(super) fn insert(&mut self, key: ContentKey, origin: &Origin, failure: Failure) {
        self.0.insert(key, (origin.number, failure));
    }

    /// Why this content is not tried for this order. One that came later asks for another try.
    pub(super) fn get(&self, key: &ContentKey, origin: &Origin) -> Option<&Failure> {
        self.0.get(key).filter(|(number, _)| *number >= origin.number).map(|(_, failure)| failure)
    }
}

/// What was taken out: contents that are still claimed, and how many files get no row.
struct Taken {
    keys: Vec<ContentKey>,
    lost: u64,
}

impl Dispatch {
    /// Takes these files out, wherever they wait; with `busy` also those that workers have. Copies of them elsewhere
    /// are read as before.
    pub(super) async fn remove(&mut self, paths: Vec<PathBuf>, busy: bool) -> Result<(), Halt> {
        let gone: HashSet<&Path> = paths.iter().map(PathBuf::as_path).collect();
        self.orders.strike(&paths);
        let taken = self.take_out(|path| gone.contains(path), busy).await;
        drop(gone);
        self.record(Entry::Unqueued(paths)).await?;
        self.let_go(taken).await
    }

    /// Gives up what is below this watched folder, also what workers have: nothing answers there. It stays in the
    /// cache's queue, and is handed over anew.
    pub(super) async fn give_up_below(&mut self, folder: &Path) -> Result<(), Halt> {
        let mut taken = self.take_out(|path| path.starts_with(folder), true).await;
        taken.lost += self.orders.give_up(folder);
        self.let_go(taken).await?;
        self.open_orders()
    }

    /// Takes files out, wherever they wait, and stops them with `busy`.
    async fn take_out(&mut self, is_gone: impl Fn(&Path) -> bool, busy: bool) -> Taken {
        self.struck.extend(self.looking.iter().filter(|path| is_gone(path)).cloned());
        let mut lost = 0;
        for copies in self.copies.values_mut() {
            copies.retain(|copy| {
                let is_gone = is_gone(&copy.place.path);
                lost += u64::from(is_gone);
                !is_gone
            });
        }
        let mut keys = Vec::new();
        take_out(&mut self.pending, |task| is_gone(&task.medium.path), |task| keys.push(task.medium.key));
        take_out(&mut self.solo, |suspect| is_gone(&suspect.path), |suspect| keys.push(suspect.key));
        keys.extend(self.withdraw_recordings(busy, &is_gone).await);
        if busy {
            keys.extend(self.stop_jobs(|running| is_gone(&running.medium.path)));
        }
        // The answer about these comes all the same, and finds that they are gone.
        lost += keys.len() as u64 + self.elsewhere.take_out(is_gone).len() as u64;
        Taken { keys, lost }
    }

    /// What was taken out is nobody's any more.
    async fn let_go(&mut self, Taken { keys, lost }: Taken) -> Result<(), Halt> {
        let copies = &self.copies;
        self.elsewhere.forget(|key| copies.get(key).is_some_and(|copies| !copies.is_empty()));
        for key in keys {
            self.release_copies(key).await?;
        }
        self.ledger.lost(lost).await;
        Ok(())
    }

    /// Gives up all that waits, and with `busy` what workers have. Nothing is taken out of the cache's queue.
    pub(super) async fn give_all_up(&mut self, busy: bool, done: oneshot::Sender<()>) -> Result<(), Halt> {
        self.orders.clear();
        let mut keys: Vec<ContentKey> = self.pending.drain(..).map(|task| task.medium.key).collect();
        keys.extend(self.solo.drain(..).map(|suspect| suspect.key));
        // What is a part of the way is no longer on it; the parts that landed are kept.
        keys.extend(self.withdraw_recordings(true, |_| true).await);
        if busy {
            keys.extend(self.stop_jobs(|_| true));
            self.ledger.board.stops();
            self.stopped |= self.ledger.is_open();
        }
        drop(self.elsewhere.take_out(|_| true));
        self.elsewhere.forget(|_| false);
        // Those that are looked at come back at once, and are dropped then.
        self.gate.close();
        self.gate = self.ledger.board.pause.gate(self.cancel.child_token());
        for key in &keys {
            self.copies.remove(key);
        }
        self.copies.values_mut().for_each(Vec::clear);
        for key in keys {
            self.record(Entry::Release(key)).await?;
        }
        if self.control.is_none() {
            self.breaker = Breaker::new(&self.settings.patience);
        }
        self.crowded = None;
        self.ledger.only(self.running.len() as u64).await;
        self.record(Entry::Told(done)).await
    }

    /// Asks workers to stop that have such a job. What comes of it is of no interest: it is settled now. Returns the
    /// contents that are still claimed.
    pub(super) fn stop_jobs(&mut self, is_one: impl Fn(&Running) -> bool) -> Vec<ContentKey> {
        let jobs = self.running.iter().filter(|(_, running)| is_one(running));
        let jobs: Vec<JobId> = jobs.map(|(job, _)| *job).collect();
        let stop = |job| {
            let Running { medium, cancel, .. } = self.running.remove(&job)?;
            cancel.cancel();
            Some(medium.key)
        };
        jobs.into_iter().filter_map(stop).collect()
    }
}

/// Takes out of a queue what is to go.
fn take_out<T>(queue: &mut VecDeque<T>, is_one: impl Fn(&T) -> bool, mut gone: impl FnMut(&T)) {
    queue.retain(|waits| {
        let goes = is_one(waits);
        if goes {
            gone(waits);
        }
        !goes
    });
}
