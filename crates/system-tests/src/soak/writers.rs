//! A kill storm on the cache: processes that store one record after the other, killed at any moment.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use deskscribe_cache::{Cache, Outcome, Record};
use deskscribe_protocol::{ContentKey, Line, MediaKind, Reading};
use fastrand::Rng;
use rusqlite::{Connection, OpenFlags};

use super::table::Table;
use crate::executable;

/// How many write for how long, and how often one of them is killed.
#[derive(Debug, Clone)]
pub struct Writers {
    /// Processes at once.
    pub writers: usize,
    /// Until it is over.
    pub lasts: Duration,
    /// Between two kills, in milliseconds; drawn anew each time, up to this.
    pub every: u64,
    /// For the random numbers.
    pub seed: u64,
}

/// The record that a writer stores as its `number`th: about two kilobytes, so that it takes more than a page.
pub fn record(writer: u32, number: u32) -> Record {
    let text = format!("writer {writer} has stored record {number}\n").repeat(40);
    let line = Line { text: text.clone(), confidence: 0.5, corners: [[1.0, 2.0]; 4], page: 0 };
    let reading = Reading { text, lines: vec![line], seconds: 0.5, ..Reading::default() };
    Record {
        key: key(writer, number),
        kind: MediaKind::Image,
        bytes: u64::from(number),
        outcome: Outcome::Read(Box::new(reading)),
        read_at: i64::from(number),
        program: Record::own(),
    }
}

/// A hash, as true keys are: neighbours in time are none in the index.
pub(super) fn key(writer: u32, number: u32) -> ContentKey {
    ContentKey::from_bytes(*blake3::hash(format!("{writer} {number}").as_bytes()).as_bytes())
}

/// The database of a home, for questions that the cache has no words for.
pub(super) fn database(home: &Path) -> Connection {
    let path = home.join("summaries.sqlite");
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// What SQLite finds wrong with a database, or `ok`.
pub(super) fn integrity(database: &Connection) -> String {
    database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap_or_else(|error| error.to_string())
}

/// A process that stores records, and the number of the last one it said was stored.
struct Writer {
    child: Child,
    acknowledged: JoinHandle<Option<u32>>,
}

impl Writer {
    fn start(home: &Path, writer: u32, from: u32) -> Self {
        let mut command = Command::new(executable("cache-writer"));
        command.arg(home).args([writer.to_string(), from.to_string()]).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let acknowledged = spawn(move || {
            // A line that was cut short was not said.
            let whole = stdout.split(b'\n').map_while(Result::ok);
            whole.filter_map(|line| String::from_utf8(line).ok()?.strip_suffix('.')?.parse().ok()).last()
        });
        Self { child, acknowledged }
    }

    fn kill(mut self) -> Option<u32> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.acknowledged.join().unwrap()
    }
}

/// Kills writers for a while, then looks for every record that one of them said was stored.
pub fn writers(plan: &Writers) -> Table {
    let Writers { writers, lasts, every, seed } = plan;
    let mut table = Table::new(format!("{writers} writers to one cache, killed (seed {seed})"));
    let mut rng = Rng::with_seed(*seed);
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    // By writer, the number of its next record: all before it are acknowledged.
    let mut next: BTreeMap<u32, u32> = (0..*writers as u32).map(|writer| (writer, 0)).collect();
    let mut alive: BTreeMap<u32, Writer> =
        next.keys().map(|writer| (*writer, Writer::start(&home, *writer, 0))).collect();
    let mut kills = 0;
    let end = Instant::now() + *lasts;
    while Instant::now() < end {
        sleep(Duration::from_millis(rng.u64(0..=*every)));
        let writer = rng.u32(0..*writers as u32);
        let from = next.get_mut(&writer).unwrap();
        *from = alive.remove(&writer).unwrap().kill().map_or(*from, |last| last + 1);
        alive.insert(writer, Writer::start(&home, writer, *from));
        kills += 1;
    }
    for (writer, process) in alive {
        let from = next.get_mut(&writer).unwrap();
        *from = process.kill().map_or(*from, |last| last + 1);
        kills += 1;
    }

    let known = Cache::open(&home).unwrap().read().unwrap();
    let mut lost = Vec::new();
    for (writer, next) in &next {
        for number in 0..*next {
            let wanted = record(*writer, number);
            if known.outcome(&wanted.key).unwrap().as_ref() != Some(&wanted) {
                lost.push(format!("record {number} of writer {writer}"));
            }
        }
    }
    table.tell("writers killed", kills);
    let acknowledged = next.values().sum::<u32>();
    table.must("records acknowledged", acknowledged, acknowledged > 0);
    table.none("acknowledged and lost or altered", &lost);
    let integrity = integrity(&database(&home));
    table.must("integrity check", &integrity, integrity == "ok");
    table.tell("bytes of the cache", fs::metadata(home.join("summaries.sqlite")).unwrap().len());
    table.timed()
}
