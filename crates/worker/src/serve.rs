//! Hello, get ready, then one job at a time until the conversation ends.
//!
//! Everything up to [`FromWorker::Ready`] runs on one thread, so that confinement holds for every thread that
//! comes after. From then on nothing can be opened: media and models come as descriptors.

use std::any::Any;
use std::cell::Cell;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use deskscribe_protocol::{
    Ask, Block, Build, Canary, Code, Confinement, Failure, FrameError, FromWorker, JobId, Layer, LayerState,
    ModelGrant, Reply, Stage, ToWorker, exit,
};
use deskscribe_sandbox::{self as sandbox, Bare, Policy, Report};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::asking::Asking;
use crate::wire::{Ear, Mouth, converse};
use crate::{Engines, Interruption, Job, Medium, Outcome, Watch, load_runtime};

/// What is done with a job once the worker is ready: see [`crate::work`].
pub type Worker = fn(Job, &mut Engines, &dyn Watch) -> Result<Outcome, Interruption>;

/// The conversation, what is printed, the models, a medium and its sound take about twenty.
const DESCRIPTORS: u64 = 64;

/// Why a worker ends, other than because it was told to.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("this program is started by Deskscribe, with a socket for its stdin: {0}")]
    NotStartedByEngine(std::io::Error),
    #[error("the engine is build {theirs}, this worker is build {ours}")]
    OtherBuild { theirs: Build, ours: Build },
    #[error("{0}")]
    NotReady(Failure),
    #[error("the engine spoke out of turn")]
    OutOfTurn,
    #[error(transparent)]
    Wire(#[from] FrameError),
    #[error("a thread could not be started: {0}")]
    Thread(std::io::Error),
}

/// The whole life of a worker process, which does its jobs like this.
pub fn serve(worker: Worker) -> ExitCode {
    let end = match live(worker) {
        Ok(()) | Err(End::Wire(FrameError::Closed)) => return exit::DONE.into(),
        Err(end) => end,
    };
    // The engine keeps the last lines of stderr: this is how it learns why.
    #[expect(clippy::print_stderr, reason = "stderr is the evidence that the engine collects")]
    {
        eprintln!("{end}");
    }
    match end {
        End::OtherBuild { .. } => exit::OTHER_BUILD.into(),
        End::NotReady(_) => exit::NOT_READY.into(),
        _ => exit::WIRE.into(),
    }
}

fn live(worker: Worker) -> Result<(), End> {
    let bare = sandbox::begin();
    let (mut ear, mouth) = converse().map_err(End::NotStartedByEngine)?;
    // Should the engine be killed, so are we, even in the middle of a native library. Had it gone before
    // this line, the end of its socket would tell.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    mouth.say(&FromWorker::Hello { build: Build::own() }, Vec::new())?;
    let (mut engines, confinement) = get_ready(&mut ear, bare)?;
    mouth.say(&FromWorker::Ready { confinement }, Vec::new())?;

    let asking = Arc::new(Asking::new());
    let (hand, jobs) = sync_channel(1);
    let listening = Arc::clone(&asking);
    thread::Builder::new()
        .name("listen".to_owned())
        .spawn(move || listen(ear, &hand, &listening))
        .map_err(End::Thread)?;
    do_all(&mouth, &jobs, &mut engines, &asking, worker)
}

/// Loads what has to be loaded from a path, and gives up everything else for good.
fn get_ready(ear: &mut Ear, bare: Bare) -> Result<(Engines, Confinement), End> {
    let (ToWorker::Start { build, threads, memory, runtime, models }, files) = ear.hear()? else {
        return Err(End::OutOfTurn);
    };
    let ours = Build::own();
    if build != ours {
        return Err(End::OtherBuild { theirs: build, ours });
    }
    if models.len() != files.len() {
        return Err(End::OutOfTurn);
    }
    let runtime = PathBuf::from(runtime);
    let (libraries, descriptors) = (vec![runtime.clone()], DESCRIPTORS);
    // The sound of a recording goes into memory files.
    let policy = Policy { libraries, memory, descriptors, file: Block::BYTES };
    let entered = bare.enter(&policy);
    load_runtime(&runtime).map_err(End::NotReady)?;
    let confinement = told(entered.seal());
    let models: Vec<(ModelGrant, File)> = models.into_iter().zip(files.into_iter().map(File::from)).collect();
    Ok((Engines::new(models, threads.max(1) as usize), confinement))
}

/// The report of the sandbox in the words of the protocol.
fn told(report: Report) -> Confinement {
    let layer = |layer| match layer {
        sandbox::Layer::Process => Layer::Process,
        sandbox::Layer::Files => Layer::Files,
        sandbox::Layer::Calls => Layer::Calls,
    };
    let Report { layers, attempts } = report;
    Confinement {
        layers: layers.into_iter().map(|it| LayerState { layer: layer(it.layer), state: it.state }).collect(),
        canaries: attempts
            .into_iter()
            .map(|it| Canary {
                attempt: it.what.to_owned(),
                layer: layer(it.layer),
                refused: it.refused,
                outcome: it.outcome,
            })
            .collect(),
    }
}

/// Listens while the main thread works or waits: a cancel must be heard in the middle of a job, as must what a language
/// model answers, and the end of the conversation is the end of the process, whatever it is doing.
fn listen(mut ear: Ear, jobs: &SyncSender<(JobId, Job)>, asking: &Asking) {
    loop {
        match ear.hear().map_err(End::from).and_then(|heard| understand(heard, asking)) {
            Ok(None) => {}
            Ok(Some(job)) => drop(jobs.send(job)),
            Err(End::Wire(FrameError::Closed)) => std::process::exit(exit::DONE.into()),
            Err(_) => std::process::exit(exit::WIRE.into()),
        }
    }
}

fn understand(
    (message, files): (ToWorker, Vec<OwnedFd>),
    asking: &Asking,
) -> Result<Option<(JobId, Job)>, End> {
    match message {
        ToWorker::Cancel { job } if files.is_empty() => {
            asking.cancel(job);
            Ok(None)
        }
        ToWorker::Reply { job, reply } if files.is_empty() => {
            if asking.hand(job, reply) {
                Ok(None)
            } else {
                Err(End::OutOfTurn)
            }
        }
        ToWorker::Work { job, kind, extension, bytes, limits, work } if files.len() == work.descriptors() => {
            let mut files = files.into_iter().map(File::from);
            let file = if work.looks_into_medium() { files.next() } else { None };
            let medium = file.map(|file| Medium { file, bytes, extension, limits });
            Ok(Some((job, Job { work, kind, medium, files: files.collect() })))
        }
        _ => Err(End::OutOfTurn),
    }
}

fn do_all(
    mouth: &Mouth,
    jobs: &Receiver<(JobId, Job)>,
    engines: &mut Engines,
    asking: &Asking,
    worker: Worker,
) -> Result<(), End> {
    while let Ok((id, job)) = jobs.recv() {
        let teller = Teller { mouth, job: id, stage: Cell::new(Stage::Load), asking };
        let attempt = || worker(job, &mut *engines, &teller);
        let result = catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|panic| {
            engines.forget();
            Err(Interruption::Failed(blame(teller.stage.get(), panic.as_ref())))
        });
        match result {
            Ok(Outcome { answer, picture }) => {
                let (picture, pixels) = picture.unzip();
                let done = FromWorker::Done { job: id, answer, picture };
                match mouth.say(&done, pixels.unwrap_or_default()) {
                    Err(error @ FrameError::TooLong { .. }) => {
                        let failure =
                            Failure::new(Code::TooLarge, format!("more text than can be kept: {error}"));
                        mouth.say(&FromWorker::Failed { job: id, failure }, Vec::new())?;
                    }
                    said => said?,
                }
            }
            Err(Interruption::Failed(failure)) => {
                mouth.say(&FromWorker::Failed { job: id, failure }, Vec::new())?;
            }
            Err(Interruption::Unfit(failure)) => return Err(End::NotReady(failure)),
            Err(Interruption::Cancelled) => mouth.say(&FromWorker::Cancelled { job: id }, Vec::new())?,
        }
    }
    Ok(())
}

/// A panic while a medium is decoded is its own fault; anywhere else it is ours.
fn blame(stage: Stage, panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    match stage {
        Stage::Decode | Stage::Hear | Stage::Watch => {
            Failure::new(Code::Damaged, format!("the decoder could not make sense of it ({text})"))
        }
        Stage::Load | Stage::Ocr | Stage::Transcribe | Stage::Summarise => {
            Failure::new(Code::Internal, format!("a fault of Deskscribe while {}: {text}", stage.as_verb()))
        }
    }
}

/// Tells the engine how a job goes.
struct Teller<'a> {
    mouth: &'a Mouth,
    job: JobId,
    stage: Cell<Stage>,
    asking: &'a Asking,
}

impl Watch for Teller<'_> {
    fn progress(&self, stage: Stage, done: u32, total: u32) {
        self.stage.set(stage);
        // When the engine is gone, the listening thread ends the process.
        let _ = self.mouth.say(&FromWorker::Progress { job: self.job, stage, done, total }, Vec::new());
    }

    fn cancelled(&self) -> bool {
        self.asking.is_cancelled(self.job)
    }

    fn ask(&self, ask: Ask, hear: &mut dyn FnMut(Reply)) -> Result<(), Interruption> {
        let Some(pieces) = self.asking.begin(self.job) else {
            return Err(Interruption::Cancelled);
        };
        self.mouth.say(&FromWorker::Ask { job: self.job, ask }, Vec::new()).map_err(|error| {
            Failure::new(Code::Internal, format!("a language model could not be asked: {error}"))
        })?;
        for reply in pieces {
            let is_over = matches!(reply, Reply::End { .. });
            hear(reply);
            if is_over {
                return Ok(());
            }
        }
        Err(Interruption::Cancelled)
    }
}
