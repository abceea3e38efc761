//! Errands against a real server on this machine, and with real files.

use deskscribe_engine::Languages;
use deskscribe_system_tests::{Reply, Store, Web, weights};

use super::*;

/// Waits until what is known is so.
async fn until(errands: &Errands, is_so: impl FnMut(&Known) -> bool) -> Known {
    errands.subscribe().wait_for(is_so).await.unwrap().clone()
}

/// Waits until nothing goes on, and tells how it ended.
async fn end(errands: &Errands) -> Progress {
    let known = until(errands, |known| known.errand.as_ref().is_some_and(|errand| !errand.goes_on())).await;
    known.errand.unwrap().progress
}

fn errands(store: &Store) -> (Errands, Models) {
    let unfinished = Unfinished::in_file(store.home().join("downloads/speech.json"));
    let (errands, models) = (Errands::remembering(unfinished), store.models());
    errands.know(models.clone());
    (errands, models)
}

/// A store whose server sends so many bytes of `tiny`, and nothing more.
fn that_stalls_after(bytes: usize) -> (Store, Web) {
    let web = Web::serving([]);
    let store = Store::new().mirrored_by(&web);
    web.then(Reply::honest(&store.tiny, "\"1\"").falls_silent_after(bytes));
    (store, web)
}

/// Waits until so many bytes of `tiny` are there.
async fn until_there(errands: &Errands, least: u64) {
    let is_there = |known: &Known| match known.errand.as_ref().map(|errand| &errand.progress) {
        Some(Progress::Going { step: Some(Step::Downloading { bytes, .. }) }) => *bytes >= least,
        _ => false,
    };
    until(errands, is_there).await;
}

#[tokio::test]
async fn a_model_is_fetched_and_listens() {
    let web = Web::serving([]);
    let store = Store::new().mirrored_by(&web);
    web.then(Reply::honest(&store.tiny, "\"1\""));
    let (errands, models) = errands(&store);
    errands.get(models, "tiny".to_owned(), false).unwrap();
    let Progress::Done { model: Some(model) } = end(&errands).await else { panic!("it is there") };
    assert_eq!((model.model.as_str(), model.languages), ("tiny", Languages::All));
    until(&errands, |known| known.listens.as_deref() == Some("tiny")).await;
    errands.dismiss();
    assert_eq!(errands.subscribe().borrow().errand, None);
}

#[tokio::test]
async fn one_at_a_time_and_what_is_stopped_is_kept_and_gone_on_with() {
    let (store, web) = that_stalls_after(120_000);
    let (errands, models) = errands(&store);
    errands.get(models.clone(), "tiny".to_owned(), false).unwrap();
    until_there(&errands, 120_000).await;
    let refused = errands.verify(models.clone(), "base.en".to_owned()).unwrap_err();
    assert_eq!(refused.message, "one model at a time: tiny is not done yet; wait for it, or stop it");
    errands.dismiss();
    assert!(errands.subscribe().borrow().errand.is_some(), "what goes on is not put away");
    errands.stop();
    assert_eq!(end(&errands).await, Progress::Stopped { kept: 120_000 });

    web.then(Reply::honest(&store.tiny, "\"1\""));
    errands.get(models, "tiny".to_owned(), false).unwrap();
    assert!(matches!(end(&errands).await, Progress::Done { model: Some(_) }));
    assert_eq!(web.ranges(), [None, Some("bytes=120000-".to_owned())]);
}

#[tokio::test]
async fn the_end_of_the_window_keeps_a_download_and_the_next_one_offers_to_go_on() {
    let (store, web) = that_stalls_after(90_000);
    let (errands, models) = errands(&store);
    errands.get(models, "tiny".to_owned(), false).unwrap();
    until_there(&errands, 90_000).await;
    errands.close().await;
    assert_eq!(store.kept(), Some(90_000));

    let (next, _) = self::errands(&store);
    let left = next.subscribe().borrow().errand.clone().unwrap();
    let stopped = Progress::Stopped { kept: 90_000 };
    assert_eq!((left.deed, left.model.as_str(), left.progress), (Deed::Get, "tiny", stopped));
    next.dismiss();
    let (after, models) = self::errands(&store);
    assert_eq!(after.subscribe().borrow().errand, None, "what was put away is not told again");

    web.then(Reply::honest(&store.tiny, "\"1\""));
    after.get(models, "tiny".to_owned(), false).unwrap();
    end(&after).await;
    let (last, _) = self::errands(&store);
    assert_eq!(last.subscribe().borrow().errand, None, "what is done is done");
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let web = Web::serving([Reply::status(404, "")]);
    let store = Store::new().mirrored_by(&web);
    let (errands, models) = errands(&store);
    errands.get(models.clone(), "tiny".to_owned(), false).unwrap();
    let Progress::Failed { reason } = end(&errands).await else { panic!("there is none") };
    assert!(reason.starts_with(&format!("{} does not have it to give", web.host())), "{reason}");

    errands.import(models, store.own_file("notes.bin", b"no model at all")).unwrap();
    let Progress::Failed { reason } = end(&errands).await else { panic!("it is none") };
    assert!(reason.contains("notes.bin"), "{reason}");
}

#[tokio::test]
async fn a_file_is_imported_and_what_became_of_it_is_found_out() {
    let store = Store::new();
    let (errands, models) = errands(&store);
    let file = store.own_file("ggml-mine.bin", &weights(true, 3, 20_000));
    assert!(Models::is_one(&file));
    errands.import(models.clone(), file).unwrap();
    let Progress::Done { model: Some(model) } = end(&errands).await else { panic!("it is a model") };
    assert_eq!((model.model.as_str(), model.known), ("mine", false));

    errands.verify(models.clone(), "mine".to_owned()).unwrap();
    assert_eq!(end(&errands).await, Progress::Done { model: None });
    std::fs::write(&model.path, weights(true, 4, 20_000)).unwrap();
    errands.verify(models, "mine".to_owned()).unwrap();
    let Progress::Failed { reason } = end(&errands).await else { panic!("it is another one") };
    assert!(reason.starts_with("mine is broken"), "{reason}");
    until(&errands, |known| known.listens.is_none()).await;
}

#[test]
fn a_model_is_told_from_other_files() {
    let store = Store::new();
    let model = weights(true, 3, 20_000);
    assert!(Models::is_one(&store.own_file("a.BIN", &model)));
    assert!(!Models::is_one(&store.own_file("a.png", &model)));
    assert!(!Models::is_one(&store.own_file("b.bin", b"\x7fELF")));
    assert!(!Models::is_one(&store.own_file("c.bin", b"")));
}
