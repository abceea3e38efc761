//! The way to a language model, against a stand-in for every kind of server: who is there, what is wrong, who waits.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use deskscribe_engine::{
    Address, CancellationToken, LlmServer, LlmState, Pull, Remedy, Server, ServerKind, TroubleCode,
};
use deskscribe_protocol::LanguageModel;
use deskscribe_system_tests::{
    Gate, House, Maker, Reply, StandIn, StandInModel, Turn, Web, chat, heard, ready, trouble, words,
};

#[tokio::test]
async fn nobody_is_asked_before_somebody_looks() {
    let server = StandIn::ollama();
    let gateway = House::with(&server).gateway();
    assert_eq!((gateway.state(), server.traffic().looked), (LlmState::Unseen, 0));
    let expected = Server {
        kind: ServerKind::Ollama,
        address: server.url(),
        remote: false,
        version: Some("0.20.3".into()),
        model: LanguageModel { name: "small".into(), context: 8192, sees: false },
        embedder: Some("words".into()),
        embedder_trouble: None,
        writers: vec!["small".into()],
    };
    assert_eq!(ready(gateway.look().await), expected);
    assert_eq!(gateway.state(), LlmState::Ready(expected));

    let mut house = House::with(&server);
    house.settings.llm.server = LlmServer::Off;
    let looked = server.traffic().looked;
    assert_eq!(house.gateway().look().await, LlmState::Off);
    assert_eq!(server.traffic().looked, looked);
}

#[tokio::test]
async fn ollama_is_asked_which_model_is_best_used() {
    let model = |name: &str, day: u32, can: &[&'static str]| StandInModel {
        modified_at: format!("2026-02-{day:02}T00:00:00Z"),
        ..StandInModel::new(name, can)
    };
    let cloud = StandInModel {
        remote_host: Some("https://ollama.com:443".into()),
        ..model("huge-cloud", 28, &["completion"])
    };
    let (old, new) = (model("old:latest", 1, &["completion"]), model("new:4b", 3, &["completion", "vision"]));
    let vectors = model("vectors", 20, &["embedding"]);
    let all = || [old.clone(), cloud.clone(), vectors.clone(), new.clone()];
    let server = StandIn::ollama().with_models(all());
    let house = House::with(&server);
    let seen = ready(house.gateway().look().await);
    assert_eq!(
        (seen.model.name.as_str(), seen.model.sees, seen.remote),
        ("new:4b", true, false),
        "the newest"
    );
    assert_eq!(seen.embedder.as_deref(), Some("vectors"));

    let loaded = StandInModel { is_loaded: true, ..old.clone() };
    let server = StandIn::ollama().with_models([loaded, new.clone()]);
    let seen = ready(House::with(&server).gateway().look().await);
    assert_eq!((seen.model.name.as_str(), seen.embedder), ("old:latest", None), "the one in memory");

    let server = StandIn::ollama().with_models(all());
    let mut house = House::with(&server);
    let mut named = async |name: &str| {
        house.settings.llm.model = Some(name.to_owned());
        house.gateway().look().await
    };
    assert_eq!(ready(named("old").await).model.name, "old", "as it is called");
    let missing = trouble(named("new").await);
    assert_eq!(
        (missing.code, missing.remedy.as_ref().and_then(Remedy::line)),
        (TroubleCode::ModelMissing, Some("deskscribe llm pull new"))
    );
    // What is handed on to another machine is used only by those who name it, and marked.
    assert!(ready(named("huge-cloud").await).remote);
    let gateway = house.gateway();
    gateway.look().await;
    assert!(gateway.line().await.unwrap().receipt().remote);
    for models in [vec![cloud], vec![vectors], vec![]] {
        let server = StandIn::ollama().with_models(models);
        let trouble = trouble(House::with(&server).gateway().look().await);
        assert_eq!(trouble.code, TroubleCode::ModelMissing);
        assert_eq!(trouble.remedy.as_ref().and_then(Remedy::line), Some("deskscribe llm pull gemma3:4b"));
    }
}

#[tokio::test]
async fn an_embedder_that_is_missing_keeps_nobody_from_writing() {
    for server in [StandIn::ollama(), StandIn::of(Maker::Vllm)] {
        let mut house = House::with(&server);
        house.settings.llm.embedder = Some("others".into());
        let gateway = house.gateway();
        let seen = ready(gateway.look().await);
        let missing = seen.embedder_trouble.unwrap();
        assert_eq!((seen.embedder, missing.code), (None, TroubleCode::ModelMissing));
        assert_eq!(gateway.embed(vec!["a".into()]).await, Err(missing));
    }
}

#[tokio::test]
async fn servers_of_openais_kind_tell_in_their_own_ways() {
    let eye = |is_loaded| StandInModel {
        is_loaded,
        context: 9000,
        ..StandInModel::new("eye", &["completion", "vision"])
    };
    for (maker, is_loaded, context, sees) in [
        (Maker::LmStudio, true, 9000, true),
        (Maker::LmStudio, false, 4096, true),
        (Maker::LlamaCpp, true, 9000, true),
        (Maker::Vllm, true, 9000, false),
    ] {
        let server = StandIn::of(maker).with_models([eye(is_loaded)]);
        let seen = ready(House::with(&server).gateway().look().await);
        let expected = LanguageModel { name: "eye".into(), context, sees };
        assert_eq!((seen.kind, seen.model, seen.embedder), (ServerKind::OpenAi, expected, None), "{maker:?}");
    }
}

#[tokio::test]
async fn a_key_is_read_from_a_file_of_the_users_alone() {
    let server = StandIn::of(Maker::Vllm).wanting_key("sk-1");
    let house = House::with(&server);
    let gateway = house.gateway();
    let refused = trouble(gateway.look().await);
    assert_eq!(refused.code, TroubleCode::Refused);
    assert_eq!(refused.remedy.as_ref().and_then(Remedy::line), Some("deskscribe llm key set"));
    let key = house.folder().join("llm.key");
    fs::write(&key, "sk-1\n").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let open = trouble(gateway.look().await);
    assert!(open.code == TroubleCode::Refused && open.reason.contains("chmod 600 "), "{open:?}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    ready(gateway.look().await);
    let line = gateway.line().await.unwrap();
    words(&line, chat()).await;
    assert_eq!(server.asked()[0].key.as_deref(), Some("sk-1"));
    let shown = format!("{gateway:?} {line:?}");
    assert!(!shown.contains("sk-1"), "{shown}");
}

#[tokio::test]
async fn something_else_at_the_address_is_told_from_nobody() {
    let server = StandIn::ollama();
    let mut house = House::with(&server);
    server.stop();
    let nobody = trouble(house.gateway().look().await);
    assert!(matches!(nobody.code, TroubleCode::NotRunning | TroubleCode::NotInstalled), "{nobody:?}");
    assert!(nobody.reason.ends_with(&format!("nothing answers at {}", server.url())), "{nobody:?}");

    let page = b"<html>Welcome to your router</html>";
    for (reply, kind) in [
        (Reply::unmeasured(page), LlmServer::Ollama),
        (Reply::unmeasured(page), LlmServer::OpenAi),
        (Reply::status(404, ""), LlmServer::Ollama),
        (Reply::status(302, "Location: https://elsewhere.example/\r\n"), LlmServer::OpenAi),
    ] {
        let web = Web::serving([reply]);
        house.settings.llm.server = kind;
        house.settings.llm.address = Address::parse(&web.url());
        let wrong = trouble(house.gateway().look().await);
        assert_eq!(wrong.code, TroubleCode::WrongAddress, "{wrong:?}");
        assert!(!web.asked().is_empty());
    }
    house.settings.llm.address = Address::parse("http://nobody.invalid:1/");
    let nowhere = trouble(house.gateway().look().await);
    assert!(matches!(nowhere.code, TroubleCode::WrongAddress | TroubleCode::NotRunning), "{nowhere:?}");

    // Whoever speaks the other language is told which word to change.
    let server = StandIn::of(Maker::LlamaCpp);
    house.settings.llm.address = Address::parse(&server.url());
    house.settings.llm.server = LlmServer::Ollama;
    let wrong = trouble(house.gateway().look().await);
    assert!(wrong.remedy.unwrap().to_string().ends_with("llm = \"openai\""));
    let server = StandIn::ollama();
    house.settings.llm.address = Address::parse(&server.url());
    house.settings.llm.server = LlmServer::OpenAi;
    let wrong = trouble(house.gateway().look().await);
    assert!(wrong.remedy.unwrap().to_string().ends_with("llm = \"ollama\""));
}

#[tokio::test]
async fn whoever_waits_has_it_when_it_is_back() {
    let server = StandIn::ollama();
    let gateway = House::with(&server).gateway();
    server.stop();
    let waits = tokio::spawn({
        let gateway = gateway.clone();
        async move { gateway.line().await.unwrap().server().clone() }
    });
    let mut states = gateway.watch();
    states.wait_for(|state| state.trouble().is_some()).await.unwrap();
    server.start();
    assert_eq!(waits.await.unwrap().address, server.url());

    // It dies while it answers, and comes back.
    let line = gateway.line().await.unwrap();
    server.then(Turn::says("one two").falls_silent_after(1));
    let asking = heard(&line, chat());
    let dying = async {
        server.until(|traffic| traffic.open == 1).await;
        server.stop();
    };
    let ((_, ended), ()) = tokio::join!(asking, dying);
    assert_eq!(ended.unwrap_err().code, TroubleCode::Broken);
    drop(line);
    server.start();
    words(&gateway.line().await.unwrap(), chat()).await;
}

#[tokio::test]
async fn a_server_that_fails_is_left_alone_and_not_asked_again_and_again() {
    let server = StandIn::ollama();
    let mut house = House::with(&server);
    // As good as for ever.
    house.settings.llm.pause = Duration::from_secs(3600);
    house.settings.llm.longest_pause = Duration::from_secs(3600);
    let gateway = house.gateway();
    let line = gateway.line().await.unwrap();
    server.then(Turn::out_of_memory());
    heard(&line, chat()).await.1.unwrap_err();
    drop(line);
    let before = server.traffic();
    // Many wait, and nobody asks; nor does whoever searches.
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            tokio::spawn({
                let gateway = gateway.clone();
                async move { gateway.ready().await }
            })
        })
        .collect();
    tokio::task::yield_now().await;
    assert_eq!(gateway.embed(vec!["a".into()]).await.unwrap_err().code, TroubleCode::OutOfMemory);
    assert_eq!(server.traffic(), before);
    // Somebody looks by hand, and all go on.
    ready(gateway.look().await);
    for waits in waiting {
        waits.await.unwrap();
    }
    let once = server.traffic().looked - before.looked;
    assert_eq!(once, 5, "version, two lists, and a look at both models");
}

#[tokio::test]
async fn a_model_that_makes_no_sense_is_left_alone_too() {
    let server = StandIn::ollama();
    let gateway = House::with(&server).gateway();
    gateway.blame("nothing was asked yet");
    assert_eq!(gateway.state(), LlmState::Unseen);
    gateway.look().await;
    gateway.blame("five answers without a word");
    let nonsense = trouble(gateway.state());
    assert_eq!(nonsense.code, TroubleCode::Nonsense);
    assert!(nonsense.remedy.unwrap().to_string().contains("llm_model"));
    gateway.ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_never_ask_more_than_they_may() {
    for most in [1, 2] {
        let server = StandIn::ollama();
        let mut house = House::with(&server);
        house.settings.max_concurrent_requests = most.try_into().unwrap();
        let gate = Gate::closed();
        server.always(Turn::says("one two three").waits(1, &gate));
        let engines = [house.gateway(), house.gateway()];
        let jobs: Vec<_> = (0..8)
            .map(|number| {
                let gateway = engines[number % 2].clone();
                tokio::spawn(async move {
                    let line = gateway.line().await.unwrap();
                    // A job may ask several things at once, and is served one after the other.
                    let (one, other) = tokio::join!(words(&line, chat()), words(&line, chat()));
                    assert_eq!([one.0, other.0], ["one two three", "one two three"]);
                })
            })
            .collect();
        gate.reached_by(most).await;
        assert_eq!(server.traffic().open, most);
        gate.open();
        for job in jobs {
            job.await.unwrap();
        }
        assert_eq!((server.most_open(), server.traffic().asked), (most, 16));
    }
}

#[tokio::test]
async fn a_model_is_fetched_when_somebody_asks_for_it() {
    let server = StandIn::ollama().with_models([]);
    let mut house = House::with(&server);
    house.settings.llm.model = Some("gemma3:4b".into());
    let gateway = house.gateway();
    assert_eq!(trouble(gateway.look().await).code, TroubleCode::ModelMissing);
    let mut steps = Vec::new();
    gateway.pull("gemma3:4b", |step| steps.push(step), CancellationToken::new()).await.unwrap();
    assert_eq!(ready(gateway.state()).model.name, "gemma3:4b");
    let bytes: Vec<_> = steps.iter().map(|Pull { bytes, total, .. }| (*bytes, *total)).collect();
    assert_eq!(
        bytes,
        [(0, 0), (0, 1000), (400, 1000), (1000, 1000), (1000, 1000), (1000, 1000), (1000, 1000)]
    );
    assert_eq!((steps[0].step.as_str(), steps[6].step.as_str()), ("pulling manifest", "success"));

    server.then_pull(Turn::raw(
        b"{\"status\":\"pulling manifest\"}\n{\"error\":\"pull model manifest: file does not exist\"}\n",
    ));
    let unknown = gateway.pull("nothing", |_| {}, CancellationToken::new()).await.unwrap_err();
    assert_eq!(unknown.code, TroubleCode::ModelMissing);
    assert!(unknown.reason.starts_with("there is no model nothing to fetch"), "{unknown}");
    server.then_pull(Turn::usual().hangs_up_after(3));
    assert_eq!(
        gateway.pull("a", |_| {}, CancellationToken::new()).await.unwrap_err().code,
        TroubleCode::Broken
    );
    server.then_pull(Turn::usual().falls_silent_after(3));
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let tell = move |step: Pull| {
        if step.bytes == 400 {
            stop.cancel();
        }
    };
    assert_eq!(gateway.pull("a", tell, cancel).await.unwrap_err().code, TroubleCode::Stopped);

    let gateway = House::with(&StandIn::of(Maker::LmStudio)).gateway();
    let error = gateway.pull("a", |_| {}, CancellationToken::new()).await.unwrap_err();
    assert!(error.remedy.unwrap().to_string().contains("in that server itself"));
}
