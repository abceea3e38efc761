//! Several programs on one cache and one folder: each content is read once, by whichever of them comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use deskscribe_engine::{Again, Code, RowState};
use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, Said, follow};
use rustix::process::Signal;
use serde_json::Value;

/// Files with so many contents, every second of them twice.
fn desktop(bench: &Bench, contents: usize) {
    for number in 0..contents {
        bench.order(&format!("{number:02}.png"), &format!("slow 60 {number}"));
        if number % 2 == 0 {
            bench.order(&format!("{number:02} copy.png"), &format!("slow 60 {number}"));
        }
    }
}

#[expect(clippy::unwrap_used, reason = "a test that cannot start the program has failed")]
fn start(bench: &Bench) -> Child {
    scan(bench).spawn().unwrap()
}

fn scan(bench: &Bench) -> Command {
    let mut command = bench.deskscribe(&["scan", "--json"]);
    command.arg(bench.desktop());
    command
}

/// The contents that were read just now, by the program that says so; each may occur once.
#[expect(clippy::unwrap_used, reason = "a row without a key was not read")]
fn fresh(said: &Said) -> Vec<String> {
    let fresh = said.rows.iter().filter(|row| row["cached"] == false);
    fresh.map(|row| row["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn many_programs_read_each_content_once_in_total() {
    let bench = Bench::new();
    desktop(&bench, 40);
    let programs: Vec<Child> = (0..4).map(|_| start(&bench)).collect();
    let said: Vec<Said> = programs.into_iter().map(Said::of).collect();
    for said in &said {
        assert_eq!((said.code, said.rows.len()), (Some(0), 60), "{}", said.stderr);
        assert!(said.rows.iter().all(|row| row["state"] == "read"));
    }
    let all: Vec<String> = said.iter().flat_map(fresh).collect();
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (40, 40));
    // What one program read is what all tell.
    let texts = |said: &Said| -> BTreeMap<String, Value> {
        said.rows.iter().map(|row| (row["path"].to_string(), row["text"].clone())).collect()
    };
    assert!(said.iter().all(|other| texts(other) == texts(&said[0])));
    let left = fs::read_dir(bench.home().join("engines")).unwrap().count();
    assert_eq!(left, 0, "nobody has left a lock behind");
}

#[test]
fn a_killed_program_holds_nothing_back() {
    let bench = Bench::new();
    desktop(&bench, 40);
    let mut killed = start(&bench);
    let others = [start(&bench), start(&bench)];
    // In the midst of its work.
    let mut lines = BufReader::new(killed.stdout.take().unwrap()).lines();
    let told = lines.by_ref().take(5).count();
    assert_eq!(told, 5);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let said = others.map(Said::of);
    for said in &said {
        assert_eq!((said.code, said.rows.len()), (Some(0), 60), "{}", said.stderr);
    }
    // The others read none twice; what the dead one was at, one of them has read again.
    let all: Vec<String> = said.iter().flat_map(fresh).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    let later = Said::by(&mut scan(&bench));
    assert!(fresh(&later).is_empty() && later.run["cached"] == 60, "{:?}", later.run);
}

#[tokio::test]
async fn what_a_suspended_program_holds_is_told_with_its_name_and_read_later() {
    let bench = Bench::new();
    bench.order("held.png", "slow 60000 held");
    let mut suspended = start(&bench);
    let home = bench.home();
    // Its worker has the file.
    let busy = |status: &Value| status["engines"][0]["workers"][0]["work"].is_object();
    while !busy(
        &serde_json::from_slice(&bench.deskscribe(&["status", "--json"]).output().unwrap().stdout).unwrap(),
    ) {
        thread::sleep(Duration::from_millis(20));
    }
    signal(suspended.id(), Signal::STOP);
    bench.order("free.png", "read free");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let told = follow(run, |_, _| {}).await;
    assert_eq!(told.row("free.png").state, RowState::Read);
    let row = told.row("held.png");
    let reason = row.reason.clone().unwrap();
    assert_eq!((row.state, row.code), (RowState::Failed, Some(Code::Stalled)));
    assert!(
        reason.contains(&format!("(process {})", suspended.id())) && reason.contains("scan again"),
        "{reason}"
    );
    // Ended, it holds nothing any more.
    suspended.kill().unwrap();
    suspended.wait().unwrap();
    bench.order("held.png", "read held");
    assert_eq!(bench.scan().await.text("held.png"), "held");
    assert!(home.join("summaries.sqlite").exists());
}

#[tokio::test]
async fn what_failed_for_now_in_one_program_is_tried_by_the_other() {
    let bench = Bench::new();
    bench.order("stalls.png", "linger");
    let (one, other) = (bench.engine(), bench.engine());
    let runs = [&one, &other].map(|engine| engine.scan(vec![bench.desktop()], Again::Nothing).unwrap());
    for run in runs.map(|run| tokio::spawn(follow(run, |_, _| {}))) {
        let told = run.await.unwrap();
        assert_eq!(told.row("stalls.png").code, Some(Code::Stalled));
    }
}

#[tokio::test]
async fn what_is_asked_for_again_is_read_once_by_all_who_ask() {
    let bench = Bench::new();
    desktop(&bench, 10);
    bench.scan().await;
    let engines = [bench.engine(), bench.engine()];
    let runs = engines.each_ref().map(|engine| engine.scan(vec![bench.desktop()], Again::All).unwrap());
    let mut fresh = Vec::new();
    for run in runs.map(|run| tokio::spawn(follow(run, |_, _| {}))) {
        let told = run.await.unwrap();
        assert_eq!(told.counts().read, 15);
        fresh.extend(told.rows.into_values().filter(|row| !row.cached).map(|row| row.key));
    }
    // One that is over before the other begins has no part in it; no content is read more than once by each.
    let distinct: BTreeSet<_> = fresh.iter().collect();
    assert_eq!(distinct.len(), 10);
    assert!(fresh.len() < 20, "{}", fresh.len());
}
