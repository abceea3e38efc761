//! One item as it is opened: the item, where its files are, and which of its lines hold what was looked for.

use std::path::Path;

use deskscribe_cache::{CacheError, Query};
use deskscribe_protocol::{ContentKey, Line};
use serde::Serialize;

use super::pieces::{Piece, all_pieces};
use super::{Item, Library, Named, Spot};

/// An item that somebody looks at. Its JSON form is that of the item with some fields more.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct ItemView {
    /// What is known of it.
    #[serde(flatten)]
    pub item: Item,
    /// The last part of its path.
    pub name: String,
    /// The rest of its path, the user's home as `~`.
    pub folder: String,
    /// Whether its tags are the user's.
    pub tags_edited: bool,
    /// When it was taken, as far as can be told; of a file that waits, since when. In milliseconds since 1970.
    pub moment: i64,
    /// Width of the small picture by its height; absent where there is none.
    pub aspect: Option<f32>,
    /// Every place where the content was found, the last first.
    pub spots: Vec<SpotView>,
    /// The lines that hold what was looked for.
    pub hits: Vec<LineHit>,
}

/// A place of a file, and whether it is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct SpotView {
    /// Where.
    #[serde(flatten)]
    pub spot: Spot,
    /// Whether there is something at this place; it may have been edited since.
    pub there: bool,
}

/// A line that holds something that was looked for, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct LineHit {
    /// Which of the item's lines, from 0.
    pub line: usize,
    /// All of the line.
    pub pieces: Vec<Piece>,
}

impl Library {
    /// What is known of this content, told for this path, or for where it is, with the hits of this query. Nothing, if
    /// nothing became of it.
    pub fn view(
        &self,
        key: &ContentKey,
        path: Option<&Path>,
        query: &Query,
    ) -> Result<Option<ItemView>, CacheError> {
        self.view_of(&Named::Content { key: *key, path: path.map(Path::to_owned) }, query)
    }

    /// The same of something that was named, which may be a file that waits.
    pub fn view_of(&self, named: &Named, query: &Query) -> Result<Option<ItemView>, CacheError> {
        let Some(item) = self.item_of(named)? else { return Ok(None) };
        let (key, path, places, moment) = match named {
            Named::Content { key, path } => {
                let (place, places) = self.place(key)?;
                let moment = self.guard.head(key)?.map(|head| head.moment);
                (Some(key), path.clone().or(place), places, moment)
            }
            Named::Queued(queued) => {
                (None, Some(queued.path.clone()), vec![queued.path.clone()], Some(queued.since))
            }
        };
        let Spot { name, folder, .. } = Spot::of(&path.unwrap_or_default());
        let tags_edited = key.map(|key| self.guard.own_tags(key)).transpose()?.flatten().is_some();
        let spot = |place: &std::path::PathBuf| SpotView {
            spot: Spot::of(place),
            there: place.symlink_metadata().is_ok(),
        };
        Ok(Some(ItemView {
            name,
            folder,
            tags_edited,
            moment: moment.unwrap_or_default(),
            aspect: key.and_then(|key| self.aspect(key)),
            spots: places.iter().map(spot).collect(),
            hits: line_hits(&item.row.lines, query),
            item,
        }))
    }
}

/// The lines that hold what was looked for. Words that stand side by side may stand on two lines.
fn line_hits(lines: &[Line], query: &Query) -> Vec<LineHit> {
    let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
    for line in lines {
        text.push_str(&line.text);
        text.push('\n');
    }
    let marks = query.marks(&text);
    let mut marks = marks.iter().peekable();
    let (mut hits, mut start) = (Vec::new(), 0);
    for (line, Line { text, .. }) in lines.iter().enumerate() {
        let end = start + text.len();
        while marks.next_if(|mark| mark.end <= start).is_some() {}
        let here = marks.clone().take_while(|mark| mark.start < end);
        let here: Vec<_> =
            here.map(|mark| mark.start.max(start) - start..mark.end.min(end) - start).collect();
        if !here.is_empty() {
            hits.push(LineHit { line, pieces: all_pieces(text, &here) });
        }
        start = end + 1;
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str], query: &str) -> String {
        let line =
            |text: &&str| Line { text: (*text).to_owned(), confidence: 1.0, corners: [[0.0; 2]; 4], page: 0 };
        let lines: Vec<Line> = lines.iter().map(line).collect();
        let piece = |piece: &Piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() };
        let hits = line_hits(&lines, &Query::parse(query).unwrap());
        let hit =
            |hit: &LineHit| format!("{} {}", hit.line, hit.pieces.iter().map(piece).collect::<String>());
        hits.iter().map(hit).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn hits_are_told_line_by_line() {
        let lines = ["Ihre Größe", "the in-", "voice is due", "on Monday", "reVOICEd", "新しい東京都", ""];
        for (query, hits) in [
            ("", ""),
            ("kind:image", ""),
            ("grosse", "0 Ihre [Größe]"),
            ("invoice ", "1 the [in-]\n2 [voice] is due"),
            ("\"due on\"", "2 voice is [due]\n3 [on] Monday"),
            ("\"due monday\"", ""),
            ("東京", "5 新しい[東京]都"),
            ("mon -due", "3 on [Mon]day"),
            ("evoice", "4 r[eVOICE]d"),
            ("nowhere", ""),
        ] {
            assert_eq!(told(&lines, query), hits, "{query}");
        }
    }
}
