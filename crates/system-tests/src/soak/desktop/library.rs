//! What a library shows: the same two libraries show the same.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::Printed;

/// What is shown of each file, by its path. Not when it was read, nor how long that took.
pub(super) type Library = BTreeMap<String, Value>;

/// What of an item must be the same, whoever read it, and whenever.
const SAME: [&str; 13] = [
    "key", "kind", "state", "pending", "code", "title", "summary", "tags", "text", "language", "width",
    "height", "duration",
];

/// What is in the library of this program, which is `deskscribe` with its surroundings. Files that are not read yet are
/// in it as such.
pub(super) fn library(program: &dyn Fn() -> Command) -> Library {
    let mut library = Library::new();
    for item in Printed::by(program().arg("export")).rows() {
        let shown: serde_json::Map<_, _> =
            SAME.iter().map(|name| ((*name).to_owned(), item[*name].clone())).collect();
        for place in item["places"].as_array().unwrap() {
            library.insert(place.as_str().unwrap().to_owned(), Value::Object(shown.clone()));
        }
    }
    for queued in Printed::by(program().args(["list", "--json", "state:queued"])).rows() {
        library.insert(queued["path"].as_str().unwrap().to_owned(), "not read yet".into());
    }
    library
}

/// In what a library is not as it must be, one line for each file.
pub(super) fn differences(library: &Library, wanted: &Library) -> Vec<String> {
    let missing =
        wanted.keys().filter(|path| !library.contains_key(*path)).map(|path| format!("{path} is missing"));
    let wrong = library.iter().filter_map(|(path, shown)| match wanted.get(path) {
        None => Some(format!("{path} should not be there")),
        Some(wanted) if wanted != shown => {
            let of = |one: &Value, name| one.get(name).unwrap_or(one).to_string();
            let what = SAME.into_iter().filter(|name| shown.get(name) != wanted.get(name));
            let what: Vec<_> =
                what.map(|name| format!("{name} {} for {}", of(shown, name), of(wanted, name))).collect();
            Some(format!("{path} differs: {}", what.join(", ")))
        }
        Some(_) => None,
    });
    missing.chain(wrong).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_difference_is_found() {
        let of = |files: &[(&str, &str)]| -> Library {
            files
                .iter()
                .map(|(path, key)| ((*path).to_owned(), json!({ "key": key, "state": "read" })))
                .collect()
        };
        let wanted = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(differences(&wanted, &wanted), Vec::<String>::new());
        let other = of(&[("a", "1"), ("b", "9"), ("d", "4")]);
        assert_eq!(
            differences(&other, &wanted),
            ["c is missing", "b differs: key \"9\" for \"2\"", "d should not be there"]
        );
    }
}
