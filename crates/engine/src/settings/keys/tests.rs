//! Keys tell what they were told.

use std::path::Path;

use super::*;
use crate::settings::parse::parse;

#[test]
fn every_key_tells_what_it_was_told_and_nothing_else_changes() {
    let mut names = Vec::new();
    for Key { name, value, .. } in keys() {
        let told: Vec<String> = match value {
            Number(range, ..) => vec![range.start().to_string(), range.end().to_string()],
            Switch(..) => vec!["true".to_owned(), "false".to_owned()],
            Word(words, ..) => words.iter().map(|word| quoted(word)).collect(),
            Text(Kind { example, .. }, ..) => vec![quoted(example)],
            Words(words, ..) => vec![array(words), array(&words[1..2])],
        };
        for told in told {
            let read = |told: &str| parse(&format!("{name} = {told}"), Path::new("/settings.toml")).unwrap();
            let settings = read(&told);
            let tells = value.of(&settings).unwrap();
            // An address is told as it is used, which may be with one slash more.
            assert!(tells == told || matches!(value, Text(..)), "{name} = {told} tells {tells}");
            assert_eq!(read(&tells), settings, "{name} = {told}");
            let defaults = Settings::default();
            for other in keys().filter(|other| other.name != *name) {
                assert_eq!(other.of(&settings), other.of(&defaults), "{name} changes {}", other.name);
            }
        }
        assert!(!names.contains(name), "{name}");
        names.push(name);
    }
}

#[test]
fn the_page_of_settings_has_every_key_with_its_default_and_its_bounds() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
    let page = std::fs::read_to_string(page).unwrap();
    for key in keys() {
        let (name, default) = (key.name, key.of(&Settings::default()).unwrap_or_default());
        let row = match &key.value {
            Number(range, ..) => format!("| `{name}` | {default} | {} to {} |", range.start(), range.end()),
            Switch(..) | Word(..) | Words(..) => format!("| `{name}` | `{default}` |"),
            Text(..) => format!("| `{name}` | "),
        };
        assert!(page.lines().any(|line| line.starts_with(&row)), "{row}");
    }
}
