//! What a run did, kept for people (`runs/<time>.md`) and for programs (`runs/<time>.jsonl`). What a watch does in a
//! day is kept together (`runs/<time>-watch.md`).

mod past;
mod wipe;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskscribe_protocol::{Build, tame};
use fs4::FileExt;
use jiff::Zoned;
use serde::{Deserialize, Serialize};

pub use past::{PastRun, RunEnd};
pub(crate) use wipe::{Traces, wipe};

use crate::json::json;
use crate::path::lossy;
use crate::{Home, Row, RowState, RunCounts, WorkerName, count};

/// So many runs are kept; older logs are deleted.
const RUNS_KEPT: usize = 100;

/// The log of a day of a watch is named like this behind its time.
const OF_WATCH: &str = "-watch";

/// The log of one run, written as it goes, so that a run that is cut short leaves what it did.
pub(crate) struct RunLog {
    for_people: BufWriter<File>,
    for_programs: BufWriter<File>,
    /// The first error, after which nothing more is written: a log must not stop a run.
    broken: bool,
}

/// The first line of the log for programs, under the key `begun`.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    /// RFC 3339, by the local clock.
    at: String,
    folders: Vec<String>,
    program: String,
}

/// The last line of it, told from the others by its first key as the last row of a scan is.
#[derive(Serialize)]
struct Ended<'a> {
    run: &'a RunCounts,
    /// Why it ended early.
    stopped: Option<&'a str>,
    at: String,
}

/// A line of the log for programs.
#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    state: RowState,
    code: Option<deskscribe_protocol::Code>,
    reason: Option<&'a str>,
    title: Option<&'a str>,
    summary: Option<&'a str>,
    seconds: Option<f64>,
    cached: bool,
    worker: Option<WorkerName>,
}

impl RunLog {
    /// Begins a log, named by the local time to the millisecond.
    pub(crate) fn begin(home: &Home, folders: &[PathBuf]) -> io::Result<Self> {
        let now = Zoned::now();
        Self::new(&home.runs(), &now, "").and_then(|log| log.begun("#", folders, &now)).map_err(named(home))
    }

    /// Begins a round of a watch: a chapter of the log of its day, so that not every screenshot has a log of its own.
    pub(crate) fn of_watch(home: &Home, folders: &[PathBuf]) -> io::Result<Self> {
        let now = Zoned::now();
        let log = match Self::of_day(&home.runs(), &now) {
            Some(log) => Ok(log),
            None => Self::new(&home.runs(), &now, OF_WATCH),
        };
        log.and_then(|log| log.begun("\n##", folders, &now)).map_err(named(home))
    }

    /// Begins a log that keeps nothing, where there is no room for one: a log must not stop a run.
    pub(crate) fn nowhere() -> io::Result<Self> {
        let nowhere = || File::options().write(true).open("/dev/null").map(BufWriter::new);
        Ok(Self { for_people: nowhere()?, for_programs: nowhere()?, broken: true })
    }

    /// A new log, among so many that are kept. `of` ends its name.
    fn new(folder: &Path, now: &Zoned, of: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // What cannot be removed stays: a log must not stop a run.
        let _ = forget_old(folder);
        let create = |moment: &Zoned, extension: &str| {
            let name = format!("{}{of}.{extension}", stem(moment));
            File::create_new(folder.join(name)).map(BufWriter::new)
        };
        let mut moment = now.clone();
        let for_people = loop {
            match create(&moment, "md") {
                // Another one began in the same millisecond. Names tell which came later, so this one has the next.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    moment += Duration::from_millis(1);
                }
                created => break created?,
            }
        };
        let for_programs = create(&moment, "jsonl")?;
        // Held for as long as the run goes on, so that one that was cut short can be told from it. Nobody else writes
        // it.
        let _ = FileExt::try_lock(for_programs.get_ref());
        Ok(Self { for_people, for_programs, broken: false })
    }

    /// The newest log of a watch on this day, if nobody writes it.
    fn of_day(folder: &Path, now: &Zoned) -> Option<Self> {
        let day = now.strftime("%Y-%m-%dT").to_string();
        let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        let is_of_day = |path: &PathBuf| {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            path.extension().is_some_and(|kind| kind == "jsonl")
                && stem.starts_with(&day)
                && stem.ends_with(OF_WATCH)
        };
        let path = entries.filter(is_of_day).max()?;
        let open = |path: &Path, create| File::options().read(true).append(true).create(create).open(path);
        let mut for_programs = open(&path, false).ok()?;
        FileExt::try_lock(&for_programs).ok()?;
        // A round that was cut short may have left half a line.
        let end = for_programs.seek(SeekFrom::End(-1)).and_then(|_| {
            let mut last = [0];
            for_programs.read_exact(&mut last).map(|()| last)
        });
        if end.is_ok_and(|end| end != *b"\n") {
            for_programs.write_all(b"\n").ok()?;
        }
        let for_people = open(&path.with_extension("md"), true).ok()?;
        Some(Self {
            for_people: BufWriter::new(for_people),
            for_programs: BufWriter::new(for_programs),
            broken: false,
        })
    }

    /// Says when and where it begins.
    fn begun(mut self, heading: &str, folders: &[PathBuf], now: &Zoned) -> io::Result<Self> {
        let folders: Vec<String> = folders.iter().map(|folder| lossy(folder)).collect();
        let names = folders.join(", ");
        let begun = Begun { at: rfc_3339(now), folders, program: Build::own().to_string() };
        let line = json(&serde_json::json!({ "begun": begun }))? + "\n";
        self.for_programs.write_all(line.as_bytes())?;
        // Whatever happens to the run: when it began, and where, can be told.
        self.for_programs.flush()?;
        let begun = now.strftime("%Y-%m-%d %H:%M:%S %:z");
        let head = format!("{heading} Scan of {}\n\nStarted {begun}.\n\n", tame(&names));
        self.for_people.write_all(head.as_bytes())?;
        Ok(self)
    }

    /// Notes that these folders are read too.
    pub(crate) fn also(&mut self, folders: &[PathBuf]) {
        let folders: Vec<String> = folders.iter().map(|folder| lossy(folder)).collect();
        let text = format!("\nAlso {}.\n\n", tame(&folders.join(", ")));
        let line = json(&serde_json::json!({ "also": folders })).unwrap_or_default() + "\n";
        self.write(|log| {
            log.for_people.write_all(text.as_bytes())?;
            log.for_programs.write_all(line.as_bytes())
        });
    }

    /// Adds a file. Files that were known before are for the programs only: people would see nothing else.
    pub(crate) fn add(&mut self, row: &Row) {
        let entry = Entry {
            path: &row.path,
            state: row.state,
            code: row.code,
            reason: row.reason.as_deref(),
            title: row.title.as_deref(),
            summary: row.summary.as_deref(),
            seconds: row.seconds,
            cached: row.cached,
            worker: row.worker,
        };
        let mut line = json(&entry).unwrap_or_default();
        line.push('\n');
        let text = if row.cached { String::new() } else { describe(row) };
        self.write(|log| {
            log.for_programs.write_all(line.as_bytes())?;
            log.for_people.write_all(text.as_bytes())?;
            // Not held back: it took longer to read, and a run may be cut short.
            if row.worker.is_some() { log.for_programs.flush() } else { Ok(()) }
        });
    }

    /// Ends the log with what the run came to, or why it stopped.
    pub(crate) fn end(mut self, counts: &RunCounts, stopped: Option<&str>) {
        let mut text = String::from("\n");
        if let Some(why) = stopped {
            let _ = writeln!(text, "**Stopped:** {}\n", tame(why));
        }
        let RunCounts { files, read, failed, skipped, ignored, summarised, cached, workers, seconds } =
            counts;
        let _ = writeln!(
            text,
            "{}: {read} read, {failed} failed, {skipped} skipped; {cached} of them known before. {} ignored.{} {}, \
             {seconds:.1} s.",
            count(*files, "file", "files"),
            count(*ignored, "other file", "other files"),
            if *summarised > 0 {
                format!(" {}.", count(*summarised, "summary", "summaries"))
            } else {
                String::new()
            },
            count(*workers as u64, "worker", "workers"),
        );
        let ended = Ended { run: counts, stopped, at: rfc_3339(&Zoned::now()) };
        let line = json(&ended).unwrap_or_default() + "\n";
        self.write(|log| {
            log.for_people.write_all(text.as_bytes())?;
            log.for_people.flush()?;
            log.for_programs.write_all(line.as_bytes())?;
            log.for_programs.flush()
        });
    }

    fn write(&mut self, step: impl FnOnce(&mut Self) -> io::Result<()>) {
        if !self.broken
            && let Err(error) = step(self)
        {
            self.broken = true;
            tracing::warn!(%error, "the run log cannot be written");
        }
    }
}

fn stem(moment: &Zoned) -> String {
    moment.strftime("%Y-%m-%dT%H-%M-%S%.3f").to_string()
}

/// Why there is no log, and where it was to be.
fn named(home: &Home) -> impl FnOnce(io::Error) -> io::Error {
    let folder = home.runs();
    move |error| {
        let reason = format!("the log of the run cannot be written ({error}): {}", folder.display());
        io::Error::new(error.kind(), reason)
    }
}

fn rfc_3339(moment: &Zoned) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A text from a picture stays text, whatever Markdown it holds.
fn plain(text: &str) -> String {
    tame(text).replace(['\\', '`', '*', '_', '[', ']', '<', '>', '#', '|'], " ")
}

fn plain_path(path: &str) -> String {
    tame(path).replace('`', "?")
}

/// A file as a list item.
fn describe(row: &Row) -> String {
    let path = plain_path(&row.path);
    let mut text = match (row.state, &row.reason) {
        (RowState::Read, _) => {
            let seconds = row.seconds.unwrap_or_default();
            let title = row.title.as_deref().map_or_else(|| "no text found".to_owned(), plain);
            format!("- **{title}** ({seconds:.1} s) `{path}`\n")
        }
        (state, reason) => {
            let word = if state == RowState::Failed { "failed" } else { "skipped" };
            let reason = plain(reason.as_deref().unwrap_or_default());
            return format!("- {word}: {reason} `{path}`\n");
        }
    };
    if let Some(summary) = &row.summary {
        let _ = writeln!(text, "  {}", plain(summary));
    }
    text
}

/// Names sort by time.
fn forget_old(folder: &Path) -> io::Result<()> {
    let mut logs: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    logs.retain(|path| path.extension().is_some_and(|kind| kind == "md" || kind == "jsonl"));
    logs.sort();
    let surplus = logs.len().saturating_sub((RUNS_KEPT - 1) * 2);
    // Another program may have been faster.
    logs.drain(..surplus).for_each(|log| drop(fs::remove_file(log)));
    Ok(())
}
