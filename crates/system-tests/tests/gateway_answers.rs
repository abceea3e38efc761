//! Questions to a language model and their answers, against a stand-in for every kind of server.

use std::time::Duration;

use deskscribe_engine::{LlmServer, LlmState, TroubleCode};
use deskscribe_protocol::{Ask, Reply as Piece};
use deskscribe_system_tests::{House, Maker, StandIn, StandInModel, Turn, chat, heard, ready, words};
use serde_json::{Value, json};
use tokio::sync::mpsc;

#[tokio::test]
async fn words_come_as_they_are_said_whole_and_in_order() {
    for server in [StandIn::ollama(), StandIn::of(Maker::LlamaCpp)] {
        let gateway = House::with(&server).gateway();
        let line = gateway.line().await.unwrap();
        let text = "Grüße aus 東京, \"quoted\"\n— and a 🦀.";
        server.then(Turn::says(text).in_pieces_of(1).after_thinking("Hm, 東京?"));
        assert_eq!(words(&line, chat()).await, (text.to_owned(), false), "each character in pieces");
        server.then(Turn::says("All of it but").cut());
        let (pieces, ended) = heard(&line, chat()).await;
        ended.unwrap();
        assert!(pieces.len() > 3 && pieces.last() == Some(&Piece::End { cut: true }), "{pieces:?}");

        let generate = Ask::Generate(json!({ "model": "small", "prompt": "What?", "system": "Be brief." }));
        server.then(Turn::says("No."));
        assert_eq!(words(&line, generate).await, ("No.".to_owned(), false));
        let schema = json!({ "type": "object", "properties": { "title": { "type": "string" } } });
        let by_schema = Ask::Chat(json!({ "model": "small", "messages": [], "format": schema }));
        assert_eq!(words(&line, by_schema).await.0, r#"{"title":"stand-in"}"#);
    }
}

#[tokio::test]
async fn vectors_come_in_the_order_of_their_texts() {
    for (server, embedder) in [(StandIn::ollama(), "words"), (StandIn::of(Maker::LmStudio), "words-embed")] {
        let gateway = House::with(&server).gateway();
        let both = gateway.embed(vec!["one".into(), "two".into()]).await.unwrap();
        let one = gateway.embed(vec!["one".into()]).await.unwrap();
        assert_eq!((&both[0], both.len(), both[0].len()), (&one[0], 2, 8));
        assert_ne!(both[0], both[1]);
        assert_eq!(server.asked()[0].body["model"], embedder);
        for vectors in [vec![], vec![&[0.5_f32][..], &[0.5, 0.5]], vec![&[][..]]] {
            server.then(Turn::vectors(&vectors));
            let trouble = gateway.embed(vec!["one".into()]).await.unwrap_err();
            assert_eq!(trouble.code, TroubleCode::Nonsense, "{vectors:?}");
        }
    }
}

#[tokio::test]
async fn a_receipt_says_who_was_asked_and_how_much_went_to_and_fro() {
    let server = StandIn::ollama();
    let gateway = House::with(&server).gateway();
    let line = gateway.line().await.unwrap();
    let before = line.receipt();
    assert_eq!((before.server, before.model, before.requests), (server.url(), "small".into(), 0));
    server.then(Turn::says("one two three"));
    words(&line, chat()).await;
    server.then(Turn::says("one two").hangs_up_after(1));
    heard(&line, chat()).await.1.unwrap_err();
    let receipt = line.receipt();
    let sent: usize = server.asked().iter().map(|asked| asked.body.to_string().len()).sum();
    assert_eq!((receipt.requests, receipt.sent, receipt.remote), (2, sent as u64, false));
    assert!(receipt.received > 300 && receipt.seconds > 0.0, "{receipt:?}");
}

#[tokio::test]
async fn whatever_the_server_says_is_told_apart_and_leaves_it_alone_for_a_while() {
    use TroubleCode::{Broken, ModelMissing, Nonsense, OutOfMemory, Refused, TooLong, WrongAddress};
    let error = |message: &str| json!({ "error": message }).to_string();
    let cases = [
        (Turn::out_of_memory(), OutOfMemory),
        (Turn::status(404, &error("model 'small' not found, try pulling it first")), ModelMissing),
        (Turn::status(404, "page not found"), WrongAddress),
        (Turn::status(401, "go away"), Refused),
        (Turn::status(400, &error("input exceeds the available context size")), TooLong),
        (Turn::busy(1), Broken),
        (Turn::status(500, &error("unexpected EOF")), Broken),
        (Turn::status(502, "<html>Bad Gateway</html>"), Broken),
        (Turn::says("one two three").hangs_up_after(2), Broken),
        (Turn::says("one two three").hangs_up_after(0), Broken),
        (Turn::raw(b"no answer at all\n"), Nonsense),
        (Turn::raw(b"{\"done\":\n"), Nonsense),
        (Turn::raw(b"<html>hello</html>"), Nonsense),
        (Turn::raw(b""), Broken),
    ];
    for server in [StandIn::ollama(), StandIn::of(Maker::Vllm)] {
        for (turn, code) in cases.clone() {
            let gateway = House::with(&server).gateway();
            let line = gateway.line().await.unwrap();
            server.then(turn);
            let (_, ended) = heard(&line, chat()).await;
            let trouble = ended.unwrap_err();
            // A line of a stream of events that is none of ours is passed over, and no answer comes.
            let is_of_events = server.settings().server == LlmServer::OpenAi && code == Nonsense;
            assert!(
                trouble.code == code || (is_of_events && trouble.code == Broken),
                "{code:?}: {trouble:?}"
            );
            assert!(!trouble.reason.contains('\n'), "{trouble:?}");
            match code {
                TooLong => ready(gateway.state()),
                _ => {
                    assert_eq!(gateway.state(), LlmState::Trouble(trouble));
                    drop(line);
                    // It is asked again as soon as somebody waits for it.
                    gateway.ready().await
                }
            };
        }
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_is_told_in_the_servers_words() {
    let server = StandIn::ollama();
    let gateway = House::with(&server).gateway();
    let line = gateway.line().await.unwrap();
    let said = json!({ "message": { "role": "assistant", "content": "Well" }, "done": false });
    let error = json!({ "error": "llama runner process has terminated: CUDA error: out of memory" });
    server.then(Turn::raw(format!("{said}\n{error}\n").as_bytes()));
    let (pieces, ended) = heard(&line, chat()).await;
    assert_eq!(pieces, [Piece::Text { text: "Well".into() }]);
    assert_eq!(ended.unwrap_err().code, TroubleCode::OutOfMemory);
}

#[tokio::test]
async fn silence_is_given_up_and_slowness_is_not() {
    for server in [StandIn::ollama(), StandIn::of(Maker::LlamaCpp)] {
        for (turn, waited) in [
            (Turn::silence(), "0.3 s"),
            (Turn::says("one two").falls_silent_after(0), "0.3 s"),
            (Turn::says("one two three").falls_silent_after(2), "0.2 s"),
        ] {
            let gateway = House::impatient(&server).gateway();
            let line = gateway.line().await.unwrap();
            server.then(turn);
            let trouble = heard(&line, chat()).await.1.unwrap_err();
            assert_eq!(trouble.code, TroubleCode::TooSlow);
            assert!(trouble.reason.ends_with(&format!("has said nothing for {waited}")), "{trouble}");
            server.until(|traffic| traffic.open == 0).await;
        }
        // All of it takes longer than any silence may.
        let gateway = House::impatient(&server).gateway();
        let line = gateway.line().await.unwrap();
        let long = "word ".repeat(20);
        server.then(Turn::says(&long).slow(Duration::from_millis(25)));
        assert_eq!(words(&line, chat()).await.0, long);
    }
}

#[tokio::test]
async fn an_answer_without_end_and_a_question_without_measure_are_given_up() {
    for server in [StandIn::ollama(), StandIn::of(Maker::Vllm)] {
        let gateway = House::with(&server).gateway();
        let line = gateway.line().await.unwrap();
        server.then(Turn::endless(&"x".repeat(100_000)));
        let (pieces, ended) = heard(&line, chat()).await;
        assert_eq!(ended.unwrap_err().code, TroubleCode::TooLong);
        let longest =
            pieces.iter().map(|piece| if let Piece::Text { text } = piece { text.len() } else { 0 }).max();
        assert_eq!(longest, Some(64 << 10));
        server.until(|traffic| traffic.open == 0).await;

        let asked = server.traffic().asked;
        let much = json!([{ "role": "user", "content": "x".repeat(17 << 20) }]);
        let (_, ended) = heard(&line, Ask::Chat(json!({ "model": "small", "messages": much }))).await;
        assert_eq!(ended.unwrap_err().code, TroubleCode::TooLong);
        assert_eq!(server.traffic().asked, asked, "nobody was asked");
        ready(gateway.state());
    }
}

#[tokio::test]
async fn only_questions_for_words_and_vectors_are_asked() {
    let server = StandIn::ollama().with_models([
        StandInModel::new("small", &["completion"]),
        StandInModel::new("other", &["completion"]),
    ]);
    let mut house = House::with(&server);
    house.settings.llm.model = Some("small".into());
    let gateway = house.gateway();
    let line = gateway.line().await.unwrap();
    let image = json!([{ "role": "user", "content": "", "images": ["iVBORw0KGgo="] }]);
    for (ask, code) in [
        (Ask::Chat(json!({ "model": "other", "messages": [] })), TroubleCode::NotAllowed),
        (
            Ask::Chat(json!({ "model": "small", "messages": [], "keep_alive": "24h" })),
            TroubleCode::NotAllowed,
        ),
        (Ask::Chat(json!({ "name": "small", "insecure": true })), TroubleCode::NotAllowed),
        (Ask::Embed(json!({ "model": "small", "input": "a" })), TroubleCode::NotAllowed),
        (Ask::Chat(json!({ "model": "small", "messages": image })), TroubleCode::CannotSee),
    ] {
        let (pieces, ended) = heard(&line, ask).await;
        assert_eq!((pieces, ended.unwrap_err().code), (Vec::new(), code));
    }
    assert_eq!((server.asked(), line.receipt().requests), (Vec::new(), 0));
    ready(gateway.state());
}

#[tokio::test]
async fn pictures_go_to_those_that_see() {
    for (server, path) in [
        (StandIn::ollama(), "/messages/0/images/0"),
        (StandIn::of(Maker::LlamaCpp), "/messages/0/content/1/image_url/url"),
    ] {
        let server = server.with_models([StandInModel::new("small", &["completion", "vision"])]);
        let gateway = House::with(&server).gateway();
        let line = gateway.line().await.unwrap();
        let image = json!([{ "role": "user", "content": "What is it?", "images": ["iVBORw0KGgo="] }]);
        words(&line, Ask::Chat(json!({ "model": "small", "messages": image }))).await;
        let sent = server.asked()[0].body.pointer(path).and_then(Value::as_str).unwrap().to_owned();
        assert!(sent.ends_with("iVBORw0KGgo="), "{sent}");
    }
}

#[tokio::test]
async fn whoever_gives_up_an_answer_closes_the_connection_and_gives_back_the_permit() {
    let server = StandIn::ollama();
    let gateway = House::with(&server).gateway();
    server.always(Turn::endless("on and on "));
    let line = gateway.line().await.unwrap();
    let (pieces, mut hear) = mpsc::channel(1);
    tokio::select! {
        ended = line.ask(chat(), pieces) => panic!("{ended:?}"),
        _ = hear.recv() => {}
    }
    drop((line, hear));
    server.until(|traffic| traffic.open == 0).await;
    // Or who only stops listening.
    let line = gateway.line().await.unwrap();
    let (pieces, hear) = mpsc::channel(1);
    drop(hear);
    line.ask(chat(), pieces).await.unwrap();
    server.until(|traffic| traffic.open == 0).await;
    ready(gateway.state());
}
