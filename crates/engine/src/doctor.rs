//! Examines an installation: whether it can work, and how well its workers are confined.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;

use deskscribe_cache::Cache;
use deskscribe_protocol::{Build, Canary, Isolation, LayerState};
use serde::Serialize;

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
        let mut checks = Vec::new();
        let mut look = |what, result: Result<String, String>| {
            let good = Some(result.is_ok());
            checks.push(Check { what, good, found: result.unwrap_or_else(|problem| problem) });
        };
        if let Ok(release) = fs::read_to_string("/proc/sys/kernel/osrelease") {
            look("system", Ok(format!("Linux {}", release.trim())));
        }
        let settings = Settings::load(home);
        look(
            "settings",
            match &settings {
                Ok(_) if !home.settings().exists() => {
                    Ok("all as they come; there is no settings.toml".to_owned())
                }
                Ok(_) => Ok(home.settings().display().to_string()),
                Err(error) => Err(error.to_string()),
            },
        );
        let place = home.folder().display();
        let writable = write_something(home);
        look(
            "home",
            match &writable {
                Ok(()) => Ok(format!("can be written: {place}")),
                Err(error) => Err(format!(
                    "cannot be written ({error}); check its permissions, or set DESKSCRIBE_HOME to another \
                 folder: {place}"
                )),
            },
        );
        if writable.is_ok() {
            look(
                "cache",
                match Cache::open(home.folder()) {
                    Ok(_) => Ok(format!("opens, with SQLite {}", Cache::sqlite_version())),
                    Err(error) => Err(error.to_string()),
                },
            );
        }
        let resources = Resources::locate();
        look(
            "resources",
            match &resources {
                Ok(resources) => Ok(resources.describe()),
                Err(error) => Err(error.to_string()),
            },
        );
        let mut worker = None;
        if let (Ok(settings), Ok(()), Ok(resources)) = (&settings, &writable, &resources) {
            let (good, found) = match pool::examine(home, resources, settings).await {
                Ok(Some(examined)) => {
                    let check = WorkerCheck::of(examined, settings.isolation);
                    let text = format!("of the same build, ready in {:.0} ms", check.ready_ms);
                    worker = Some(check);
                    (Some(true), text)
                }
                Ok(None) => (None, "not examined: other scans use all eight workers".to_owned()),
                Err(error) => (Some(false), error.to_string()),
            };
            checks.push(Check { what: "worker", good, found });
        }
        let verdict = Verdict::of(&checks, worker.as_ref());
        Self { verdict, program: Build::own().to_string(), checks, worker }
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
    // A name that nobody has: one that a crash left behind says nothing about the home.
    tempfile::Builder::new().prefix(".doctor-").tempfile_in(home.folder())?.close()
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
