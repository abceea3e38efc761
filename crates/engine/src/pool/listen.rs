//! Listening to a worker that has a job, from the order to an ending.
//!
//! Nothing in here waits for whoever hears the reports, or a worker would be free to take what it likes while the
//! terminal is paused: what is untold is told when there is room, and progress only if there is.

use std::io::ErrorKind;
use std::ops::ControlFlow;

use deskscribe_protocol::{Answer, Ask, Code, Failure, FrameError, FromWorker, Raster, Stage, ToWorker};
use tokio::sync::mpsc;

use super::beats::{Beat, Leash};
use super::budget::Budget;
use super::loan::Verdict;
use super::slot::Slot;
use super::talk::{Asking, Told};
use super::watch::{Judgement, Reason, Watch};
use super::wire::Mouth;
use super::worker::Worker;
use super::{Ending, Job, Report};
use crate::{Patience, WorkerName};

/// What came over the wire; nothing, once its reader is gone.
type Message = Option<Result<(FromWorker, Vec<u8>), FrameError>>;

/// Whether listening goes on.
type Flow = ControlFlow<Verdict>;

/// What is known of a loan between two things that happen.
struct Loan<'a> {
    name: WorkerName,
    job: &'a Job,
    leash: &'a Leash<'a>,
    patience: &'a Patience,
    mouth: &'a mut Mouth,
    reports: &'a mpsc::Sender<Report>,
    /// That it was lent, as long as there is no room to tell so.
    untold: &'a mut Option<Report>,
    watch: Watch<'a>,
    /// What it asked the language model, until all of the answer was told.
    asking: Option<Asking<'a>>,
    is_wanted: bool,
    /// Whether the worker has said anything of this job.
    is_heard: bool,
}

impl Slot {
    /// Listens until there is an ending, keeping count of what the worker spends.
    pub(super) async fn listen(
        &self,
        worker: &mut Worker,
        job: &Job,
        leash: &Leash<'_>,
        untold: &mut Option<Report>,
    ) -> Verdict {
        let (patience, reports) = (&self.settings.patience, &self.reports);
        let Worker { name, mouth, ear, meter, memory, .. } = worker;
        let watch = Watch::begin(&self.settings, meter, Budget::of(job, patience), *memory);
        let mut beats = leash.beats();
        let mut loan = Loan {
            name: *name,
            job,
            leash,
            patience,
            mouth,
            reports,
            untold,
            watch,
            asking: None,
            is_wanted: true,
            is_heard: false,
        };
        loop {
            let flow = tokio::select! {
                Ok(room) = reports.reserve(), if loan.untold.is_some() => {
                    if let Some(report) = loan.untold.take() {
                        room.send(report);
                    }
                    Flow::Continue(())
                }
                beat = beats.next() => loan.beat(beat).await,
                () = job.cancel.cancelled(), if loan.is_wanted => loan.unwanted(beats.is_held()).await,
                told = answer(&mut loan.asking) => {
                    loan.answered(told).await;
                    Flow::Continue(())
                }
                message = ear.recv() => loan.hear(message),
            };
            if let Flow::Break(verdict) = flow {
                return verdict;
            }
        }
    }
}

impl Loan<'_> {
    /// Time has passed.
    async fn beat(&mut self, beat: Beat) -> Flow {
        let counts = match beat {
            Beat::Passed(counts) => counts,
            // It can do nothing for us any more, and no beat comes to an end of its grace.
            Beat::Held if self.job.cancel.is_cancelled() => return Flow::Break(Verdict::Unwanted),
            Beat::Held => return Flow::Continue(()),
        };
        if self.asking.is_some() {
            self.watch.waits();
        }
        match self.watch.judge(counts) {
            Judgement::Fine => Flow::Continue(()),
            Judgement::Stop => {
                self.say(ToWorker::Cancel { job: self.job.id }).await;
                Flow::Continue(())
            }
            Judgement::Kill(Reason::Failure(failure)) => Flow::Break(Verdict::Killed(failure)),
            Judgement::Kill(Reason::Unwanted) => Flow::Break(Verdict::Unwanted),
            Judgement::Rogue(what) => Flow::Break(Verdict::Rogue(what)),
        }
    }

    /// Nobody wants the job any more. A worker that is held hears nothing.
    async fn unwanted(&mut self, is_held: bool) -> Flow {
        if is_held {
            return Flow::Break(Verdict::Unwanted);
        }
        self.give_up().await;
        Flow::Continue(())
    }

    /// The language model has said something, or never will.
    async fn answered(&mut self, told: Told) {
        // It waits for somebody else, for which it cannot be blamed.
        self.watch.waits();
        match told {
            Told::Piece(reply) => self.say(ToWorker::Reply { job: self.job.id, reply }).await,
            Told::All => self.asking = None,
            Told::Nothing => {
                self.asking = None;
                self.give_up().await;
            }
        }
    }

    async fn give_up(&mut self) {
        self.is_wanted = false;
        self.watch.stop();
        self.say(ToWorker::Cancel { job: self.job.id }).await;
    }

    /// A worker that does not listen any more is found out by the next beats, or by the end of its grace.
    async fn say(&mut self, order: ToWorker) {
        let _ = self.leash.within(self.patience.beat, self.mouth.say(&order, &[])).await;
    }

    fn hear(&mut self, message: Message) -> Flow {
        let (message, attachment) = match message {
            Some(Ok(message)) => message,
            Some(Err(FrameError::Closed)) | None => {
                return Flow::Break(Verdict::Lost { what: String::new(), heard: self.is_heard });
            }
            // As it dies with an order that it has not read.
            Some(Err(FrameError::Io(error))) if error.kind() == ErrorKind::ConnectionReset => {
                return Flow::Break(Verdict::Lost { what: error.to_string(), heard: self.is_heard });
            }
            Some(Err(error)) => return Flow::Break(Verdict::lost(error.to_string())),
        };
        self.is_heard = true;
        match message {
            FromWorker::Progress { job, stage, done, total } if job == self.job.id => {
                self.progress(stage, done, total);
                Flow::Continue(())
            }
            FromWorker::Ask { job, ask }
                if job == self.job.id && self.asking.as_ref().is_none_or(Asking::is_over) =>
            {
                self.ask(ask)
            }
            FromWorker::Done { job, answer, picture } if job == self.job.id => {
                Flow::Break(self.done(answer, picture, attachment))
            }
            FromWorker::Failed { job, failure } if job == self.job.id => {
                let failure = believed(failure);
                Flow::Break(Verdict::Ended(Ending::Failed { worker: self.name, failure }))
            }
            FromWorker::Cancelled { job } if job == self.job.id => Flow::Break(self.cancelled()),
            _ => Flow::Break(Verdict::lost("it spoke out of turn")),
        }
    }

    fn progress(&mut self, stage: Stage, done: u32, total: u32) {
        if self.watch.progress(stage, done, total) && self.untold.is_none() {
            let (job, worker) = (self.job.id, self.name);
            let _ = self.reports.try_send(Report::Progress { job, worker, stage, done, total });
        }
    }

    fn ask(&mut self, ask: Ask) -> Flow {
        match &self.job.talk {
            // What it asked before it heard that it is to stop is of no interest.
            Some(_) if !self.is_wanted => Flow::Continue(()),
            Some(talk) => match talk.ask(ask) {
                Some(asking) => {
                    self.asking = Some(asking);
                    Flow::Continue(())
                }
                None => Flow::Break(Verdict::lost("it asked the language model without end")),
            },
            None => Flow::Break(Verdict::lost("it asked something that it has no business to ask")),
        }
    }

    fn done(&self, answer: Answer, picture: Option<Raster>, attachment: Vec<u8>) -> Verdict {
        if let Err(error) = answer.check(&self.job.work) {
            return Verdict::lost(format!("its answer cannot be true: {error}"));
        }
        let edge = answer.longest_edge(&self.job.work, self.job.limits.thumbnail_edge);
        match Raster::frame(picture, attachment, edge) {
            Ok(picture) => Verdict::Ended(Ending::Done { worker: self.name, answer, picture }),
            Err(error) => Verdict::lost(error.to_string()),
        }
    }

    fn cancelled(&self) -> Verdict {
        let worker = self.name;
        match self.watch.asked_to_stop() {
            Some(Reason::Failure(failure)) => {
                Verdict::Ended(Ending::Failed { worker, failure: failure.clone() })
            }
            Some(Reason::Unwanted) => {
                Verdict::Ended(Ending::Cancelled { worker: Some(worker), killed: false })
            }
            None => Verdict::lost("it stopped without being asked"),
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

/// A failure as a worker may tell it. Made anew, so that it is capped and one line like any of ours.
fn believed(Failure { code, reason }: Failure) -> Failure {
    if code.is_for_workers() {
        return Failure::new(code, reason);
    }
    Failure::new(Code::Internal, format!("the worker said what it cannot know ({}): {reason}", code.as_str()))
}
