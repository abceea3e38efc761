//! The cache's files, cut at every byte of their last records, and with single bits flipped.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread::{available_parallelism, scope};
use std::time::Duration;

use deskscribe_cache::{Cache, CacheError, Place, Record, Repair, Stamp};
use fastrand::Rng;

use super::table::Table;
use super::writers::record;

const MAIN: &str = "summaries.sqlite";
const WAL: &str = "summaries.sqlite-wal";
/// Which frames of the log were acknowledged, as SQLite keeps it for all processes.
const SHM: &str = "summaries.sqlite-shm";
const THUMBNAILS: &str = "thumbnails.sqlite";
/// Records that lie in the main file, and records that lie in the write-ahead log alone.
const SETTLED: u32 = 30;
const RECENT: u32 = 3;
/// The end of the main file that is cut: its last pages.
const MAIN_TAIL: usize = 3 * PAGE;
const PAGE: usize = 4096;
const LOCK_WITHIN: Duration = Duration::from_secs(30);

/// Whatever was done to a file, these tell the truth about it.
const SAID: [Found; 5] = [Found::Whole, Found::Repaired, Found::Counted, Found::Uncounted, Found::Lost];

/// How many places are tried.
#[derive(Debug, Clone)]
pub struct Cuts {
    /// The most cuts of a file, drawn at random; without a number, at every byte.
    pub most: Option<usize>,
    /// Flipped bits in either file.
    pub flips: usize,
    /// For the random numbers.
    pub seed: u64,
}

/// A cache as it lies on the disk, and what was acknowledged when.
struct Specimen {
    main: Vec<u8>,
    wal: Vec<u8>,
    shm: Vec<u8>,
    thumbnails: Vec<u8>,
    /// Each with the length of the log at which it was acknowledged.
    records: Vec<(Record, usize)>,
}

/// What came of opening a damaged cache, and once more if it said that it was damaged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// Every record that must be there is there, and none is altered.
    Whole,
    /// The same, after a repair, which was told.
    Repaired,
    /// It was repaired, and tells how many records are lost and will be read again.
    Counted,
    /// It was repaired, and more records are lost than it tells: nothing is left of the places of their files either.
    Uncounted,
    /// It says that it is damaged and that nothing is left of it, and is as it was.
    Lost,
    /// It gives another error, which is told.
    Other(String),
    /// Records are missing, and nobody says so: they are read again.
    Missing,
    /// Not one record is there, and nobody says so.
    Empty,
    /// A record is not what was stored, and nobody says so.
    Altered,
    Panicked,
}

impl Specimen {
    /// With the last records in the log, or with all of them in the main file.
    fn make(in_log: bool) -> Self {
        let home = scratch();
        let cache = Cache::open(home.path()).unwrap();
        let wal = home.path().join(WAL);
        let store = |number| {
            // Dropped, the last connection empties the log into the main file; a reader keeps it from that.
            let mut writer = cache.writer().unwrap();
            let mut guard = writer.lock(LOCK_WITHIN).unwrap();
            let record = record(0, number);
            guard.put(&record).unwrap();
            guard.remember(&place(number), &record.key, 0).unwrap();
            guard.commit().unwrap();
        };
        (0..SETTLED).for_each(store);
        let mut records: Vec<_> = (0..SETTLED).map(|number| (record(0, number), 0)).collect();
        let reader = in_log.then(|| {
            let reader = cache.read().unwrap();
            reader.outcome(&records[0].0.key).unwrap();
            reader
        });
        for number in SETTLED..SETTLED + RECENT {
            store(number);
            let length = if in_log { fs::metadata(&wal).unwrap().len() } else { 0 };
            records.push((record(0, number), usize::try_from(length).unwrap()));
        }
        let read = |name| fs::read(home.path().join(name)).unwrap_or_default();
        let specimen =
            Self { main: read(MAIN), wal: read(WAL), shm: read(SHM), thumbnails: read(THUMBNAILS), records };
        drop(reader);
        specimen
    }

    /// Opens a cache of these files; records that were acknowledged later than at `log` bytes may be missing.
    fn find(&self, folder: &Path, main: &[u8], wal: &[u8], log: usize) -> Found {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir(folder).unwrap();
        fs::write(folder.join(MAIN), main).unwrap();
        fs::write(folder.join(THUMBNAILS), &self.thumbnails).unwrap();
        if !wal.is_empty() {
            fs::write(folder.join(WAL), wal).unwrap();
            fs::write(folder.join(SHM), &self.shm).unwrap();
        }
        let look = || match self.look(folder, log) {
            // As whoever gets this error does it: once more, from the start.
            Err(CacheError::Damaged { .. }) => self.look(folder, log),
            found => found,
        };
        match catch_unwind(AssertUnwindSafe(look)) {
            Ok(Ok(found)) => found,
            Ok(Err(CacheError::Lost { path, .. })) if fs::read(&path).is_ok_and(|now| now == main) => {
                Found::Lost
            }
            Ok(Err(error)) => Found::Other(error.to_string().replace(&folder.display().to_string(), "…")),
            Err(_) => Found::Panicked,
        }
    }

    fn look(&self, folder: &Path, log: usize) -> Result<Found, CacheError> {
        let cache = Cache::open(folder)?;
        let known = cache.read()?;
        let (mut there, mut missing) = (0, 0);
        for (record, acknowledged) in &self.records {
            match known.outcome(&record.key)? {
                Some(stored) if stored != *record => return Ok(Found::Altered),
                Some(_) => there += 1,
                None => missing += u64::from(*acknowledged <= log),
            }
        }
        Ok(match cache.repairs() {
            _ if there == 0 => Found::Empty,
            [] if missing > 0 => Found::Missing,
            [] => Found::Whole,
            _ if missing == 0 => Found::Repaired,
            [Repair::Summaries { again, .. }, ..] if *again >= missing => Found::Counted,
            _ => Found::Uncounted,
        })
    }

    /// Tries all of these, on every core.
    fn try_all<T: Sync>(&self, cases: &[T], find: impl Fn(&Self, &Path, &T) -> Found + Sync) -> Tally {
        let cores = available_parallelism().map_or(1, usize::from);
        let mut all = Tally::new();
        scope(|scope| {
            let shares = cases.chunks(cases.len().div_ceil(cores).max(1)).map(|share| {
                let find = &find;
                scope.spawn(move || {
                    let folder = scratch();
                    let folder = folder.path().join("home");
                    let mut tally = Tally::new();
                    for case in share {
                        *tally.entry(find(self, &folder, case)).or_default() += 1;
                    }
                    tally
                })
            });
            for share in shares.collect::<Vec<_>>() {
                for (found, count) in share.join().unwrap() {
                    *all.entry(found).or_default() += count;
                }
            }
        });
        all
    }
}

type Tally = BTreeMap<Found, usize>;

/// Cuts and flips, and counts what is found afterwards.
pub fn cuts(plan: &Cuts) -> Table {
    let Cuts { most, flips, seed } = plan;
    let mut table = Table::new(format!("The cache cut and damaged (seed {seed})"));
    let mut rng = Rng::with_seed(*seed);
    let (recent, settled) = (Specimen::make(true), Specimen::make(false));

    let first = recent.records[SETTLED as usize - 1].1;
    let places = places(first..recent.wal.len() + 1, *most, &mut rng);
    let tally = recent.try_all(&places, |specimen, folder, cut| {
        specimen.find(folder, &specimen.main, &specimen.wal[..*cut], *cut)
    });
    table.tell("cuts of the write-ahead log", places.len());
    tell(&mut table, "log cut", &tally, &[Found::Whole, Found::Repaired]);

    let end = settled.main.len();
    let places = self::places(end - MAIN_TAIL..end, *most, &mut rng);
    let tally = settled
        .try_all(&places, |specimen, folder, cut| specimen.find(folder, &specimen.main[..*cut], &[], 0));
    table.tell("cuts of the main file", places.len());
    tell(&mut table, "main file cut", &tally, &SAID);

    let pages: Vec<usize> = (0..end).step_by(PAGE).collect();
    let noise: Vec<u8> = (0..PAGE).map(|_| rng.u8(..)).collect();
    let tally = settled.try_all(&pages, |specimen, folder, page| {
        let mut main = specimen.main.clone();
        main[*page..*page + PAGE].copy_from_slice(&noise);
        specimen.find(folder, &main, &[], 0)
    });
    table.tell("pages of the main file overwritten", pages.len());
    tell(&mut table, "page overwritten", &tally, &with_missing());

    for (name, specimen, is_log) in [("log", &recent, true), ("main file", &settled, false)] {
        let length = if is_log { specimen.wal.len() } else { specimen.main.len() };
        let bits: Vec<(usize, u8)> = (0..*flips).map(|_| (rng.usize(..length), rng.u8(..8))).collect();
        let tally = specimen.try_all(&bits, |specimen, folder, (at, bit)| {
            let (mut main, mut wal) = (specimen.main.clone(), specimen.wal.clone());
            let damaged = if is_log { &mut wal } else { &mut main };
            damaged[*at] ^= 1 << bit;
            specimen.find(folder, &main, &wal, specimen.wal.len())
        });
        table.tell(&format!("bits flipped in the {name}"), bits.len());
        tell(&mut table, &format!("{name} flipped"), &tally, &with_missing());
    }
    table.timed()
}

/// SQLite has no checksum of a page, but every record has a seal: one that is not what was stored is none, and its file
/// is read again, whether somebody says so or not.
fn with_missing() -> Vec<Found> {
    [&SAID[..], &[Found::Missing]].concat()
}

/// Where to cut: everywhere, or at so many places, the first and the last among them.
fn places(range: Range<usize>, most: Option<usize>, rng: &mut Rng) -> Vec<usize> {
    let all: Vec<usize> = range.collect();
    let Some(most) = most.filter(|most| *most < all.len()) else { return all };
    let mut some = rng.choose_multiple(all.iter().copied(), most);
    some.extend([all[0], all[all.len() - 1]]);
    some
}

fn tell(table: &mut Table, what: &str, tally: &Tally, fine: &[Found]) {
    for (found, count) in tally {
        let words = match found {
            Found::Whole => "nothing acknowledged is missing",
            Found::Repaired => "repaired, nothing acknowledged is missing",
            Found::Counted => "repaired, tells what is to be read again",
            Found::Uncounted => "repaired, a record and the places of its file are missing",
            Found::Lost => "says that nothing is left, and is as it was",
            Found::Other(error) => error,
            Found::Missing => "a record is missing, to be read again",
            Found::Empty => "EMPTY",
            Found::Altered => "a record is ALTERED",
            Found::Panicked => "PANIC",
        };
        // Another error is one that was sorted, and says what and where.
        let sound = fine.contains(found) || matches!(found, Found::Other(_)) && fine.contains(&Found::Lost);
        table.must(&format!("{what}: {words}"), count, sound);
    }
}

/// Where the file of a record was found.
fn place(number: u32) -> Place {
    let stamp = Stamp { device: 1, inode: u64::from(number), size: 1, mtime_ns: 1, ctime_ns: 1 };
    Place { path: format!("/desktop/{number}.png").into(), stamp }
}

/// In memory where that can be had: thousands of small files are made and removed.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}
