//! The settings file of somebody who has chosen nothing: every key with what it is for and its default, all of it
//! comment.

use super::Settings;
use super::keys::{GROUPS, Key, Value};
use super::toml_text::{array, quoted};
use super::watch::{KEYS, KINDS, words};

const HEAD: &str = "\
# The settings of Deskscribe. Every line that begins with # is a comment, and says what holds without it: to choose
# something else, take away the # and change the value. Programs that run take it up when the file is saved.
# `deskscribe settings check` says whether they would.
";

/// The file.
pub(super) fn template() -> String {
    let mut text = HEAD.to_owned();
    for group in GROUPS {
        text += &heading(group.title);
        for key in group.keys {
            text += &format!("\n# {} Allowed: {}.\n{}\n", key.what, key.value.allowed(), line_of(key));
        }
    }
    // Last, because in TOML everything below a table belongs to it.
    text += &heading("Watched folders");
    text += "\n# One such table for each folder, below all other keys.\n#\n# [[watch]]\n";
    for (name, what) in KEYS {
        text += &format!("# # {what}\n# {name} = {}\n", default_of(name));
    }
    text
}

/// The line that says what holds without the key, or for example may be chosen where nothing does.
pub(super) fn line_of(key: &Key) -> String {
    let value = match &key.value {
        Value::Text(kind, ..) => quoted(kind.example),
        _ => key.of(&Settings::default()).unwrap_or_default(),
    };
    format!("# {} = {value}", key.name)
}

/// What a watched folder has for this key if it says nothing. Of its path, an example.
fn default_of(name: &str) -> String {
    match name {
        "folder" => quoted("~/Desktop"),
        "kinds" => array(&words(&KINDS)),
        "ignore" => "[]".to_owned(),
        _ => "true".to_owned(),
    }
}

fn heading(title: &str) -> String {
    format!("\n\n# ── {title} ──\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::WatchedFolder;
    use super::super::folder::folder;
    use super::super::keys::keys;
    use super::super::parse::parse;
    use super::*;

    /// The template with some of its lines taken out of their comments.
    fn with(is_chosen: impl Fn(&str) -> bool) -> Settings {
        let template = template();
        let lines = template.lines().map(|line| match line.strip_prefix("# ") {
            Some(inner) if is_chosen(inner) => inner,
            _ => line,
        });
        parse(&lines.collect::<Vec<_>>().join("\n"), Path::new("/settings.toml")).unwrap()
    }

    #[test]
    fn it_says_nothing_but_the_defaults_and_forgets_no_key() {
        assert_eq!(with(|_| false), Settings::default());
        for key in keys() {
            let settings = with(|line| line.starts_with(&format!("{} = ", key.name)));
            match &key.value {
                // It has no default, and shows what might be chosen.
                Value::Text(..) => assert!(key.of(&settings).is_some(), "{}", key.name),
                _ => assert_eq!(settings, Settings::default(), "{}", key.name),
            }
            assert!(key.what.ends_with('.') && key.what.len() < 110, "{}", key.what);
        }
        let folders = with(|line| {
            line == "[[watch]]" || KEYS.iter().any(|(name, _)| line.starts_with(&format!("{name} = ")))
        });
        assert_eq!(folders.watch, [WatchedFolder::of(folder("~/Desktop").unwrap())]);
    }
}
