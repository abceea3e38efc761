//! Ten thousand files and a worker that misbehaves on some of them, in the middle of a storm.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use deskscribe_cache::{Cache, Outcome};
use deskscribe_protocol::{Code, ContentKey};
use fastrand::Rng;

use super::scan::{ending, is_fresh, name};
use super::storm::{Weather, storm};
use super::table::Table;
use super::zombies::Zombies;
use crate::processes::{descriptors, resident};
use crate::{Said, bare_resources, executable};

/// Files of which every one is poison, and of which every one hangs.
const ONE_POISON_IN: usize = 100;
const ONE_HANG_IN: usize = 1000;
/// Between two looks at the parent.
const LOOK: Duration = Duration::from_millis(50);
/// With fewer looks than this, early and late are not worth comparing.
const FEWEST_LOOKS: usize = 10;
/// Descriptors that may come and go on an average of many looks: those of two workers.
const DESCRIPTORS_DRIFT: f64 = 8.0;
/// Memory may be a tenth more at the end, or two megabytes.
const MEMORY_DRIFT: f64 = 0.1;
const MEMORY_NOISE: f64 = 2048.0;

/// How many files, and in what weather.
#[derive(Debug, Clone)]
pub struct Jobs {
    /// Files in all.
    pub files: usize,
    /// Who is killed, how often.
    pub weather: Weather,
    /// For the random numbers.
    pub seed: u64,
}

/// A desktop of orders, with what must become of each.
struct Bed {
    folder: tempfile::TempDir,
    /// By file name: the order, and how its row must end.
    orders: BTreeMap<String, (String, &'static str)>,
}

impl Bed {
    fn make(files: usize, rng: &mut Rng) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desktop = folder.path().join("desktop");
        fs::create_dir(&desktop).unwrap();
        bare_resources(&folder.path().join("resources"));
        let mut numbers: Vec<usize> = (0..files).collect();
        rng.shuffle(&mut numbers);
        let poison = files.div_ceil(ONE_POISON_IN);
        let hangs = files.div_ceil(ONE_HANG_IN);
        let mut orders = BTreeMap::new();
        for (place, number) in numbers.into_iter().enumerate() {
            let (order, ending) = match place {
                place if place < poison => (format!("signal 11 {number}"), "worker_crashed"),
                place if place < poison + hangs => (format!("hang {number}"), "stalled"),
                // Half of them long enough to be killed in the middle.
                place if place % 2 == 0 => (format!("slow {} {number}", rng.u8(1..40)), "read"),
                _ => (format!("read {number}"), "read"),
            };
            let name = format!("{number:05}.png");
            fs::write(desktop.join(&name), &order).unwrap();
            orders.insert(name, (order, ending));
        }
        Self { folder, orders }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn scan(&self) -> Command {
        let mut scan = Command::new(executable("soak-engine"));
        scan.args([self.home(), self.folder.path().join("desktop"), self.folder.path().join("resources")]);
        scan
    }

    /// The files that must end like this.
    fn ending<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = (&'a str, ContentKey)> {
        let fitting = self.orders.iter().filter(move |(_, (_, ending))| *ending == wanted);
        fitting.map(|(name, (order, _))| (name.as_str(), key(order)))
    }
}

fn key(order: &str) -> ContentKey {
    ContentKey::from_bytes(*blake3::hash(order.as_bytes()).as_bytes())
}

/// Workers and parents are killed until all is read; then a scan is left alone, and what it tells is counted.
pub fn jobs(plan: &Jobs) -> Table {
    let Jobs { files, weather, seed } = plan;
    let mut table =
        Table::new(format!("{files} jobs in a storm, {} scans at once (seed {seed})", weather.scans));
    let mut rng = Rng::with_seed(*seed);
    let bed = Bed::make(*files, &mut rng);
    let (mut lives, toll) = storm(&|| bed.scan(), weather, &mut rng, |_| ());
    let calm = Weather { scans: 1, most_workers: 0, most_parents: 0, ..weather.clone() };
    let (quiet, _) = storm(&|| bed.scan(), &calm, &mut rng, |_| ());
    let stormy = lives.len();
    lives.extend(quiet);

    table.tell(
        "poison, hanging",
        format_args!("{}, {}", bed.ending("worker_crashed").count(), bed.ending("stalled").count()),
    );
    table.tell("scans, and scans that were left alone", format_args!("{stormy}, {}", lives.len() - stormy));
    toll.tell(weather, &mut table);
    table.must(
        "left alone, scans that stopped by themselves",
        lives.len() - stormy - 1,
        lives.len() == stormy + 1,
    );
    told(&bed, &lives, &mut table);
    stored(&bed, &mut table);
    table.timed()
}

/// What the scans told, all of them and the last one.
fn told(bed: &Bed, lives: &[Said], table: &mut Table) {
    let (mut doubled, mut again, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for said in lives {
        let mut told = BTreeSet::new();
        for row in &said.rows {
            let name = name(row);
            // What was told is stored: a later scan must know it.
            if row["state"] == "read" && is_fresh(row) && !seen.insert(name.clone()) {
                again.push(name.clone());
            }
            if !told.insert(name.clone()) {
                doubled.push(name);
            }
        }
    }
    let last: BTreeMap<String, &str> =
        lives.last().unwrap().rows.iter().map(|row| (name(row), ending(row))).collect();
    let (mut lost, mut wrong) = (Vec::new(), Vec::new());
    for (name, (order, ending)) in &bed.orders {
        match last.get(name) {
            None => lost.push(name.clone()),
            Some(found) if found != ending => wrong.push(format!("{name} ({order}): {found}")),
            Some(_) => {}
        }
    }
    table.none("lost: files without an outcome", &lost);
    table.none("ended otherwise than they must", &wrong);
    table.none("told twice by one scan", &doubled);
    table.none("told as read, and read again later or elsewhere", &again);
}

/// What the cache holds in the end.
fn stored(bed: &Bed, table: &mut Table) {
    let known = Cache::open(&bed.home()).unwrap().read().unwrap();
    let failed = |key: ContentKey| match known.outcome(&key).unwrap().map(|record| record.outcome) {
        Some(Outcome::Failed(failure)) => Some(failure.code),
        Some(Outcome::Read(_)) | None => None,
    };
    let innocent: Vec<String> = bed
        .ending("read")
        .filter_map(|(name, key)| Some(format!("{name}: {}", failed(key)?.as_str())))
        .collect();
    let at_large = bed.ending("worker_crashed").filter(|(_, key)| failed(*key) != Some(Code::WorkerCrashed));
    table.none("innocent files in quarantine", &innocent);
    table.none(
        "poison that is not in quarantine",
        &at_large.map(|(name, _)| name.to_owned()).collect::<Vec<_>>(),
    );

    let database = super::writers::database(&bed.home());
    let count = |query: &str| database.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    let twice = count(
        "SELECT (SELECT count(*) FROM reading) - (SELECT count(DISTINCT key) FROM reading)
        + (SELECT count(*) FROM place) - (SELECT count(DISTINCT path) FROM place)",
    );
    table.must("stored twice", twice, twice == 0);
    // What hangs is tried again at every scan, and stored never.
    let (rows, settled) =
        (count("SELECT count(*) FROM reading"), bed.orders.len() - bed.ending("stalled").count());
    table.must("stored outcomes", format_args!("{rows} of {settled}"), usize::try_from(rows) == Ok(settled));
    let integrity = super::writers::integrity(&database);
    table.must("integrity check", &integrity, integrity == "ok");
    // Nothing was damaged, so nothing may have been repaired.
    let repaired = bed.home().join("damaged").exists();
    table.must("repaired without need", repaired, !repaired);
}

/// What a parent has, at one moment.
struct Look {
    descriptors: u64,
    /// In KiB.
    memory: u64,
}

/// One scan to its end, with workers killed all the while: does its process grow, does it leave zombies?
pub fn drift(plan: &Jobs) -> Table {
    let Jobs { files, weather, seed } = plan;
    let mut table = Table::new(format!("The life of one parent over {files} jobs (seed {seed})"));
    let mut rng = Rng::with_seed(*seed);
    let bed = Bed::make(*files, &mut rng);
    let mut look = Instant::now();
    let mut looks = Vec::new();
    let mut zombies = Zombies::default();
    let weather = Weather { scans: 1, most_parents: 0, ..weather.clone() };
    let (_, toll) = storm(&|| bed.scan(), &weather, &mut rng, |scan| {
        if Instant::now() < look {
            return;
        }
        look = Instant::now() + LOOK;
        if let (Some(descriptors), Some(memory)) = (descriptors(scan.pid()), resident(scan.pid())) {
            looks.push(Look { descriptors, memory });
        }
        zombies.look(scan.workers());
    });
    toll.tell(&weather, &mut table);
    table.none("zombies", &zombies.found());
    table.must("looks at the parent", looks.len(), looks.len() >= FEWEST_LOOKS);
    if looks.len() < FEWEST_LOOKS {
        return table.timed();
    }
    // The first tenth is start-up, the last tenth is the end of the work.
    let tenth = looks.len() / 10;
    let (early, late) = (&looks[tenth..tenth * 3], &looks[tenth * 7..tenth * 9]);
    let mean =
        |part: &[Look], of: fn(&Look) -> u64| part.iter().map(of).sum::<u64>() as f64 / part.len() as f64;
    let open = [early, late].map(|part| mean(part, |look| look.descriptors));
    table.must(
        "open descriptors, early and late",
        format_args!("{:.1}, {:.1}", open[0], open[1]),
        open[1] - open[0] <= DESCRIPTORS_DRIFT,
    );
    let memory = [early, late].map(|part| mean(part, |look| look.memory));
    table.must(
        "memory in KiB, early and late",
        format_args!("{:.0}, {:.0}", memory[0], memory[1]),
        memory[1] - memory[0] <= (memory[0] * MEMORY_DRIFT).max(MEMORY_NOISE),
    );
    table.timed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bed_has_its_share_of_every_kind() {
        let bed = Bed::make(1000, &mut Rng::with_seed(1));
        let count = |ending| bed.ending(ending).count();
        assert_eq!((count("worker_crashed"), count("stalled"), count("read")), (10, 1, 989));
        assert!(bed.folder.path().join("desktop/00000.png").exists());
        let keys: BTreeSet<_> = bed.ending("read").map(|(_, key)| key).collect();
        assert_eq!(keys.len(), 989, "every content is another");
    }
}
