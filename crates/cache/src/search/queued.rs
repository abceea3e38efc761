//! `state:queued`: files that are not read yet, found by name.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use deskscribe_protocol::MediaKind;
use rusqlite::Connection;

use super::document::{file_name, kind};
use super::expression::wanted;
use super::hit::{Hit, Page, State, Total, Why};
use super::locate::{How, locate};
use super::operator::Facet;
use super::query::{Query, Term};
use super::snippet::snippet;
use crate::read;

/// The files of the queue that match, the newest first. They have nothing but a name, a kind, a folder and the time
/// when they were found.
pub(super) fn find(
    connection: &Connection,
    query: &Query,
    page: Page,
) -> rusqlite::Result<(Vec<Hit>, Total)> {
    const QUERY: &str = "SELECT path, kind, since, code, reason FROM queue WHERE since >= ? AND since < ? ORDER BY since DESC, path";
    let (after, before) = (query.after.unwrap_or(i64::MIN), query.before.unwrap_or(i64::MAX));
    let mut queue = connection.prepare_cached(QUERY)?;
    let mut rows = queue.query((after, before))?;
    let (mut hits, mut total) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let path = PathBuf::from(OsString::from_vec(row.get("path")?));
        let kind = kind(&row.get::<_, String>("kind")?);
        let name = file_name(&path);
        if !is_wanted(query, kind, &path) || !matches(query, &name) {
            continue;
        }
        total += 1;
        if total > page.offset && hits.len() < page.limit {
            let terms: Vec<&Term> = wanted(query).collect();
            hits.push(Hit {
                snippet: snippet(&name, &locate(&name, &terms, How::Within)),
                path,
                key: None,
                kind,
                state: State::Queued,
                failure: read::failure(row).ok().flatten(),
                title: None,
                title_marks: Vec::new(),
                summary: None,
                summary_by: None,
                tags: Vec::new(),
                tags_edited: false,
                remote: false,
                language: None,
                pages: None,
                duration: None,
                pending: Vec::new(),
                moment: row.get("since")?,
                score: 0.0,
                why: Why { words: query.has_words(), meaning: None },
                at: None,
                page: None,
                corners: None,
            });
        }
    }
    Ok((hits, Total::Exactly(total)))
}

fn is_wanted(query: &Query, kind: MediaKind, path: &std::path::Path) -> bool {
    let has = |facet: &Facet| match facet {
        Facet::Kind(wanted) => *wanted == kind,
        Facet::State(state) => *state == State::Queued,
        Facet::Folder(folder) => path.starts_with(folder),
        Facet::Language(_) | Facet::Tag(_) | Facet::By(_) => false,
    };
    let same = |one: &Facet, two: &Facet| std::mem::discriminant(one) == std::mem::discriminant(two);
    query.filters.iter().all(|filter| match filter.without {
        true => !has(&filter.facet),
        // Of several values of one operator, one is enough.
        false => query
            .filters
            .iter()
            .any(|other| !other.without && same(&other.facet, &filter.facet) && has(&other.facet)),
    })
}

fn matches(query: &Query, name: &str) -> bool {
    query.terms.iter().all(|term| {
        let how = if term.without || term.quoted { How::Whole } else { How::Within };
        locate(name, &[term], how).is_empty() == term.without
    })
}
