//! Rules about the text of sources and pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Violation;
use super::rules::{LONG_FILES, LONGEST, MADE_LATER, PAGES, SILENT_FILES, WORDS, Word};
use crate::problem::{Doing, Outcome};

/// Files by their path from the top, with `/` between; folders end with one. Text of sources and pages only.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, String>,
}

/// Folders that nobody wrote.
const MADE: [&str; 5] = [".git", "target", "node_modules", "weights", "dist"];

impl Tree {
    pub(super) fn read(root: &Path) -> Outcome<Self> {
        let mut tree = Self::default();
        tree.add(root, "")?;
        Ok(tree)
    }

    fn add(&mut self, folder: &Path, path: &str) -> Outcome {
        for entry in fs::read_dir(folder).doing_to("list", folder)? {
            let entry = entry.doing_to("list", folder)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().doing_to("look at", &entry.path())?;
            if kind.is_dir() && !MADE.contains(&name.as_str()) {
                let path = format!("{path}{name}/");
                self.add(&entry.path(), &path)?;
                self.files.insert(path, String::new());
            } else if kind.is_file() {
                let path = format!("{path}{name}");
                let is_read = is_source(&path) || PAGES.contains(&path.as_str());
                let bytes =
                    if is_read { fs::read(entry.path()).doing_to("read", &entry.path())? } else { vec![] };
                self.files.insert(path, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Ok(())
    }

    fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        all.filter(|(path, _)| is_source(path))
    }

    /// Whether a page may mean something that is there: pages name a file from the top, from their own folder,
    /// or by the end of its path.
    fn has(&self, name: &str) -> bool {
        let end = format!("/{name}");
        self.files.keys().any(|path| path == name || path.ends_with(&end))
    }
}

/// What is compiled, of the program or of the window's page.
fn is_source(path: &str) -> bool {
    let is_in = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    let is_any = |kinds: &[&str]| kinds.iter().any(|kind| path.ends_with(kind));
    (is_in(&["crates/", "src-tauri/"]) && path.ends_with(".rs"))
        || (is_in(&["ui/src/"]) && is_any(&[".ts", ".svelte", ".css"]))
}

/// What is wrong with sources and pages.
pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut broken = |rule, place: String, remedy: &str| {
        violations.push(Violation { rule, place, remedy: remedy.to_owned() });
    };
    let is_listed = |list: &[(&str, &str)], path: &str| list.iter().any(|(listed, _)| *listed == path);

    for (path, text) in tree.sources() {
        if path.ends_with(".rs") && !text.starts_with("//! ") && !is_listed(SILENT_FILES, path) {
            let remedy = "begin with `//!` and one sentence";
            broken("every file says first what it is for", path.to_owned(), remedy);
        }
        let lines = text.lines().count();
        if lines > LONGEST && !is_listed(LONG_FILES, path) {
            let remedy = format!("{lines} lines: split it to stay below {LONGEST}, or list it with a reason");
            broken("files stay small", path.to_owned(), &remedy);
        }
        for Word { rule, word, places } in WORDS {
            let may = places.iter().any(|place| match place.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == *place,
            });
            let line = text.lines().position(|line| line.contains(word));
            if let Some(line) = line.filter(|_| !may) {
                let remedy = format!("{word} may be named in {} only", places.join(", "));
                broken(rule, format!("{path}:{}", line + 1), &remedy);
            }
        }
    }
    for page in PAGES {
        for (at, line) in tree.files.get(*page).into_iter().flat_map(|text| text.lines().enumerate()) {
            for name in named(line).filter(|name| !tree.has(name)) {
                let place = format!("{page}:{}: {name}", at + 1);
                broken("pages name what is there", place, "write what it is called now");
            }
        }
    }
    for (path, _) in LONG_FILES.iter().chain(SILENT_FILES).filter(|(path, _)| !tree.has(path)) {
        broken("exemptions end with their files", (*path).to_owned(), "remove it from edges/rules.rs");
    }
    violations
}

/// The paths in backticks of a line: what ends with `.rs` or `/` and is plainly a path of ours.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| {
        let is_path = text.ends_with(".rs") || text.ends_with('/');
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
        let is_made = MADE_LATER.iter().any(|(start, _)| text.starts_with(start));
        is_path && is_plain && !is_made && !text.starts_with(['/', '.'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(files: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        // What is exempt is there in every tree, as it must be.
        let exempt = LONG_FILES.iter().chain(SILENT_FILES).map(|(path, _)| (*path, ""));
        let files = exempt.chain(files.iter().copied());
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        let violations = check(&Tree { files });
        violations.into_iter().map(|violation| (violation.rule, violation.place)).collect()
    }

    #[test]
    fn exemptions_end_with_their_files() {
        let rule = "exemptions end with their files";
        let violations = check(&Tree::default());
        assert!(violations.iter().all(|violation| violation.rule == rule), "{violations:?}");
        assert_eq!(violations.len(), LONG_FILES.len() + SILENT_FILES.len());
    }

    #[test]
    fn a_file_that_keeps_the_rules() {
        let just = "//! What for.\n".to_owned() + &"x\n".repeat(LONGEST - 1);
        assert_eq!(broken(&[("crates/a/src/lib.rs", &just), ("samples/x.rs", "anything")]), []);
    }

    #[test]
    fn a_file_must_say_what_it_is_for() {
        let rule = "every file says first what it is for";
        for text in ["", "use std;\n", "// Plain.\n", "\n//! Late.\n"] {
            let files = [("crates/a/build.rs", text)];
            assert_eq!(broken(&files), [(rule, "crates/a/build.rs".into())], "{text:?}");
        }
    }

    #[test]
    fn a_file_must_not_be_long() {
        let long = "//! What for.\n".to_owned() + &"x\n".repeat(LONGEST);
        let files = [("src-tauri/src/main.rs", long.as_str())];
        assert_eq!(broken(&files), [("files stay small", "src-tauri/src/main.rs".into())]);
    }

    #[test]
    fn the_page_is_made_of_small_files_too() {
        let long = "x\n".repeat(LONGEST + 1);
        for path in ["ui/src/state/feed.ts", "ui/src/library/Grid.svelte", "ui/src/tokens.css"] {
            assert_eq!(broken(&[(path, &long)]), [("files stay small", path.into())]);
        }
        assert_eq!(broken(&[("ui/src/bindings.ts", &long), ("ui/recorded/session.json", &long)]), []);
    }

    #[test]
    fn the_page_speaks_to_the_window_in_one_place() {
        let text = "import { invoke } from '@tauri-apps/api/core';\n";
        for path in ["ui/src/backend/tauri.ts", "ui/src/bindings.ts"] {
            assert_eq!(broken(&[(path, text)]), [], "{path}");
        }
        let rule = "the page speaks to the window in one place, and so runs without it";
        for path in ["ui/src/App.svelte", "ui/src/backendish.ts"] {
            assert_eq!(broken(&[(path, text)]), [(rule, format!("{path}:1"))]);
        }
    }

    #[test]
    fn the_write_guard_stays_where_it_belongs() {
        let text = "//! What for.\nuse cache::WriteGuard;\n";
        for path in
            ["crates/cache/src/a.rs", "crates/engine/src/record.rs", "crates/engine/src/record/row.rs"]
        {
            assert_eq!(broken(&[(path, text)]), [], "{path}");
        }
        let rule = "only the engine's record holds the write guard of the cache";
        for path in
            ["crates/engine/src/dispatch.rs", "crates/cli/src/main.rs", "crates/engine/tests/record.rs"]
        {
            assert_eq!(broken(&[(path, text)]), [(rule, format!("{path}:2"))]);
        }
    }

    #[test]
    fn two_rooms_speak_to_servers() {
        let text = "//! What for.\nuse reqwest::Client;\n";
        for path in ["crates/engine/src/models/http.rs", "crates/engine/src/gateway/way.rs"] {
            assert_eq!(broken(&[(path, text)]), [], "{path}");
        }
        let rule = "nothing but models and the gateway speaks to a server";
        for path in ["crates/engine/src/session/mod.rs", "crates/cli/src/models.rs"] {
            assert_eq!(broken(&[(path, text)]), [(rule, format!("{path}:2"))]);
        }
    }

    #[test]
    fn pages_must_name_what_is_there() {
        let page =
            "See `engine/src/pool.rs` and `engine/`, made in `target/debug/`, not `/etc/` or `a b/`.\n";
        let sources = [("crates/engine/", ""), ("crates/engine/src/pool.rs", "//! What for.")];
        assert_eq!(broken(&[sources[0], sources[1], ("crates/README.md", page)]), []);
        let rule = "pages name what is there";
        assert_eq!(
            broken(&[sources[0], ("crates/README.md", page)]),
            [(rule, "crates/README.md:1: engine/src/pool.rs".into())]
        );
    }
}
