//! A row: what is told about one file, in the form that scripts depend on.

use std::path::Path;

use deskscribe_cache::{Outcome, Receipt, Record, Summary};
use deskscribe_protocol::{
    Chapter, Code, ContentKey, Coordinates, Digest, Failure, Line, MediaKind, Omission, Provenance, Recording,
};
use serde::{Deserialize, Serialize};

use crate::path::{bytes_of, lossy};

/// What is told about one file. The JSON form is part of the program's contract and pinned by a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Row {
    /// Absolute path as found; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// The true bytes of the path in base64, when they are no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The name of the content, when it was read far enough to have one.
    pub key: Option<ContentKey>,
    /// What the file holds.
    pub kind: MediaKind,
    /// How it ended.
    pub state: RowState,
    /// What is still owed, such as `speech`.
    pub pending: Vec<&'static str>,
    /// Why it was not read.
    pub code: Option<Code>,
    /// Why it was not read, in one line.
    pub reason: Option<String>,
    /// A few words.
    pub title: Option<String>,
    /// One to three sentences.
    pub summary: Option<String>,
    /// At most eight.
    pub tags: Vec<String>,
    /// Of a recording, where a new topic begins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chapters: Vec<Chapter>,
    /// `extractive`, or the model's name.
    pub summary_by: Option<String>,
    /// Everything that can be read, in reading order; of a recording, what was shown.
    pub text: Option<String>,
    /// The lines with their places.
    pub lines: Vec<Line>,
    /// BCP-47.
    pub language: Option<String>,
    /// Of the upright picture, in pixels; absent for sound alone.
    pub width: Option<u32>,
    /// Of the upright picture, in pixels; absent for sound alone.
    pub height: Option<u32>,
    /// Pages or distinct frames that were read; absent for sound alone.
    pub pages: Option<u32>,
    /// What was said, shown and lost in a recording, with its times: fields of the row itself, which other rows have
    /// not.
    #[serde(flatten)]
    pub recording: Option<Recording>,
    /// What a picture holds and could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omissions: Vec<Omission>,
    /// RFC 3339.
    pub taken_at: Option<String>,
    /// As the file names it.
    pub camera: Option<String>,
    /// Where it was taken, as the file says.
    pub coordinates: Option<Coordinates>,
    /// Time in the worker, in seconds.
    pub seconds: Option<f64>,
    /// Whether it was known before, so that no worker was needed.
    pub cached: bool,
    /// Who read it; absent when it was known before.
    pub worker: Option<WorkerName>,
    /// What made the reading.
    pub provenance: Option<Provenance>,
}

/// How a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// There is a reading; its text may be empty.
    Read,
    /// It should have been read and could not be.
    Failed,
    /// Left out by rule.
    Skipped,
}

/// Which worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct WorkerName {
    /// Its slot, 0 to 7.
    pub slot: usize,
    /// Its process.
    pub pid: u32,
}

impl Row {
    pub(crate) fn bare(path: &Path, key: Option<ContentKey>, kind: MediaKind, state: RowState) -> Self {
        Self {
            path: lossy(path),
            path_bytes: bytes_of(path),
            key,
            kind,
            state,
            pending: Vec::new(),
            code: None,
            reason: None,
            title: None,
            summary: None,
            tags: Vec::new(),
            chapters: Vec::new(),
            summary_by: None,
            text: None,
            lines: Vec::new(),
            language: None,
            width: None,
            height: None,
            pages: None,
            recording: None,
            omissions: Vec::new(),
            taken_at: None,
            camera: None,
            coordinates: None,
            seconds: None,
            cached: false,
            worker: None,
            provenance: None,
        }
    }

    /// A file that was left out by rule.
    pub(crate) fn skipped(path: &Path, kind: MediaKind, why: Failure) -> Self {
        Self {
            code: Some(why.code),
            reason: Some(why.reason),
            ..Self::bare(path, None, kind, RowState::Skipped)
        }
    }

    /// A file that could not be read.
    pub(crate) fn failed(
        path: &Path,
        key: Option<ContentKey>,
        kind: MediaKind,
        why: Failure,
        worker: Option<WorkerName>,
    ) -> Self {
        Self {
            code: Some(why.code),
            reason: Some(why.reason),
            worker,
            ..Self::bare(path, key, kind, RowState::Failed)
        }
    }

    /// What the cache holds about the content at this path; `worker` is who has just read it, if anybody.
    pub(crate) fn recorded(path: &Path, record: Record, worker: Option<WorkerName>) -> Self {
        let key = Some(record.key);
        let cached = worker.is_none();
        let reading = match record.outcome {
            Outcome::Read(reading) => reading,
            Outcome::Failed(why) => {
                return Self { cached, ..Self::failed(path, key, record.kind, why, worker) };
            }
        };
        // Sound alone has no pixels.
        let has_picture = reading.width > 0;
        Self {
            pending: reading.pending.iter().map(|owed| owed.as_str()).collect(),
            title: reading.digest.title,
            summary: reading.digest.summary,
            tags: reading.digest.tags,
            chapters: reading.digest.chapters,
            summary_by: Some(reading.digest.by),
            text: Some(reading.text),
            lines: reading.lines,
            language: reading.language,
            width: has_picture.then_some(reading.width),
            height: has_picture.then_some(reading.height),
            pages: has_picture.then_some(reading.pages),
            recording: reading.recording,
            omissions: reading.omissions,
            taken_at: reading.taken_at,
            camera: reading.camera,
            coordinates: reading.coordinates,
            seconds: Some(reading.seconds),
            cached,
            worker,
            provenance: Some(reading.provenance),
            ..Self::bare(path, key, record.kind, RowState::Read)
        }
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct RunCounts {
    /// Files that were settled: read, failed and skipped together.
    pub files: u64,
    /// There is a reading.
    pub read: u64,
    /// Could not be read.
    pub failed: u64,
    /// Left out by rule.
    pub skipped: u64,
    /// Files that are no media.
    pub ignored: u64,
    /// Contents that a language model has summarised.
    #[serde(default)]
    pub summarised: u64,
    /// Of the files, those that were known before.
    pub cached: u64,
    /// Workers that took part.
    pub workers: usize,
    /// From the first look at the folder to the end.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub seconds: f64,
}

/// The last row that is printed of a run, told from the others by its one key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LastRow {
    /// What it came to.
    pub run: RunCounts,
}

/// What is printed of a summary by a language model, told from the other rows by its one key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SummaryRow<'a> {
    /// What it made of which file.
    pub summary: Summarised<'a>,
}

/// What a language model made of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summarised<'a> {
    /// Absolute path as found; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// The true bytes of the path in base64, when they are no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The name of the content.
    pub key: ContentKey,
    /// A few words, unless the model gave none.
    pub title: Option<&'a str>,
    /// One to three sentences.
    pub summary: Option<&'a str>,
    /// At most eight.
    pub tags: &'a [String],
    /// Of a recording, where a new topic begins.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub chapters: &'a [Chapter],
    /// The model's name.
    pub summary_by: &'a str,
    /// What was asked of whom.
    pub receipt: &'a Receipt,
}

impl<'a> SummaryRow<'a> {
    /// The row of what was found there.
    pub fn of(path: &Path, summary: &'a Summary) -> Self {
        let Summary { key, digest, receipt, .. } = summary;
        let Digest { title, summary, tags, chapters, by } = digest;
        Self {
            summary: Summarised {
                path: lossy(path),
                path_bytes: bytes_of(path),
                key: *key,
                title: title.as_deref(),
                summary: summary.as_deref(),
                tags,
                chapters,
                summary_by: by,
                receipt,
            },
        }
    }
}

impl RunCounts {
    /// What this run and another one came to together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self {
            files: self.files + other.files,
            read: self.read + other.read,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
            ignored: self.ignored + other.ignored,
            summarised: self.summarised + other.summarised,
            cached: self.cached + other.cached,
            workers: self.workers.max(other.workers),
            seconds: self.seconds + other.seconds,
        }
    }

    /// Counts one more row.
    pub(crate) fn add(&mut self, row: &Row) {
        self.files += 1;
        self.cached += u64::from(row.cached);
        match row.state {
            RowState::Read => self.read += 1,
            RowState::Failed => self.failed += 1,
            RowState::Skipped => self.skipped += 1,
        }
    }
}
