//! A test bench: a folder of orders for the misbehaving worker, an engine on it, and what it told.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "this runs in tests alone, where a panic is a failed test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use deskscribe_engine::{
    Again, Engine, Event, Home, Patience, Resources, Row, Run, RunCounts, RunError, Settings, WorkerState,
};

/// Everything one test needs, in a folder of its own that goes with it.
pub struct Bench {
    folder: tempfile::TempDir,
    resources: PathBuf,
    worker: PathBuf,
    /// To be changed before the first scan.
    pub settings: Settings,
}

/// What a run told.
#[derive(Debug)]
pub struct Told {
    /// By file name.
    pub rows: BTreeMap<String, Row>,
    /// All of them, rows too, in their order.
    pub events: Vec<Event>,
    /// How it ended.
    pub outcome: Result<RunCounts, RunError>,
}

impl Bench {
    /// A bench with the misbehaving worker and little patience.
    #[expect(clippy::new_without_default, reason = "a bench makes folders; nothing about it is a default")]
    pub fn new() -> Self {
        let mut bench = Self::at(PathBuf::new(), executable("misbehaving-worker"));
        bench.resources = bench.folder.path().join("resources");
        bare_resources(&bench.resources);
        bench.settings = impatient();
        bench
    }

    /// A bench with this worker, the real library and models, and the patience of every day.
    pub fn with_real_resources(worker: PathBuf) -> Self {
        let chosen = std::env::var_os("DESKSCRIBE_RESOURCES").map(PathBuf::from);
        let beside = || executable("resources/manifest.toml").parent().unwrap().to_owned();
        Self::at(chosen.unwrap_or_else(beside), worker)
    }

    fn at(resources: PathBuf, worker: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("desktop")).unwrap();
        Self { folder, resources, worker, settings: Settings::default() }
    }

    /// Starts the worker under this name.
    pub fn worker_named(mut self, name: &str) -> Self {
        let link = self.folder.path().join(name);
        symlink(&self.worker, &link).unwrap();
        self.worker = link;
        self
    }

    /// Starts the worker with these calls denied: see the denying wrapper, which goes by its own name.
    pub fn denying(mut self, calls: &str) -> Self {
        let folder = self.folder.path();
        symlink(&self.worker, folder.join("worker")).unwrap();
        let wrapper = folder.join(calls);
        symlink(executable("denying-wrapper"), &wrapper).unwrap();
        self.worker = wrapper;
        self
    }

    /// At most so many workers.
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = NonZeroUsize::new(workers).unwrap();
        self
    }

    /// Lays an order on the desktop.
    pub fn order(&self, name: &str, order: &str) -> PathBuf {
        let path = self.desktop().join(name);
        fs::write(&path, order).unwrap();
        path
    }

    /// The folder that is scanned.
    pub fn desktop(&self) -> PathBuf {
        self.folder.path().join("desktop")
    }

    /// Where the engine keeps what is its own.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// An engine on this bench, as another process would have it.
    pub fn engine(&self) -> Engine {
        let resources = Resources::in_folder(&self.resources, self.worker.clone()).unwrap();
        Engine::open(Home::at(self.home()), resources, self.settings.clone()).unwrap()
    }

    /// The program itself on this bench, with these arguments: the settings are those of its own file.
    pub fn deskscribe(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(executable("deskscribe"));
        command.args(arguments).env("DESKSCRIBE_HOME", self.home()).env("DESKSCRIBE_WORKER", &self.worker);
        command.env("DESKSCRIBE_RESOURCES", self.folder.path().join("resources"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Scans the desktop to the end.
    pub async fn scan(&self) -> Told {
        let run = self.engine().scan(vec![self.desktop()], Again::Nothing).unwrap();
        follow(run, |_, _| {}).await
    }

    /// The same, and reads again what failed before.
    pub async fn scan_again(&self) -> Told {
        let run = self.engine().scan(vec![self.desktop()], Again::Failed).unwrap();
        follow(run, |_, _| {}).await
    }
}

/// Makes a folder of resources that are all there and say nothing: the misbehaving worker loads none.
pub fn bare_resources(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let artefact = |name: &str, role: &str| {
        fs::write(folder.join(name), name).unwrap();
        format!(
            "[[artefact]]\nname = \"{name}\"\nfile = \"{name}\"\nsha256 = \"00\"\nbytes = {}\nrole = \"{role}\"\n",
            name.len()
        )
    };
    let manifest = artefact("runtime.so", "runtime") + &artefact("finder.onnx", "text_detection");
    fs::write(folder.join("manifest.toml"), manifest).unwrap();
}

/// Settings with little patience, so that nobody has to wait for what hangs.
pub fn impatient() -> Settings {
    let patience = Patience {
        hello: Duration::from_secs(20),
        beat: Duration::from_millis(50),
        quiet_beats: 20,
        grace_beats: 4,
        cpu_base: Duration::from_secs(1),
        rest: Duration::from_secs(60),
        cool_down: Duration::from_millis(20),
        breaker_pause: Duration::from_millis(50),
        ..Patience::default()
    };
    Settings { patience, ..Settings::default() }
}

/// Follows a run to its end, with a say in it after every event.
pub async fn follow(mut run: Run, mut then: impl FnMut(&Event, &Run)) -> Told {
    let mut events = Vec::new();
    let mut rows = BTreeMap::new();
    while let Some(event) = run.events.recv().await {
        then(&event, &run);
        if let Event::Row(row) = &event {
            let name = Path::new(&row.path).file_name().unwrap().to_string_lossy().into_owned();
            assert!(rows.insert(name, (**row).clone()).is_none(), "one row for every file: {row:?}");
        }
        events.push(event);
    }
    Told { rows, events, outcome: run.finish().await }
}

impl Told {
    /// The row of this file.
    #[track_caller]
    pub fn row(&self, name: &str) -> &Row {
        self.rows.get(name).unwrap_or_else(|| panic!("no row for {name} in {self:#?}"))
    }

    /// The text that was read in this file.
    #[track_caller]
    pub fn text(&self, name: &str) -> &str {
        self.row(name).text.as_deref().unwrap_or_else(|| panic!("not read: {:#?}", self.row(name)))
    }

    /// How workers died, in order.
    pub fn deaths(&self) -> Vec<String> {
        let events = self.events.iter();
        events
            .filter_map(|event| match event {
                Event::Worker { state: WorkerState::Died(crash), .. } => Some(crash.death.to_string()),
                _ => None,
            })
            .collect()
    }

    /// What was said that concerns no single file.
    pub fn notes(&self) -> Vec<&str> {
        let events = self.events.iter();
        events
            .filter_map(|event| if let Event::Note(text) = event { Some(text.as_str()) } else { None })
            .collect()
    }

    /// Why this file was not read.
    #[track_caller]
    pub fn reason(&self, name: &str) -> &str {
        self.row(name).reason.as_deref().unwrap_or_else(|| panic!("read: {:#?}", self.row(name)))
    }

    /// What the run came to, if it came to its end.
    #[track_caller]
    pub fn counts(&self) -> RunCounts {
        *self.outcome.as_ref().unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// An executable of this workspace, beside our own one or the test's own folder. Cargo builds those of this
/// package for its tests; `cargo xtask test` and `cargo xtask soak` build the others.
pub fn executable(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let mut folder = own.parent().unwrap();
    if folder.ends_with("deps") {
        folder = folder.parent().unwrap();
    }
    let path = folder.join(name);
    assert!(path.is_file(), "run the tests with `cargo xtask test`, which builds {}", path.display());
    path
}

/// Whether a process is there and not yet reaped.
pub fn is_there(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}
