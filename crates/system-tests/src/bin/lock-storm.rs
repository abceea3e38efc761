//! Many processes that all write to one cache: `lock-storm FOLDER PROCESSES UPSERTS PRESENT` prints for every upsert
//! its process and when it began and was acknowledged, in seconds, then how many of all rows are there and right,
//! without those that were PRESENT before.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use deskscribe_cache::{Cache, Outcome, Record};
use deskscribe_protocol::{ContentKey, MediaKind, Reading};

/// Nobody may wait as long as that.
const LOCK_WITHIN: Duration = Duration::from_secs(30);
/// The size of a row, about.
const BYTES: usize = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match &words[..] {
        [folder, process, upserts] => write(Path::new(folder), process.parse()?, upserts.parse()?),
        [folder, processes, upserts, present] => {
            fill(Path::new(folder), present.parse()?)?;
            storm(Path::new(folder), processes.parse()?, upserts.parse()?)
        }
        _ => Err("lock-storm FOLDER PROCESSES UPSERTS PRESENT".into()),
    }
}

/// Stores so many rows of nobody's.
fn fill(folder: &Path, present: u32) -> Result<(), Box<dyn Error>> {
    let mut writer = Cache::open(folder)?.writer()?;
    let mut guard = writer.lock(LOCK_WITHIN)?;
    (0..present).try_for_each(|row| guard.put(&record(u32::MAX, row, row)))?;
    Ok(guard.commit()?)
}

/// Starts the processes, lets them go all at once, and counts what is there afterwards.
fn storm(folder: &Path, processes: u32, upserts: u32) -> Result<(), Box<dyn Error>> {
    let cache = Cache::open(folder)?;
    let start = |process: u32| -> io::Result<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(folder).args([process.to_string(), upserts.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
    };
    let mut children = (0..processes).map(start).collect::<io::Result<Vec<_>>>()?;
    let mut outputs = Vec::new();
    for child in &mut children {
        let mut output = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        // It says so when it is ready.
        output.read_line(&mut String::new())?;
        outputs.push(output);
    }
    children.iter_mut().for_each(|child| drop(child.stdin.take()));
    // All of them at once, so that nobody waits for being heard.
    let told = outputs.into_iter().map(|mut output| {
        thread::spawn(move || {
            let mut told = String::new();
            output.read_to_string(&mut told).map(|_| told)
        })
    });
    for told in told.collect::<Vec<_>>() {
        io::stdout().write_all(told.join().map_err(|_| "a reader panicked")??.as_bytes())?;
    }
    for mut child in children {
        child.wait()?.success().then_some(()).ok_or("a process has failed")?;
    }
    let known = cache.read()?;
    let mut right = 0;
    for (process, number) in
        (0..processes).flat_map(|process| (0..rows(upserts)).map(move |row| (process, row)))
    {
        let last = record(process, number, (upserts - 1).min(number + rows(upserts)));
        right += u32::from(known.outcome(&last.key)? == Some(last));
    }
    writeln!(io::stdout(), "rows {right} of {}", processes * rows(upserts))?;
    Ok(())
}

/// Every row is stored twice: half of the upserts are updates.
fn rows(upserts: u32) -> u32 {
    upserts.div_ceil(2)
}

fn write(folder: &Path, process: u32, upserts: u32) -> Result<(), Box<dyn Error>> {
    let mut writer = Cache::open(folder)?.writer()?;
    writeln!(io::stdout(), "ready")?;
    io::stdin().read_to_end(&mut Vec::new())?;
    let mut told = String::new();
    for number in 0..upserts {
        let record = record(process, number % rows(upserts), number);
        let begun = now();
        let mut guard = writer.lock(LOCK_WITHIN)?;
        guard.put(&record)?;
        guard.commit()?;
        told += &format!("{process} {begun:.6} {:.6}\n", now());
    }
    io::stdout().write_all(told.as_bytes())?;
    Ok(())
}

/// A row as it is stored with this upsert.
fn record(process: u32, row: u32, upsert: u32) -> Record {
    let text = format!("process {process}, upsert {upsert}\n").repeat(BYTES / 24);
    let reading = Reading { text, seconds: 0.5, ..Reading::default() };
    let key = blake3::hash(format!("{process} {row}").as_bytes());
    Record {
        key: ContentKey::from_bytes(*key.as_bytes()),
        kind: MediaKind::Image,
        bytes: u64::from(row),
        outcome: Outcome::Read(Box::new(reading)),
        read_at: i64::from(upsert),
        program: Record::own(),
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
