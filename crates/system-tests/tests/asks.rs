//! A worker in the hands of a hostile file can ask for nothing but words and vectors of the models that the user has
//! chosen, and that only while it is to summarise something: whatever else it sends, nobody hears of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use deskscribe_cache::{Cache, Outcome, ReadGuard};
use deskscribe_engine::Code;
use deskscribe_protocol::{ContentKey, Digest};
use deskscribe_system_tests::{Bench, StandIn, StandInModel, Told, Turn};
use serde_json::{Value, json};

/// A picture that means no harm.
const GOOD: &str = "good.png";
/// One that has its worker misbehave.
const BAD: &str = "bad.png";
/// How often a summary is tried.
const TRIES: usize = 3;

/// How a deed ends.
enum End {
    /// The worker dies of it each time, for this reason.
    Dies(&'static str),
    /// It is refused, for this reason, and not tried again.
    Refused(&'static str),
}

use End::{Dies, Refused};

/// A server with one model, which writes and sees nothing.
fn server() -> StandIn {
    StandIn::ollama().with_models([StandInModel::new("small", &["completion"])])
}

/// Has a worker do this when it is to summarise, and then something harmless.
async fn summarised(server: &StandIn, deed: &str) -> (Bench, Told) {
    let mut bench = Bench::new().workers(1);
    bench.settings.llm = server.settings();
    // Whatever it is to die of comes in its own time.
    bench.settings.patience.quiet_beats = 1200;
    bench.order(BAD, &format!("read ask {deed}"));
    bench.order(GOOD, "read words of the user");
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().failed), (2, 0), "{deed}: {told:#?}");
    (bench, told)
}

fn key(told: &Told, name: &str) -> ContentKey {
    told.row(name).key.unwrap()
}

/// Who made the summary of a file that has one by a model.
fn by(known: &ReadGuard, key: ContentKey) -> Option<String> {
    known.summary(&key).unwrap().map(|summary| summary.digest.by)
}

/// Whatever was asked of the server is what may be asked; how often that was of a model, about something like this.
#[track_caller]
fn asked_about(server: &StandIn, words: &str) -> usize {
    let has_only = |value: &Value, fields: &[&str]| {
        let set = value.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
        set.map(|(name, _)| name.as_str()).all(|name| fields.contains(&name))
    };
    let called = server.called();
    for (call, body) in &called {
        let is_allowed = match call.as_str() {
            "GET /api/version" | "GET /api/tags" | "GET /api/ps" => body.is_null(),
            "POST /api/show" => has_only(body, &["model", "name"]) && !body.to_string().contains("other"),
            "POST /api/chat" => {
                let messages = body["messages"].as_array().unwrap();
                has_only(body, &["model", "messages", "stream"])
                    && body["model"] == "small"
                    && messages.iter().all(|message| {
                        has_only(message, &["role", "content", "tool_calls"])
                            && message.get("tool_calls").is_none_or(|calls| *calls == json!([]))
                    })
            }
            _ => false,
        };
        assert!(is_allowed, "{call} {body}");
    }
    called.iter().filter(|(_, body)| body["messages"].to_string().contains(words)).count()
}

async fn check(tries: &[(&str, End)]) {
    for (deed, end) in tries {
        let server = server();
        let (bench, told) = summarised(&server, deed).await;
        let cache = Cache::open(&bench.home()).unwrap();
        let known = cache.read().unwrap();
        let (bad, good) = (key(&told, BAD), key(&told, GOOD));
        // It keeps what it had, and nobody else is any the worse for it.
        let Outcome::Read(reading) = known.outcome(&bad).unwrap().unwrap().outcome else { panic!("{deed}") };
        assert_eq!((reading.text, reading.digest.by.as_str()), (format!("ask {deed}"), Digest::EXTRACTIVE));
        assert_eq!(
            (by(&known, bad), by(&known, good).as_deref()),
            (None, Some("small")),
            "{deed}: {told:#?}"
        );
        let deaths = told.deaths();
        let (why, died) = match end {
            Dies(why) => (why, TRIES),
            Refused(why) => (why, 0),
        };
        assert_eq!(deaths.len(), died, "{deed}: {deaths:#?}");
        assert!(deaths.iter().all(|death| death.contains(why)), "{deed}: {deaths:#?}");
        let refusals = known.refusals(&bad).unwrap();
        let [refusal] = &refusals[..] else { panic!("{deed}: {refusals:#?}") };
        assert!(refusal.model == "small" && refusal.reason.contains(why), "{deed}: {refusals:#?}");
        assert_eq!(asked_about(&server, "words of the user"), 1, "{deed}");
    }
}

#[tokio::test]
async fn what_may_not_be_asked_is_asked_of_nobody() {
    let tool = r#"{"tools": [{"type": "function", "function": {"name": "rm", "description": "", "parameters": {}}}]}"#;
    check(&[
        (r#"chat {"model": "other"}"#, Refused("another model")),
        (r#"chat {"model": "small/../../api/delete"}"#, Refused("another model")),
        (&format!("chat {tool}"), Refused("tools")),
        (r#"chat {"messages": [{"role": "tool", "content": ""}]}"#, Refused("tools")),
        (r#"chat {"template": "{{ .System }}"}"#, Refused("template")),
        (r#"chat {"system": "You obey."}"#, Refused("system")),
        (r#"chat {"keep_alive": -1}"#, Refused("keep_alive")),
        (r#"chat {"from": "/etc/passwd"}"#, Refused("from")),
        (r#"chat {"options": {"num_gpu": 99}}"#, Refused("num_gpu")),
        (r#"chat {"options": {"num_ctx": 99999999}}"#, Refused("larger context")),
        (
            r#"chat {"messages": [{"role": "user", "content": "", "images": ["QQ=="]}]}"#,
            Refused("takes no pictures"),
        ),
        (r#"raw {"ask": "chat", "request": "everything"}"#, Refused("no request")),
        (
            r#"raw {"ask": "generate", "request": {"model": "small", "prompt": "", "raw": true}}"#,
            Refused("raw"),
        ),
        (r#"raw {"ask": "embed", "request": {"model": "small", "input": "a"}}"#, Refused("another model")),
        ("stubborn", Refused("another model")),
    ])
    .await;
}

#[tokio::test]
async fn a_worker_dies_of_what_is_no_question() {
    check(&[
        (r#"raw {"ask": "pull", "request": {"model": "other"}}"#, Dies("unknown variant")),
        (r#"raw {"ask": "delete", "request": {"model": "small"}}"#, Dies("unknown variant")),
        (r#"raw {"ask": "create", "request": {"model": "m", "from": "small"}}"#, Dies("unknown variant")),
        (r#"raw {"ask": "chat"}"#, Dies("missing field")),
        ("raw 7", Dies("invalid type")),
        (r#"body {"type": "ask", "job": 1, "ask": {"ask": "chat", "requ"#, Dies("EOF")),
        (r#"body {"type": "pull", "model": "other"}"#, Dies("unknown variant")),
        ("huge 17", Dies("more than 16777216")),
    ])
    .await;
}

#[tokio::test]
async fn a_worker_dies_of_an_answer_that_is_no_summary() {
    let long = format!(r#"answer {{"title": "{}"}}"#, "x".repeat(10_000));
    check(&[
        (&long, Dies("cannot be true")),
        (r#"answer {"title": "\u001b[2J"}"#, Dies("cannot be true")),
        (r#"answer {"summary": "one\u0007two"}"#, Dies("cannot be true")),
        (r#"answer {"tags": ["a\nb"]}"#, Dies("cannot be true")),
        (r#"answer {"tags": ["a","b","c","d","e","f","g","h","i"]}"#, Dies("cannot be true")),
        (r#"answer {"tags": 7}"#, Dies("invalid type")),
        ("swollen 15", Dies("cannot be true")),
        ("announce 1000000000", Dies("more than 16777216")),
    ])
    .await;
}

#[tokio::test]
async fn whoever_asks_without_end_is_ended() {
    let server = server();
    let (bench, told) = summarised(&server, "endless").await;
    let deaths = told.deaths();
    assert_eq!(deaths.len(), TRIES);
    assert!(deaths.iter().all(|death| death.contains("without end")), "{deaths:#?}");
    // As many as the longest recording may take, and then no more.
    assert_eq!(asked_about(&server, "What is this?"), TRIES * 512);
    assert_eq!(server.most_open(), 1);
    let known = Cache::open(&bench.home()).unwrap().read().unwrap();
    assert_eq!(by(&known, key(&told, BAD)), None);
    assert_eq!(by(&known, key(&told, GOOD)).as_deref(), Some("small"));
}

#[tokio::test]
async fn who_asks_again_must_have_heard_the_answer() {
    let server = server();
    // The first question is never answered, so that the second comes before its answer.
    (0..TRIES).for_each(|_| server.then(Turn::silence()));
    let mut bench = Bench::new().workers(1);
    bench.settings.llm = server.settings();
    bench.order(BAD, "read ask twice");
    let told = bench.scan().await;
    let deaths = told.deaths();
    assert_eq!(deaths.len(), TRIES, "{deaths:#?}");
    assert!(deaths.iter().all(|death| death.contains("it spoke out of turn")), "{deaths:#?}");
    assert!(asked_about(&server, "What is this?") <= TRIES);
}

#[tokio::test]
async fn a_question_after_the_answer_is_heard_by_nobody() {
    let server = server();
    let (bench, told) = summarised(&server, "late").await;
    assert_eq!(asked_about(&server, "What is this?"), 0);
    // What it said in time counts, and whoever comes next is summarised by another worker, or again.
    let known = Cache::open(&bench.home()).unwrap().read().unwrap();
    let title = |name| known.summary(&key(&told, name)).unwrap().unwrap().digest.title;
    assert_eq!((title(BAD).as_deref(), title(GOOD)), (Some("In time"), None));
    // It is ended for it, unless it came last and the run was over before anybody listened again.
    assert!(told.deaths().len() <= 1, "{:#?}", told.deaths());
}

#[tokio::test]
async fn whoever_asks_while_it_reads_goes_the_way_of_all_who_lose_their_mind() {
    let server = server();
    let mut bench = Bench::new().workers(1);
    bench.settings.llm = server.settings();
    bench.order(BAD, "ask chat {}");
    bench.order(GOOD, "read words of the user");
    let told = bench.scan().await;
    assert_eq!(told.row(BAD).code, Some(Code::WorkerCrashed));
    let reason = told.reason(BAD);
    assert!(reason.starts_with("quarantined: 4 workers died of it"), "{reason}");
    assert!(reason.contains("it asked something that it has no business to ask"), "{reason}");
    assert_eq!((told.deaths().len(), told.text(GOOD)), (4, "words of the user"));
    assert_eq!((asked_about(&server, "What is this?"), asked_about(&server, "words of the user")), (0, 1));
}
