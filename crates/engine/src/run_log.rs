//! What a run did, kept for people (`runs/<time>.md`) and for programs (`runs/<time>.jsonl`).

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use deskscribe_protocol::tame;
use jiff::Zoned;
use serde::Serialize;

use crate::json::json;
use crate::{Home, Row, RowState, RunCounts, WorkerName, count};

/// So many runs are kept; older logs are deleted.
const RUNS_KEPT: usize = 100;

/// The log of one run, written as it goes, so that a run that is cut short leaves what it did.
pub(crate) struct RunLog {
    for_people: BufWriter<File>,
    for_programs: BufWriter<File>,
    /// The first error, after which nothing more is written: a log must not stop a run.
    broken: bool,
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
        let folder = home.runs();
        let named = |error: io::Error| {
            let reason = format!("the log of the run cannot be written ({error}): {}", folder.display());
            io::Error::new(error.kind(), reason)
        };
        fs::create_dir_all(&folder).map_err(named)?;
        // What cannot be removed stays: a log must not stop a run.
        let _ = forget_old(&folder);
        let now = Zoned::now();
        let mut stem = now.strftime("%Y-%m-%dT%H-%M-%S%.3f").to_string();
        if folder.join(&stem).with_added_extension("md").exists() {
            // Another program began one in the same millisecond.
            stem += &format!("-{}", std::process::id());
        }
        let create = |extension: &str| {
            let path = folder.join(&stem).with_added_extension(extension);
            Ok::<_, io::Error>(BufWriter::new(File::create_new(path).map_err(named)?))
        };
        let mut log = Self { for_people: create("md")?, for_programs: create("jsonl")?, broken: false };
        let names = folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        let head =
            format!("# Scan of {}\n\nStarted {}.\n\n", tame(&names), now.strftime("%Y-%m-%d %H:%M:%S %:z"));
        log.for_people.write_all(head.as_bytes())?;
        Ok(log)
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
            log.for_people.write_all(text.as_bytes())
        });
    }

    /// Ends the log with what the run came to, or why it stopped.
    pub(crate) fn end(mut self, counts: &RunCounts, stopped: Option<&str>) {
        let mut text = String::from("\n");
        if let Some(why) = stopped {
            let _ = writeln!(text, "**Stopped:** {}\n", tame(why));
        }
        let RunCounts { files, read, failed, skipped, ignored, cached, workers, seconds } = counts;
        let _ = writeln!(
            text,
            "{}: {read} read, {failed} failed, {skipped} skipped; {cached} of them known before. {} ignored. {}, \
             {seconds:.1} s.",
            count(*files, "file", "files"),
            count(*ignored, "other file", "other files"),
            count(*workers as u64, "worker", "workers"),
        );
        self.write(|log| {
            log.for_people.write_all(text.as_bytes())?;
            log.for_people.flush()?;
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

/// A file as a list item; a text from a picture stays text, whatever Markdown it holds.
fn describe(row: &Row) -> String {
    let plain = |text: &str| tame(text).replace(['\\', '`', '*', '_', '[', ']', '<', '>', '#', '|'], " ");
    let path = tame(&row.path).replace('`', "?");
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
