//! What files, paths and workers would like a terminal, a log or a status to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use deskscribe_engine::{Again, Code, Event, RunError, WorkerState};
use deskscribe_system_tests::{Bench, Said, follow};
use serde_json::Value;

/// The text of every file in a folder of the home.
fn texts(folder: &Path, extension: &str) -> Vec<String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == extension));
    let texts: Vec<_> = paths.map(|path| fs::read_to_string(path).unwrap()).collect();
    assert!(!texts.is_empty(), "{}", folder.display());
    texts
}

#[track_caller]
fn assert_tame(text: &str) {
    let acts = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(acts), "{text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_ten_megabytes_is_told_in_a_line() {
    let bench = Bench::new().workers(2);
    bench.order("a.png", "tag 10");
    bench.order("b.png", "tag 9");
    bench.order("slow.png", "slow 600000");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut deaths = 0;
    let told = follow(run, |event, run| {
        let Event::Worker { state: WorkerState::Died(_), .. } = event else { return };
        deaths += 1;
        // Both of their tries in the shared pool.
        if deaths == 4 {
            let output = bench.deskscribe(&["status", "--json"]).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
            let document: Value = serde_json::from_str(&text).unwrap();
            let crashes = document["engines"][0]["crashes"].as_array().unwrap().clone();
            // The status may be ahead of the events, and each has a third try, alone.
            assert!((4..=6).contains(&crashes.len()), "{crashes:?}");
            for crash in crashes {
                let saw = crash["saw"].as_str().unwrap();
                assert!(saw.starts_with("not a message of this protocol: unknown variant `x"), "{saw}");
                assert!(saw.chars().count() == 300, "{saw}");
                assert_tame(saw);
            }
            assert!(text.len() < 100_000, "{}", text.len());
            run.cancel();
        }
    })
    .await;
    assert!(matches!(told.outcome, Err(RunError::Cancelled(_))), "{:?}", told.outcome);
}

#[test]
fn nothing_that_is_told_speaks_to_the_terminal() {
    const REASON: &str = "speak \u{1b}]0;mine\u{7} \u{9b}2J \u{202e}desrever";
    let bench = Bench::new().workers(1);
    bench.order("reason \u{1b}[2J\u{9b}1m\nINFO.png", REASON);
    bench.order("dies \u{1b}[2J\u{9d}\u{202e}gpj.png", "signal 11");
    bench.order("title.png", "read \u{1b}[31mred");
    bench.order("line.png", "read \u{202e}desrever");
    let folder = bench.desktop();
    let output = bench.deskscribe(&["scan"]).arg(&folder).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_tame(&String::from_utf8(output.stdout).unwrap());
    assert_tame(&String::from_utf8(output.stderr).unwrap());
    for (folder, extension) in [("runs", "md"), ("runs", "jsonl"), ("logs", "log")] {
        texts(&bench.home().join(folder), extension).iter().for_each(|text| assert_tame(text));
    }
    let run = texts(&bench.home().join("runs"), "md").concat();
    assert!(run.contains("- failed: \u{fffd} 0;mine\u{fffd} \u{fffd}2J \u{fffd}desrever `"), "{run}");

    let output = bench.deskscribe(&["scan", "--json"]).arg(&folder).output().unwrap();
    assert_tame(&String::from_utf8(output.stdout).unwrap());
    let said = Said::by(bench.deskscribe(&["scan", "--json"]).arg(&folder));
    // The path is what it is, and so is a text that nobody shows in a line.
    let row =
        said.rows.iter().find(|row| row["path"].as_str().unwrap().contains("reason \u{1b}[2J\u{9b}1m\nINFO"));
    assert_eq!(row.unwrap()["code"], Value::from(Code::Damaged.as_str()));
    // A reading with a control character in its title is none.
    let row = said.rows.iter().find(|row| row["path"].as_str().unwrap().ends_with("title.png"));
    let reason = row.unwrap()["reason"].as_str().unwrap();
    assert!(reason.contains("cannot be true: a control character in a text"), "{reason}");
}
