//! A storm: scans that are begun again and again while their workers and they themselves are killed at random.

use std::ops::Range;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::Signal;

use super::scan::Scan;
use super::table::Table;
use crate::Said;
use crate::processes::{Process, signal};

/// The storm's eye: how often it looks whether somebody is due.
const LOOK: Duration = Duration::from_millis(5);
/// How much longer an orphan is waited for.
const GIVEN_UP: Duration = Duration::from_secs(10);
/// Scans that end by themselves with an error before the storm is given up.
const STOPS: usize = 30;

/// Who is killed, how often. Gaps are in milliseconds, drawn anew for each kill.
#[derive(Debug, Clone)]
pub struct Weather {
    /// Scans at once, on one cache and one folder.
    pub scans: usize,
    /// Between two kills of a worker.
    pub workers: Range<u64>,
    /// Workers are spared after so many kills.
    pub most_workers: usize,
    /// From the start of a scan to the kill of its process.
    pub parents: Range<u64>,
    /// Parents are spared after so many kills, all together.
    pub most_parents: usize,
    /// Within this a worker must be gone once its parent is killed.
    pub gone_within: Duration,
}

/// What a storm did, and found.
#[derive(Debug, Default)]
pub(super) struct Toll {
    workers: usize,
    parents: usize,
    /// Workers that were seen to go with their parents.
    bereaved: usize,
    orphans: Vec<String>,
    slowest: Duration,
    /// What scans said that ended by themselves with an error.
    stopped: Vec<String>,
}

impl Toll {
    /// A storm that killed nobody it was to kill shows nothing.
    pub(super) fn tell(&self, weather: &Weather, table: &mut Table) {
        let mut killed = |what: &str, count: usize, most: usize| {
            table.must(&format!("{what} killed"), count, count > 0 || most == 0);
        };
        killed("workers", self.workers, weather.most_workers);
        killed("parents", self.parents, weather.most_parents);
        table.tell("workers whose parent was killed under them", self.bereaved);
        table.none("orphans", &self.orphans);
        let slowest = self.slowest.as_secs_f64() * 1000.0;
        table.tell("the slowest worker to go, in ms", format_args!("{slowest:.0}"));
        let last = self.stopped.last().map_or(String::new(), |words| format!(", the last one: {words}"));
        table.tell("scans that stopped by themselves", format_args!("{}{last}", self.stopped.len()));
    }
}

/// Scans until every scan has come to its end; says what every life of them said. `watch` is shown them now and then.
pub(super) fn storm(
    command: &dyn Fn() -> Command,
    weather: &Weather,
    rng: &mut Rng,
    mut watch: impl FnMut(&Scan),
) -> (Vec<Said>, Toll) {
    let (mut lives, mut toll) = (Vec::new(), Toll::default());
    let mut due = Instant::now() + gap(rng, &weather.workers);
    let begin = |rng: &mut Rng| (Scan::start(&mut command()), Instant::now() + gap(rng, &weather.parents));
    let mut scans: Vec<(Scan, Instant)> = (0..weather.scans).map(|_| begin(rng)).collect();
    while !scans.is_empty() {
        sleep(LOOK);
        scans.iter().for_each(|(scan, _)| watch(scan));
        if Instant::now() >= due && toll.workers < weather.most_workers {
            due = Instant::now() + gap(rng, &weather.workers);
            let workers: Vec<_> = scans.iter().flat_map(|(scan, _)| scan.workers()).collect();
            toll.workers += usize::from(rng.choice(workers).is_some_and(|one| signal(one.pid, Signal::KILL)));
        }
        for (mut scan, end) in std::mem::take(&mut scans) {
            if !scan.has_ended() {
                if toll.parents >= weather.most_parents || Instant::now() < end {
                    scans.push((scan, end));
                    continue;
                }
                let workers = scan.kill();
                toll.parents += 1;
                toll.bereave(&workers, weather.gone_within);
            }
            let said = scan.said();
            if !matches!(said.code, Some(0 | 1)) {
                toll.stop(&said);
                scans.push(begin(rng));
            }
            lives.push(said);
        }
    }
    (lives, toll)
}

impl Toll {
    /// A scan that was killed says nothing more; one that ended by itself before all was read says why.
    fn stop(&mut self, said: &Said) {
        if said.code.is_some() {
            self.stopped.push(said.stderr.lines().last().unwrap_or_default().to_owned());
            assert!(self.stopped.len() < STOPS, "no scan comes to its end: {:?}", self.stopped);
        }
    }

    /// Waits for these workers to go. Those that take too long are counted, and waited for all the same, so that it
    /// is told how long they took.
    fn bereave(&mut self, workers: &[Process], within: Duration) {
        let begun = Instant::now();
        let mut late = Vec::new();
        let mut left = workers.to_vec();
        while !left.is_empty() && begun.elapsed() < within + GIVEN_UP {
            left.retain(|worker| worker.is_alive());
            if late.is_empty() && begun.elapsed() >= within {
                late = left.iter().map(|worker| (*worker, worker.name())).collect();
            }
            sleep(Duration::from_millis(1));
        }
        self.bereaved += workers.len();
        self.slowest = self.slowest.max(begun.elapsed());
        self.orphans.extend(late.into_iter().map(|(worker, name)| {
            let end = if worker.is_alive() { "still there" } else { "gone later" };
            format!("{name} {} ({end})", worker.pid)
        }));
    }
}

fn gap(rng: &mut Rng, range: &Range<u64>) -> Duration {
    Duration::from_millis(rng.u64(range.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_in_which_nobody_dies_proves_nothing() {
        let is_sound = |workers: usize, parents: usize, most_parents: usize| {
            let weather = Weather {
                scans: 1,
                workers: 0..1,
                most_workers: 9,
                parents: 0..1,
                most_parents,
                gone_within: Duration::ZERO,
            };
            let mut table = Table::new("a storm");
            Toll { workers, parents, ..Toll::default() }.tell(&weather, &mut table);
            table.is_sound()
        };
        assert!(is_sound(1, 1, 9) && is_sound(1, 0, 0));
        assert!(!is_sound(0, 1, 9) && !is_sound(1, 0, 9));
    }
}
