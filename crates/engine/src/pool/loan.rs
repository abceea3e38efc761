//! One loan: a job in the hands of a worker, from the order to its ending.

use std::fs::File;
use std::os::fd::AsFd;

use deskscribe_protocol::{Code, Failure, ToWorker};

use super::beats::Leash;
use super::slot::Slot;
use super::worker::Worker;
use super::{Ending, Job, Report};

impl Slot {
    /// Lends the medium and listens until there is an ending.
    pub(super) async fn work(&self, worker: &mut Worker, job: &Job) -> Verdict {
        let unreadable = |error: std::io::Error| {
            let failure = Failure::new(Code::Unreadable, error.to_string());
            Verdict::Ended(Ending::Failed { worker: worker.name, failure })
        };
        if job.cancel.is_cancelled() {
            return Verdict::Ended(Ending::Cancelled { worker: Some(worker.name), killed: false });
        }
        let medium = match job.work.looks_into_medium().then(|| job.medium.lend()).transpose() {
            Ok(medium) => medium,
            Err(error) => return unreadable(error),
        };
        let others = job.files.iter().map(AsRef::as_ref);
        let files: Vec<_> = medium.into_iter().chain(others).map(File::as_fd).collect();
        let order = order(job);
        worker.last_file = Some(job.medium.path.clone());
        let patience = &self.settings.patience;
        let grace = patience.beat * patience.grace_beats.max(1);
        let leash = Leash::of(patience, &worker.meter, self.pause_of(job));
        match leash.within(grace, worker.mouth.say(&order, &files)).await {
            Some(Ok(())) => {}
            Some(Err(_)) => {
                let what = "it was gone when it was given the file".to_owned();
                return Verdict::Lost { what, heard: false };
            }
            None => return Verdict::lost("it did not take the file that it was given"),
        }
        let mut untold = Some(Report::Lent { job: job.id, worker: worker.name });
        let verdict = self.listen(worker, job, &leash, &mut untold).await;
        if let Some(report) = untold {
            self.report(report).await;
        }
        verdict
    }
}

/// How a loan ended, and what that means for the worker.
pub(super) enum Verdict {
    /// The worker is fit for the next job.
    Ended(Ending),
    /// It has to be killed, and the file is to blame.
    Killed(Failure),
    /// It has to be killed, because nobody wants its file any more.
    Unwanted,
    /// It has to be killed, and that is a death like any other; what it did.
    Rogue(String),
    /// It is dead or has lost its mind: what was seen of it, if anything, and whether it was heard on this job.
    Lost { what: String, heard: bool },
}

impl Verdict {
    /// Lost over something that it said or did.
    pub(super) fn lost(what: impl Into<String>) -> Self {
        Self::Lost { what: what.into(), heard: true }
    }
}

/// What a worker is told to do.
fn order(Job { id, medium, limits, work, .. }: &Job) -> ToWorker {
    ToWorker::Work {
        job: *id,
        kind: medium.kind,
        extension: medium.extension(),
        bytes: medium.stamp.size,
        limits: limits.clone(),
        work: work.clone(),
    }
}
