//! Rows on stdout: JSON Lines for programs, one line a file for people.

use std::io;
use std::path::Path;

use deskscribe_engine::{
    Digest, Event, LastRow, Row, RowState, RunCounts, Summary, SummaryRow, WAITS_FOR_SPEECH, by_time, clock,
    count, json, missing, omitted, tame,
};

use super::{print, untitled};

/// What is printed of a run on stdout.
pub(crate) enum Rows {
    /// The contract: one JSON row for every file, and a last one for the run.
    Json,
    /// New results and failures, and the counts.
    Text,
}

impl Rows {
    pub(crate) fn new(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }

    /// Prints what is to be printed of this event. Each row leaves in one write.
    pub(crate) fn hear(&self, event: &Event) -> io::Result<()> {
        match self.line(event)? {
            Some(line) => print(&(line + "\n")),
            None => Ok(()),
        }
    }

    /// What is to be printed of this event, without the end of the line.
    pub(crate) fn line(&self, event: &Event) -> io::Result<Option<String>> {
        Ok(Some(match (self, event) {
            (Self::Json, Event::Row(row)) => json(row)?,
            (Self::Json, Event::Summarised { path, summary }) => json(&SummaryRow::of(path, summary))?,
            (Self::Text, Event::Summarised { path, summary }) => summed_up(path, summary),
            (Self::Json, Event::Finished { counts, .. }) => json(&LastRow { run: *counts })?,
            // What was known before is counted, not listed.
            (Self::Text, Event::Row(row)) if !row.cached || row.state == RowState::Failed => describe(row),
            (Self::Text, Event::Finished { counts, .. }) => sum_up(counts),
            _ => return Ok(None),
        }))
    }
}

/// What a language model made of a file, told apart by its name.
fn summed_up(path: &Path, summary: &Summary) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Digest { title, summary, by, .. } = &summary.digest;
    let what = title.as_deref().or(summary.as_deref()).unwrap_or_default();
    format!("summary {}: {} ({})", tame(&name), tame(what), tame(by))
}

fn describe(row: &Row) -> String {
    let name = Path::new(&row.path).file_name().unwrap_or_default().to_string_lossy();
    let (word, what) = match row.state {
        RowState::Read => ("read", row.title.as_deref().unwrap_or(untitled(row.recording.is_some()))),
        RowState::Failed => ("failed", row.reason.as_deref().unwrap_or_default()),
        RowState::Skipped => ("skipped", row.reason.as_deref().unwrap_or_default()),
    };
    format!("{word:<8}{}: {}{}", tame(&name), tame(what), about(row))
}

/// Of a recording, how long it plays and what is missing, such as ` (12:34, waiting for a speech model)`; of a picture,
/// what could not be read.
fn about(row: &Row) -> String {
    let Some(recording) = &row.recording else {
        let Some(first) = row.omissions.first() else { return String::new() };
        let more = match row.omissions.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return format!(" ({}{more})", tame(&omitted(first)));
    };
    let mut about = format!(" ({}", clock(recording.duration));
    if row.pending.contains(&"speech") {
        about += &format!(", {WAITS_FOR_SPEECH}");
    }
    if let Some(first) = recording.gaps.first() {
        let (time, more) = (by_time(first.from, first.to), recording.gaps.len() - 1);
        about += &format!(", {} {time}", missing(first.what));
        if more > 0 {
            about += &format!(" and {}", count(more as u64, "gap more", "gaps more"));
        }
    }
    about + ")"
}

fn sum_up(counts: &RunCounts) -> String {
    let RunCounts { files, read, failed, skipped, ignored, summarised, cached, workers, seconds } = *counts;
    let mut text =
        format!("{}: {read} read, {failed} failed, {skipped} skipped", count(files, "file", "files"));
    if cached > 0 {
        text += &format!("; {cached} known already");
    }
    if ignored > 0 {
        text += &format!("; {} ignored", count(ignored, "other file", "other files"));
    }
    if summarised > 0 {
        text += &format!("; {}", count(summarised, "summary", "summaries"));
    }
    text + &format!(". {}, {seconds:.1} s.", count(workers as u64, "worker", "workers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_like_a_sentence() {
        let counts = RunCounts { files: 1, read: 1, workers: 1, seconds: 0.84, ..RunCounts::default() };
        assert_eq!(sum_up(&counts), "1 file: 1 read, 0 failed, 0 skipped. 1 worker, 0.8 s.");
        let counts =
            RunCounts { files: 40, read: 35, failed: 5, cached: 30, ignored: 2, workers: 8, ..counts };
        assert_eq!(
            sum_up(&counts),
            "40 files: 35 read, 5 failed, 0 skipped; 30 known already; 2 other files ignored. \
             8 workers, 0.8 s."
        );
    }
}
