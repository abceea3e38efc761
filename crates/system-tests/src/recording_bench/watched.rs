//! A scan that somebody looks at: the memory of all its processes, and what goes over the wires between them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use deskscribe_system_tests::processes::{descendants, proportional};
use deskscribe_system_tests::{Printed, Said, Terminal};

/// Between two looks: so seldom that they take no more than a hundredth of the time.
const LOOK: Duration = Duration::from_secs(1);

/// The most that was seen, in bytes.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Seen {
    /// The memory of all processes together, each shared page once.
    pub(crate) processes: u64,
    /// The sound that lies in memory files, which belong to no process.
    pub(crate) sound: u64,
    /// Workers of which the system told the memory: only root is told.
    pub(crate) told: usize,
    /// What engine and workers said to each other, in both directions.
    pub(crate) wire: u64,
}

/// Runs a scan to its end, and looks at it meanwhile.
pub(crate) fn scan(terminal: &Terminal, scan: &mut Command) -> (Said, Seen) {
    let child = scan.spawn().unwrap();
    let engine = child.id();
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let mut seen = Seen::default();
            while !ended.load(Ordering::Relaxed) {
                seen.look(engine, terminal);
                thread::sleep(LOOK);
            }
            seen
        });
        let said = Said::of(child);
        ended.store(true, Ordering::Relaxed);
        (said, looks.join().unwrap())
    })
}

impl Seen {
    /// Of each the greater.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            processes: self.processes.max(other.processes),
            sound: self.sound.max(other.sound),
            told: self.told.max(other.told),
            wire: self.wire.max(other.wire),
        }
    }

    fn look(&mut self, engine: u32, terminal: &Terminal) {
        let workers: Vec<u64> =
            descendants(engine).into_iter().filter_map(|worker| proportional(worker.pid)).collect();
        self.told = self.told.max(workers.len());
        let own = proportional(engine).unwrap_or_default();
        self.processes = self.processes.max(workers.iter().sum::<u64>() + own);
        self.sound = self.sound.max(sound(engine));
        self.wire = self.wire.max(wire(terminal).unwrap_or_default());
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processes, sound, told, wire } = *self;
        match told {
            0 => write!(f, "memory that only root is told")?,
            _ => write!(f, "at most {} MB in all processes", processes >> 20)?,
        }
        write!(f, " and {} MB of sound, {wire} bytes between them", sound >> 20)
    }
}

/// What the memory files of an engine hold.
fn sound(engine: u32) -> u64 {
    let entries = fs::read_dir(format!("/proc/{engine}/fd")).into_iter().flatten().flatten();
    let is_sound = |path: &std::path::PathBuf| {
        fs::read_link(path).is_ok_and(|target| target.to_string_lossy().starts_with("/memfd:sound"))
    };
    let files = entries.map(|entry| entry.path()).filter(is_sound);
    let files = files.filter_map(|path| path.metadata().ok()).map(|file| (file.ino(), file.blocks() * 512));
    files.collect::<BTreeMap<_, _>>().values().sum()
}

/// Asked as anybody may ask.
fn wire(terminal: &Terminal) -> Option<u64> {
    let printed = Printed::by(&mut terminal.deskscribe(&["status", "--json"]));
    let status: serde_json::Value = serde_json::from_str(&printed.stdout).ok()?;
    let wire = &status["engines"][0]["wire"];
    Some(wire["sent"]["bytes"].as_u64()? + wire["received"]["bytes"].as_u64()?)
}
