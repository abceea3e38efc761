//! One item as it is opened: the item, where its files are, and which of its lines hold what was looked for.

use std::path::Path;

use deskscribe_cache::{CacheError, Query};
use deskscribe_protocol::{ContentKey, Recording};
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
    /// What was said of it in a recording, in order.
    pub said_hits: Vec<MomentHit>,
    /// What was shown of it in a recording, in order.
    pub shown_hits: Vec<MomentHit>,
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

/// Something in a recording that holds what was looked for, or a part of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct MomentHit {
    /// Which of the segments of its transcript, or of the lines on its screen, from 0.
    pub index: usize,
    /// When it is said or shown first, in seconds.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub at: f64,
    /// All of it.
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
        let texts: Vec<&str> = item.row.lines.iter().map(|line| line.text.as_str()).collect();
        let hits = marked(&texts, query).map(|(line, pieces)| LineHit { line, pieces }).collect();
        let (said_hits, shown_hits) = match &item.row.recording {
            Some(Recording { transcript, screen, .. }) => (
                moment_hits(transcript.iter().map(|segment| (segment.start, segment.text.as_str())), query),
                moment_hits(screen.iter().map(|line| (line.from, line.text.as_str())), query),
            ),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Some(ItemView {
            name,
            folder,
            tags_edited,
            moment: moment.unwrap_or_default(),
            aspect: key.and_then(|key| self.aspect(key)),
            spots: places.iter().map(spot).collect(),
            hits,
            said_hits,
            shown_hits,
            item,
        }))
    }
}

/// What was said or shown of what was looked for.
fn moment_hits<'a>(moments: impl Iterator<Item = (f64, &'a str)>, query: &Query) -> Vec<MomentHit> {
    let (times, texts): (Vec<f64>, Vec<&str>) = moments.unzip();
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    marked(&texts, query).map(|(index, pieces)| MomentHit { index, at: at(index), pieces }).collect()
}

/// The lines that hold what was looked for, with their numbers. Words that stand side by side may stand on two lines.
fn marked(lines: &[&str], query: &Query) -> impl Iterator<Item = (usize, Vec<Piece>)> {
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let marks = query.marks(&text);
    let (mut next, mut start) = (0, 0);
    lines.iter().enumerate().filter_map(move |(number, line)| {
        let end = start + line.len();
        next += marks.get(next..)?.iter().take_while(|mark| mark.end <= start).count();
        let here = marks.get(next..)?.iter().take_while(|mark| mark.start < end);
        let here: Vec<_> =
            here.map(|mark| mark.start.max(start) - start..mark.end.min(end) - start).collect();
        start = end + 1;
        (!here.is_empty()).then(|| (number, all_pieces(line, &here)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str], query: &str) -> String {
        let piece = |piece: &Piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() };
        let hit = |(line, pieces): (usize, Vec<Piece>)| {
            format!("{line} {}", pieces.iter().map(piece).collect::<String>())
        };
        marked(lines, &Query::parse(query).unwrap()).map(hit).collect::<Vec<_>>().join("\n")
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
