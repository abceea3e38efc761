//! `deskscribe search`, `list`, `show` and `export` on real pictures, as a person or a script meets them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use deskscribe_engine::{Home, set_tags};
use deskscribe_system_tests::{Printed, Terminal};
use serde_json::Value;

const ERROR_DIALOG: &str = "label printer error.gif";
const GERMAN: &str = "Bildschirmfoto 2026-02-02.png";
const BROKEN: &str = "holiday.jpg";

/// A desktop of three pictures that was scanned, and a way to run the program on it.
struct Desk {
    terminal: Terminal,
}

impl Desk {
    fn scanned() -> Self {
        let terminal = Terminal::new();
        for name in [ERROR_DIALOG, GERMAN, BROKEN] {
            terminal.sample(name);
        }
        let said = terminal.scanned();
        assert_eq!((said.rows.len(), said.code), (3, Some(1)), "{said:#?}");
        Self { terminal }
    }

    fn path(&self, name: &str) -> String {
        self.terminal.desktop().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Printed {
        Printed::by(&mut self.terminal.deskscribe(arguments))
    }
}

fn name(row: &Value) -> &str {
    Path::new(row["path"].as_str().unwrap()).file_name().unwrap().to_str().unwrap()
}

fn names(printed: &Printed) -> Vec<String> {
    printed.rows().iter().map(|row| name(row).to_owned()).collect()
}

#[test]
fn rows_have_the_forms_that_scripts_depend_on() {
    let desk = Desk::scanned();
    let found = desk.run(&["search", "--json", "label", "printer", "kind:image"]);
    assert_eq!((names(&found), found.code), (vec![ERROR_DIALOG.to_owned()], Some(0)), "{found:?}");
    assert_eq!(found.stderr, "1 match; searched 2 of 3, 1 could not be read\n");
    let row = &found.rows()[0];
    assert!(row["snippet"].as_str().unwrap().contains("label printer"), "{row}");
    insta::assert_json_snapshot!("search", row, {
        ".path" => "[absolute path]", ".score" => "[score]", ".title" => "[title]", ".snippet" => "[one line]",
        ".box" => "[four corners]",
    });

    let listed = desk.run(&["list", "--json"]);
    let mut rows = listed.rows();
    rows.sort_by_key(|row| name(row).to_owned());
    let redacted = |row: &mut Value| {
        for (column, value) in [("path", "[absolute path]"), ("date", "[RFC 3339]"), ("tags", "[tags]")] {
            row[column] = value.into();
        }
    };
    rows.iter_mut().for_each(redacted);
    insta::assert_json_snapshot!("list", rows);

    let shown = desk.run(&["show", "--json", &desk.path(ERROR_DIALOG)]);
    let shown = shown.rows().remove(0);
    insta::assert_json_snapshot!("show", shown, {
        ".path" => "[absolute path]", ".text" => "[text]", ".title" => "[title]", ".summary" => "[summary]",
        ".tags" => "[tags]", ".lines" => "[lines]", ".seconds" => "[seconds]", ".date" => "[RFC 3339]",
        ".read_at" => "[RFC 3339]", ".places" => "[absolute paths]", ".provenance" => "[provenance]",
    });
    let failed = desk.run(&["show", "--json", &desk.path(BROKEN)]);
    assert_eq!(failed.code, Some(1));
    let failed = failed.rows().remove(0);
    assert_eq!((&failed["state"], &failed["code"]), (&"failed".into(), &"damaged".into()));

    // One item has one form, wherever it is told.
    let exported = desk.run(&["export"]);
    assert_eq!((exported.stderr.as_str(), exported.code), ("Exported 3 items.\n", Some(0)));
    let exported = exported.rows();
    assert!(exported.contains(&shown) && exported.contains(&failed), "{exported:#?}");
    let array: Value = serde_json::from_str(&desk.run(&["export", "--format", "json"]).stdout).unwrap();
    assert_eq!(array.as_array().unwrap(), &exported);
    let none = desk.run(&["export", "--format", "json", "tag:nosuchtag"]);
    assert_eq!((none.stdout.as_str(), none.code), ("[\n]\n", Some(0)));
    let table = desk.run(&["export", "--format", "csv", "state:read"]).stdout;
    insta::assert_snapshot!("columns", table.lines().next().unwrap());
    assert!(table.contains("\r\n") && table.contains(ERROR_DIALOG));
}

#[test]
fn a_person_reads_what_was_found_and_what_was_not() {
    let desk = Desk::scanned();
    let found = desk.run(&["search", "stopped responding"]);
    assert_eq!(found.code, Some(0));
    let lines: Vec<&str> = found.stdout.lines().collect();
    assert!(lines[1].starts_with("  label printer error.gif · /") && lines[2].contains("stopped responding"));
    assert!(!found.stdout.contains('\x1b'), "piped, nothing is bold");
    let folded = desk.run(&["search", "--json", "wurzburg", "lang:de"]);
    assert_eq!(names(&folded), [GERMAN]);

    let none = desk.run(&["search", "nosuchword", "printer"]);
    assert_eq!((none.stdout.as_str(), none.code), ("", Some(1)));
    assert!(none.stderr.starts_with("No match; searched 2 of 3, 1 could not be read.\n"), "{}", none.stderr);
    let filtered = desk.run(&["search", "printer", "lang:de"]);
    assert!(filtered.stderr.contains("but not with these filters"), "{}", filtered.stderr);
    let wrong = desk.run(&["search", "kind:picture"]);
    assert_eq!(wrong.stderr, "deskscribe: kind: takes image, video or audio, not “picture”\n");
    assert_eq!((wrong.stdout.as_str(), wrong.code), ("", Some(2)));
    let nothing = desk.run(&["list", "state:queued"]);
    assert_eq!((nothing.stdout.as_str(), nothing.code), ("", Some(1)));

    let shown = desk.run(&["show", &desk.path(BROKEN)]);
    assert!(shown.stdout.contains("Not read: the file ends in the middle of the picture."), "{shown:?}");
    assert!(shown.stdout.contains("deskscribe scan --again failed "), "{shown:?}");
    let markdown = desk.run(&["show", "--markdown", &desk.path(GERMAN)]).stdout;
    assert!(markdown.starts_with("# Lüneburg – Würzburg\n") && markdown.contains("\n| Language | de |\n"));
    let text = desk.run(&["show", "--text", &desk.path(GERMAN)]).stdout;
    assert!(text.contains("Würzburg") && !text.contains("| Language"));
}

#[test]
fn tags_of_the_users_own_are_told_everywhere_also_when_a_file_is_read_again() {
    let desk = Desk::scanned();
    let shown = desk.run(&["show", "--json", &desk.path(GERMAN)]).rows().remove(0);
    let key = shown["key"].as_str().unwrap().parse().unwrap();
    let home = Home::at(desk.terminal.home());
    let typed = ["Fahrkarten".to_owned(), " fahrkarten".to_owned(), "2026".to_owned()];
    let own = ["Fahrkarten", "2026"];
    assert_eq!(set_tags(&home, &key, Some(&typed)).unwrap().unwrap(), own);
    let told = |arguments: &[&str]| {
        let rows = desk.run(arguments).rows();
        rows.into_iter().find(|row| row["key"] == shown["key"]).unwrap()["tags"].clone()
    };
    let desktop = desk.terminal.desktop();
    let desktop = desktop.to_str().unwrap();
    for arguments in [
        &["show", "--json", &desk.path(GERMAN)][..],
        &["list", "--json", "tag:fahrkarten"],
        &["export", "fahrkarten"],
        &["scan", "--json", desktop],
        &["scan", "--json", "--again", "all", desktop],
        &["scan", "--json", desktop],
    ] {
        assert_eq!(told(arguments), serde_json::json!(own), "{arguments:?}");
    }
    let markdown = desk.run(&["show", "--markdown", &desk.path(GERMAN)]).stdout;
    assert!(markdown.contains("\n| Tags | Fahrkarten, 2026 |\n"), "{markdown}");
    set_tags(&home, &key, None).unwrap();
    assert_eq!(told(&["list", "--json"]), shown["tags"]);
}

#[test]
fn a_file_is_shown_wherever_it_is_and_whatever_it_is_called() {
    let desk = Desk::scanned();
    let (original, copy) = (desk.path(GERMAN), desk.path("copy.png"));
    fs::copy(&original, &copy).unwrap();
    let shown = desk.run(&["show", "--json", &copy]).rows().remove(0);
    assert_eq!((&shown["path"], &shown["places"][0]), (&copy.as_str().into(), &original.as_str().into()));
    let key = shown["key"].as_str().unwrap();
    let by_key = desk.run(&["show", "--json", &key[..12]]).rows().remove(0);
    assert_eq!(by_key["path"], original);

    // Gone, it is known by its place; a search tells where it still is.
    fs::remove_file(&original).unwrap();
    assert_eq!(desk.run(&["show", "--json", &original]).rows()[0]["key"], key);
    assert!(desk.run(&["show", &original]).stdout.contains("(not there any more)"));
    desk.terminal.scanned();
    assert_eq!(names(&desk.run(&["search", "--json", "Würzburg"])), ["copy.png"]);

    fs::write(&copy, "something else").unwrap();
    fs::write(desk.path("new.png"), "new").unwrap();
    let says = |name: &str, text: &str| {
        let said = desk.run(&["show", name]);
        assert!(said.code == Some(2) && said.stdout.is_empty() && said.stderr.contains(text), "{said:?}");
    };
    says(&copy, "has changed since it was read");
    says(&desk.path("new.png"), "this file was not read yet; read it with: deskscribe scan ");
    says(&desk.path("nosuch.png"), "there is no such file, and none was read there");
    says(desk.terminal.desktop().to_str().unwrap(), "deskscribe list ");
    says("b3:12345", "at least six of its digits");
    says("b3:000000", "nothing is known by the key");
}

#[test]
fn an_export_is_whole_or_not_there_and_replaces_nothing_unasked() {
    let desk = Desk::scanned();
    let file = desk.path("all.md");
    let export = |more: &[&str]| desk.run(&[&["export", "--format", "md", "-o", &file], more].concat());
    let first = export(&[]);
    assert!(first.code == Some(0) && first.stderr.starts_with("Exported 3 items to "), "{first:?}");
    let written = fs::read_to_string(&file).unwrap();
    let with_text = written.split("\n# ").filter(|item| item.contains("\n```text\n"));
    assert_eq!(with_text.count(), 2, "{written}");
    let again = export(&["state:failed"]);
    assert!(again.code == Some(2) && again.stderr.contains("replace it with --force"), "{again:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    assert_eq!(export(&["state:failed", "--force"]).code, Some(0));
    assert!(fs::read_to_string(&file).unwrap().contains("Not read: the file ends in the middle"));
    let nowhere = desk.run(&["export", "-o", "/nonexistent/all.jsonl"]);
    assert!(nowhere.code == Some(2) && nowhere.stderr.contains("there is no such folder"), "{nowhere:?}");
    let device = desk.run(&["export", "-o", "/dev/null", "--force"]);
    assert!(device.code == Some(2) && device.stderr.contains("a folder or a device"), "{device:?}");
    let left = fs::read_dir(desk.terminal.desktop()).unwrap().count();
    assert_eq!(left, 4, "nothing half written is left");
}
