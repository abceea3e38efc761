//! The operators of a query: `kind:` `tag:` `in:` `after:` `before:` `state:` `lang:` `by:`.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use deskscribe_protocol::MediaKind;
use jiff::Zoned;

use super::fold::fold;
use super::hit::State;
use super::query::{Part, Query, QueryError};
use super::token::tokens;
use super::when;

/// A word with a colon that narrows the search.
///
/// Of several `tag:` all must hold, of several values of any other operator one. `after:` means from the beginning of
/// that day on, `before:` means before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Kind,
    Tag,
    In,
    After,
    Before,
    State,
    Lang,
    By,
}

/// What a file must be, or must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) without: bool,
    pub(super) facet: Facet,
}

/// A property of a file that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Facet {
    Kind(MediaKind),
    State(State),
    /// The primary subtag, in small letters.
    Language(String),
    /// Folded.
    Tag(Vec<String>),
    /// Absolute, without `.` and `..`.
    Folder(PathBuf),
    By(Maker),
}

/// What made a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Maker {
    /// No language model.
    Extractive,
    /// Any model, so that something was sent to another machine.
    Remote,
    /// This language model; folded.
    Model(Vec<String>),
}

const ALL: [Operator; 8] = {
    use Operator::{After, Before, By, In, Kind, Lang, State, Tag};
    [Kind, Tag, In, After, Before, State, Lang, By]
};

impl Operator {
    /// The operator that this begins with, and what follows.
    pub(super) fn at(word: &str) -> Option<(Self, &str)> {
        let (name, value) = word.split_once(':')?;
        let operator = ALL.into_iter().find(|operator| operator.name().eq_ignore_ascii_case(name))?;
        Some((operator, value))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Tag => "tag",
            Self::In => "in",
            Self::After => "after",
            Self::Before => "before",
            Self::State => "state",
            Self::Lang => "lang",
            Self::By => "by",
        }
    }

    fn takes(self) -> &'static str {
        match self {
            Self::Kind => "image, video or audio",
            Self::Tag => "a tag, such as tag:invoice or tag:\"two words\"",
            Self::In => "a folder, such as in:~/Desktop or in:\"/srv/My files\"",
            Self::After | Self::Before => {
                "a day, such as 2026-03-14, 2026-03, 2026, today, yesterday, 7d or 2w (days, weeks ago)"
            }
            Self::State => "read, failed or queued",
            Self::Lang => "a language code, such as de, en or zh",
            Self::By => "extractive, remote or a language model, such as by:llama3.2",
        }
    }

    /// Adds what this part says to the query.
    pub(super) fn apply(self, part: &Part<'_>, now: &Zoned, query: &mut Query) -> Result<(), QueryError> {
        let Part { value, without, .. } = *part;
        let wrong = || {
            let (operator, takes) = (self.name(), self.takes());
            QueryError::Value { operator, takes, value: value.to_owned() }
        };
        if let Self::After | Self::Before = self {
            if without {
                return Err(QueryError::Without(self.name()));
            }
            let start = when::start(value, now).ok_or_else(wrong)?;
            // Of several, the narrowest.
            if self == Self::After {
                query.after = query.after.max(Some(start));
            } else {
                query.before = Some(query.before.map_or(start, |before| before.min(start)));
            }
            return Ok(());
        }
        let facet = self.facet(value).ok_or_else(wrong)?;
        query.filters.push(Filter { without, facet });
        Ok(())
    }

    fn facet(self, value: &str) -> Option<Facet> {
        match self {
            Self::Kind => {
                let kinds = [MediaKind::Image, MediaKind::Video, MediaKind::Audio];
                one(value, kinds.map(|kind| (kind.as_str(), kind))).map(Facet::Kind)
            }
            Self::State => {
                let states = [State::Read, State::Failed, State::Queued];
                one(value, states.map(|state| (state.as_str(), state))).map(Facet::State)
            }
            Self::Lang => language(value).map(Facet::Language),
            Self::By => match &value.to_ascii_lowercase()[..] {
                "extractive" => Some(Facet::By(Maker::Extractive)),
                "remote" => Some(Facet::By(Maker::Remote)),
                _ => tag(value).map(|words| Facet::By(Maker::Model(words))),
            },
            Self::Tag => tag(value).map(Facet::Tag),
            Self::In => folder(value, std::env::home_dir().as_deref()).map(Facet::Folder),
            Self::After | Self::Before => None,
        }
    }
}

/// The value that begins so: while somebody types `kind:im`, there is no doubt.
fn one<T>(typed: &str, values: impl IntoIterator<Item = (&'static str, T)>) -> Option<T> {
    let typed = typed.to_ascii_lowercase();
    values.into_iter().find(|(name, _)| !typed.is_empty() && name.starts_with(&typed)).map(|(_, value)| value)
}

/// A tag as it is indexed and asked for: its words, folded.
pub(super) fn tag(text: &str) -> Option<Vec<String>> {
    let words: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
    (!words.is_empty()).then_some(words)
}

/// Two tags with the same of this are one to search; those that it cannot tell are told by how they are written.
pub(crate) fn sameness(text: &str) -> String {
    tag(text).map_or_else(|| fold(text), |words| words.join("_"))
}

/// The primary subtag of a BCP-47 tag, in small letters: `zh` of `zh-Hant-TW`.
pub(super) fn language(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    let is_one = (2..=8).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_one.then(|| primary.to_ascii_lowercase())
}

fn folder(value: &str, home: Option<&Path>) -> Option<PathBuf> {
    if value.is_empty() {
        return None;
    }
    let whole = match value.strip_prefix('~') {
        Some("") => home?.to_owned(),
        Some(rest) if rest.starts_with('/') => home?.join(rest.trim_start_matches('/')),
        _ if value.starts_with('/') => PathBuf::from(value),
        // Of where somebody stands in a terminal.
        _ if matches!(value.split('/').next(), Some("." | "..")) => std::env::current_dir().ok()?.join(value),
        _ => home?.join(value),
    };
    let mut folder = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::ParentDir => _ = folder.pop(),
            Component::CurDir => {}
            _ => folder.push(component),
        }
    }
    Some(folder)
}

/// The folders that a path lies in, the root last.
pub(super) fn folders(path: &[u8]) -> impl Iterator<Item = PathBuf> {
    let path = PathBuf::from(OsString::from_vec(path.to_owned()));
    path.ancestors()
        .skip(1)
        .filter(|folder| !folder.as_os_str().is_empty())
        .map(Path::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The bytes of a folder's path.
pub(super) fn bytes(folder: &Path) -> &[u8] {
    folder.as_os_str().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Query::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn operators_are_understood() {
        let query =
            Query::parse("Kind:IMAGE -tag:\"New York\" lang:zh-TW state:fai by:Remote -by:Llama3.2 cat")
                .unwrap();
        let filter = |without, facet| Filter { without, facet };
        let york = vec!["new".to_owned(), "york".to_owned()];
        let filters = [
            filter(false, Facet::Kind(MediaKind::Image)),
            filter(true, Facet::Tag(york)),
            filter(false, Facet::Language("zh".to_owned())),
            filter(false, Facet::State(State::Failed)),
            filter(false, Facet::By(Maker::Remote)),
            filter(true, Facet::By(Maker::Model(vec!["llama3".to_owned(), "2".to_owned()]))),
        ];
        assert_eq!(query.filters, filters);
        assert_eq!(query.terms.len(), 1);
    }

    #[test]
    fn a_wrong_value_is_told_with_what_is_right() {
        assert_eq!(error("kind:picture"), "kind: takes image, video or audio, not “picture”");
        assert_eq!(error("kind:"), "kind: takes image, video or audio");
        assert_eq!(error("state:ok"), "state: takes read, failed or queued, not “ok”");
        assert_eq!(error("lang:1"), "lang: takes a language code, such as de, en or zh, not “1”");
        assert!(error("after:2026-13").starts_with("after: takes a day"));
        assert!(error("-before:today").starts_with("-before: does not work"));
        assert!(error("tag:!").contains("tag:invoice"));
        assert!(error("by:").starts_with("by: takes extractive, remote or a language model"));
    }

    #[test]
    fn folders_are_whole_paths() {
        let home = Some(Path::new("/home/ann"));
        for (value, path) in [
            ("~", "/home/ann"),
            ("~/", "/home/ann"),
            ("~/Desktop/", "/home/ann/Desktop"),
            ("/srv/./x/../y", "/srv/y"),
            ("/", "/"),
            ("Desktop", "/home/ann/Desktop"),
            ("~bob", "/home/ann/~bob"),
            (".config", "/home/ann/.config"),
        ] {
            assert_eq!(folder(value, home).unwrap().as_os_str(), path, "{value}");
        }
        let here = std::env::current_dir().unwrap();
        assert_eq!(folder("./x/..", home).as_ref(), Some(&here));
        assert_eq!(folder("../y", home), here.parent().map(|above| above.join("y")));
        assert_eq!(folder("", home), None);
        assert_eq!(folder("~/x", None), None);
        let above: Vec<_> = folders(b"/home/ann/a.png").map(|path| path.display().to_string()).collect();
        assert_eq!(above, ["/home/ann", "/home", "/"]);
    }
}
