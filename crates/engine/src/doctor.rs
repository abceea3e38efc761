//! Examines an installation: whether it can work, and how well its workers are confined.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use deskscribe_cache::Cache;
use deskscribe_protocol::{Build, Canary, Isolation, LayerState};
use serde::Serialize;

use crate::dispatch::open_files;
use crate::pool::{self, Examined};
use crate::{Home, Resources, Settings};

/// What an examination came to. The JSON form is for scripts.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
}

/// All in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
pub struct Check {
    /// One word, such as `cache`.
    pub what: &'static str,
    /// Whether it is as it has to be; `null` when it could not be looked at now, which is nobody's fault.
    pub good: Option<bool>,
    /// One line: what was found, and what to do if it is not good.
    pub found: String,
}

/// A worker that was started to be looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkerCheck {
    /// From its start to its being ready for a file, in milliseconds.
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
        if let Ok(release) = fs::read_to_string("/proc/sys/kernel/osrelease") {
            checks.push(Check::of("system", Ok::<_, String>(format!("Linux {}", release.trim()))));
        }
        checks.push(Check::of("files", open_files()));
        checks.push(Check::of("settings", settings.as_ref().map(|_| whence(home))));
        checks.push(Check::of("home", place.clone()));
        if place.is_ok() {
            let found = |_| format!("opens, with SQLite {}", Cache::sqlite_version());
            checks.push(Check::of("cache", Cache::open(home.folder()).map(found)));
        }
        checks.push(Check::of("resources", resources.as_ref().map(Resources::describe)));
        let mut worker = None;
        if let (Ok(settings), Ok(_), Ok(resources)) = (settings, place, resources) {
            let (check, examined) = examine_worker(home, &resources, &settings).await;
            checks.push(check);
            worker = examined;
        }
        let verdict = Verdict::of(&checks, worker.as_ref());
        Self { verdict, program: Build::own().to_string(), checks, worker }
    }
}

impl Check {
    /// What was found, or what is wrong.
    fn of(what: &'static str, result: Result<String, impl ToString>) -> Self {
        let good = Some(result.is_ok());
        Self { what, good, found: result.unwrap_or_else(|problem| problem.to_string()) }
    }
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
fn examine_home(home: &Home) -> Result<String, String> {
    let cannot = |error: io::Error, advice: &str, place: &Path| {
        format!("cannot be written ({error}); {advice}: {}", place.display())
    };
    write_something(home).map_err(|error| {
        cannot(error, "check its permissions, or set DESKSCRIBE_HOME to another folder", home.folder())
    })?;
    for folder in [home.runs(), home.logs(), home.slots()] {
        if folder.symlink_metadata().is_ok() {
            write_into(&folder).map_err(|error| {
                cannot(error, "check its permissions, or move away what is there", &folder)
            })?;
        }
    }
    Ok(format!("can be written: {}", home.folder().display()))
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
    fn what_a_crash_left_behind_does_not_make_a_home_unwritable() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        fs::create_dir_all(home.folder()).unwrap();
        fs::File::create_new(home.folder().join(format!(".doctor-{}", std::process::id()))).unwrap();
        write_something(&home).unwrap();
        assert_eq!(fs::read_dir(home.folder()).unwrap().count(), 1, "ours is gone again");
    }
}
