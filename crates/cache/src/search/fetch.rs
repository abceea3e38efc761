//! Fetching: what is told of a row that was found.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use deskscribe_protocol::{ContentKey, Line, MediaKind};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::document::file_name;
use super::expression::wanted;
use super::find::Found;
use super::hit::{Hit, State};
use super::locate::{How, Mark, locate, variety};
use super::operator::{Facet, bytes};
use super::query::{Query, Term};
use super::snippet::snippet;

/// In the lines of a longer text, in bytes of JSON, no hit is looked for while somebody waits.
const MOST_LINES: usize = 1 << 20;

/// Fetches the rows that a query found.
pub(super) struct Fetcher<'a> {
    terms: Vec<&'a Term>,
    /// Folders of which one is wanted.
    folders: Vec<PathBuf>,
    row: CachedStatement<'a>,
    places: CachedStatement<'a>,
}

/// The columns of a reading that are shown or searched.
struct Texts {
    text: String,
    summary: String,
    title: Option<String>,
    lines: String,
}

impl<'a> Fetcher<'a> {
    pub(super) fn of(query: &'a Query, connection: &'a Connection) -> rusqlite::Result<Self> {
        const ROW: &str = "SELECT key, kind, state, title, summary, tags, text, lines, reading.moment
            FROM entry JOIN reading ON reading.id = entry.reading WHERE slot = ?";
        const PLACES: &str = "SELECT path FROM place WHERE key = ? ORDER BY seen_at DESC, path";
        let folder = |facet: &Facet| match facet {
            Facet::Folder(folder) => Some(folder.clone()),
            _ => None,
        };
        let with = query.filters.iter().filter(|filter| !filter.without);
        Ok(Self {
            terms: wanted(query).collect(),
            folders: with.filter_map(|filter| folder(&filter.facet)).collect(),
            row: connection.prepare_cached(ROW)?,
            places: connection.prepare_cached(PLACES)?,
        })
    }

    /// What is told of this row; nothing, if it is gone.
    pub(super) fn fetch(&mut self, found: Found) -> rusqlite::Result<Option<Hit>> {
        let text = |row: &Row<'_>, column| row.get(column).map(Option::<String>::unwrap_or_default);
        let whole = |row: &Row<'_>| {
            let texts = Texts {
                text: text(row, "text")?,
                summary: text(row, "summary")?,
                title: row.get("title")?,
                lines: text(row, "lines")?,
            };
            let tags = serde_json::from_str(&text(row, "tags")?).unwrap_or_default();
            let (kind, state): (String, String) = (row.get("kind")?, row.get("state")?);
            let key: [u8; 32] = row.get("key")?;
            Ok((key, kind, state, tags, row.get("moment")?, texts))
        };
        let row = self.row.query_row([found.slot], whole).optional()?;
        let Some((key, kind, state, tags, moment, texts)) = row else { return Ok(None) };
        let Some(path) = self.path(&key)? else { return Ok(None) };
        let name = file_name(&path);
        let fields = [&texts.text, &texts.summary, texts.title.as_deref().unwrap_or_default(), &name];
        let (field, marks) = self.best(fields);
        let line = if field == 0 && !marks.is_empty() { self.line(&texts.lines) } else { None };
        let kinds = [MediaKind::Image, MediaKind::Video, MediaKind::Audio];
        Ok(Some(Hit {
            snippet: snippet(fields.get(field).copied().unwrap_or_default(), &marks),
            path,
            key: Some(ContentKey::from_bytes(key)),
            kind: kinds.into_iter().find(|known| known.as_str() == kind).unwrap_or(MediaKind::Unknown),
            state: if state == "failed" { State::Failed } else { State::Read },
            title: texts.title,
            tags,
            moment,
            score: found.score,
            at: None,
            page: line.as_ref().map(|line| line.page),
            corners: line.as_ref().map(|line| line.corners),
        }))
    }

    /// The place where the content was seen last, in the folder that is wanted.
    fn path(&mut self, key: &[u8; 32]) -> rusqlite::Result<Option<PathBuf>> {
        let mut places = self.places.query([key])?;
        let mut first = None;
        while let Some(row) = places.next()? {
            let path: Vec<u8> = row.get(0)?;
            let is_wanted = self.folders.iter().any(|folder| path.starts_with(bytes(folder)));
            if is_wanted || self.folders.is_empty() {
                return Ok(Some(OsString::from_vec(path).into()));
            }
            first = first.or(Some(path));
        }
        Ok(first.map(|path| OsString::from_vec(path).into()))
    }

    /// The field where the most of the words stand, and where. Without any, what says the most in the least space.
    fn best(&self, fields: [&str; 4]) -> (usize, Vec<Mark>) {
        for how in [How::Whole, How::Within] {
            let marks =
                fields.map(
                    |field| if self.terms.is_empty() { Vec::new() } else { locate(field, &self.terms, how) },
                );
            let best = marks.into_iter().enumerate().rev().max_by_key(|(_, marks)| variety(marks));
            if let Some((field, marks)) = best
                && !marks.is_empty()
            {
                return (field, marks);
            }
        }
        let [text, summary, title, _] = fields.map(str::is_empty);
        let field = if !summary {
            1
        } else if !text {
            0
        } else if !title {
            2
        } else {
            3
        };
        (field, Vec::new())
    }

    /// The line of the picture where the most of the words stand.
    fn line(&self, lines: &str) -> Option<Line> {
        if lines.len() > MOST_LINES {
            return None;
        }
        let lines: Vec<Line> = serde_json::from_str(lines).ok()?;
        let find = |how| {
            let count = |line: &Line| variety(&locate(&line.text, &self.terms, how));
            let counted = lines.iter().enumerate().map(|(at, line)| (at, count(line)));
            // The first of the best.
            let best = counted.rev().max_by_key(|(_, count)| *count);
            best.filter(|(_, count)| *count > 0).and_then(|(at, _)| lines.get(at))
        };
        find(How::Whole).or_else(|| find(How::Within)).cloned()
    }
}
