//! A worker process: its start, its handshake, and the ways it ends.

use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskscribe_protocol::{
    Build, Code, Confinement, FrameError, FromWorker, Isolation, ModelGrant, ToWorker, exit,
};
use tokio::process::Child;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::watch;
use tokio::time::timeout;

use super::beats::Leash;
use super::evidence::Evidence;
use super::spawn::Spawner;
use super::usage::Meter;
use super::wire::{Ear, Mouth, converse};
use super::{Cause, Ending, Report, StartError};
use crate::places::Place;
use crate::status::Traffic;
use crate::{Death, Exit, Resources, Settings, Wear, WorkerName};

/// From the end of the conversation to the end of the process.
const GONE_WITHIN: Duration = Duration::from_secs(1);

/// From the SIGKILL to the end of the process: at once, but for one that the system itself is stuck in.
const REAPED_WITHIN: Duration = Duration::from_secs(5);

/// SIGKILL: never a process's own doing.
const KILLED: i32 = 9;

/// How a worker ends whose conversation has ended.
const LEFT: Exit = Exit::Code(exit::DONE as i32);

/// How a worker ends that finds a library or a model broken.
const UNFIT: Exit = Exit::Code(exit::NOT_READY as i32);

/// A worker that is ready for jobs.
pub(super) struct Worker {
    pub(super) name: WorkerName,
    pub(super) mouth: Mouth,
    pub(super) ear: Ear,
    pub(super) meter: Arc<Meter>,
    /// The file it was lent last.
    pub(super) last_file: Option<PathBuf>,
    child: Child,
    evidence: Evidence,
    /// Memory that it may hold beyond what any worker may, in bytes: for the largest model it was started for.
    pub(super) memory: u64,
    /// Jobs it came to an end with.
    jobs: u32,
    /// Faults of ours that it survived.
    panics: u32,
    /// What it held after its first job, in resident bytes.
    settled: Option<u64>,
    _place: Place,
}

/// Why a worker never got ready, and how it ended.
pub(super) struct Unready {
    pub(super) error: StartError,
    pub(super) death: Death,
}

/// Starts the process of a worker in this place.
pub(super) async fn start(
    place: Place,
    spawner: &Spawner,
    resources: &Resources,
    threads: NonZeroUsize,
    traffic: &Arc<Traffic>,
) -> Result<Worker, StartError> {
    let path = resources.worker.display();
    let spawned = spawner.spawn(&resources.worker, threads).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => StartError::Hopeless(format!(
            "the worker program cannot be started ({error}); install Deskscribe again: {path}"
        )),
        _ => StartError::refused("the worker program could not be started", &error),
    })?;
    let pid = spawned.child.id().unwrap_or_default();
    let (mouth, ear) = converse(spawned.socket, Arc::clone(traffic));
    let evidence = Evidence::collect(spawned.output)
        .map_err(|error| StartError::refused("a worker's output is lost", &error))?;
    let name = WorkerName { slot: place.number, pid };
    Ok(Worker {
        name,
        mouth,
        ear,
        meter: Arc::new(spawned.meter),
        last_file: None,
        child: spawned.child,
        evidence,
        memory: 0,
        jobs: 0,
        panics: 0,
        settled: None,
        _place: place,
    })
}

/// Why a handshake came to nothing.
enum Refusal {
    OtherBuild(Build),
    Silent(String),
    Gone(String),
    Refused(std::io::Error),
}

impl Worker {
    /// Sees it ready, and confined as well as it has to be.
    pub(super) async fn get_ready(
        mut self,
        resources: &Resources,
        settings: &Settings,
        threads: NonZeroUsize,
        memory: u64,
        paused: Option<watch::Receiver<bool>>,
    ) -> Result<(Self, Confinement), Unready> {
        self.memory = memory;
        let leash = Leash::of(&settings.patience, &self.meter, paused);
        let error = match self.shake_hands(resources, settings, threads, &leash).await {
            Ok(confinement) if confinement.level() >= settings.isolation => return Ok((self, confinement)),
            Ok(confinement) => StartError::Hopeless(unconfined(&confinement, settings.isolation)),
            Err(Refusal::OtherBuild(theirs)) => {
                let (ours, path) = (Build::own(), resources.worker.display());
                StartError::Hopeless(format!(
                    "the worker is build {theirs}, this program is build {ours}; install Deskscribe again, \
                     or restart it to finish an update: {path}"
                ))
            }
            Err(Refusal::Silent(what)) => StartError::Passing(what),
            Err(Refusal::Refused(error)) => StartError::refused("a model cannot be opened", &error),
            Err(Refusal::Gone(what)) => {
                let death = self.last_words(what).await;
                let what = format!("a worker could not get ready: {death}");
                let error = match death.exit {
                    // It had no file of anybody's yet: it is believed.
                    Some(UNFIT) => StartError::Hopeless(what),
                    Some(Exit::Signal(KILLED)) => StartError::Short(what),
                    _ => StartError::Passing(what),
                };
                return Err(Unready { error, death });
            }
        };
        self.kill().await;
        let death = Death::killed(&error.to_string());
        Err(Unready { error, death })
    }

    async fn shake_hands(
        &mut self,
        resources: &Resources,
        settings: &Settings,
        threads: NonZeroUsize,
        leash: &Leash<'_>,
    ) -> Result<Confinement, Refusal> {
        let patience = &settings.patience;
        match self.hear(leash, patience.hello, "say hello").await? {
            FromWorker::Hello { build } if build == Build::own() => {}
            FromWorker::Hello { build } => return Err(Refusal::OtherBuild(build)),
            _ => return Err(Refusal::Gone("it did not begin with hello".to_owned())),
        }
        let files = resources.models.iter().map(|model| model.open()).collect::<Result<Vec<_>, _>>();
        let files = files.map_err(Refusal::Refused)?;
        let models: Vec<ModelGrant> = resources.models.iter().map(|model| model.grant.clone()).collect();
        let order = ToWorker::Start {
            build: Build::own(),
            threads: u32::try_from(threads.get()).unwrap_or(u32::MAX),
            memory: settings.address_space().saturating_add(self.memory),
            runtime: resources.runtime.to_string_lossy().into_owned(),
            models,
        };
        let lent: Vec<_> = files.iter().map(AsFd::as_fd).collect();
        let said = leash.within(patience.ready, self.mouth.say(&order, &lent)).await;
        let unheard = || Refusal::Silent("a worker did not listen when it was told to get ready".to_owned());
        said.ok_or_else(unheard)?.map_err(|error| Refusal::Gone(error.to_string()))?;
        match self.hear(leash, patience.ready, "get ready").await? {
            FromWorker::Ready { confinement } => Ok(confinement),
            _ => Err(Refusal::Gone("it spoke before it was ready".to_owned())),
        }
    }

    async fn hear(&mut self, leash: &Leash<'_>, time: Duration, what: &str) -> Result<FromWorker, Refusal> {
        match leash.within(time, self.ear.recv()).await {
            None => Err(Refusal::Silent(format!("a worker did not {what} within {} s", time.as_secs_f32()))),
            Some(Some(Ok((message, _)))) => Ok(message),
            Some(Some(Err(error))) => Err(Refusal::Gone(error.to_string())),
            Some(None) => Err(Refusal::Gone(String::new())),
        }
    }

    /// What was heard although nothing was asked: as a rule, the end of the conversation.
    pub(super) fn unasked(&mut self) -> Option<String> {
        match self.ear.try_recv() {
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(between_files(None)),
            Ok(heard) => Some(between_files(Some(heard))),
        }
    }

    /// Sees off a worker that died, or lost its mind, while it had no job.
    pub(super) async fn bury_idle(mut self, what: String) -> Report {
        let (worker, path) = (self.name, self.last_file.take());
        Report::Gone { worker, path, death: self.last_words(what).await }
    }

    /// Counts a job that ended, and tells whether the worker has had enough of them.
    pub(super) fn wear(&mut self, ending: &Ending, wear: &Wear) -> bool {
        self.jobs += 1;
        // A worker blames the file for a panic while it is decoded, and calls every other one internal. The
        // decoders keep nothing from one file to the next, so that only the others wear it out.
        let panicked = matches!(ending, Ending::Failed { failure, .. } if failure.code == Code::Internal);
        self.panics += u32::from(panicked);
        let held = self.meter.read().map(|usage| usage.resident).unwrap_or_default();
        // A speech model is held on purpose.
        let grown = held.saturating_sub(self.memory).saturating_sub(*self.settled.get_or_insert(held));
        self.jobs >= wear.jobs || grown > wear.growth || self.panics >= wear.panics
    }

    /// Ends a worker that has nothing to do: it goes when its conversation ends. Tells of one that was dead
    /// already, or that died of leaving.
    pub(super) async fn dismiss(self) -> Option<Report> {
        match self.bury_idle(between_files(None)).await {
            Report::Gone { death: Death { exit: Some(LEFT) | None, .. }, .. } => None,
            report => Some(report),
        }
    }

    /// Ends a worker that is busy or does not listen.
    pub(super) async fn kill(mut self) -> WorkerName {
        reap(&mut self.child, self.name).await;
        self.name
    }

    /// Sees off a worker that died on a job, or misbehaved so that it must not have another; `heard` when it had
    /// said something of that job.
    pub(super) async fn bury(self, what: String, heard: bool) -> Ending {
        let (worker, heard) = (self.name, heard || self.jobs == 0);
        let how = self.last_words(what).await;
        let cause = match how.exit {
            Some(UNFIT) => Cause::Unfit,
            Some(Exit::Signal(KILLED)) => Cause::Kill,
            Some(Exit::Signal(_)) if how.last_words.as_deref().is_some_and(is_want_of_memory) => {
                Cause::Memory
            }
            _ => Cause::Crash,
        };
        Ending::Died { worker, how, cause, heard }
    }

    /// What was seen of it, how it ended and what it printed last.
    async fn last_words(mut self, what: String) -> Death {
        drop(self.mouth);
        // It may still be on its way out, with its true reason; only then is it helped along.
        let status = match timeout(GONE_WITHIN, self.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                reap(&mut self.child, self.name).await;
                None
            }
        };
        let words = self.evidence.last_words().await;
        Death::new(&what, status.and_then(Exit::of), words.as_deref())
    }
}

/// Why a worker that is confined less than it must be gets no file.
fn unconfined(confinement: &Confinement, required: Isolation) -> String {
    let level = confinement.level();
    let leaks: Vec<String> = confinement
        .canaries
        .iter()
        .filter(|canary| !canary.refused)
        .map(|canary| format!("{} ({})", canary.attempt, canary.outcome))
        .collect();
    let leaks = if leaks.is_empty() { "nothing was tried".to_owned() } else { leaks.join(", ") };
    format!(
        "the system does not confine workers well enough: isolation is {}, {} is required; what was not \
         refused: {leaks}. `deskscribe doctor` tells more",
        level.as_str(),
        required.as_str()
    )
}

async fn reap(child: &mut Child, WorkerName { slot, pid }: WorkerName) {
    // Fails only for a process that is already gone. One that does not go is reaped by the runtime whenever it
    // does.
    if timeout(REAPED_WITHIN, child.kill()).await.is_err() {
        tracing::error!(slot, pid, "a worker that was killed is stuck in the system; not waited for");
    }
}

/// What to say of a worker that was heard between two jobs.
pub(super) fn between_files(heard: Option<Result<(FromWorker, Vec<u8>), FrameError>>) -> String {
    match heard {
        Some(Ok(_)) => "it spoke between two files, unasked".to_owned(),
        Some(Err(FrameError::Closed)) | None => "it was gone between two files".to_owned(),
        Some(Err(error)) => format!("between two files: {error}"),
    }
}

/// Whether these last words are those of Rust or of C++ when an allocation fails, before they abort.
fn is_want_of_memory(words: &str) -> bool {
    words.contains("bad_alloc") || words.contains("memory allocation of ") && words.contains(" bytes failed")
}
