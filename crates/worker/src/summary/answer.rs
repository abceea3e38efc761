//! What a model answered: the entry that was asked for, or as much of it as can be made out.

use serde_json::{Map, Value};

use super::lenient::objects;
use super::model::Said;
use super::sane;

/// What can be made out of an answer, each part fit to be shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) summary: Option<String>,
    pub(super) title: Option<String>,
    /// As they were given.
    pub(super) tags: Vec<String>,
    /// When, as it was given, and what.
    pub(super) chapters: Vec<(Value, String)>,
}

/// What is thought of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// All that was asked for.
    Kept(Draft),
    /// An object that lacks something, and what to say about it.
    Flawed(Draft, String),
    /// A text that makes sense, and is no object.
    Prose(String),
    /// Neither.
    Nonsense,
}

/// The parts that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Entry,
    Notes,
}

/// Judges an answer to what was `asked`, in our words alone.
pub(super) fn judge(said: &Said, asked: &str, wanted: Wanted) -> Verdict {
    let text = sane::without_thoughts(&said.text);
    let Some(object) = chosen(text) else {
        let prose = sane::summary(text).filter(|prose| sane::makes_sense(prose, asked));
        // An object without anything in it that was asked for is no prose either.
        return prose
            .filter(|prose| !prose.starts_with(['{', '[']))
            .map_or(Verdict::Nonsense, Verdict::Prose);
    };
    let draft = Draft::of(&object, asked);
    if draft == Draft::default() {
        return Verdict::Nonsense;
    }
    let missing = draft.missing(wanted);
    if missing.is_empty() {
        Verdict::Kept(draft)
    } else if said.cut {
        Verdict::Flawed(draft, "That was too long, and is cut off.".to_owned())
    } else {
        Verdict::Flawed(draft, format!("That has no proper {}.", missing.join(" and no proper ")))
    }
}

impl Verdict {
    /// What is wrong with it, said to the model.
    pub(super) fn mistake(&self) -> Option<&str> {
        match self {
            Self::Kept(_) => None,
            Self::Flawed(_, mistake) => Some(mistake),
            Self::Prose(_) => Some("That is not the JSON object that was asked for."),
            Self::Nonsense => Some("An answer before this one made no sense."),
        }
    }

    pub(super) fn draft(&self) -> Option<&Draft> {
        match self {
            Self::Kept(draft) | Self::Flawed(draft, _) => Some(draft),
            Self::Prose(_) | Self::Nonsense => None,
        }
    }
}

impl Draft {
    fn of(object: &Map<String, Value>, asked: &str) -> Self {
        let sense = |text: &String| sane::makes_sense(text, asked);
        let strings = |value: &Value| match value {
            Value::Array(values) => values.iter().filter_map(plain).collect(),
            value => plain(value).into_iter().collect::<Vec<String>>(),
        };
        let chapters = field(object, &["chapters", "topics"]).and_then(Value::as_array);
        let chapter = |value: &Value| {
            let chapter = value.as_object()?;
            let at = field(chapter, &["at", "time", "start"])?.clone();
            Some((at, sane::title(&plain(field(chapter, &["title", "topic"])?)?)?))
        };
        Self {
            summary: field(object, &["summary", "description", "notes"])
                .map(|value| strings(value).join(" "))
                .and_then(|text| sane::summary(&text))
                .filter(sense),
            // A title may be a word of two letters.
            title: field(object, &["title"])
                .and_then(plain)
                .and_then(|text| sane::title(&text))
                .filter(|title| !sane::is_placeholder(title)),
            tags: field(object, &["tags", "keywords"]).map(strings).unwrap_or_default(),
            chapters: chapters.into_iter().flatten().filter_map(chapter).collect(),
        }
    }

    fn missing(&self, wanted: Wanted) -> Vec<&'static str> {
        let is_entry = wanted == Wanted::Entry;
        [
            ("\"summary\"", self.summary.is_none()),
            ("\"title\"", is_entry && self.title.is_none()),
            ("\"tags\"", is_entry && self.tags.is_empty()),
        ]
        .into_iter()
        .filter_map(|(name, is_missing)| is_missing.then_some(name))
        .collect()
    }

    /// The best of two answers: this one, and where it has nothing, the one before.
    pub(super) fn over(self, before: Self) -> Self {
        Self {
            summary: self.summary.or(before.summary),
            title: self.title.or(before.title),
            tags: if self.tags.is_empty() { before.tags } else { self.tags },
            chapters: if self.chapters.is_empty() { before.chapters } else { self.chapters },
        }
    }
}

const FIELDS: [&str; 3] = ["summary", "title", "tags"];

/// The object with the entry: the last that has most of its fields, for a model may show the form first.
fn chosen(text: &str) -> Option<Map<String, Value>> {
    let has = |object: &Map<String, Value>| {
        FIELDS.iter().filter(|name| field(object, &[name]).is_some_and(|value| !value.is_object())).count()
    };
    let unwrapped = objects(text).into_iter().map(|object| match object.values().next() {
        Some(Value::Object(inner)) if object.len() == 1 => inner.clone(),
        _ => object,
    });
    unwrapped.filter(|object| has(object) > 0).max_by_key(has)
}

/// A field by one of its names, whatever their case.
fn field<'o>(object: &'o Map<String, Value>, names: &[&str]) -> Option<&'o Value> {
    names.iter().find_map(|name| {
        object.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = "- summary: one to three sentences that say what it is and what matters in it";

    fn judged(text: &str) -> Verdict {
        judge(&Said { text: text.to_owned(), cut: false }, ASKED, Wanted::Entry)
    }

    #[test]
    fn an_entry_is_found_wherever_it_stands() {
        for text in [
            r#"{"summary": "An invoice of 412 €.", "title": "Invoice 2231", "tags": ["invoice"]}"#,
            r#"{"entry": {"Summary": ["An invoice", "of 412 €."], "TITLE": "Invoice 2231", "tags": "invoice"}}"#,
            "<think>{\"summary\": \"no\"}</think>```json\n{\"summary\": \"An invoice of 412 €.\",\n\"title\": \"Invoice 2231\", \"tags\": [\"invoice\",],}\n```",
            r#"The form is {"summary": "…", "title": "…", "tags": ["…"]}, so: {"title": "Invoice 2231", "summary": "An invoice of 412 €.", "tags": ["invoice"]}"#,
        ] {
            let Verdict::Kept(draft) = judged(text) else { panic!("{text}: {:?}", judged(text)) };
            assert_eq!(draft.summary.as_deref(), Some("An invoice of 412 €."));
            assert_eq!(draft.title.as_deref(), Some("Invoice 2231"));
            assert_eq!(draft.tags, ["invoice"]);
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let mistake = |text: &str| judged(text).mistake().unwrap().to_owned();
        assert_eq!(
            mistake(r#"{"summary": "An invoice of 412 €."}"#),
            "That has no proper \"title\" and no proper \"tags\"."
        );
        assert_eq!(
            mistake(r#"{"summary": "", "title": "Invoice", "tags": ["a"]}"#),
            "That has no proper \"summary\"."
        );
        assert_eq!(
            mistake("It is an invoice, due in March."),
            "That is not the JSON object that was asked for."
        );
        let cut = Said { text: r#"{"summary": "An invoice of 412 €, due in"#.to_owned(), cut: true };
        assert!(judge(&cut, ASKED, Wanted::Entry).mistake().unwrap().contains("cut off"));
        assert!(matches!(judge(&cut, ASKED, Wanted::Notes), Verdict::Kept(_)));
    }

    #[test]
    fn what_makes_no_sense_is_nonsense() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"error": "x"}"#,
            r#"{"summary": "…", "title": "…", "tags": ["…"]}"#,
            "summary: one to three sentences that say what it is and what matters",
            "0000000000000000000000",
            r#"{"type": "object", "properties": {"summary": {"type": "string"}}}"#,
        ] {
            assert!(judged(text).draft().is_none_or(|draft| draft.summary.is_none()), "{text}");
            assert!(
                !matches!(judged(text), Verdict::Prose(_) | Verdict::Kept(_)),
                "{text}: {:?}",
                judged(text)
            );
        }
        assert_eq!(
            judged("It is an invoice, due in March."),
            Verdict::Prose("It is an invoice, due in March.".to_owned())
        );
    }
}
