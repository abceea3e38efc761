//! Fetching: what is told of a row that was found.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use deskscribe_protocol::{ContentKey, Line};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::document::{file_name, kind};
use super::expression::wanted;
use super::find::Found;
use super::hit::{Hit, Snippet, State, Why};
use super::locate::{How, Mark, locate, variety};
use super::operator::{Facet, bytes};
use super::query::{Query, Term};
use super::snippet::{best_cluster, marked, snippet};
use super::timeline::Timelines;
use crate::columns::duration;
use crate::digest::{made, remote, told};
use crate::read;
use crate::tags::{self, own_tags};

/// Of a text, what lies beyond so many bytes is not looked through while somebody waits.
const MOST_TEXT: usize = 256 << 10;
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

/// What is searched of a reading and not told.
struct Texts {
    text: String,
    lines: String,
    /// Of a recording.
    timelines: Option<Timelines>,
}

impl<'a> Fetcher<'a> {
    pub(super) fn of(query: &'a Query, connection: &'a Connection) -> rusqlite::Result<Self> {
        const ROW: &str = concat!(
            "SELECT reading.key, kind, state, code, reason, text, lines, recording, language, pages, pending,
            search_entry.moment, ",
            told!(),
            ", ",
            own_tags!(),
            " AS own_tags, ",
            remote!(),
            " AS remote, ",
            duration!(),
            " AS duration FROM search_entry JOIN reading ON reading.id = search_entry.reading ",
            made!(),
            " WHERE slot = ?"
        );
        // Without words, a text is only shown where there is no summary of it, and nothing stands on a line.
        const IN_SHORT: &str = concat!(
            "SELECT reading.key, kind, state, code, reason,
            iif(coalesce(made.summary, reading.summary, '') = '', text, NULL) AS text, NULL AS lines,
            NULL AS recording, language, pages, pending, search_entry.moment, ",
            told!(),
            ", ",
            own_tags!(),
            " AS own_tags, ",
            remote!(),
            " AS remote, ",
            duration!(),
            " AS duration FROM search_entry JOIN reading ON reading.id = search_entry.reading ",
            made!(),
            " WHERE slot = ?"
        );
        const PLACES: &str = "SELECT path FROM place WHERE key = ? ORDER BY seen_at DESC, path";
        let folder = |facet: &Facet| match facet {
            Facet::Folder(folder) => Some(folder.clone()),
            _ => None,
        };
        let with = query.filters.iter().filter(|filter| !filter.without);
        Ok(Self {
            terms: wanted(query).collect(),
            folders: with.filter_map(|filter| folder(&filter.facet)).collect(),
            row: connection.prepare_cached(if query.has_words() { ROW } else { IN_SHORT })?,
            places: connection.prepare_cached(PLACES)?,
        })
    }

    /// What is told of this row; nothing, if it is gone.
    pub(super) fn fetch(&mut self, found: Found) -> rusqlite::Result<Option<Hit>> {
        let Some((mut hit, texts)) = self.row.query_row([found.slot], row).optional()? else {
            return Ok(None);
        };
        let Some(path) = hit.key.map(|key| self.path(key.as_bytes())).transpose()?.flatten() else {
            return Ok(None);
        };
        let name = file_name(&path);
        let (summary, title) = (hit.summary.as_deref(), hit.title.as_deref().unwrap_or_default());
        let moment = texts.timelines.as_ref().and_then(|timelines| timelines.find(&self.terms));
        let text = moment.map_or(texts.text.as_str(), |moment| moment.text);
        let fields = [text, summary.unwrap_or_default(), title, &name];
        let (field, marks) = self.best(fields);
        let is_said = moment.is_some_and(|moment| !moment.shown);
        let line = best_cluster(&marks).first().filter(|_| field == 0 && !is_said);
        let line = line.and_then(|mark| line_at(text, mark.range.start, &texts.lines));
        // Where the summary has more of the words, some are said or shown all the same.
        hit.at = moment.filter(|moment| field == 0 || moment.how == How::Whole).map(|moment| moment.at);
        hit.snippet = snippet(fields.get(field).copied().unwrap_or_default(), &marks);
        hit.title_marks = marked(title, &self.terms);
        hit.score = found.score;
        hit.why = Why { words: found.words && !self.terms.is_empty(), meaning: found.meaning };
        hit.page = line.as_ref().map(|line| line.page);
        hit.corners = line.as_ref().map(|line| line.corners);
        hit.path = path;
        Ok(Some(hit))
    }

    /// The place where the content was seen last, in the folder that is wanted.
    fn path(&mut self, key: &[u8; 32]) -> rusqlite::Result<Option<PathBuf>> {
        let mut places = self.places.query([key])?;
        let (mut begun, mut any) = (None, None);
        while let Some(row) = places.next()? {
            let path = PathBuf::from(OsString::from_vec(row.get(0)?));
            if self.folders.is_empty() || self.folders.iter().any(|folder| path.starts_with(folder)) {
                return Ok(Some(path));
            }
            // The name of the folder may still be growing.
            if begun.is_none() && self.folders.iter().any(|folder| bytes(&path).starts_with(bytes(folder))) {
                begun = Some(path);
            } else {
                any = any.or(Some(path));
            }
        }
        Ok(begun.or(any))
    }

    /// The field where the most of the words stand, and where. Without any, what says the most in the least space.
    fn best(&self, fields: [&str; 4]) -> (usize, Vec<Mark>) {
        let all = self.terms.len();
        for how in [How::Whole, How::Within] {
            let mut best = (0, Vec::new());
            for (field, text) in fields.into_iter().enumerate().filter(|_| all > 0) {
                let text = text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or_default();
                let marks = locate(text, &self.terms, how);
                if variety(&marks) > variety(&best.1) {
                    best = (field, marks);
                }
                if variety(&best.1) == all {
                    break;
                }
            }
            if !best.1.is_empty() {
                return best;
            }
        }
        let [text, summary, title, _] = fields.map(str::is_empty);
        let field = match (summary, text, title) {
            (false, _, _) => 1,
            (_, false, _) => 0,
            (_, _, false) => 2,
            _ => 3,
        };
        (field, Vec::new())
    }
}

/// What a row tells of a reading, without a path and without what was asked for.
fn row(row: &Row<'_>) -> rusqlite::Result<(Hit, Texts)> {
    let some = |column| row.get::<_, Option<String>>(column);
    let text = |column| some(column).map(Option::unwrap_or_default);
    let (tags, tags_edited) = tags::effective(some("own_tags")?.as_deref(), some("tags")?.as_deref());
    let recording = some("recording")?;
    let texts = Texts {
        text: text("text")?,
        lines: text("lines")?,
        timelines: recording.map(|recording| Timelines::of(Some(&recording))),
    };
    let hit = Hit {
        path: PathBuf::new(),
        key: Some(ContentKey::from_bytes(row.get("key")?)),
        kind: kind(&row.get::<_, String>("kind")?),
        state: if row.get::<_, String>("state")? == "failed" { State::Failed } else { State::Read },
        // What cannot be understood is of a newer program.
        failure: read::failure(row).ok().flatten(),
        title: row.get("title")?,
        title_marks: Vec::new(),
        summary: row.get("summary")?,
        summary_by: row.get("summary_by")?,
        tags,
        tags_edited,
        remote: row.get("remote")?,
        language: row.get("language")?,
        pages: row.get("pages")?,
        duration: row.get("duration")?,
        // What cannot be understood is of a newer program as well.
        pending: some("pending")?.and_then(|owed| serde_json::from_str(&owed).ok()).unwrap_or_default(),
        moment: row.get("moment")?,
        score: 0.0,
        why: Why::default(),
        snippet: Snippet::default(),
        at: None,
        page: None,
        corners: None,
    };
    Ok((hit, texts))
}

/// The line of the picture that holds the byte `at` of its text: a line of the text, or what tabs divide one into.
fn line_at(text: &str, at: usize, lines: &str) -> Option<Line> {
    if lines.len() > MOST_LINES {
        return None;
    }
    let is_border = |c: char| matches!(c, '\n' | '\t');
    let (before, after) = text.split_at_checked(at)?;
    let start = before.rfind(is_border).map_or(0, |border| border + 1);
    let end = after.find(is_border).map_or(text.len(), |border| at + border);
    let wanted = text.get(start..end)?.trim();
    // The same words may stand on several lines.
    let same = text.get(..start)?.split(is_border).filter(|piece| piece.trim() == wanted).count();
    let lines: Vec<Line> = serde_json::from_str(lines).ok()?;
    let exact = || lines.iter().filter(|line| line.text.trim() == wanted);
    let found = exact().nth(same).or_else(|| exact().next());
    found.or_else(|| lines.iter().find(|line| line.text.contains(wanted))).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_hit_is_found_by_its_place_in_the_text() {
        let line =
            |text: &str, page| Line { text: text.to_owned(), confidence: 1.0, corners: [[0.0; 2]; 4], page };
        let lines = [line("Total", 0), line("5 €", 1), line("Total", 2), line(" 7 € ", 3)];
        let lines = serde_json::to_string(&lines).unwrap();
        let text = "Total\t5 €\nTotal\t7 €\nelsewhere";
        let page = |at| line_at(text, at, &lines).map(|line| line.page);
        let total = text.rfind("Total").unwrap();
        assert_eq!([0, 6, total, total + 6].map(page), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(page(text.len() - 1), None);
        assert_eq!(line_at(text, 0, "[]"), None);
    }
}
