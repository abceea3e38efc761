//! Examines an installation: whether it can work, and how well its workers are confined.

mod inventory;
mod mend;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use deskscribe_cache::Cache;
use deskscribe_protocol::{Build, Canary, Isolation, LayerState};
use serde::Serialize;

use crate::dispatch::open_files;
use crate::pool::{self, Examined};
use crate::words::quoted;
use crate::{
    Catalogue, Choice, Gateway, Home, LlmState, Models, ResourceError, Resources, RunError, Settings, count,
};

pub use inventory::{Kept, Part};
pub use mend::Mend;

/// What an examination came to. The JSON form is for scripts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Diagnosis {
    /// All in all.
    pub verdict: Verdict,
    /// The build of this program.
    pub program: String,
    /// What was looked at, in order. After the first thing that keeps the program from working, what needs it
    /// is not looked at.
    pub checks: Vec<Check>,
    /// The worker that was started, if one could be.
    pub worker: Option<WorkerCheck>,
    /// What is installed, if it is complete.
    pub parts: Vec<Part>,
    /// Where things lie.
    pub kept: Vec<Kept>,
    /// What mends what is wrong, in the order of the checks.
    pub mend: Vec<Mend>,
}

/// All in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It works, and workers are fully confined.
    Fine,
    /// It works, and workers are confined less than they can be, but as much as they have to be.
    Weak,
    /// Nothing is wrong, but not everything could be looked at: other scans use all workers.
    Busy,
    /// It does not work.
    Broken,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Check {
    /// One word, such as `cache`.
    pub what: &'static str,
    /// Whether it is as it has to be; `null` when it could not be looked at now, which is nobody's fault, or when it is
    /// not and most works without it.
    pub good: Option<bool>,
    /// One line: what was found, and what to do if it is not good.
    pub found: String,
}

/// A worker that was started to be looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct WorkerCheck {
    /// From its start to its being ready for a file, in milliseconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub ready_ms: f64,
    /// How well it is confined, by what it tried.
    pub isolation: Isolation,
    /// The least that the settings demand.
    pub required: Isolation,
    /// What was put on.
    pub layers: Vec<LayerState>,
    /// What it tried, and what the system answered.
    pub canaries: Vec<Canary>,
}

impl Diagnosis {
    /// Examines what belongs to this home and to the running executable. Starts one worker. Must be called
    /// inside a tokio runtime.
    pub async fn make(home: &Home) -> Self {
        let (settings, place, resources) = (Settings::load(home), examine_home(home), Resources::locate());
        let mut checks = Vec::new();
        let mut mend = Vec::new();
        let mut mends = |what, line: Option<String>| mend.extend(line.map(|line| Mend { what, line }));
        if let Ok(release) = fs::read_to_string("/proc/sys/kernel/osrelease") {
            checks.push(Check::of("system", Ok::<_, String>(format!("Linux {}", release.trim()))));
        }
        let files = open_files();
        if let Err(RunError::OpenFiles { enough, .. }) = &files {
            mends("files", Some(format!("ulimit -n {enough}")));
        }
        checks.push(Check::of("files", files));
        let edit = || format!("${{EDITOR:-vi}} {}", quoted(&home.settings()));
        mends("settings", settings.as_ref().err().filter(|_| home.settings().is_file()).map(|_| edit()));
        checks.push(Check::of("settings", settings.as_ref().map(|_| whence(home))));
        mends("home", place.as_ref().err().map(|wrong| mend::folder(&wrong.place)));
        checks.push(Check::of("home", place.clone()));
        if place.is_ok() {
            let (alive, left) = inventory::engines(home);
            let cache = Cache::open(home.folder());
            mends("cache", cache.as_ref().err().and_then(|error| mend::cache(home, error)));
            checks.push(Check::of("cache", cache.map(|cache| describe(&cache))));
            checks.push(Check::of("engines", Ok::<_, String>(tell_engines(alive, left))));
        }
        mends("resources", resources.as_ref().err().map(ResourceError::mend));
        checks.push(Check::of("resources", resources.as_ref().map(Resources::describe)));
        let mut parts = resources.as_ref().map(inventory::parts).unwrap_or_default();
        if let (Ok(settings), Ok(catalogue)) = (&settings, Catalogue::locate()) {
            let models = Models::of(home, catalogue, settings);
            let choice = models.choice();
            checks.push(Check::of_speech(&choice, &models));
            mends("speech", mend::speech(&choice));
            parts.extend(choice.model().as_ref().map(inventory::speech));
        }
        if let Ok(settings) = &settings {
            let gateway = Gateway::of(home, settings);
            let seen = gateway.look().await;
            mends("llm", seen.trouble().filter(|_| gateway.is_named()).and_then(mend::llm));
            checks.push(Check::of_llm(&seen, gateway.is_named()));
        }
        let mut worker = None;
        if let (Ok(settings), Ok(_), Ok(resources)) = (settings, place, resources) {
            let (check, examined) = examine_worker(home, &resources, &settings).await;
            checks.push(check);
            mends("isolation", examined.as_ref().and_then(mend::isolation));
            worker = examined;
        }
        let verdict = Verdict::of(&checks, worker.as_ref());
        let program = Build::own().to_string();
        Self { verdict, program, checks, worker, parts, kept: inventory::kept(home), mend }
    }
}

impl Check {
    /// What was found, or what is wrong.
    fn of(what: &'static str, result: Result<String, impl ToString>) -> Self {
        let good = Some(result.is_ok());
        Self { what, good, found: result.unwrap_or_else(|problem| problem.to_string()) }
    }
}

impl Check {
    /// Which model listens, or why none does. It works without one all the same.
    fn of_speech(choice: &Choice, models: &Models) -> Self {
        let good = matches!(choice, Choice::Use(_) | Choice::NoneInstalled).then_some(true);
        Self { what: "speech", good, found: choice.words(models.recommended()) }
    }
}

impl Check {
    /// Which language model writes, or why none does. It works without one all the same, and nobody has to have one.
    fn of_llm(seen: &LlmState, is_named: bool) -> Self {
        const WITHOUT: &str = "summaries are made of the text itself";
        let (good, found) = match seen {
            LlmState::Ready(server) => (Some(true), server.words()),
            LlmState::Off | LlmState::Unseen => (Some(true), format!("off in the settings; {WITHOUT}")),
            LlmState::Trouble(trouble) if is_named => {
                let remedy = trouble.remedy.as_ref().map(|remedy| format!("; {remedy}")).unwrap_or_default();
                (None, format!("{trouble}{remedy}"))
            }
            LlmState::Trouble(trouble) => (Some(true), format!("none, {WITHOUT}: {trouble}")),
        };
        Self { what: "llm", good, found }
    }
}

fn describe(cache: &Cache) -> String {
    let mut text = format!("opens, with SQLite {}", Cache::sqlite_version());
    for repair in cache.repairs() {
        text += &format!("; {repair}");
    }
    text
}

fn tell_engines(alive: usize, left: usize) -> String {
    let mut text = match alive {
        0 => "none running".to_owned(),
        alive => format!("{alive} running"),
    };
    if left > 0 {
        let left = count(left as u64, "lock was", "locks were");
        text += &format!("; {left} left by programs that died, and cleared away");
    }
    text
}

/// Where settings that can be followed come from.
fn whence(home: &Home) -> String {
    let path = home.settings();
    if path.exists() {
        path.display().to_string()
    } else {
        "all as they come; there is no settings.toml".to_owned()
    }
}

/// Whether everything that a scan writes beside the cache can be written. Folders that are missing are made when
/// there is something to put into them.
fn examine_home(home: &Home) -> Result<String, Unwritable> {
    let wrong = |error: io::Error, advice, place: &Path| Unwritable {
        error: error.to_string(),
        advice,
        place: place.to_owned(),
    };
    write_something(home).map_err(|error| {
        wrong(error, "check its permissions, or set DESKSCRIBE_HOME to another folder", home.folder())
    })?;
    for folder in [home.runs(), home.logs(), home.slots()] {
        if folder.symlink_metadata().is_ok() {
            write_into(&folder).map_err(|error| {
                wrong(error, "check its permissions, or move away what is there", &folder)
            })?;
        }
    }
    Ok(format!("can be written: {}", home.folder().display()))
}

/// A folder that cannot be written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot be written ({error}); {advice}: {}", .place.display())]
struct Unwritable {
    error: String,
    advice: &'static str,
    place: PathBuf,
}

/// Starts a worker and looks at it.
async fn examine_worker(
    home: &Home,
    resources: &Resources,
    settings: &Settings,
) -> (Check, Option<WorkerCheck>) {
    match pool::examine(home, resources, settings).await {
        Ok(Some(examined)) => {
            let worker = WorkerCheck::of(examined, settings.isolation);
            let found = format!("of the same build, ready in {:.0} ms", worker.ready_ms);
            (Check::of("worker", Ok::<_, String>(found)), Some(worker))
        }
        Ok(None) => {
            let found = "not examined: other scans use all eight workers".to_owned();
            (Check { what: "worker", good: None, found }, None)
        }
        Err(error) => (Check::of("worker", Err(error)), None),
    }
}

impl WorkerCheck {
    fn of(examined: Examined, required: Isolation) -> Self {
        let Examined { confinement, ready_in } = examined;
        Self {
            ready_ms: ready_in.as_secs_f64() * 1000.0,
            isolation: confinement.level(),
            required,
            layers: confinement.layers,
            canaries: confinement.canaries,
        }
    }
}

impl Verdict {
    fn of(checks: &[Check], worker: Option<&WorkerCheck>) -> Self {
        if checks.iter().any(|check| check.good == Some(false)) {
            return Self::Broken;
        }
        match worker {
            Some(worker) if worker.isolation < worker.required => Self::Broken,
            Some(WorkerCheck { isolation: Isolation::Full, .. }) => Self::Fine,
            Some(_) => Self::Weak,
            None => Self::Busy,
        }
    }
}

/// Makes the home if it is missing, and a file in it that is gone again.
fn write_something(home: &Home) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(home.folder())?;
    write_into(home.folder())
}

/// Makes a file in a folder that is gone again.
fn write_into(folder: &Path) -> io::Result<()> {
    // A name that nobody has: one that a crash left behind says nothing about the folder.
    tempfile::Builder::new().prefix(".doctor-").tempfile_in(folder)?.close()
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::Layer;

    use super::*;

    #[test]
    fn the_verdict_is_what_the_worst_finding_says() {
        use Isolation::{Full, Off, Reduced};
        let worker = |isolation, required| WorkerCheck {
            ready_ms: 1.0,
            isolation,
            required,
            layers: Vec::new(),
            canaries: Vec::new(),
        };
        let checks = |good: Option<bool>| [Check { what: "cache", good, found: String::new() }];
        for (good, worker, verdict) in [
            (Some(true), Some(worker(Full, Off)), Verdict::Fine),
            (Some(true), Some(worker(Full, Full)), Verdict::Fine),
            (Some(true), Some(worker(Reduced, Reduced)), Verdict::Weak),
            (Some(true), Some(worker(Off, Off)), Verdict::Weak),
            (Some(true), Some(worker(Off, Reduced)), Verdict::Broken),
            (Some(true), Some(worker(Reduced, Full)), Verdict::Broken),
            (Some(false), Some(worker(Full, Off)), Verdict::Broken),
            (None, None, Verdict::Busy),
            (Some(false), None, Verdict::Broken),
        ] {
            assert_eq!(Verdict::of(&checks(good), worker.as_ref()), verdict, "{good:?} {worker:?}");
        }
    }

    #[test]
    fn the_form_that_scripts_depend_on() {
        let layers = vec![LayerState { layer: Layer::Calls, state: "seccomp, two stages".to_owned() }];
        let canary = |attempt: &str| Canary {
            attempt: attempt.to_owned(),
            layer: Layer::Calls,
            refused: true,
            outcome: "EPERM".to_owned(),
        };
        let diagnosis = Diagnosis {
            verdict: Verdict::Broken,
            program: "0.1.0+0123 (protocol 4)".to_owned(),
            checks: vec![Check { what: "home", good: Some(false), found: "cannot be written".to_owned() }],
            worker: Some(WorkerCheck {
                ready_ms: 84.5,
                isolation: Isolation::Reduced,
                required: Isolation::Full,
                layers,
                canaries: vec![canary("fork")],
            }),
            parts: vec![Part {
                what: "runtime",
                name: "ONNX Runtime 1.31.1".to_owned(),
                bytes: Some(29_352_200),
                path: "/opt/libonnxruntime.so".to_owned(),
            }],
            kept: vec![Kept {
                what: "runs",
                bytes: 4_200,
                holds: "2 runs".to_owned(),
                path: "/home/ann/runs".to_owned(),
            }],
            mend: vec![Mend { what: "home", line: "chmod -R u+rwX /home/ann".to_owned() }],
        };
        insta::assert_json_snapshot!(diagnosis);
    }

    #[test]
    fn what_a_crash_left_behind_does_not_make_a_home_unwritable() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        fs::create_dir_all(home.folder()).unwrap();
        fs::File::create_new(home.folder().join(format!(".doctor-{}", std::process::id()))).unwrap();
        write_something(&home).unwrap();
        assert_eq!(fs::read_dir(home.folder()).unwrap().count(), 1, "ours is gone again");
    }
}
