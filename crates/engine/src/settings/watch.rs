//! `[[watch]]`: the folders that are watched, and what is wanted of each.

use std::ops::Range;
use std::path::PathBuf;

use deskscribe_protocol::MediaKind;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::folder::{FOLDER, folder};
use super::keys::Key;
use super::parse::{Source, in_order};
use super::toml_text::array;
use super::{Filter, SettingsError};

/// A folder that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedFolder {
    /// Where it is; absolute. It need not be there.
    pub path: PathBuf,
    /// Whether folders in it are watched as well, however deep.
    pub recurse: bool,
    /// What is read in it; each kind once.
    pub kinds: Vec<MediaKind>,
    /// What is left out: globs as in `.gitignore`, relative to the folder.
    pub ignore: Vec<String>,
    /// Whether files that were there before are read, too.
    pub existing: bool,
}

/// The name of the table.
pub(super) const WATCH: &str = "watch";
/// What there is in such a table, and what it is for.
pub(super) const KEYS: [(&str, &str); 5] = [
    ("folder", "The folder: its whole path, or one that begins with ~/."),
    ("recurse", "Whether folders in it are watched as well."),
    ("kinds", "What is read in it."),
    (
        "ignore",
        "What is left out: globs as in .gitignore, relative to the folder, such as \"*.tmp.png\" or \"build/\".",
    ),
    ("existing", "Whether files that were there before are read, too."),
];
/// The kinds that a folder can be watched for.
pub(super) const KINDS: [MediaKind; 3] = [MediaKind::Image, MediaKind::Video, MediaKind::Audio];

impl WatchedFolder {
    /// The folder at this absolute path, with all that is in it.
    pub fn of(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), recurse: true, kinds: KINDS.to_vec(), ignore: Vec::new(), existing: true }
    }
}

/// The words of these kinds.
pub(super) fn words(kinds: &[MediaKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.as_str()).collect()
}

/// The absolute path that is meant by what stands behind `folder`, the same for each way to write it.
pub(super) fn path_of(text: &str) -> Option<PathBuf> {
    folder(text).map(|folder| crate::absolute(&folder).components().collect())
}

/// All folders of a file.
pub(super) fn read(
    source: &Source<'_>,
    value: &Spanned<DeValue<'_>>,
) -> Result<Vec<WatchedFolder>, SettingsError> {
    let refuse = || {
        let allowed = "[[watch]] in double brackets for each folder, and below it folder = \"~/Desktop\"";
        source.refuse(WATCH, &value.span(), allowed.to_owned())
    };
    let mut folders: Vec<(WatchedFolder, usize)> = Vec::new();
    for table in value.get_ref().as_array().ok_or_else(refuse)?.iter() {
        let entries = table.get_ref().as_table().ok_or_else(refuse)?;
        let (folder, line) = read_one(source, table.span(), entries)?;
        if let Some((_, first)) = folders.iter().find(|(other, _)| other.path == folder.path) {
            let folder = crate::at_home(&folder.path);
            return Err(SettingsError::Twice { folder, line, first: *first, path: source.path.to_owned() });
        }
        folders.push((folder, line));
    }
    Ok(folders.into_iter().map(|(folder, _)| folder).collect())
}

/// One of them, and the line that says which folder it is.
fn read_one(
    source: &Source<'_>,
    head: Range<usize>,
    table: &DeTable<'_>,
) -> Result<(WatchedFolder, usize), SettingsError> {
    let mut watched = WatchedFolder::of("");
    let mut named = None;
    for (key, value) in in_order(table) {
        let refuse = |name, allowed: &str| source.refuse(name, &value.span(), allowed.to_owned());
        let switch = |name| value.get_ref().as_bool().ok_or_else(|| refuse(name, "true or false"));
        match key.get_ref().as_ref() {
            "folder" => {
                let path = value.get_ref().as_str().and_then(path_of);
                watched.path = path.ok_or_else(|| refuse("folder", FOLDER))?;
                named = Some(source.line(key.span().start));
            }
            "recurse" => watched.recurse = switch("recurse")?,
            "existing" => watched.existing = switch("existing")?,
            "kinds" => {
                let allowed = || refuse("kinds", &format!("some of {}", array(&words(&KINDS))));
                watched.kinds = kinds(value.get_ref()).ok_or_else(allowed)?;
            }
            "ignore" => {
                let allowed =
                    || refuse("ignore", "globs as in .gitignore, such as [\"*.tmp.png\", \"build/\"]");
                for glob in value.get_ref().as_array().ok_or_else(allowed)?.iter() {
                    let text = glob.get_ref().as_str().ok_or_else(allowed)?;
                    Filter::check(text).map_err(|error| source.refuse_glob(error, &glob.span()))?;
                    watched.ignore.push(text.to_owned());
                }
            }
            unknown => return Err(refuse_key(source, unknown, &key.span())),
        }
    }
    let line = named.ok_or_else(|| SettingsError::NoFolder {
        line: source.line(head.start),
        path: source.path.to_owned(),
    })?;
    Ok((watched, line))
}

/// Each kind once, whatever the order; nothing if there is none, or something else.
fn kinds(value: &DeValue<'_>) -> Option<Vec<MediaKind>> {
    let words = value.as_array()?.iter().map(|word| word.get_ref().as_str());
    let words = words.collect::<Option<Vec<_>>>().filter(|words| !words.is_empty())?;
    let is_kind = |word: &&str| KINDS.iter().any(|kind| kind.as_str() == *word);
    let chosen = KINDS.into_iter().filter(|kind| words.contains(&kind.as_str())).collect();
    words.iter().all(is_kind).then_some(chosen)
}

/// A key that is none of a folder's. What belongs to the whole file is often written below a folder by mistake.
fn refuse_key(source: &Source<'_>, key: &str, span: &Range<usize>) -> SettingsError {
    let mut known = KEYS.map(|(name, _)| name).join(", ");
    if Key::named(key).is_some() {
        known += &format!("; {key} is for all of them, and goes above the first [[watch]]");
    }
    source.refuse_key(&format!("{key} in [[watch]]"), known, span)
}
