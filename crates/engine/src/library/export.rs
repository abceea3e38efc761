//! Exporting: what matches as JSON Lines, JSON, Markdown or CSV, one item at a time, however many there are; and the
//! transcript of a recording.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use deskscribe_cache::{CacheError, Query};
use deskscribe_protocol::{ContentKey, Recording, acts};
use serde::Deserialize;

use super::{Item, Library, markdown};
use crate::transcript::transcript;
use crate::{RowState, TranscriptFormat, json};

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One item on each line.
    Jsonl,
    /// One array.
    Json,
    /// One document, for people.
    Markdown,
    /// A table, by RFC 4180.
    Csv,
    /// The transcript of one recording as SubRip subtitles.
    Srt,
    /// The same as WebVTT subtitles.
    Vtt,
    /// The same as plain text.
    Txt,
}

impl Format {
    /// The form of the transcript, if this is about nothing but that.
    pub fn transcript(self) -> Option<TranscriptFormat> {
        match self {
            Self::Srt => Some(TranscriptFormat::Srt),
            Self::Vtt => Some(TranscriptFormat::Vtt),
            Self::Txt => Some(TranscriptFormat::Txt),
            Self::Jsonl | Self::Json | Self::Markdown | Self::Csv => None,
        }
    }
}

/// Why there is no export, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The cache cannot be read.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// What was exported cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// The file cannot be made.
    #[error(
        "the export cannot be written ({}); check the folder and its permissions: {}",
        .reason.kind(), .path.display()
    )]
    File {
        /// What the system says.
        reason: io::Error,
        /// Which file.
        path: PathBuf,
    },
    /// There is no folder to make it in.
    #[error("there is no such folder; make it first, or choose another one: {}", .0.display())]
    NoFolder(PathBuf),
    /// There is a file already.
    #[error("there is such a file already; choose another name, or replace it with --force: {}", .0.display())]
    Exists(PathBuf),
    /// There is something that can never be replaced.
    #[error("there is a folder or a device of this name; choose another one: {}", .0.display())]
    NoFile(PathBuf),
    /// A transcript was asked for of something that has none.
    #[error("there is no transcript of this, for {reason}: {path}")]
    NoWords {
        /// Why it has none.
        reason: String,
        /// The file.
        path: String,
    },
    /// Nothing that matches has a transcript.
    #[error(
        "nothing of what was asked for has a transcript; see which recordings there are: deskscribe list kind:video"
    )]
    NoTranscript,
    /// A transcript was asked for, and several recordings match.
    #[error(
        "such a file holds the words of one recording, and several match; name one of them, or a folder with -o, and \
         each gets a file of its own there"
    )]
    Several,
}

const COLUMNS: [&str; 27] = [
    "path",
    "key",
    "kind",
    "state",
    "code",
    "reason",
    "title",
    "summary",
    "tags",
    "language",
    "date",
    "width",
    "height",
    "pages",
    "taken_at",
    "camera",
    "bytes",
    "read_at",
    "seconds",
    "places",
    "text",
    "duration",
    "spoken_language",
    "transcript",
    "pending",
    "latitude",
    "longitude",
];

/// What is exported.
#[derive(Debug, Clone, Copy)]
pub enum Selection<'a> {
    /// What matches, the newest first.
    Matching(&'a Query),
    /// These, in their order; of what is not known, nothing.
    Keys(&'a [ContentKey]),
}

impl<'a> From<&'a Query> for Selection<'a> {
    fn from(query: &'a Query) -> Self {
        Self::Matching(query)
    }
}

impl<'a> From<&'a [ContentKey]> for Selection<'a> {
    fn from(keys: &'a [ContentKey]) -> Self {
        Self::Keys(keys)
    }
}

impl Library {
    /// The contents that were selected.
    pub fn keys<'a>(&self, selection: impl Into<Selection<'a>>) -> Result<Vec<ContentKey>, CacheError> {
        Ok(self.selected(selection.into())?.into_owned())
    }

    /// Writes what was selected. Returns how many items that were.
    pub fn export<'a>(
        &self,
        selection: impl Into<Selection<'a>>,
        format: Format,
        out: impl Write,
    ) -> Result<u64, ExportError> {
        let keys = self.selected(selection.into())?;
        if let Some(format) = format.transcript() {
            return self.transcript(&keys, format, out);
        }
        let mut out = BufWriter::new(out);
        let mut count = 0;
        let written = match format {
            Format::Csv => self.table(&keys, &mut out),
            _ => {
                if format == Format::Json {
                    out.write_all(b"[")?;
                }
                for key in keys.iter() {
                    // What was forgotten meanwhile is not told.
                    let Some(item) = self.item(key, None)? else { continue };
                    let text = match (format, count) {
                        (Format::Jsonl, _) => json(&item).map_err(io::Error::other)? + "\n",
                        (Format::Json, 0) => format!("\n{}", json(&item).map_err(io::Error::other)?),
                        (Format::Json, _) => format!(",\n{}", json(&item).map_err(io::Error::other)?),
                        (_, 0) => markdown(&item),
                        _ => format!("\n{}", markdown(&item)),
                    };
                    out.write_all(text.as_bytes())?;
                    count += 1;
                }
                if format == Format::Json {
                    out.write_all(b"\n]\n")?;
                }
                Ok(count)
            }
        };
        out.flush()?;
        written
    }

    /// Writes it to a file, which is whole or not there. One that is there is replaced only if `replace` says so.
    pub fn export_to<'a>(
        &self,
        selection: impl Into<Selection<'a>>,
        format: Format,
        path: &Path,
        replace: bool,
    ) -> Result<u64, ExportError> {
        whole(path, replace, |file| self.export(selection, format, file))
    }

    pub(super) fn selected<'a>(&self, selection: Selection<'a>) -> Result<Cow<'a, [ContentKey]>, CacheError> {
        Ok(match selection {
            Selection::Matching(query) => self.guard.matching(query)?.into(),
            Selection::Keys(keys) => keys.into(),
        })
    }

    fn table(&self, keys: &[ContentKey], out: &mut impl Write) -> Result<u64, ExportError> {
        let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        table.write_record(COLUMNS).map_err(cause)?;
        let mut count = 0;
        for key in keys {
            let Some(item) = self.item(key, None)? else { continue };
            table.write_record(cells(&item)).map_err(cause)?;
            count += 1;
        }
        table.flush()?;
        Ok(count)
    }
}

/// Writes a file that is whole or not there.
pub(super) fn whole<T>(
    path: &Path,
    replace: bool,
    write: impl FnOnce(&File) -> Result<T, ExportError>,
) -> Result<T, ExportError> {
    let failed = |reason| ExportError::File { reason, path: path.to_owned() };
    is_free(path, replace)?;
    let path = std::path::absolute(path).map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    if !folder.is_dir() {
        return Err(ExportError::NoFolder(folder.to_owned()));
    }
    let failed = |reason| ExportError::File { reason, path: path.clone() };
    let file = tempfile::Builder::new().prefix(".deskscribe-").tempfile_in(folder).map_err(failed)?;
    let written = write(file.as_file()).map_err(|error| match error {
        ExportError::Write(reason) => failed(reason),
        error => error,
    })?;
    file.as_file().sync_all().map_err(failed)?;
    let kept = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
    match kept {
        Ok(_) => Ok(written),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(ExportError::Exists(path)),
        Err(error) => Err(failed(error.error)),
    }
}

/// Whether a file may be written there.
pub(super) fn is_free(path: &Path, replace: bool) -> Result<(), ExportError> {
    match fs::symlink_metadata(path) {
        // A link would be replaced, not followed.
        Ok(found) if !found.is_file() => Err(ExportError::NoFile(path.to_owned())),
        Ok(_) if !replace => Err(ExportError::Exists(path.to_owned())),
        _ => Ok(()),
    }
}

/// What the system said, as it said it: who stops reading is told from a disk that is full.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// An item in the order of the columns.
fn cells(item: &Item) -> [String; COLUMNS.len()] {
    let Item { row, bytes, date, read_at, places, receipts: _ } = item;
    let text = |text: &Option<String>| text.as_deref().map(harmless).unwrap_or_default();
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let recording = row.recording.as_ref();
    let said = |recording: &Recording| {
        let words = transcript("", recording, TranscriptFormat::Txt).unwrap_or_default();
        harmless(words.trim_end())
    };
    let state = match row.state {
        RowState::Read => "read",
        RowState::Failed => "failed",
        RowState::Skipped => "skipped",
    };
    [
        harmless(&row.path),
        row.key.map(|key| key.to_string()).unwrap_or_default(),
        row.kind.to_string(),
        state.to_owned(),
        row.code.map(|code| code.as_str().to_owned()).unwrap_or_default(),
        text(&row.reason),
        text(&row.title),
        text(&row.summary),
        harmless(&row.tags.join("; ")),
        text(&row.language),
        text(date),
        number(row.width),
        number(row.height),
        number(row.pages),
        text(&row.taken_at),
        text(&row.camera),
        bytes.map(|bytes| bytes.to_string()).unwrap_or_default(),
        text(read_at),
        row.seconds.map(|seconds| format!("{seconds:.3}")).unwrap_or_default(),
        harmless(&places.join("; ")),
        text(&row.text),
        recording.map(|recording| format!("{:.3}", recording.duration)).unwrap_or_default(),
        recording.map(|recording| text(&recording.spoken_language)).unwrap_or_default(),
        recording.map(said).unwrap_or_default(),
        row.pending.join("; "),
        row.coordinates.map(|place| place.latitude.to_string()).unwrap_or_default(),
        row.coordinates.map(|place| place.longitude.to_string()).unwrap_or_default(),
    ]
}

/// A text that no spreadsheet takes for a formula, and no terminal for an order: what begins like a formula gets an
/// apostrophe, which spreadsheets take for the sign of a text.
fn harmless(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 1);
    if text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r'])
    {
        cell.push('\'');
    }
    cell.extend(text.chars().map(|c| if acts(c) && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }));
    cell
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula_or_an_order() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1 555", "'+1 555"),
            ("-5 °C", "'-5 °C"),
            ("@SUM(1)", "'@SUM(1)"),
            (" \n=1+1", "' \n=1+1"),
            ("\t=1", "'\t=1"),
            ("a = b\n\tc", "a = b\n\tc"),
            ("a\x1b[2J\r", "a\u{fffd}[2J\u{fffd}"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), cell, "{text}");
        }
    }
}
