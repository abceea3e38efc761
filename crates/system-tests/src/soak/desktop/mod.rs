//! A busy desktop: files come, go, grow and move while whoever watches them is killed, stopped, frozen and paused. In
//! the end its library shows what a first look at the desktop shows.

mod drive;
mod library;
mod person;
mod watcher;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::scan::{Scan, is_fresh};
use super::table::Table;
use crate::{Matter, bare_resources, executable};
use drive::Drive;
use library::{Library, differences, library};
use person::Person;
use watcher::Watcher;

/// Between two looks at what is due, and at what the library shows.
const LOOK: Duration = Duration::from_millis(10);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How busy a desktop, and for how long.
#[derive(Debug, Clone)]
pub struct Busy {
    /// For so long.
    pub lasts: Duration,
    /// Between two acts of the person, in milliseconds.
    pub acts: Range<u64>,
    /// Between two blows to the program, in milliseconds.
    pub blows: Range<u64>,
    /// For how long it is away or asleep, in milliseconds.
    pub gaps: Range<u64>,
    /// The longest that a file is written.
    pub longest: Duration,
    /// Real pictures and real workers, or orders to the misbehaving worker, which the development build alone may
    /// start.
    pub real: bool,
    /// Within this it must have come to the end once everybody rests.
    pub settles_within: Duration,
    /// For the random numbers.
    pub seed: u64,
}

/// Where it all is.
struct Bed {
    folder: tempfile::TempDir,
    real: bool,
}

impl Bed {
    fn make(real: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if !real {
            bare_resources(&folder.path().join("resources"));
        }
        let bed = Self { folder, real };
        bed.watched().iter().for_each(|folder| fs::create_dir(folder).unwrap());
        let watch = |folder: PathBuf| format!("[[watch]]\nfolder = {folder:?}\n");
        fs::create_dir(bed.at("home")).unwrap();
        let settings: String = bed.watched().into_iter().map(watch).collect();
        fs::write(bed.at("home").join("settings.toml"), settings).unwrap();
        bed
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folders that are watched. One is a drive of its own, where there can be drives, and one has a drive in it.
    fn watched(&self) -> Vec<PathBuf> {
        vec![self.at("Desktop"), self.at("Card")]
    }

    fn drives(&self) -> Vec<Drive> {
        if !rustix::process::geteuid().is_root() {
            return Vec::new();
        }
        vec![
            Drive::plugged_in(&self.at("stick"), &self.at("Desktop").join("Stick")),
            Drive::plugged_in(&self.at("card"), &self.at("Card")),
        ]
    }

    /// `deskscribe` with this home.
    fn program(&self, home: &str) -> Box<dyn Fn() -> Command> {
        let (home, real) = (self.at(home), self.real);
        let resources = self.at("resources");
        Box::new(move || {
            let mut command = Command::new(executable("deskscribe"));
            command.env("DESKSCRIBE_HOME", &home).stdin(Stdio::null());
            if !real {
                command.env("DESKSCRIBE_WORKER", executable("misbehaving-worker"));
                command.env("DESKSCRIBE_RESOURCES", &resources);
            }
            command
        })
    }
}

/// Has a desktop busy for a while, and compares.
pub fn desktop(plan: &Busy) -> Table {
    let Busy { lasts, acts, blows, gaps, longest, real, settles_within, seed } = plan;
    let mut table = Table::new(format!("A busy desktop for {:.0} s (seed {seed})", lasts.as_secs_f64()));
    let mut rng = Rng::with_seed(*seed);
    let bed = Bed::make(*real);
    let matter = if *real { Matter::real(&mut rng) } else { Matter::Orders };
    let drives = bed.drives();
    table.tell("drives that come and go", drives.len());
    let mut person = Person::at(bed.watched(), bed.at("trash"), drives, matter, *longest);
    let mut watcher = Watcher::begin(bed.program("home"), gaps.clone());

    let (mut done, mut struck) = (BTreeMap::new(), BTreeMap::new());
    let after =
        |gap: &Range<u64>, rng: &mut Rng| Instant::now() + Duration::from_millis(rng.u64(gap.clone()));
    let end = Instant::now() + *lasts;
    let (mut next_act, mut next_blow) = (Instant::now(), after(blows, &mut rng));
    while Instant::now() < end {
        sleep(LOOK);
        watcher.look();
        if Instant::now() >= next_act {
            *done.entry(person.act(&mut rng)).or_insert(0) += 1;
            next_act = after(acts, &mut rng);
        }
        if Instant::now() >= next_blow {
            if let Some(blow) = watcher.strike(&mut rng) {
                *struck.entry(blow).or_insert(0) += 1;
            }
            next_blow = after(blows, &mut rng);
        }
    }
    person.rest();
    watcher.spare();
    table.tell("what was done", told(&done));
    table.tell("what befell the program", told(&struck));
    table.tell("files in the end", person.files().len());

    let rested = Instant::now();
    let wanted = fresh(&bed);
    let home = bed.program("home");
    let mut found = library(&*home);
    while found != wanted && rested.elapsed() < *settles_within {
        sleep(LOOK_AGAIN);
        watcher.look();
        found = library(&*home);
    }
    table.must("items in the library of a first look", wanted.len(), !wanted.is_empty());
    table.none("shown otherwise than by a first look", &differences(&found, &wanted));
    table.tell("seconds until it was so", format_args!("{:.0}", rested.elapsed().as_secs_f64()));
    watcher.stop();
    let settled = library(&*home);
    table.none("otherwise once it has ended", &differences(&settled, &wanted));
    table.none("what ended otherwise than it must", &watcher.faults);
    table.none("zombies", &watcher.zombies());
    again(&watcher, &mut table);
    table.tell("lives of the program", watcher.lives.len());
    let (memory, open) = watcher.most;
    table.tell(
        "its most memory in MiB, and descriptors",
        format_args!("{:.1}, {open}", memory as f64 / 1024.0),
    );
    table.timed()
}

/// What a scan of the desktop as it is now puts into a new home.
fn fresh(bed: &Bed) -> Library {
    let program = bed.program("fresh");
    let mut scan = program();
    scan.args(["scan", "--json"]).args(bed.watched());
    Scan::start(&mut scan).said();
    library(&*program)
}

/// What was told as read is stored: nobody reads that content again.
fn again(watcher: &Watcher, table: &mut Table) {
    let (mut read, mut again) = (BTreeSet::new(), Vec::new());
    for row in watcher.lives.iter().flat_map(|said| &said.rows) {
        if row["state"] == "read" && is_fresh(row) && !read.insert(row["key"].as_str().unwrap().to_owned()) {
            again.push(row["path"].as_str().unwrap().to_owned());
        }
    }
    table.must("contents that were read", read.len(), !read.is_empty());
    table.none("told as read, and read again later", &again);
}

/// One of these, each as often as it says.
fn pick<T: Copy>(of: &[(T, u32)], rng: &mut Rng) -> T {
    let often = of.iter().flat_map(|(one, often)| (0..*often).map(move |_| *one));
    rng.choice(often.collect::<Vec<_>>()).unwrap()
}

fn told<T: Debug>(counts: &BTreeMap<T, usize>) -> String {
    let parts: Vec<_> = counts.iter().map(|(what, count)| format!("{what:?} {count}")).collect();
    parts.join(", ")
}
