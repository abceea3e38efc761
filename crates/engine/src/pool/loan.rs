//! One loan: a job in the hands of a worker, from the order to its ending.

use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::AsFd;

use deskscribe_protocol::{Code, Failure, FrameError, FromWorker, Raster, ToWorker};

use super::beats::{Beat, Leash};
use super::budget::Budget;
use super::slot::Slot;
use super::talk::{Asking, Told};
use super::watch::{Judgement, Reason, Watch};
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

    /// Listens until there is an ending, keeping count of what the worker spends. Nothing in here waits for
    /// whoever hears the reports, or a worker would be free to take what it likes while the terminal is paused:
    /// what is `untold` is told when there is room, and progress only if there is.
    async fn listen(
        &self,
        worker: &mut Worker,
        job: &Job,
        leash: &Leash<'_>,
        untold: &mut Option<Report>,
    ) -> Verdict {
        let patience = &self.settings.patience;
        let Worker { name, mouth, ear, meter, memory, .. } = worker;
        let name = *name;
        let mut heard = false;
        let mut beats = leash.beats();
        let mut is_wanted = true;
        let mut asking: Option<Asking<'_>> = None;
        let mut watch = Watch::begin(&self.settings, meter, Budget::of(job, patience), *memory);
        loop {
            let message = tokio::select! {
                Ok(room) = self.reports.reserve(), if untold.is_some() => {
                    if let Some(report) = untold.take() {
                        room.send(report);
                    }
                    continue;
                }
                beat = beats.next() => {
                    let judgement = match beat {
                        Beat::Passed(counts) => {
                            if asking.is_some() {
                                watch.waits();
                            }
                            watch.judge(counts)
                        }
                        // It can do nothing for us any more, and no beat comes to an end of its grace.
                        Beat::Held if job.cancel.is_cancelled() => return Verdict::Unwanted,
                        Beat::Held => Judgement::Fine,
                    };
                    match judgement {
                        Judgement::Fine => {}
                        Judgement::Stop => {
                            // A worker that does not listen any more is found out by the grace period.
                            let cancel = ToWorker::Cancel { job: job.id };
                            let _ = leash.within(patience.beat, mouth.say(&cancel, &[])).await;
                        }
                        Judgement::Kill(Reason::Failure(failure)) => return Verdict::Killed(failure),
                        Judgement::Kill(Reason::Unwanted) => return Verdict::Unwanted,
                        Judgement::Rogue(what) => return Verdict::Rogue(what),
                    }
                    continue;
                }
                () = job.cancel.cancelled(), if is_wanted => {
                    is_wanted = false;
                    if beats.is_held() {
                        return Verdict::Unwanted;
                    }
                    watch.stop();
                    let cancel = ToWorker::Cancel { job: job.id };
                    let _ = leash.within(patience.beat, mouth.say(&cancel, &[])).await;
                    continue;
                }
                told = answer(&mut asking) => {
                    // It waits for somebody else, for which it cannot be blamed.
                    watch.waits();
                    let order = match told {
                        Told::Piece(reply) => ToWorker::Reply { job: job.id, reply },
                        Told::All => {
                            asking = None;
                            continue;
                        }
                        Told::Nothing => {
                            (asking, is_wanted) = (None, false);
                            watch.stop();
                            ToWorker::Cancel { job: job.id }
                        }
                    };
                    // A worker that does not listen any more is found out by the next beats.
                    let _ = leash.within(patience.beat, mouth.say(&order, &[])).await;
                    continue;
                }
                message = ear.recv() => message,
            };
            let (message, attachment) = match message {
                Some(Ok(message)) => message,
                Some(Err(FrameError::Closed)) | None => return Verdict::Lost { what: String::new(), heard },
                // As it dies with an order that it has not read.
                Some(Err(FrameError::Io(error))) if error.kind() == ErrorKind::ConnectionReset => {
                    return Verdict::Lost { what: error.to_string(), heard };
                }
                Some(Err(error)) => return Verdict::lost(error.to_string()),
            };
            heard = true;
            match message {
                FromWorker::Progress { job: id, stage, done, total } if id == job.id => {
                    if watch.progress(stage, done, total) && untold.is_none() {
                        let report = Report::Progress { job: id, worker: name, stage, done, total };
                        let _ = self.reports.try_send(report);
                    }
                }
                FromWorker::Ask { job: id, ask }
                    if id == job.id && asking.as_ref().is_none_or(Asking::is_over) =>
                {
                    match &job.talk {
                        // What it asked before it heard that it is to stop is of no interest.
                        Some(_) if !is_wanted => {}
                        Some(talk) => match talk.ask(ask) {
                            Some(asks) => asking = Some(asks),
                            None => return Verdict::lost("it asked the language model without end"),
                        },
                        None => return Verdict::lost("it asked something that it has no business to ask"),
                    }
                }
                FromWorker::Done { job: id, answer, picture } if id == job.id => {
                    if let Err(error) = answer.check(&job.work) {
                        return Verdict::lost(format!("its answer cannot be true: {error}"));
                    }
                    let edge = answer.longest_edge(&job.work, job.limits.thumbnail_edge);
                    return match Raster::frame(picture, attachment, edge) {
                        Ok(picture) => Verdict::Ended(Ending::Done { worker: name, answer, picture }),
                        Err(error) => Verdict::lost(error.to_string()),
                    };
                }
                FromWorker::Failed { job: id, failure } if id == job.id => {
                    return Verdict::Ended(Ending::Failed { worker: name, failure: believed(failure) });
                }
                FromWorker::Cancelled { job: id } if id == job.id => {
                    return match watch.asked_to_stop() {
                        Some(Reason::Failure(failure)) => {
                            Verdict::Ended(Ending::Failed { worker: name, failure })
                        }
                        Some(Reason::Unwanted) => {
                            Verdict::Ended(Ending::Cancelled { worker: Some(name), killed: false })
                        }
                        None => Verdict::lost("it stopped without being asked"),
                    };
                }
                _ => return Verdict::lost("it spoke out of turn"),
            }
        }
    }
}

/// What comes of a question, if one was asked; else nothing ever does.
async fn answer(asking: &mut Option<Asking<'_>>) -> Told {
    match asking {
        Some(asking) => asking.next().await,
        None => std::future::pending().await,
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
    fn lost(what: impl Into<String>) -> Self {
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

/// A failure as a worker may tell it. Made anew, so that it is capped and one line like any of ours.
fn believed(Failure { code, reason }: Failure) -> Failure {
    if code.is_for_workers() {
        return Failure::new(code, reason);
    }
    Failure::new(Code::Internal, format!("the worker said what it cannot know ({}): {reason}", code.as_str()))
}
