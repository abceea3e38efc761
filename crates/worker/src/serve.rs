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
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use deskscribe_protocol::{
    Build, Canary, Code, Confinement, Failure, FrameError, FromWorker, JobId, Layer, LayerState, MediaKind,
    ModelGrant, Raster, Stage, ToWorker, exit,
};
use deskscribe_sandbox::{self as sandbox, Bare, Policy, Report};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::wire::{Ear, Mouth, converse};
use crate::{Engines, Finding, Interruption, Medium, Watch, load_runtime, preview_image};

/// What is done with a picture once the worker is ready: see [`crate::read_image`].
pub type Reader = fn(Medium, &mut Engines, &dyn Watch) -> Result<Finding, Interruption>;

/// The conversation, what is printed, the models and a medium take about a dozen.
const DESCRIPTORS: u64 = 64;
/// No job has this number.
const NONE: u64 = u64::MAX;

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

/// The whole life of a worker process, which reads pictures with this reader.
pub fn serve(read: Reader) -> ExitCode {
    let end = match live(read) {
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

fn live(read: Reader) -> Result<(), End> {
    let bare = sandbox::begin();
    let (mut ear, mouth) = converse().map_err(End::NotStartedByEngine)?;
    // Should the engine be killed, so are we, even in the middle of a native library. Had it gone before
    // this line, the end of its socket would tell.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    mouth.say(&FromWorker::Hello { build: Build::own() }, Vec::new())?;
    let (mut engines, confinement) = get_ready(&mut ear, bare)?;
    mouth.say(&FromWorker::Ready { confinement }, Vec::new())?;

    let cancelled = Arc::new(AtomicU64::new(NONE));
    let (hand, jobs) = sync_channel(1);
    let listening = Arc::clone(&cancelled);
    thread::Builder::new()
        .name("listen".to_owned())
        .spawn(move || listen(ear, &hand, &listening))
        .map_err(End::Thread)?;
    work(&mouth, &jobs, &mut engines, &cancelled, read)
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
    let policy = Policy { libraries: vec![runtime.clone()], memory, descriptors: DESCRIPTORS };
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

/// A medium to read, or to show.
struct Job {
    id: JobId,
    kind: MediaKind,
    medium: Medium,
    /// The longer edge of the picture that is wanted, and nothing else.
    preview: Option<u32>,
}

/// What came of it.
enum Answer {
    Read(Box<Finding>),
    Shown(Raster, Vec<u8>),
}

/// Listens while the main thread works: a cancel must be heard in the middle of a job, and the end of the
/// conversation is the end of the process, whatever it is doing.
fn listen(mut ear: Ear, jobs: &SyncSender<Job>, cancelled: &AtomicU64) {
    loop {
        match ear.hear().map_err(End::from).and_then(|heard| understand(heard, cancelled)) {
            Ok(None) => {}
            Ok(Some(job)) => drop(jobs.send(job)),
            Err(End::Wire(FrameError::Closed)) => std::process::exit(exit::DONE.into()),
            Err(_) => std::process::exit(exit::WIRE.into()),
        }
    }
}

fn understand(heard: (ToWorker, Vec<OwnedFd>), cancelled: &AtomicU64) -> Result<Option<Job>, End> {
    let (message, mut files) = heard;
    match (message, files.pop(), files.is_empty()) {
        (ToWorker::Cancel { job }, None, _) => {
            cancelled.store(job.0, Ordering::Relaxed);
            Ok(None)
        }
        (ToWorker::Read { job, kind, extension, bytes, limits }, Some(file), true) => {
            let medium = Medium { file: file.into(), bytes, extension, limits };
            Ok(Some(Job { id: job, kind, medium, preview: None }))
        }
        (ToWorker::Preview { job, kind, extension, bytes, limits, edge }, Some(file), true) => {
            let medium = Medium { file: file.into(), bytes, extension, limits };
            Ok(Some(Job { id: job, kind, medium, preview: Some(edge) }))
        }
        _ => Err(End::OutOfTurn),
    }
}

fn work(
    mouth: &Mouth,
    jobs: &Receiver<Job>,
    engines: &mut Engines,
    cancelled: &AtomicU64,
    read: Reader,
) -> Result<(), End> {
    while let Ok(Job { id, kind, medium, preview }) = jobs.recv() {
        let teller = Teller { mouth, job: id, stage: Cell::new(Stage::Load), cancelled };
        let attempt = || match (kind, preview) {
            (MediaKind::Image, None) => {
                read(medium, &mut *engines, &teller).map(|finding| Answer::Read(Box::new(finding)))
            }
            (MediaKind::Image, Some(edge)) => {
                preview_image(medium, edge, &teller).map(|(picture, pixels)| Answer::Shown(picture, pixels))
            }
            (MediaKind::Video | MediaKind::Audio | MediaKind::Unknown, _) => {
                let reason = format!("{kind} files are not read by this version of Deskscribe");
                Err(Interruption::Failed(Failure::new(Code::Unsupported, reason)))
            }
        };
        let result = catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|panic| {
            engines.forget();
            Err(Interruption::Failed(blame(teller.stage.get(), panic.as_ref())))
        });
        match result {
            Ok(Answer::Shown(picture, pixels)) => {
                mouth.say(&FromWorker::Previewed { job: id, picture }, pixels)?;
            }
            Ok(Answer::Read(finding)) => {
                let Finding { reading, thumbnail } = *finding;
                let (raster, pixels) = thumbnail.unzip();
                let reading = Box::new(reading);
                let done = FromWorker::Done { job: id, reading, thumbnail: raster };
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

/// A panic while a picture is opened is the picture's fault; anywhere else it is ours.
fn blame(stage: Stage, panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    match stage {
        Stage::Decode => {
            Failure::new(Code::Damaged, format!("the decoder could not make sense of it ({text})"))
        }
        Stage::Load | Stage::Ocr | Stage::Summarise => {
            Failure::new(Code::Internal, format!("a fault of Deskscribe while {}: {text}", stage.as_verb()))
        }
    }
}

/// Tells the engine how a job goes.
struct Teller<'a> {
    mouth: &'a Mouth,
    job: JobId,
    stage: Cell<Stage>,
    cancelled: &'a AtomicU64,
}

impl Watch for Teller<'_> {
    fn progress(&self, stage: Stage, done: u32, total: u32) {
        self.stage.set(stage);
        // When the engine is gone, the listening thread ends the process.
        let _ = self.mouth.say(&FromWorker::Progress { job: self.job, stage, done, total }, Vec::new());
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) == self.job.0
    }
}
