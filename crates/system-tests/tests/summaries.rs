//! Summaries by a language model, through the real program: what is read gets one when there is somebody to ask, and is
//! read all the same when there is not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use deskscribe_engine::{Event, LlmState, TroubleCode};
use deskscribe_system_tests::{
    Bench, Gate, Said, Sitting, StandIn, StandInModel, Terminal, Turn, executable, samples,
};
use serde_json::{Value, json};

const ERROR_DIALOG: &str = "label printer error.gif";
const GERMAN: &str = "Bildschirmfoto 2026-02-02.png";
const PHOTO: &str = "DSC_0418.jpg";

/// What a model says that keeps to what it is asked for.
const SAID: &str =
    r#"{"title": "The printer stopped", "summary": "A label printer does not answer.", "tags": ["printer"]}"#;

/// A desktop with these samples, and a home whose settings name this server.
fn desktop(server: &StandIn, samples: &[&str]) -> Terminal {
    let terminal = Terminal::new();
    samples.iter().for_each(|name| drop(terminal.sample(name)));
    fs::create_dir_all(terminal.home()).unwrap();
    fs::write(terminal.home().join("settings.toml"), server.toml()).unwrap();
    terminal
}

/// The rows of summaries, taken out of what was said.
fn summaries(said: &mut Said) -> Vec<Value> {
    let (summaries, rows) =
        said.rows.drain(..).partition(|row| row.get("summary").is_some_and(Value::is_object));
    said.rows = rows;
    let summaries: Vec<Value> = summaries;
    summaries.into_iter().map(|mut row: Value| row["summary"].take()).collect()
}

fn shown(terminal: &Terminal, name: &str) -> Value {
    let path = terminal.desktop().join(name);
    let mut said = Said::by(&mut terminal.deskscribe(&["show", "--json", path.to_str().unwrap()]));
    assert_eq!(said.code, Some(0), "{said:#?}");
    said.rows.remove(0)
}

#[test]
fn what_is_read_is_summarised_after_it() {
    let server = StandIn::ollama();
    server.then(Turn::says(SAID));
    let terminal = desktop(&server, &[ERROR_DIALOG]);
    let mut said = terminal.scanned();
    assert_eq!(said.code, Some(0), "{said:#?}");
    let [summary] = &summaries(&mut said)[..] else { panic!("one summary: {said:#?}") };
    let row = said.row(ERROR_DIALOG);
    assert_eq!((&row["pending"], &row["summary_by"]), (&json!(["summary"]), &json!("extractive")));
    assert_eq!(said.run["summarised"], 1);
    for (field, is) in [
        ("title", json!("The printer stopped")),
        ("summary", json!("A label printer does not answer.")),
        ("tags", json!(["printer"])),
        ("summary_by", json!("small")),
        ("key", row["key"].clone()),
        ("path", row["path"].clone()),
    ] {
        assert_eq!(summary[field], is, "{field}");
    }
    let receipt = &summary["receipt"];
    assert_eq!((&receipt["server"], &receipt["remote"]), (&json!(server.url()), &json!(false)));
    assert!(receipt["sent"].as_u64() > Some(100) && receipt["received"].as_u64() > Some(50), "{receipt}");

    let item = shown(&terminal, ERROR_DIALOG);
    assert_eq!((&item["title"], &item["summary_by"]), (&json!("The printer stopped"), &json!("small")));
    let asked = server.asked().iter().filter(|asked| asked.path == "/api/chat").count();
    // Known by now: nobody is asked again.
    let mut again = terminal.scanned();
    assert_eq!((summaries(&mut again), again.row(ERROR_DIALOG)["pending"].clone()), (Vec::new(), json!([])));
    assert_eq!(server.asked().iter().filter(|asked| asked.path == "/api/chat").count(), asked);
}

#[test]
fn without_its_server_a_scan_reads_everything_and_the_next_one_summarises_it() {
    let server = StandIn::ollama();
    server.always(Turn::says(SAID));
    server.stop();
    let terminal = desktop(&server, &[ERROR_DIALOG, GERMAN, PHOTO]);
    let mut said = terminal.scanned();
    assert_eq!(
        (said.code, summaries(&mut said).len(), &said.run["read"]),
        (Some(0), 0, &json!(3)),
        "{said:#?}"
    );
    assert_eq!(said.row(GERMAN)["pending"], json!(["summary"]));
    assert_eq!(said.row(GERMAN)["summary_by"], "extractive");
    // There is nothing to read on it, and the model sees nothing.
    assert_eq!(said.row(PHOTO)["pending"], json!([]));

    server.start();
    let mut said = terminal.scanned();
    assert_eq!(summaries(&mut said).len(), 2, "{said:#?}");
    assert_eq!((&said.run["cached"], &said.run["summarised"]), (&json!(3), &json!(2)));
}

#[test]
fn an_item_that_the_model_can_make_nothing_of_is_given_up_until_somebody_wants_it() {
    let server = StandIn::ollama();
    server.always(Turn::says(""));
    let terminal = desktop(&server, &[ERROR_DIALOG]);
    let mut said = terminal.scanned();
    assert_eq!((said.code, summaries(&mut said).len()), (Some(0), 0), "{said:#?}");
    assert_eq!(shown(&terminal, ERROR_DIALOG)["summary_by"], "extractive");
    let asked = server.asked().len();
    assert!(asked > 0);
    terminal.scanned();
    assert_eq!(server.asked().len(), asked, "nobody is asked again");

    let said = Said::by(&mut terminal.deskscribe(&["summarise", "--json", "kind:image"]));
    assert_eq!(said.code, Some(1), "{said:#?}");
    assert!(said.stderr.contains("1 of 1 got no new summary; why is in the log: "), "{said:#?}");

    server.always(Turn::says(SAID));
    let mut said = Said::by(&mut terminal.deskscribe(&["summarise", "--json", "kind:image"]));
    assert_eq!((said.code, summaries(&mut said).len()), (Some(0), 1), "{said:#?}");
    assert_eq!(shown(&terminal, ERROR_DIALOG)["title"], "The printer stopped");
}

#[test]
fn a_server_that_comes_and_goes_costs_no_reading_and_loses_no_summary() {
    let server = StandIn::ollama();
    server.always(Turn::says(SAID));
    server.then(Turn::status(500, r#"{"error":"out of memory"}"#));
    server.then(Turn::raw(b"<html>not a model</html>"));
    server.then(Turn::says("{\"title\": \"The pr").hangs_up_after(1));
    let terminal = desktop(&server, &[ERROR_DIALOG, GERMAN]);
    let settings = server.toml() + "workers = 2\n";
    fs::write(terminal.home().join("settings.toml"), settings).unwrap();
    let mut said = terminal.scanned();
    assert_eq!(
        (said.code, summaries(&mut said).len(), &said.run["read"]),
        (Some(0), 2, &json!(2)),
        "{said:#?}"
    );
}

#[tokio::test]
async fn a_slow_model_gives_its_seat_to_what_is_to_be_read() {
    let server = StandIn::ollama();
    let gate = Gate::closed();
    server.then(Turn::says(SAID).waits(1, &gate));
    server.always(Turn::says(SAID));
    let mut bench = Bench::with_real_resources(executable("deskscribe-worker")).workers(1);
    bench.settings.llm = server.settings();
    let sample = |name: &str| {
        let path = bench.desktop().join(name);
        fs::copy(samples().join(name), &path).unwrap();
        path
    };
    let (first, second) = (sample(ERROR_DIALOG), bench.desktop().join(GERMAN));
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![first], true).await;
    assert_eq!(sitting.finished().await.0.read, 1);
    server.until(|traffic| traffic.open == 1).await;

    sample(GERMAN);
    sitting.order(vec![second], true).await;
    // The answer that never came is given up for the reading, and asked for again after it.
    assert_eq!(sitting.finished().await.0.read, 1);
    gate.open();
    sitting.until(|status| status.counts.summarised == 2).await;
    let cache = deskscribe_cache::Cache::open(&bench.home()).unwrap();
    let known = cache.read().unwrap();
    let keys = known.keys().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert_eq!(known.summary(&key).unwrap().unwrap().digest.by, "small");
    }
    sitting.session.close().await;
}

#[test]
fn what_is_alike_is_found_and_what_is_meant() {
    let server = StandIn::ollama();
    server.always(Turn::says(SAID));
    let terminal = desktop(&server, &[ERROR_DIALOG, GERMAN]);
    terminal.scanned();
    let path = terminal.desktop().join(ERROR_DIALOG);
    let said = Said::by(&mut terminal.deskscribe(&["similar", "--json", path.to_str().unwrap()]));
    let [other] = &said.rows[..] else { panic!("the other one: {said:#?}") };
    assert!(other["path"].as_str().unwrap().ends_with(GERMAN) && other["meaning"].is_number(), "{other}");

    let search = ["search", "--json", "--meaning", "kind:image", "unheard-of words"];
    let said = Said::by(&mut terminal.deskscribe(&search));
    assert!(said.code == Some(0) && said.rows[0]["meaning"].is_number(), "{said:#?}");
    let asked = server.asked();
    let last = asked.last().unwrap();
    assert_eq!((last.path.as_str(), &last.body["input"]), ("/api/embed", &json!(["unheard-of words"])));

    server.stop();
    let said = Said::by(&mut terminal.deskscribe(&search));
    assert_eq!((said.code, said.rows.len()), (Some(1), 0), "{said:#?}");
    assert!(said.stderr.contains("Searched by words alone: "), "{said:#?}");
}

#[tokio::test]
async fn somebody_may_wish_for_another_model() {
    let model = |name: &str| StandInModel::new(name, &["completion"]);
    let server = StandIn::ollama().with_models([model("small"), model("large:8b")]);
    server.always(Turn::says(SAID));
    let mut bench = Bench::with_real_resources(executable("deskscribe-worker")).workers(1);
    bench.settings.llm = server.settings();
    bench.settings.llm.model = Some("small".to_owned());
    let path = bench.desktop().join(ERROR_DIALOG);
    fs::copy(samples().join(ERROR_DIALOG), &path).unwrap();
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![path], true).await;
    sitting.finished().await;
    sitting.until(|status| status.counts.summarised == 1).await;
    let cache = deskscribe_cache::Cache::open(&bench.home()).unwrap();
    let [key] = cache.read().unwrap().keys().unwrap()[..] else { panic!("one content") };
    let by = || cache.read().unwrap().summary(&key).unwrap().unwrap().digest.by;
    assert_eq!(by(), "small");

    sitting.session.summarise(vec![key], Some("large:8b".to_owned())).await.unwrap();
    sitting.until(|status| status.counts.summarised == 2).await;
    assert_eq!(by(), "large:8b");
    let models = |path: &str| -> Vec<String> {
        let asked = server.asked().into_iter().filter(|asked| asked.path == path);
        asked.map(|asked| asked.body["model"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(models("/api/chat"), ["small", "large:8b"]);

    // What the server does not have is said, and not waited for.
    sitting.session.summarise(vec![key], Some("unheard-of".to_owned())).await.unwrap();
    loop {
        if let Event::Note(text) = sitting.events.recv().await.unwrap() {
            assert!(
                text.starts_with("1 item is not summarised again: ") && text.contains("unheard-of"),
                "{text}"
            );
            break;
        }
    }
    sitting.until(|status| status.summaries.waiting == 0).await;
    assert_eq!((by().as_str(), models("/api/chat").len()), ("large:8b", 2));
    sitting.session.close().await;
}

#[tokio::test]
async fn a_slow_model_is_seen_to_write() {
    let gate = Gate::closed();
    let server = StandIn::ollama();
    server.always(Turn::says(SAID).waits(4, &gate));
    let mut bench = Bench::with_real_resources(executable("deskscribe-worker")).workers(1);
    bench.settings.llm = server.settings();
    let file = bench.desktop().join(ERROR_DIALOG);
    fs::copy(samples().join(ERROR_DIALOG), &file).unwrap();
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], true).await;
    assert_eq!(sitting.finished().await.0.read, 1);
    // In the middle of its answer it is told how far it is; whoever looks at the item waits for nothing.
    sitting.until(|status| status.summaries.writing.iter().any(|writing| writing.tokens == 4)).await;
    let [writing] = &sitting.session.status().summaries.writing[..] else { panic!("one is written") };
    assert_eq!(writing.path, file.to_str().unwrap());
    assert_eq!(writing.left_seconds, None, "of others nothing is known");
    gate.open();
    sitting.until(|status| status.summaries.waiting == 0 && status.summaries.writing.is_empty()).await;
    sitting.session.close().await;
}

#[tokio::test]
async fn a_model_that_makes_no_sense_of_anything_is_left_alone() {
    let server = StandIn::ollama();
    server.always(Turn::says(""));
    let mut bench = Bench::with_real_resources(executable("deskscribe-worker")).workers(2);
    bench.settings.llm = server.settings();
    for name in [ERROR_DIALOG, GERMAN, "kitchen budget.png"] {
        fs::copy(samples().join(name), bench.desktop().join(name)).unwrap();
    }
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], true).await;
    assert_eq!(sitting.finished().await.0.read, 3);
    let is_nonsense = |status: &deskscribe_engine::Status| matches!(&status.summaries.model, LlmState::Trouble(trouble) if trouble.code == TroubleCode::Nonsense);
    sitting.until(is_nonsense).await;
    sitting.session.close().await;
}
