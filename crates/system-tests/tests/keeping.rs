//! `deskscribe forget`, `runs`, `list --follow` and `scan --queued`: what is kept, let go of, told and taken up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use deskscribe_system_tests::{Bench, Printed};
use serde_json::Value;

fn run(bench: &Bench, arguments: &[&str]) -> Printed {
    Printed::by(&mut bench.deskscribe(arguments))
}

fn scan(bench: &Bench) -> Printed {
    Printed::by(bench.deskscribe(&["scan"]).arg(bench.desktop()))
}

fn listed(bench: &Bench) -> Vec<String> {
    let rows = run(bench, &["list", "--json"]).rows();
    let name = |row: &Value| row["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let mut names: Vec<String> = rows.iter().map(name).collect();
    names.sort();
    names
}

/// The files below this folder that hold this text.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if fs::read(&path)
            .is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn what_is_forgotten_is_gone_from_every_place_and_no_file_is_touched() {
    let bench = Bench::new();
    let one = bench.order("one.png", "read one");
    let copy = bench.order("copy.png", "read one");
    bench.order("two.png", "read two");
    scan(&bench);
    let one = one.to_str().unwrap();
    let asked = run(&bench, &["forget", one]);
    assert!(asked.code == Some(2) && asked.stderr.contains("say --yes"), "{asked:?}");
    assert!(asked.stdout.contains("also ") && asked.stdout.contains(copy.to_str().unwrap()), "{asked:?}");
    assert_eq!(run(&bench, &["search", "one"]).code, Some(0));
    let forgotten = run(&bench, &["forget", "--yes", one, copy.to_str().unwrap()]);
    assert_eq!(forgotten.code, Some(0));
    assert!(
        forgotten.stdout.ends_with(
            "Forgot 1 reading. No file was touched; a scan that finds one of them reads it again.\n"
        )
    );
    assert_eq!(listed(&bench), ["two.png"]);
    assert_eq!(run(&bench, &["search", "one"]).code, Some(1));
    assert_eq!(fs::read_to_string(one).unwrap(), "read one");
    assert_eq!(files_with(&bench.home(), "one.png"), Vec::<PathBuf>::new());
    assert!(!files_with(&bench.home(), "two.png").is_empty(), "what is not forgotten is still told");
    let unknown = run(&bench, &["forget", "--yes", one, bench.desktop().join("two.png").to_str().unwrap()]);
    assert_eq!(unknown.code, Some(1), "a part of it: {unknown:?}");
    scan(&bench);
    assert_eq!(listed(&bench).len(), 2);
}

#[test]
fn files_that_are_gone_are_forgotten_but_not_those_of_a_drive_that_is_not_there() {
    let bench = Bench::new();
    let drive = bench.desktop().join("drive");
    fs::create_dir(&drive).unwrap();
    for (name, text) in [("stays.png", "a"), ("goes.png", "b"), ("drive/away.png", "c"), ("moves.png", "d")] {
        bench.order(name, &format!("read {text}"));
    }
    scan(&bench);
    fs::remove_file(bench.desktop().join("goes.png")).unwrap();
    fs::rename(bench.desktop().join("moves.png"), bench.desktop().join("moved.png")).unwrap();
    scan(&bench);
    fs::rename(&drive, bench.home().join("elsewhere")).unwrap();
    let gone = run(&bench, &["forget", "--gone", "--yes"]);
    assert!(gone.stdout.contains("Forgot 1 reading.") && gone.stderr.contains("Kept 1 reading"), "{gone:?}");
    assert_eq!(listed(&bench), ["away.png", "moved.png", "stays.png"]);
    let gone = run(&bench, &["forget", "--gone", "--yes", drive.to_str().unwrap()]);
    assert!(gone.stdout.contains("Forgot 1 reading."), "{gone:?}");
    assert_eq!(listed(&bench), ["moved.png", "stays.png"]);
    let gone = run(&bench, &["forget", "--gone"]);
    assert_eq!((gone.stdout.starts_with("Nothing to forget"), gone.code), (true, Some(0)));
}

/// Starts a scan and kills it once it has told of so many files.
fn cut_short(bench: &Bench, rows: usize) {
    let mut child = bench.deskscribe(&["scan", "--json"]).arg(bench.desktop()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..rows {
        lines.next().unwrap().unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn runs_are_told_with_how_they_ended_and_what_they_left_is_taken_up() {
    let bench = Bench::new();
    assert_eq!(run(&bench, &["runs"]).stdout, "There was no scan yet.\n");
    bench.order("a.png", "read a");
    bench.order("broken.png", "claim damaged");
    scan(&bench);
    bench.order("b.png", "read b");
    bench.order("slow.png", "slow 60000");
    cut_short(&bench, 3);
    bench.order("slow.png", "read slow");
    let queued = run(&bench, &["list", "--json", "state:queued"]).rows();
    assert!(!queued.is_empty());
    let rest = run(&bench, &["scan", "--queued"]);
    assert_eq!(rest.code, Some(0), "{rest:?}");
    assert_eq!(listed(&bench), ["a.png", "b.png", "broken.png", "slow.png"]);
    assert_eq!(run(&bench, &["list", "state:queued"]).code, Some(1));

    let mut runs = run(&bench, &["runs", "--json"]).rows();
    for run in &mut runs {
        for (key, value) in [("begun", "[RFC 3339]"), ("log", "[absolute path]")] {
            assert!(run[key].is_string());
            run[key] = value.into();
        }
        run["counts"]["seconds"] = "[seconds]".into();
    }
    runs[2]["folders"][0] = "[absolute path]".into();
    assert_eq!((&runs[0]["end"], &runs[1]["end"]), (&"complete".into(), &"cut_short".into()));
    insta::assert_json_snapshot!("runs", [&runs[0], &runs[2]]);
    let told = run(&bench, &["runs", "2"]).stdout;
    assert!(told.contains("cut short") && told.contains("what earlier scans left"), "{told}");
}

fn follow(bench: &Bench, filters: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut command = bench.deskscribe(&[&["list", "--json", "--follow"], filters].concat());
    let mut child = command.spawn().unwrap();
    // From here on, it misses nothing.
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut ready = String::new();
    stderr.read_line(&mut ready).unwrap();
    assert!(ready.starts_with("Waiting for what is read from now on."), "{ready}");
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

#[test]
fn what_another_program_reads_is_told_within_a_second() {
    let bench = Bench::new();
    bench.order("old.png", "read old");
    scan(&bench);
    let (mut follower, mut lines) = follow(&bench, &[]);
    let (mut picky, mut chosen) = follow(&bench, &["state:failed"]);
    bench.order("new.png", "read new");
    bench.order("broken.png", "claim damaged");
    let mut scan = bench.deskscribe(&["scan", "--json", "--workers", "1"]);
    let mut scan = scan.arg(bench.desktop()).spawn().unwrap();
    let rows = BufReader::new(scan.stdout.take().unwrap()).lines();
    let told = rows.map(|row| serde_json::from_str::<Value>(&row.unwrap()).unwrap());
    // As seen by somebody else, from the moment when it was stored and told here.
    let mut expected: Vec<Value> =
        told.filter(|row| row["cached"] == false).map(|row| row["key"].clone()).collect();
    let begun = Instant::now();
    let mut line = String::new();
    let mut seen: Vec<Value> = (0..expected.len())
        .map(|_| {
            line.clear();
            lines.read_line(&mut line).unwrap();
            serde_json::from_str::<Value>(&line).unwrap()["key"].clone()
        })
        .collect();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    let order = |one: &Value, two: &Value| one.as_str().cmp(&two.as_str());
    expected.sort_by(order);
    seen.sort_by(order);
    assert_eq!((expected.len(), &seen), (2, &expected), "what was known before is no news");
    line.clear();
    chosen.read_line(&mut line).unwrap();
    assert!(line.contains("broken.png"), "{line}");
    scan.wait().unwrap();
    // Without a reader there is nothing to wait for.
    drop((lines, chosen));
    for child in [&mut follower, &mut picky] {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn nobody_who_reads_only_the_beginning_sees_an_error() {
    let bench = Bench::new();
    for number in 0..40 {
        bench.order(&format!("{number}.png"), &format!("read {}", "word ".repeat(2000)));
        bench.order(&format!("again {number}.png"), &format!("read {number} {}", "word ".repeat(2000)));
    }
    scan(&bench);
    for arguments in
        [&["list", "--json"][..], &["export"], &["export", "--format", "csv"], &["search", "word"]]
    {
        let mut command: Command = bench.deskscribe(arguments);
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), stderr.contains("pipe")),
            (Some(0), false),
            "{arguments:?}: {stderr}"
        );
    }
}

#[test]
fn help_pages_and_completions_are_made_of_the_same_commands() {
    let bench = Bench::new();
    let folder = bench.desktop();
    let written = run(&bench, &["man", "--all", folder.to_str().unwrap()]);
    assert_eq!((written.stdout.as_str(), written.code), ("", Some(0)), "{written:?}");
    let help = run(&bench, &["--help"]).stdout;
    for command in ["scan", "search", "list", "show", "export", "forget", "status", "stop", "runs", "doctor"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
        let page = fs::read_to_string(folder.join(format!("deskscribe-{command}.1"))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains("Exit code"), "{page}");
        for shell in ["bash", "zsh", "fish"] {
            assert!(run(&bench, &["completions", shell]).stdout.contains(command), "{shell}");
        }
    }
    assert_eq!(run(&bench, &["man", "nosuch"]).code, Some(2));
}

#[test]
fn what_was_read_can_be_looked_at_where_nothing_may_be_written() {
    let bench = Bench::new();
    let nothing = run(&bench, &["list"]);
    assert!(nothing.code == Some(2) && nothing.stderr.contains("nothing was read yet"), "{nothing:?}");
    bench.order("a.png", "read alpha beta");
    scan(&bench);
    // Even for the superuser: as if on a medium that takes nothing.
    let files = |home: &std::path::Path| {
        let mut files: Vec<_> = fs::read_dir(home).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (path.metadata().unwrap().modified().unwrap(), path)).collect::<Vec<_>>()
    };
    let before = files(&bench.home());
    for arguments in [&["list"][..], &["search", "alpha"], &["export"], &["runs"]] {
        assert_eq!(run(&bench, arguments).code, Some(0), "{arguments:?}");
    }
    let lasting = |files: Vec<(std::time::SystemTime, std::path::PathBuf)>| {
        files
            .into_iter()
            .filter(|(_, path)| path.is_file() && !path.ends_with("summaries.sqlite-shm"))
            .filter(|(_, path)| !path.ends_with("summaries.sqlite-wal"))
            .collect::<Vec<_>>()
    };
    assert_eq!(lasting(files(&bench.home())), lasting(before));
}
