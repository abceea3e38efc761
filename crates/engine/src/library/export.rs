//! Exporting: what matches as JSON Lines, JSON, Markdown or CSV, one item at a time, however many there are.

use std::borrow::Cow;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use deskscribe_cache::{CacheError, Query};
use deskscribe_protocol::{ContentKey, acts};
use serde::Deserialize;

use super::{Item, Library, markdown};
use crate::{RowState, json};

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
}

const COLUMNS: [&str; 21] = [
    "path", "key", "kind", "state", "code", "reason", "title", "summary", "tags", "language", "date",
    "width", "height", "pages", "taken_at", "camera", "bytes", "read_at", "seconds", "places", "text",
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
    /// Writes what was selected. Returns how many items that were.
    pub fn export<'a>(
        &self,
        selection: impl Into<Selection<'a>>,
        format: Format,
        out: impl Write,
    ) -> Result<u64, ExportError> {
        let keys = self.selected(selection.into())?;
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
        let failed = |reason| ExportError::File { reason, path: path.to_owned() };
        match fs::symlink_metadata(path) {
            // A link would be replaced, not followed.
            Ok(found) if !found.is_file() => return Err(ExportError::NoFile(path.to_owned())),
            Ok(_) if !replace => return Err(ExportError::Exists(path.to_owned())),
            _ => {}
        }
        let path = std::path::absolute(path).map_err(failed)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        if !folder.is_dir() {
            return Err(ExportError::NoFolder(folder.to_owned()));
        }
        let failed = |reason| ExportError::File { reason, path: path.clone() };
        let file = tempfile::Builder::new().prefix(".deskscribe-").tempfile_in(folder).map_err(failed)?;
        let count = self.export(selection, format, file.as_file()).map_err(|error| match error {
            ExportError::Write(reason) => failed(reason),
            error => error,
        })?;
        file.as_file().sync_all().map_err(failed)?;
        let kept = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
        match kept {
            Ok(_) => Ok(count),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ExportError::Exists(path))
            }
            Err(error) => Err(failed(error.error)),
        }
    }

    fn selected<'a>(&self, selection: Selection<'a>) -> Result<Cow<'a, [ContentKey]>, CacheError> {
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

/// What the system said, as it said it: who stops reading is told from a disk that is full.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// An item in the order of the columns.
fn cells(item: &Item) -> [String; COLUMNS.len()] {
    let Item { row, bytes, date, read_at, places } = item;
    let text = |text: &Option<String>| text.as_deref().map(harmless).unwrap_or_default();
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
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
