//! Models that are fetched from a server that hangs up, falls silent, lies, or has something else.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;

use deskscribe_engine::{Address, CancellationToken, Fit, Got, ModelError, ModelState, Step};
use deskscribe_system_tests::{Question, Reply, Store, Web, list_models, sha256, weights};

const TAG: &str = "\"v1\"";

/// The model is there, whole and in use, and nothing is left of its coming.
#[track_caller]
fn is_installed(store: &Store) {
    let speech = store.models().speech().unwrap();
    assert_eq!((speech.name.as_str(), speech.multilingual), ("tiny", true));
    assert_eq!(speech.sha256, sha256(&store.tiny));
    assert!(fs::read(speech.path).unwrap() == store.tiny);
    assert_eq!(store.kept(), None);
    assert!(!store.file("ggml-tiny.bin.tag").exists());
}

#[tokio::test]
async fn a_model_is_fetched_checked_and_used() {
    let store = Store::new();
    let web = Web::serving([Reply::honest(&store.tiny, TAG)]);
    let store = store.mirrored_by(&web);
    assert_eq!(store.models().speech(), None);
    let fetched = store.get().await;
    is_installed(&store);
    assert_eq!(web.asked(), [Question { path: "/ggml-tiny.bin".into(), ..Question::default() }]);

    let total = 200_000;
    let connecting = Step::Connecting { host: web.host(), proxy: None, mirror: true, kept: 0, total };
    assert_eq!(fetched.steps.first(), Some(&connecting));
    let mut states: Vec<_> = fetched
        .steps
        .iter()
        .map(|step| serde_json::to_value(step).unwrap()["state"].as_str().unwrap().to_owned())
        .collect();
    states.dedup();
    assert_eq!(states, ["connecting", "downloading", "verifying", "done"]);
    let last = |of: fn(&Step) -> Option<u64>| fetched.steps.iter().filter_map(of).max();
    let downloaded =
        |step: &Step| if let Step::Downloading { bytes, .. } = step { Some(*bytes) } else { None };
    let verified = |step: &Step| if let Step::Verifying { bytes, .. } = step { Some(*bytes) } else { None };
    assert_eq!((last(downloaded), last(verified)), (Some(total), Some(total)));
    let Got::Fetched(model) = fetched.end.unwrap() else { panic!("it was not there") };
    assert!(matches!(fetched.steps.last(), Some(Step::Done(done)) if *done == model));

    // Whoever asks again asks nobody.
    assert!(matches!(store.get().await.end, Ok(Got::WasThere(there)) if there == model));
    assert_eq!(web.asked().len(), 1);
}

#[tokio::test]
async fn a_connection_that_ends_early_is_followed_by_one_for_the_rest() {
    let store = Store::new();
    let honest = || Reply::honest(&store.tiny, TAG);
    let web = Web::serving([honest().hangs_up_after(70_000), honest().hangs_up_after(30_000), honest()]);
    let store = store.mirrored_by(&web);
    let fetched = store.get().await;
    assert_eq!(fetched.waits().len(), 2, "{fetched:?}");
    is_installed(&store);
    let part = |from: &str| Question {
        path: "/ggml-tiny.bin".into(),
        range: Some(format!("bytes={from}-")),
        if_range: Some(TAG.into()),
    };
    assert_eq!(web.asked()[1..], [part("70000"), part("100000")]);
}

#[tokio::test]
async fn silence_is_given_up_before_and_after_the_first_byte() {
    let store = Store::new();
    let honest = || Reply::honest(&store.tiny, TAG);
    let web = Web::serving([Reply::silence(), honest().falls_silent_after(50_000), honest()]);
    let store = store.mirrored_by(&web).impatient();
    let fetched = store.get().await;
    assert_eq!(fetched.waits(), ["no answer within 0.2 s", "not a byte came for 0.1 s"]);
    is_installed(&store);
    assert_eq!(web.ranges(), [None, None, Some("bytes=50000-".into())]);
}

#[tokio::test]
async fn a_server_that_knows_no_parts_sends_it_anew() {
    let store = Store::new();
    let stubborn = || Reply::stubborn(&store.tiny);
    let web = Web::serving([stubborn().hangs_up_after(50_000), stubborn()]);
    let store = store.mirrored_by(&web);
    let fetched = store.get().await;
    assert_eq!(fetched.fresh_starts(), [("the server does not send the rest alone", 50_000)]);
    is_installed(&store);
}

#[tokio::test]
async fn another_version_is_not_mixed_with_what_is_there() {
    let store = Store::new();
    let web = Web::serving([
        Reply::honest(&store.tiny, "\"v0\"").hangs_up_after(50_000),
        Reply::honest(&store.tiny, TAG).hangs_up_after(60_000),
        Reply::honest(&store.tiny, TAG),
    ]);
    let store = store.mirrored_by(&web);
    let fetched = store.get().await;
    assert_eq!(fetched.fresh_starts().len(), 1, "{fetched:?}");
    is_installed(&store);
    let tags: Vec<_> = web.asked().into_iter().map(|question| question.if_range).collect();
    assert_eq!(tags, [None, Some("\"v0\"".into()), Some(TAG.into())]);
}

#[tokio::test]
async fn a_weak_tag_is_not_asked_by() {
    let store = Store::new();
    let weak = || Reply::honest(&store.tiny, "W/\"v1\"");
    let web = Web::serving([weak().hangs_up_after(50_000), weak()]);
    let store = store.mirrored_by(&web);
    store.get().await.end.unwrap();
    is_installed(&store);
    assert_eq!(web.asked()[1].if_range, None);
}

#[tokio::test]
async fn a_lie_about_the_part_is_noticed_and_the_whole_asked_for() {
    for lie in ["bytes 0-199999/200000", "bytes 50000-199999/200001", "bytes 50001-199999/200000", "nonsense"]
    {
        let store = Store::new();
        let honest = || Reply::honest(&store.tiny, TAG);
        let liar = Reply::lying(&store.tiny, 50_000, lie);
        let web = Web::serving([honest().hangs_up_after(50_000), liar, honest()]);
        let store = store.mirrored_by(&web);
        let fetched = store.get().await;
        assert_eq!(fetched.fresh_starts().len(), 1, "{lie}: {fetched:?}");
        is_installed(&store);
        assert_eq!(web.ranges(), [None, Some("bytes=50000-".into()), None], "{lie}");
    }
}

#[tokio::test]
async fn what_is_there_is_not_lost_to_a_server_that_has_no_such_part() {
    let store = Store::new();
    let honest = || Reply::honest(&store.tiny, TAG);
    let web = Web::serving([honest().hangs_up_after(50_000), Reply::status(416, ""), Reply::status(404, "")]);
    let store = store.mirrored_by(&web);
    let fetched = store.get().await;
    assert!(fetched.error().contains("404"), "{fetched:?}");
    assert_eq!(store.kept(), Some(50_000), "nothing better came");
}

#[tokio::test]
async fn more_bytes_than_there_are_in_the_model_are_thrown_away() {
    let store = Store::new();
    let much = [store.tiny.clone(), vec![0; 10_000]].concat();
    let web = Web::serving([Reply::unmeasured(&much)]);
    let store = store.mirrored_by(&web);
    let error = store.get().await.error();
    let expected = format!(
        "{} has another file under this name: it sends more where 200.0 kB were expected",
        web.host()
    );
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!((store.kept(), store.models().speech()), (None, None));
}

#[tokio::test]
async fn a_file_of_another_size_is_refused_by_its_head_and_costs_nothing_that_is_there() {
    let store = Store::new();
    let honest = Reply::honest(&store.tiny, TAG).hangs_up_after(50_000);
    let web = Web::serving([honest, Reply::stubborn(&[1; 1000])]);
    let store = store.mirrored_by(&web);
    let error = store.get().await.error();
    assert!(error.contains("it sends 1.0 kB where 200.0 kB were expected"), "{error}");
    assert_eq!(store.kept(), Some(50_000));
}

#[tokio::test]
async fn wrong_bytes_are_thrown_away_and_said() {
    let store = Store::new();
    let mut wrong = store.tiny.clone();
    wrong[150_000] ^= 1;
    let web = Web::serving([Reply::honest(&wrong, TAG), Reply::honest(&store.tiny, TAG)]);
    let store = store.mirrored_by(&web);
    let fetched = store.get().await;
    let Err(ModelError::OtherBytes { found, expected, .. }) = &fetched.end else { panic!("{fetched:?}") };
    assert_eq!((found.as_str(), expected.as_str()), (&*sha256(&wrong), &*sha256(&store.tiny)));
    assert!(fetched.error().contains("it was thrown away"), "{fetched:?}");
    assert_eq!((store.kept(), store.models().speech()), (None, None));
    store.get().await.end.unwrap();
    is_installed(&store);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
    let store = Store::new();
    let web = Web::serving([Reply::status(503, "Retry-After: 9\r\n"), Reply::honest(&store.tiny, TAG)]);
    let store = store.mirrored_by(&web);
    assert_eq!(store.get().await.waits(), ["it says 503 Service Unavailable"]);
    is_installed(&store);

    for (reply, why) in [
        (Reply::status(404, ""), "it says 404 Not Found"),
        (Reply::status(403, ""), "it says 403 Forbidden"),
        (Reply::status(302, "Location: /ggml-tiny.bin\r\n"), "404"),
    ] {
        let web = Web::serving([reply]);
        let store = Store::new().mirrored_by(&web);
        let error = store.get().await.error();
        assert!(error.starts_with(&format!("{} does not have it to give", web.host())), "{error}");
        assert!(error.contains(why) && error.contains("`models_mirror`"), "{error}");
    }
}

#[tokio::test]
async fn after_some_tries_without_a_byte_it_is_given_up() {
    let store = Store::new();
    let web = Web::serving((0..9).map(|_| Reply::status(500, "")));
    let store = store.mirrored_by(&web);
    let fetched = store.get().await;
    assert!(matches!(fetched.end, Err(ModelError::GaveUp { tries: 3, kept: 0, .. })), "{fetched:?}");
    assert_eq!(web.asked().len(), 3);
    // And so it is where nobody listens.
    let mut store = Store::new();
    store.settings.downloads.mirror = Address::parse("http://127.0.0.1:1/");
    let error = store.get().await.error();
    assert!(error.contains("no connection: Connection refused"), "{error}");
}

#[tokio::test]
async fn a_server_may_send_us_on_but_not_for_ever() {
    let store = Store::new();
    let far = Web::serving([
        Reply::honest(&store.tiny, TAG).hangs_up_after(10_000),
        Reply::honest(&store.tiny, TAG),
    ]);
    let there = format!("Location: {}cdn/1?signed=secret\r\n", far.url());
    let web = Web::serving([Reply::status(302, &there), Reply::status(302, &there)]);
    let store = store.mirrored_by(&web);
    let fetched = store.get().await;
    assert!(!format!("{fetched:?}").contains("secret"), "{fetched:?}");
    is_installed(&store);
    assert_eq!(far.ranges(), [None, Some("bytes=10000-".into())]);
    assert_eq!(far.asked()[0].path, "/cdn/1?signed=secret");

    let web = Web::serving((0..20).map(|_| Reply::status(302, "Location: /again\r\n")));
    let error = Store::new().mirrored_by(&web).get().await.error();
    assert!(error.contains("it sends us on and on"), "{error}");
}

#[tokio::test]
async fn whoever_stops_or_drops_it_keeps_the_bytes() {
    let store = Store::new();
    let honest = || Reply::honest(&store.tiny, TAG);
    let silent = || honest().falls_silent_after(50_000);
    let web = Web::serving([silent(), silent(), honest()]);
    let store = store.mirrored_by(&web);
    let at =
        |wanted: u64| move |step: &Step| matches!(step, Step::Downloading { bytes, .. } if *bytes == wanted);
    let first = at(50_000);
    let fetched = store
        .get_until(|step, cancel| {
            if first(step) {
                cancel.cancel()
            }
        })
        .await;
    assert!(matches!(fetched.end, Err(ModelError::Stopped { kept: 50_000 })), "{fetched:?}");
    assert_eq!(store.kept(), Some(50_000));
    let listed = store.models().list().remove(0);
    assert_eq!((listed.state, listed.kept), (ModelState::Partial, 50_000));

    let (there, mut is_there) = tokio::sync::mpsc::channel(1);
    let second = at(100_000);
    let dropped = store.get_until(|step, _| {
        if second(step) {
            let _ = there.try_send(());
        }
    });
    tokio::select! {
        fetched = dropped => panic!("{fetched:?}"),
        _ = is_there.recv() => {}
    }
    // The last piece may still be on its way to the disk; the server is asked for what is not there.
    store.get().await.end.unwrap();
    is_installed(&store);
    assert_eq!(web.ranges()[1], Some("bytes=50000-".into()));
    assert!(web.ranges()[2].is_some(), "{:?}", web.ranges());
}

#[tokio::test]
async fn two_programs_do_not_fetch_the_same() {
    let store = Store::new();
    let web = Web::serving([Reply::honest(&store.tiny, TAG).falls_silent_after(50_000)]);
    let store = store.mirrored_by(&web);
    let other = store.models();
    let mut asked = None;
    let first = store.get_until(|step, cancel| {
        if matches!(step, Step::Downloading { .. }) && asked.is_none() {
            // What another program does at this moment.
            let (other, never) = (other.clone(), CancellationToken::new());
            let ask = async move { other.get("tiny", false, &never, &mut |_| {}).await.map(drop) };
            asked = Some(at_once(ask));
            cancel.cancel();
        }
    });
    first.await.end.unwrap_err();
    let error = asked.unwrap().unwrap_err().to_string();
    let expected = format!("process {} is busy with this model; wait until it is done", std::process::id());
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(web.asked().len(), 1);
}

/// What comes of something that waits for nothing.
fn at_once<T>(ready: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(ready).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[tokio::test]
async fn what_does_not_fit_is_not_asked_for() {
    let web = Web::serving([]);
    let mut store = Store::new().mirrored_by(&web);
    let models = store.models().with_memory(1_300_000);
    let cancel = CancellationToken::new();
    let large = models.get("tiny", false, &cancel, &mut |_| {}).await.unwrap_err();
    assert!(
        large.to_string().starts_with("tiny needs 1.0 MB of memory and this machine has 1.3 MB"),
        "{large}"
    );
    assert_eq!(models.list()[0].fits, Fit::TooLarge);
    let unknown = models.get("huge", false, &cancel, &mut |_| {}).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no model huge to download; there are tiny, base.en");
    assert!(web.asked().is_empty());
    // Whoever insists gets it.
    web.then(Reply::honest(&store.tiny, TAG));
    models.get("tiny", true, &cancel, &mut |_| {}).await.unwrap();
    assert_eq!(models.speech(), None, "it is there, and does not fit");
    store.settings.speech_model = Some("tiny".into());
    assert!(store.models().with_memory(1_300_000).speech().is_some(), "unless somebody wants just that one");
}

#[tokio::test]
async fn a_disk_without_room_is_told_before_a_byte_comes() {
    let web = Web::serving([]);
    let store = Store::new().mirrored_by(&web);
    let manifest = store.resources().join("manifest.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("bytes = 200000", "bytes = 4000000000000000")).unwrap();
    let error = store.get().await.error();
    assert!(error.starts_with("there is no room for it: 4000.0 TB are needed, "), "{error}");
    assert!(web.asked().is_empty());
}

#[tokio::test]
async fn the_proxy_of_the_settings_is_gone_through_and_named() {
    let mut store = Store::new();
    let web = Web::serving([Reply::honest(&store.tiny, TAG)]);
    store.settings.downloads.mirror = Address::parse("http://mirror.invalid/whisper");
    store.settings.downloads.proxy = Address::parse_proxy(&web.url());
    let fetched = store.get().await;
    is_installed(&store);
    assert_eq!(web.asked()[0].path, "http://mirror.invalid/whisper/ggml-tiny.bin");
    let Some(Step::Connecting { host, proxy, .. }) = fetched.steps.first() else { panic!("{fetched:?}") };
    assert_eq!((host.as_str(), proxy.as_ref()), ("mirror.invalid", Some(&web.host())));
}

#[tokio::test]
async fn a_file_that_is_there_already_is_checked_and_not_fetched() {
    let web = Web::serving([]);
    let store = Store::new().mirrored_by(&web);
    fs::create_dir_all(store.home().join("models")).unwrap();
    // Copied there by hand, and all of one that was downloaded before a crash.
    fs::write(store.file("ggml-tiny.bin"), &store.tiny).unwrap();
    assert!(matches!(store.get().await.end, Ok(Got::WasThere(_))));
    is_installed(&store);
    store.models().remove("tiny").unwrap();
    fs::write(store.file("ggml-tiny.bin.part"), &store.tiny).unwrap();
    assert!(matches!(store.get().await.end, Ok(Got::Fetched(_))));
    is_installed(&store);
    assert!(web.asked().is_empty());
}

#[tokio::test]
async fn a_list_that_names_something_else_than_a_model_installs_nothing() {
    let other = b"no weights at all".repeat(100);
    let web = Web::serving([Reply::honest(&other, TAG)]);
    let store = Store::new().mirrored_by(&web);
    list_models(&store.home().join("r"), &[("odd", &other, 1)]);
    let catalogue = deskscribe_engine::Catalogue::in_folder(&store.home().join("r")).unwrap();
    let home = deskscribe_engine::Home::at(store.home());
    let models = deskscribe_engine::Models::of(&home, catalogue, &store.settings);
    let error = models.get("odd", true, &CancellationToken::new(), &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, ModelError::OtherBytes { .. }), "{error}");
    assert_eq!(models.speech(), None);
    assert_eq!(weights(true, 1, 6000).len(), 6000);
}
