//! Other processes, as `/proc` shows them: told apart even when an id is used again.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

/// A process: its id, and when it was started in ticks since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    started: u64,
}

impl Process {
    fn of(pid: u32) -> Option<Self> {
        Some(Self { pid, started: stat(pid)?.1 })
    }

    /// When it was started, in milliseconds since boot.
    pub fn started_ms(self) -> f64 {
        self.started as f64 * 1e3 / rustix::param::clock_ticks_per_second() as f64
    }

    /// The letter of its state. `None` when it is gone.
    pub fn state(self) -> Option<char> {
        stat(self.pid).filter(|(_, started)| *started == self.started).map(|(state, _)| state)
    }

    /// The process of this number, if there is one.
    pub fn find(pid: u32) -> Option<Self> {
        Self::of(pid)
    }

    /// The processor time that it has used, in ticks. `None` when it is gone.
    pub fn ticks(self) -> Option<u64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
        Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
    }

    /// What it runs; before it has become a program of its own, the name of the thread that started it.
    pub fn name(self) -> String {
        let name = fs::read_to_string(format!("/proc/{}/comm", self.pid)).unwrap_or_default();
        name.trim().to_owned()
    }

    /// Whether it still runs: what is dead and waits for its parent does not.
    pub fn is_alive(self) -> bool {
        self.state().is_some_and(|state| state != 'Z' && state != 'X')
    }
}

/// State and start of a process: fields 3 and 22 of proc(5)'s `stat`, counted after the name.
fn stat(pid: u32) -> Option<(char, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

/// The processes that this one has started and not yet reaped.
pub fn children(pid: u32) -> Vec<Process> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let pids = lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    pids.filter_map(|pid| Process::of(pid.parse().ok()?)).collect()
}

/// A process's children, theirs, and so on.
pub fn descendants(pid: u32) -> Vec<Process> {
    let own = children(pid);
    let below: Vec<_> = own.iter().flat_map(|child| descendants(child.pid)).collect();
    own.into_iter().chain(below).collect()
}

/// Sends a signal; says whether there was anybody to get it.
pub fn signal(pid: u32, signal: Signal) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
}

/// How often all threads of a process have been given a processor and left it.
pub fn switches(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let statuses = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let of = |line: &str| -> Option<u64> {
        let (name, count) = line.split_once(':')?;
        name.ends_with("ctxt_switches").then(|| count.trim().parse().ok()).flatten()
    };
    statuses.map(|status| status.lines().filter_map(of).sum::<u64>()).sum()
}

/// How many descriptors a process has open.
pub fn descriptors(pid: u32) -> Option<u64> {
    Some(fs::read_dir(Path::new("/proc").join(pid.to_string()).join("fd")).ok()?.count() as u64)
}

/// The memory of a process that is in RAM and not in a file, in KiB.
pub fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// The memory of a process in bytes, in which a page that several share counts once (PSS). `None` when it is gone, or
/// may not be looked at: workers show it to root alone.
pub fn proportional(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}
