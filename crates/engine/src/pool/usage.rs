//! What a worker has spent, as the system counts it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::Once;
use std::time::Duration;

/// More than the line of `stat` ever is: 52 numbers and a short name.
const LINE_BYTES: usize = 2048;

/// What a process has spent, and holds, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// Processor time, in user and kernel together, of all its threads.
    pub(super) processor: Duration,
    /// Memory that it holds, in bytes: its own and what it shares with others.
    pub(super) resident: u64,
    pub(super) threads: u64,
}

/// Looks at one process for as long as it lives.
///
/// Holds the system's account of it open from its start: a worker makes itself undumpable, and under a `/proc`
/// that is mounted with `hidepid` it cannot be found there any more. What is open stays readable, and is never
/// that of another process which was given the same number.
#[derive(Debug)]
pub(super) struct Meter {
    pid: u32,
    stat: Option<File>,
}

impl Meter {
    /// Must be called as soon as the process is there.
    pub(super) fn of(pid: u32) -> Self {
        let stat = File::open(format!("/proc/{pid}/stat"));
        Self { pid, stat: stat.inspect_err(|error| warn_once(pid, &error.to_string())).ok() }
    }

    /// By which the system knows it.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// What it has spent so far. `None` when it is gone, or where the system does not tell.
    pub(super) fn read(&self) -> Option<Usage> {
        let mut line = [0; LINE_BYTES];
        let length = self.stat.as_ref()?.read_at(&mut line, 0).ok()?;
        let page = rustix::param::page_size() as u64;
        parse(&String::from_utf8_lossy(&line[..length]), rustix::param::clock_ticks_per_second(), page)
    }

    /// The same of a process that has not been reaped: that nothing is told of it is worth a warning.
    pub(super) fn read_living(&self) -> Option<Usage> {
        let usage = self.read();
        if usage.is_none() {
            warn_once(self.pid, "its account cannot be read");
        }
        usage
    }

    /// For how long the threads that it has now could have run, but others had the processors (`run_delay` in the
    /// kernel's sched-stats). Zero where the system does not tell. Only of a process that has not been reaped.
    pub(super) fn run_delay(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.pid)).into_iter().flatten().flatten();
        let delays = threads.filter_map(|thread| {
            let line = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()
        });
        Duration::from_nanos(delays.sum())
    }
}

/// Once in the life of the engine: it will be the same for every worker.
fn warn_once(pid: u32, error: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            pid,
            error,
            "the system does not tell what workers spend: their memory, processor time and threads are not \
             watched, only how long a file takes"
        );
    });
}

/// Fields 14, 15, 20 and 24 of proc(5)'s `stat`, counted after the process name, which may itself hold spaces.
fn parse(stat: &str, ticks_per_second: u64, page: u64) -> Option<Usage> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11).map(|field| field.parse::<u64>().ok());
    let ticks = fields.next()?? + fields.next()??;
    // Times of children, priority and niceness lie between; some of them may be negative.
    let threads = fields.nth(4)??;
    let pages = fields.nth(3)??;
    Some(Usage {
        processor: Duration::from_millis(ticks.saturating_mul(1000) / ticks_per_second.max(1)),
        resident: pages.saturating_mul(page),
        threads,
    })
}

/// Memory that the process of this number holds, in bytes, for people to look at. `None` when it is gone, or
/// where the system does not tell: a `/proc` that is mounted with `hidepid` hides workers from here.
pub(crate) fn resident_memory(pid: u32) -> Option<u64> {
    let pages = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let resident = pages.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()?;
    Some(resident.saturating_mul(rustix::param::page_size() as u64))
}

/// Memory that can be used without pushing anything out, in bytes. `None` where the system does not tell.
pub(crate) fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.split_ascii_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = "77 (a (b) c) S 1 77 77 0 -1 4194560 900 0 0 0 150 50 0 0 -2 -1 3 0 100 9000 5 1";
        let usage = Usage { processor: Duration::from_secs(2), resident: 5 * 4096, threads: 3 };
        assert_eq!(parse(stat, 100, 4096), Some(usage));
        assert_eq!(parse("77 (cut", 100, 4096), None);
    }

    #[test]
    fn our_own_process_is_counted() {
        let own = std::process::id();
        let usage = Meter::of(own).read().unwrap();
        assert!(usage.resident > 1 << 20 && usage.threads >= 1, "{usage:?}");
        assert!(resident_memory(own).unwrap() > 1 << 20);
        assert_eq!((Meter::of(u32::MAX).read(), resident_memory(u32::MAX)), (None, None));
        assert!(available_memory().unwrap() > 1 << 20);
    }

    #[test]
    fn who_waits_for_a_processor_is_told_from_who_sleeps() {
        let start = |script: &str| Command::new("sh").args(["-c", script]).spawn().unwrap();
        let sleeper = start("exec sleep 600");
        let crowd = std::thread::available_parallelism().unwrap().get() * 2;
        let mut children: Vec<_> = (0..crowd).map(|_| start("while :; do :; done")).collect();
        let waits = Meter::of(children[0].id());
        while waits.run_delay() < Duration::from_millis(500) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let asleep = Meter::of(sleeper.id());
        let before = asleep.run_delay();
        let since = waits.run_delay();
        while waits.run_delay() < since + Duration::from_millis(500) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(asleep.run_delay(), before);
        children.push(sleeper);
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert_eq!(waits.run_delay(), Duration::ZERO);
    }

    #[test]
    fn a_process_that_is_gone_is_nobody_else() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let meter = Meter::of(child.id());
        assert!(meter.read().is_some());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(meter.read(), None);
    }
}
