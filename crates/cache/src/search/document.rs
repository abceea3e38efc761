//! A reading as search sees it.

use std::path::Path;

use deskscribe_protocol::MediaKind;
use rusqlite::{Connection, OptionalExtension, Row};

use super::operator::{Facet, Maker, folders, language, tag};
use super::timeline::Timelines;
use super::token::{Token, other_forms, tokens};
use crate::digest::{made, remote, told};
use crate::tags::{self, own_tags};

/// The most places by which a content is found; a file that was copied more often is found by these.
const MOST_PLACES: u32 = 1000;

/// What is indexed of one reading.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) reading: i64,
    /// In milliseconds since 1970.
    pub(super) moment: i64,
    kind: String,
    state: String,
    language: Option<String>,
    text: String,
    transcript: String,
    title: String,
    summary: String,
    tags: Vec<String>,
    /// The language model that its summary is by.
    model: Option<String>,
    remote: bool,
    places: Vec<Vec<u8>>,
}

/// A document in the columns of the table `search`, as tokens with spaces between them.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) text: String,
    pub(super) transcript: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) name: String,
    pub(super) tags: String,
    /// Other forms of the words in the columns before.
    pub(super) other: String,
    pub(super) facet: String,
}

impl Document {
    /// The document of this reading, if there is such a reading.
    pub(super) fn load(connection: &Connection, reading: i64) -> rusqlite::Result<Option<Self>> {
        const READING: &str = concat!(
            "SELECT reading.key, kind, state, language, moment, text, recording, made.model, ",
            told!(),
            ", ",
            own_tags!(),
            " AS own_tags, ",
            remote!(),
            " AS remote FROM reading ",
            made!(),
            " WHERE reading.id = ?"
        );
        const PLACES: &str = "SELECT path FROM place WHERE key = ? ORDER BY seen_at DESC, path LIMIT ?";
        let some = |row: &Row<'_>, column| row.get::<_, Option<String>>(column);
        let text = |row: &Row<'_>, column| some(row, column).map(Option::unwrap_or_default);
        let load = |row: &Row<'_>| {
            let document = Self {
                reading,
                moment: row.get("moment")?,
                kind: row.get("kind")?,
                state: row.get("state")?,
                language: row.get("language")?,
                text: text(row, "text")?,
                transcript: Timelines::of(some(row, "recording")?.as_deref()).said.into_text(),
                title: text(row, "title")?,
                summary: text(row, "summary")?,
                tags: tags::effective(some(row, "own_tags")?.as_deref(), some(row, "tags")?.as_deref()).0,
                model: some(row, "model")?,
                remote: row.get("remote")?,
                places: Vec::new(),
            };
            Ok((row.get::<_, [u8; 32]>("key")?, document))
        };
        let found = connection.prepare_cached(READING)?.query_row([reading], load).optional()?;
        let Some((key, mut document)) = found else { return Ok(None) };
        let mut places = connection.prepare_cached(PLACES)?;
        let places = places.query_map((key, MOST_PLACES), |row| row.get(0))?;
        document.places = places.collect::<Result<_, _>>()?;
        Ok(Some(document))
    }

    /// Whether there is a file of it: only that can be found.
    pub(super) fn has_place(&self) -> bool {
        !self.places.is_empty()
    }

    /// What the index keeps of it.
    pub(super) fn columns(&self) -> Columns {
        let mut columns = Columns::default();
        let mut other = Vec::new();
        let name = self.names().join("\n");
        for (column, text) in [
            (&mut columns.text, &self.text),
            (&mut columns.transcript, &self.transcript),
            (&mut columns.title, &self.title),
            (&mut columns.summary, &self.summary),
            (&mut columns.name, &name),
        ] {
            let tokens = tokens(text);
            *column = line(tokens.iter().map(|token| &token.text));
            other.extend(other_forms(text, &tokens));
        }
        other.sort_unstable();
        other.dedup();
        columns.other = line(&other);
        columns.tags = line(self.tags.iter().flat_map(|tag| tokens(tag)).map(|Token { text, .. }| text));
        columns.facet = line(self.facets());
        columns
    }

    /// File names, each once.
    fn names(&self) -> Vec<String> {
        let name = |path: &Vec<u8>| {
            let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            String::from_utf8_lossy(name).into_owned()
        };
        let mut names: Vec<String> = self.places.iter().map(name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn facets(&self) -> Vec<String> {
        let mut facets = vec![Facet::ANY.to_owned()];
        facets.push(Facet::named("kind", &self.kind));
        facets.push(Facet::named("state", &self.state));
        facets.extend(self.language.as_deref().and_then(language).map(|tag| Facet::Language(tag).token()));
        facets.extend(self.tags.iter().filter_map(|text| tag(text)).map(|tag| Facet::Tag(tag).token()));
        if let Some(model) = &self.model {
            facets.push(Maker::MODEL.to_owned());
            facets.extend(tag(model).map(|words| Facet::By(Maker::Model(words)).token()));
        }
        facets.extend(self.remote.then(|| Facet::By(Maker::Remote).token()));
        let folders = self.places.iter().flat_map(|path| folders(path));
        facets.extend(folders.map(|folder| Facet::Folder(folder).token()));
        facets.sort_unstable();
        facets.dedup();
        facets
    }
}

impl Columns {
    /// All but the facets, in the order of the table.
    pub(super) fn texts(&self) -> [&str; 7] {
        let Self { text, transcript, title, summary, name, tags, other, .. } = self;
        [text, transcript, title, summary, name, tags, other]
    }
}

fn line<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word.as_ref());
    }
    line
}

/// The kind that this word is for; that of a newer program is unknown.
pub(super) fn kind(word: &str) -> MediaKind {
    let kinds = [MediaKind::Image, MediaKind::Video, MediaKind::Audio];
    kinds.into_iter().find(|kind| kind.as_str() == word).unwrap_or(MediaKind::Unknown)
}

/// The name of a file as text.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_asked_for_is_a_token() {
        let document = Document {
            reading: 1,
            moment: 0,
            kind: "image".to_owned(),
            state: "read".to_owned(),
            language: Some("zh-TW".to_owned()),
            text: "Größe: 12,50\n東京".to_owned(),
            transcript: String::new(),
            title: "An e-mail".to_owned(),
            summary: String::new(),
            tags: vec!["New York".to_owned(), "!".to_owned()],
            model: Some("llama3.2:3b".to_owned()),
            remote: true,
            places: vec![b"/a/x_1.png".to_vec(), b"/b/x_1.png".to_vec()],
        };
        let columns = document.columns();
        assert_eq!(
            columns.texts(),
            ["grosse 12 50 東京 京", "", "an e mail", "", "x 1 png", "new york", "email"]
        );
        assert_eq!(
            columns.facet,
            "_all _by_llama3_2_3b _in_2f _in_2f61 _in_2f62 _kind_image _lang_zh _model _remote _state_read _tag_new_york"
        );
    }
}
