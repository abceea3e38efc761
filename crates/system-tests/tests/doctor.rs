//! `deskscribe doctor`: a whole installation, and everything that may be wrong with one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::fs;
use std::process::Command;

use deskscribe_engine::{Again, Event};
use deskscribe_system_tests::{Bench, Printed, Terminal, follow, weights};
use serde_json::{Value, json};

/// What it says as JSON, its exit code, and what it says to a person.
fn doctor(command: impl Fn(&[&str]) -> Command) -> (Value, Option<i32>, String) {
    let json = command(&["doctor", "--json"]).output().unwrap();
    let text = command(&["doctor"]).output().unwrap();
    assert_eq!(json.status.code(), text.status.code());
    let document = serde_json::from_slice(&json.stdout).unwrap();
    (document, json.status.code(), String::from_utf8(text.stdout).unwrap())
}

fn check<'a>(diagnosis: &'a Value, what: &str) -> &'a Value {
    let mut checks = diagnosis["checks"].as_array().unwrap().iter();
    checks.find(|check| check["what"] == what).unwrap_or(&Value::Null)
}

#[test]
fn a_whole_installation_works() {
    let terminal = Terminal::new();
    let (diagnosis, code, text) = doctor(|arguments| terminal.deskscribe(arguments));
    assert!(diagnosis["checks"].as_array().unwrap().iter().all(|check| check["good"] == true), "{text}");
    let names = |list: &str| {
        diagnosis[list].as_array().unwrap().iter().map(|one| one["what"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("parts"), ["worker", "runtime", "text detection", "text recognition", "voice activity"]);
    assert_eq!(names("kept"), ["home", "cache", "small pictures"]);
    assert!(text.contains("ONNX Runtime 1.") && text.contains("  0 readings  "), "{text}");
    let worker = &diagnosis["worker"];
    assert!(worker["ready_ms"].as_f64().unwrap() > 0.0);
    assert!(check(&diagnosis, "cache")["found"].as_str().unwrap().starts_with("opens, with SQLite 3."));
    assert!(text.contains("of the same build, ready in "), "{text}");
    // What the system grants differs from machine to machine; what is said about it does not.
    let expected = match worker["isolation"].as_str().unwrap() {
        "full" => ("fine", Some(0)),
        _ => ("weak", Some(1)),
    };
    assert_eq!((diagnosis["verdict"].as_str().unwrap(), code), expected, "{text}");
    let speech = check(&diagnosis, "speech")["found"].as_str().unwrap();
    assert!(speech.starts_with("no speech model is installed; what is said in recordings waits"), "{speech}");
    assert!(speech.contains("`deskscribe models get "), "{speech}");
    for canary in worker["canaries"].as_array().unwrap() {
        assert!(text.contains(canary["attempt"].as_str().unwrap()), "{text}");
        assert!(text.contains(canary["outcome"].as_str().unwrap()), "{text}");
    }
}

#[test]
fn the_model_that_listens_is_told_and_why_none_does() {
    let bench = Bench::new();
    let file = bench.desktop().join("ggml-own.bin");
    fs::write(&file, weights(true, 1, 20_000)).unwrap();
    let imported = Printed::by(bench.deskscribe(&["models", "import"]).arg(&file));
    assert_eq!(imported.code, Some(0), "{imported:?}");
    let (diagnosis, _, text) = doctor(|arguments| bench.deskscribe(arguments));
    let speech = check(&diagnosis, "speech");
    assert_eq!(speech["good"], true);
    assert!(speech["found"].as_str().unwrap().starts_with("own listens, all languages, "), "{text}");
    let part = diagnosis["parts"].as_array().unwrap().last().unwrap();
    assert_eq!((&part["what"], &part["bytes"]), (&"speech".into(), &20_000.into()));

    fs::write(bench.home().join("models/ggml-own.bin"), "no more").unwrap();
    let (diagnosis, _, text) = doctor(|arguments| bench.deskscribe(arguments));
    assert_eq!(check(&diagnosis, "speech")["good"], Value::Null);
    assert!(text.contains("the file of own was touched since it was checked"), "{text}");
    assert!(text.contains("  speech   deskscribe models verify own\n"), "{text}");
}

#[test]
fn a_worker_that_is_confined_too_little_is_examined_all_the_same() {
    let bench = Bench::new().worker_named("unconfined");
    fs::create_dir_all(bench.home()).unwrap();
    let demand = |level: &str| {
        fs::write(bench.home().join("settings.toml"), format!("isolation = \"{level}\"")).unwrap();
        doctor(|arguments| bench.deskscribe(arguments))
    };
    let (diagnosis, code, text) = demand("full");
    assert_eq!((&diagnosis["verdict"], code), (&"broken".into(), Some(2)));
    assert_eq!(
        (&diagnosis["worker"]["isolation"], &diagnosis["worker"]["required"]),
        (&"off".into(), &"full".into())
    );
    assert!(text.contains("isolation  WRONG  off; at least full is required"), "{text}");
    assert!(text.contains("put the level that there is into settings.toml: isolation = \"off\"."), "{text}");

    let (diagnosis, code, text) = demand("off");
    assert_eq!((&diagnosis["verdict"], code), (&"weak".into(), Some(1)));
    assert!(text.contains("scan only pictures that you would open in a viewer"), "{text}");
}

#[test]
fn what_keeps_it_from_working_is_named() {
    let bench = Bench::new().worker_named("stillborn");
    let (diagnosis, code, text) = doctor(|arguments| bench.deskscribe(arguments));
    assert_eq!((&diagnosis["verdict"], code), (&"broken".into(), Some(2)));
    assert!(check(&diagnosis, "worker")["found"].as_str().unwrap().contains("no such luck"), "{text}");

    let bench = Bench::new();
    fs::create_dir_all(bench.home()).unwrap();
    fs::write(bench.home().join("settings.toml"), "isolation = 1").unwrap();
    let (diagnosis, code, text) = doctor(|arguments| bench.deskscribe(arguments));
    assert_eq!((code, &diagnosis["worker"]), (Some(2), &Value::Null));
    assert!(
        text.contains("It does not work: line 1 of the settings has isolation = 1; allowed is "),
        "{text}"
    );

    let bench = Bench::new();
    fs::write(bench.home(), "a file where the folder should be").unwrap();
    let (diagnosis, code, text) = doctor(|arguments| bench.deskscribe(arguments));
    assert_eq!((code, check(&diagnosis, "home")["good"].as_bool()), (Some(2), Some(false)));
    assert!(text.contains("set DESKSCRIBE_HOME to another folder"), "{text}");
    let line = format!("mv {0} {0}.aside", bench.home().display());
    assert_eq!(diagnosis["mend"], json!([{ "what": "home", "line": line }]));
    assert!(text.ends_with(&format!("  home     {line}\n")), "{text}");

    for folder in ["runs", "logs", "slots"] {
        let bench = Bench::new();
        fs::create_dir_all(bench.home()).unwrap();
        fs::write(bench.home().join(folder), "a file where a folder should be").unwrap();
        let (diagnosis, code, text) = doctor(|arguments| bench.deskscribe(arguments));
        assert_eq!((code, check(&diagnosis, "home")["good"].as_bool()), (Some(2), Some(false)));
        assert!(
            text.contains(&format!("move away what is there: {}/{folder}", bench.home().display())),
            "{text}"
        );
    }

    let bench = Bench::new();
    let nowhere = |arguments: &[&str]| {
        let mut command = bench.deskscribe(arguments);
        command.env("DESKSCRIBE_RESOURCES", bench.desktop());
        command
    };
    let (diagnosis, code, text) = doctor(nowhere);
    assert_eq!((code, check(&diagnosis, "resources")["good"].as_bool()), (Some(2), Some(false)), "{text}");
    assert_eq!(diagnosis["mend"][0]["line"], "cargo xtask prepare");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_is_busy_is_not_broken() {
    let bench = Bench::new();
    for number in 0..8 {
        bench.order(&format!("{number}.png"), &format!("slow 600000 {number}"));
    }
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut at_work = HashSet::new();
    let mut found = None;
    follow(run, |event, run| {
        if let Event::Progress(activity) = event
            && at_work.insert(activity.worker.slot)
            && at_work.len() == 8
        {
            found = Some(doctor(|arguments| bench.deskscribe(arguments)));
            run.cancel();
        }
    })
    .await;
    let (diagnosis, code, text) = found.unwrap();
    assert_eq!((&diagnosis["verdict"], code), (&"busy".into(), Some(1)), "{text}");
    assert_eq!(check(&diagnosis, "worker")["good"], Value::Null);
    assert!(text.contains("Try again when one of them has ended."), "{text}");
}

#[test]
fn a_scan_with_less_than_full_confinement_says_so_once() {
    let bench = Bench::new().workers(2).worker_named("unconfined");
    for number in 0..4 {
        bench.order(&format!("{number}.png"), &format!("slow 50 {number}"));
    }
    fs::create_dir_all(bench.home()).unwrap();
    fs::write(bench.home().join("settings.toml"), "isolation = \"off\"").unwrap();
    let output = bench.deskscribe(&["scan", "--workers", "2"]).arg(bench.desktop()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.matches("(isolation is off)").count(), 1, "{stderr}");
    assert!(output.status.success() && stderr.contains("`deskscribe doctor` tells more"), "{stderr}");
}
