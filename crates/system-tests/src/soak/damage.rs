//! Damaged pictures: bits flipped, ends cut off, thousands of them, through the real pool.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fastrand::Rng;

use super::scan::{Scan, ending, name};
use super::table::Table;
use crate::{Said, executable};

/// Larger pictures are left out, so that thousands of scans end in minutes.
const MOST_BYTES: u64 = 300 << 10;
/// What decoders of ours read, by extension.
const PICTURES: [&str; 16] = [
    "png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "heic", "avif", "jp2", "j2k", "qoi", "ico",
    "tga", "ppm",
];
/// Files of one scan.
const BATCH: usize = 250;
/// The most bytes of a reason, which has at most 300 characters.
const REASON_BYTES: usize = 1200;
/// Longer in a worker than this, in seconds, is slow, or means that others use the processors.
const SLOW: f64 = 20.0;
/// More processor time than this, in seconds and of all threads together, is too much for a picture of this size,
/// however busy the machine is.
const MOST_PROCESSOR_TIME: u64 = 60;

/// What is damaged, and how often.
#[derive(Debug, Clone)]
pub struct Damage {
    /// Every picture below this folder, up to 300 KB.
    pub folder: PathBuf,
    /// Damaged files to try.
    pub tries: usize,
    /// For the random numbers.
    pub seed: u64,
}

/// Damages pictures and has the real program read them.
pub fn damage(plan: &Damage) -> Table {
    let Damage { folder, tries, seed } = plan;
    let mut table = Table::new(format!("Damaged pictures of {} (seed {seed})", folder.display()));
    let mut rng = Rng::with_seed(*seed);
    let mut sources = Vec::new();
    collect(folder, &mut sources);
    assert!(!sources.is_empty(), "no picture of up to {} KB: {}", MOST_BYTES >> 10, folder.display());

    let scratch = tempfile::tempdir().unwrap();
    let [desktop, slow, home] = ["desktop", "slow", "home"].map(|name| scratch.path().join(name));
    fs::create_dir(&slow).unwrap();
    let mut tally = Tally::default();
    let mut made = 0;
    while made < *tries {
        fs::create_dir(&desktop).unwrap();
        let mut recipes = BTreeMap::new();
        for _ in 0..BATCH.min(tries - made) {
            let source = &sources[made % sources.len()];
            let (bytes, recipe) = spoil(fs::read(source).unwrap(), &mut rng);
            let extension = source.extension().unwrap().to_str().unwrap();
            let name = format!("{made:06}.{extension}");
            fs::write(desktop.join(&name), bytes).unwrap();
            recipes.insert(name, format!("{} {recipe}", source.strip_prefix(folder).unwrap().display()));
            made += 1;
        }
        for name in tally.add(&scan(&desktop, &home, &[]), recipes) {
            fs::rename(desktop.join(&name), slow.join(&name)).unwrap();
        }
        fs::remove_dir_all(&desktop).unwrap();
    }
    // Eight workers and whoever else is there share the processors: what was slow is read again, alone.
    let another = scratch.path().join("another home");
    fs::create_dir(&another).unwrap();
    let limits = format!("cpu_seconds = {MOST_PROCESSOR_TIME}\ncpu_seconds_per_mib = 0\n");
    fs::write(another.join("settings.toml"), limits).unwrap();
    let alone = scan(&slow, &another, &["--workers", "1"]);
    let seconds = |row: &serde_json::Value| row["seconds"].as_f64().unwrap_or_default();
    let still_slow = alone
        .rows
        .iter()
        .filter(|row| ["stalled", "timed_out"].contains(&ending(row)))
        .map(name)
        .collect::<Vec<_>>();
    let most = alone.rows.iter().map(seconds).fold(0.0, f64::max);

    table.tell("pictures to begin with", sources.len());
    table.tell("damaged files tried", made);
    for (ending, count) in &tally.endings {
        table.tell(&format!("ended as {ending}"), count);
    }
    table.none("workers that died", &tally.deaths);
    table.none("scans that could not run", &tally.broken);
    table.none("files without a row", &tally.missing);
    table.none("reasons that are not one line", &tally.reasons);
    table.tell("the longest in a worker, in s", format_args!("{:.2} {}", tally.longest.0, tally.longest.1));
    table.tell("files that took more than 20 s beside others", tally.slow.len());
    table.tell("the longest of those when read alone, in s", format_args!("{most:.2}"));
    table.none("files that took more than 60 s of processor time", &still_slow);
    let (given, told) = (tally.slow.len(), alone.rows.len());
    table.must("slow files that were read alone", format_args!("{told} of {given}"), told == given);
    table.timed()
}

/// What the real program says of a folder.
fn scan(folder: &Path, home: &Path, more: &[&str]) -> Said {
    let mut scan = Command::new(executable("deskscribe"));
    scan.args(["scan", "--json"]).args(more).arg(folder).env("DESKSCRIBE_HOME", home);
    Scan::start(&mut scan).said()
}

#[derive(Default)]
struct Tally {
    endings: BTreeMap<String, usize>,
    deaths: Vec<String>,
    broken: Vec<String>,
    missing: Vec<String>,
    reasons: Vec<String>,
    slow: Vec<String>,
    longest: (f64, String),
}

impl Tally {
    /// Counts what was said, and returns the names of files that took long.
    fn add(&mut self, said: &Said, mut recipes: BTreeMap<String, String>) -> Vec<String> {
        let mut slow = Vec::new();
        if !matches!(said.code, Some(0 | 1)) {
            self.broken.push(said.stderr.clone());
        }
        self.deaths.extend(said.stderr.lines().filter(|line| line.contains(" died")).map(str::to_owned));
        for row in &said.rows {
            let Some(recipe) = recipes.remove(&name(row)) else {
                self.missing.push(format!("told twice: {}", name(row)));
                continue;
            };
            let ending = ending(row);
            *self.endings.entry(ending.to_owned()).or_default() += 1;
            let reason = row["reason"].as_str().unwrap_or_default();
            if row["state"] != "read"
                && (reason.trim().is_empty() || reason.contains('\n') || reason.len() > REASON_BYTES)
            {
                self.reasons.push(format!("{recipe}: {reason:?}"));
            }
            if ["worker_crashed", "stalled", "timed_out", "out_of_memory", "internal"].contains(&ending) {
                self.deaths.push(format!("{recipe}: {ending}: {reason}"));
            }
            let seconds = row["seconds"].as_f64().unwrap_or_default();
            if seconds > SLOW {
                self.slow.push(format!("{recipe}: {seconds:.1} s"));
                slow.push(name(row));
            }
            if seconds > self.longest.0 {
                self.longest = (seconds, recipe);
            }
        }
        self.missing.extend(recipes.into_values());
        slow
    }
}

/// The pictures below a folder, in the order of their names.
fn collect(folder: &Path, pictures: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        if path.is_dir() {
            collect(&path, pictures);
        } else if PICTURES.iter().any(|known| extension == *known) {
            let bytes = fs::metadata(&path).unwrap().len();
            if (1..=MOST_BYTES).contains(&bytes) {
                pictures.push(path);
            }
        }
    }
}

/// Flips bits, overwrites or removes a piece, or cuts the end off, and tells what was done.
fn spoil(mut bytes: Vec<u8>, rng: &mut Rng) -> (Vec<u8>, String) {
    // Half of the damage is done to the first bytes, where lengths and tables are.
    let reach = if rng.bool() { bytes.len().min(1024) } else { bytes.len() };
    let recipe = match rng.u8(0..8) {
        0..4 => {
            let flips = 1 << rng.u8(0..7);
            let at: Vec<usize> = (0..flips).map(|_| rng.usize(..reach)).collect();
            at.iter().for_each(|at| bytes[*at] ^= 1 << rng.u8(0..8));
            format!("with {flips} bits flipped, the first at {}", at[0])
        }
        4 => {
            let (at, length) = (rng.usize(..reach), rng.usize(1..64));
            let filler = rng.choice([0x00, 0xff, 0x7f]).unwrap_or_default();
            bytes.iter_mut().skip(at).take(length).for_each(|byte| *byte = filler);
            format!("with {length} bytes of {filler:#04x} at {at}")
        }
        5 => {
            let (at, length) = (rng.usize(..reach), rng.usize(1..64));
            bytes.drain(at..(at + length).min(bytes.len()));
            format!("with {length} bytes removed at {at}")
        }
        _ => {
            let length = rng.usize(1..bytes.len().max(2));
            bytes.truncate(length);
            format!("cut to {length} bytes")
        }
    };
    (bytes, recipe)
}
