//! Which crates a member of the workspace reaches, by normal and build dependencies, and whether it may.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::Violation;
use super::rules::{BARRED, Barred, RESERVED, Reserved, SIBLINGS};
use crate::problem::{Doing, Outcome, Problem};
use crate::workspace;

/// The packages of the workspace, by the first name in their manifests.
pub(super) fn members(root: &Path) -> Outcome<Vec<String>> {
    let crates = root.join("crates");
    let mut folders = vec![root.join("src-tauri")];
    for entry in fs::read_dir(&crates).doing_to("list", &crates)? {
        folders.push(entry.doing_to("list", &crates)?.path());
    }
    let mut names = Vec::new();
    for manifest in folders.into_iter().map(|folder| folder.join("Cargo.toml")).filter(|path| path.is_file())
    {
        let text = fs::read_to_string(&manifest).doing_to("read", &manifest)?;
        let name = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        names.push(name.ok_or_else(|| Problem(format!("no name: {}", manifest.display())))?.to_owned());
    }
    names.sort();
    Ok(names)
}

/// What one member imports, and what that imports, and so on.
#[derive(Debug)]
pub(super) struct Graph {
    member: String,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// As cargo resolves it. `cargo tree` and not `cargo metadata`: it knows which features this member asks
    /// for, where the other shows those of all members together.
    pub(super) fn of_member(member: &str) -> Outcome<Self> {
        let mut cargo = workspace::cargo();
        cargo.args([
            "tree",
            "--locked",
            "--edges=normal,build,no-proc-macro",
            "--prefix=depth",
            "--package",
            member,
        ]);
        // What it says on stderr is progress: the first time it downloads all crates.
        let output = cargo.stderr(Stdio::inherit()).output().doing("start cargo tree")?;
        if !output.status.success() {
            return Err(Problem(format!("cargo tree failed for {member}, see above")));
        }
        Self::parse(member, &String::from_utf8_lossy(&output.stdout))
    }

    /// Lines such as `2serde v1.0.0 (*)`: how deep, and what. Whatever is shown again is shown without its
    /// dependencies, which are known by then.
    fn parse(member: &str, tree: &str) -> Outcome<Self> {
        let mut graph = Self { member: member.to_owned(), edges: BTreeMap::new() };
        let mut path = Vec::<String>::new();
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let strange = || Problem(format!("cargo tree says something unknown: {line}"));
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            let depth: usize = line[..digits].parse().map_err(|_| strange())?;
            let name = line[digits..].split_whitespace().next().ok_or_else(strange)?;
            path.truncate(depth);
            if let Some(parent) = path.last() {
                graph.edges.entry(parent.clone()).or_default().insert(name.to_owned());
            }
            path.push(name.to_owned());
        }
        Ok(graph)
    }

    fn imports<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.edges.get(name).into_iter().flatten().map(String::as_str)
    }

    /// The shortest way from the member to a crate that is `wanted`, past none that is a `gate`.
    fn way(&self, wanted: impl Fn(&str) -> bool, gates: &[&str]) -> Option<Vec<&str>> {
        let mut ways = VecDeque::from([vec![self.member.as_str()]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            let &last = way.last()?;
            if gates.contains(&last) {
                continue;
            }
            for next in self.imports(last).filter(|next| seen.insert(*next)) {
                let longer = [&way[..], &[next]].concat();
                if wanted(next) {
                    return Some(longer);
                }
                ways.push_back(longer);
            }
        }
        None
    }
}

/// What is wrong with what one member imports.
pub(super) fn check(graph: &Graph) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut broken = |rule, way: &[&str], remedy: &str| {
        violations.push(Violation { rule, place: way.join(" → "), remedy: remedy.to_owned() });
    };

    let member = graph.member.as_str();
    let allowed = SIBLINGS.iter().find(|(name, _)| *name == member);
    if allowed.is_none() {
        let remedy = "say in SIBLINGS (crates/xtask/src/edges/rules.rs) whom it may import";
        broken("every crate has its place", &[member], remedy);
    }
    for sibling in graph.imports(member).filter(|name| SIBLINGS.iter().any(|(ours, _)| ours == name)) {
        if allowed.is_some_and(|(_, siblings)| !siblings.contains(&sibling)) {
            let remedy = "move what is shared to where both may import it from, or send a message";
            broken("who may import whom", &[member, sibling], remedy);
        }
    }
    for Reserved { rule, crates, importers } in RESERVED {
        if let Some(way) = graph.way(|name| crates.contains(&name), importers) {
            broken(rule, &way, &format!("only {} may import it", importers.join(" and ")));
        }
    }
    for Barred { rule, crates, but_through, .. } in BARRED.iter().filter(|barred| barred.member == member) {
        if let Some(way) = graph.way(|name| crates.contains(&name) || crates.contains(&"*"), but_through) {
            broken(rule, &way, "do without it, or without the feature that brings it in");
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules that this tree of `depth name` lines breaks, and where.
    fn broken(tree: &str) -> Vec<(&'static str, String)> {
        let member = tree.trim_start_matches('0').split_whitespace().next().unwrap();
        let violations = check(&Graph::parse(member, tree).unwrap());
        violations.into_iter().map(|violation| (violation.rule, violation.place)).collect()
    }

    #[test]
    fn allowed_edges_are_allowed() {
        for tree in [
            "0deskscribe-protocol v0.1.0 (/x)\n1serde v1.0.0\n2serde_core v1.0.0",
            "0deskscribe-engine v0.1.0\n1deskscribe-cache v0.1.0\n2rusqlite v1\n1jpeg-encoder v0\n1tokio v1\n1ollama-rs v0",
            "0deskscribe-worker v0.1.0\n1deskscribe-protocol v0\n1oar-ocr v0\n2ort v2\n2image v0\n3png v0\n1ollama-rs v0\n2reqwest v0\n3tokio v1",
            "0deskscribe-cli v0.1.0\n1deskscribe-engine v0.1.0\n2deskscribe-protocol v0\n2ollama-rs v0",
            "0deskscribe-app v0.1.0\n1deskscribe-engine v0.1.0\n2ollama-rs v0\n1tauri v2\n2wry v0",
            "0xtask v0.1.0 (/x)",
        ] {
            assert_eq!(broken(tree), [], "{tree}");
        }
    }

    #[test]
    fn one_forbidden_sibling_for_every_member() {
        for (member, sibling) in [
            ("deskscribe-protocol", "deskscribe-sandbox"),
            ("deskscribe-sandbox", "deskscribe-protocol"),
            ("deskscribe-cache", "deskscribe-engine"),
            ("deskscribe-engine", "deskscribe-worker"),
            ("deskscribe-worker", "deskscribe-cache"),
            ("deskscribe-cli", "deskscribe-cache"),
            ("deskscribe-app", "deskscribe-protocol"),
            ("deskscribe-system-tests", "deskscribe-cli"),
            ("deskscribe-window-tests", "deskscribe-app"),
        ] {
            let tree = format!("0{member} v0.1.0\n1{sibling} v0.1.0");
            assert_eq!(broken(&tree), [("who may import whom", format!("{member} → {sibling}"))]);
        }
    }

    #[test]
    fn nobody_imports_what_is_only_run() {
        for (member, siblings) in SIBLINGS {
            for run in
                ["deskscribe-worker", "deskscribe-cli", "deskscribe-app", "deskscribe-window-tests", "xtask"]
            {
                assert!(!siblings.contains(&run), "{member} imports {run}");
            }
        }
    }

    #[test]
    fn a_crate_without_a_place_is_noticed() {
        assert_eq!(
            broken("0deskscribe-extra v0.1.0"),
            [("every crate has its place", "deskscribe-extra".into())]
        );
    }

    #[test]
    fn one_forbidden_import_for_every_reserved_crate() {
        for Reserved { rule, crates, .. } in RESERVED {
            for name in *crates {
                let tree = format!("0deskscribe-cache v0.1.0\n1between v1.0.0\n2{name} v1.0.0");
                assert_eq!(broken(&tree), [(*rule, format!("deskscribe-cache → between → {name}"))]);
            }
        }
    }

    #[test]
    fn one_forbidden_import_for_every_barred_crate() {
        for Barred { rule, member, crates, .. } in BARRED {
            for name in *crates {
                let name = name.replace('*', "anything");
                let tree = format!("0{member} v0.1.0\n1{name} v1.0.0");
                assert_eq!(broken(&tree), [(*rule, format!("{member} → {name}"))]);
            }
        }
    }

    #[test]
    fn the_shell_decodes_nothing() {
        for (name, rule) in [
            ("ort", "only the worker runs models"),
            ("whisper-rs", "only the worker runs models"),
            ("image", "only the worker decodes pictures"),
            ("libheif-rs", "only the worker decodes pictures"),
            ("ffmpeg-next", "only the worker decodes sound and moving pictures"),
        ] {
            let tree = format!("0deskscribe-app v0.1.0\n1tauri v2\n1plugin v2\n2{name} v1");
            assert_eq!(broken(&tree), [(rule, format!("deskscribe-app → plugin → {name}"))]);
        }
    }

    #[test]
    fn a_way_around_the_gate_is_found() {
        let tree = "0deskscribe-cli v0.1.0\n1deskscribe-engine v0.1.0\n2ollama-rs v0\n1ollama-rs v0 (*)";
        let rule = "only the gateway and the worker talk to a language model";
        assert_eq!(broken(tree), [(rule, "deskscribe-cli → ollama-rs".into())]);
    }

    #[test]
    fn the_worker_has_no_client_but_the_one_it_never_calls() {
        let tree = "0deskscribe-worker v0.1.0\n1ollama-rs v0\n2reqwest v0\n3tokio v1\n";
        assert_eq!(broken(tree), []);
        let (client, runtime) = (
            "only the engine asks servers",
            "the worker is synchronous, opens no path and never sees the cache",
        );
        assert_eq!(
            broken(&format!("{tree}1reqwest v0 (*)")),
            [
                (client, "deskscribe-worker → reqwest".to_owned()),
                (runtime, "deskscribe-worker → reqwest → tokio".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_shown_again_keeps_its_dependencies() {
        let tree = "0deskscribe-protocol v0.1.0\n1a v1\n2b v1\n3tokio v1\n1b v1 (*)";
        let place = "deskscribe-protocol → b → tokio".to_owned();
        assert_eq!(broken(tree), [("the protocol is plain data", place)]);
    }
}
