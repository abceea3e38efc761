//! Models that a stand-in for Ollama fetches.

use deskscribe_system_tests::{House, StandIn, Turn};

use super::*;

/// Those of a window; what it leaves is in this folder.
fn pulls(folder: &tempfile::TempDir) -> Pulls {
    Pulls::remembering(Unfinished::in_file(folder.path().join("summaries.json")))
}

/// Waits until it is so, and tells how far it is then.
async fn until(pulls: &Pulls, is_so: impl Fn(&PullProgress) -> bool) -> PullProgress {
    let mut known = pulls.subscribe();
    let known = known.wait_for(|pull| pull.as_ref().is_some_and(|pull| is_so(&pull.progress))).await.unwrap();
    known.clone().unwrap().progress
}

fn is_over(progress: &PullProgress) -> bool {
    !matches!(progress, PullProgress::Going { .. })
}

#[tokio::test]
async fn a_model_is_fetched_and_can_be_asked() {
    let server = StandIn::ollama().with_models([]);
    let gateway = House::with(&server).gateway();
    assert_eq!(gateway.look().await.trouble().unwrap().code, TroubleCode::ModelMissing);
    let folder = tempfile::tempdir().unwrap();
    let pulls = pulls(&folder);
    pulls.begin(gateway.clone(), "gemma3:4b".to_owned()).unwrap();
    assert_eq!(until(&pulls, is_over).await, PullProgress::Done);
    assert_eq!(gateway.state().server().unwrap().model.name, "gemma3:4b");
    pulls.dismiss();
    assert_eq!(*pulls.subscribe().borrow(), None);
    assert_eq!(*self::pulls(&folder).subscribe().borrow(), None, "what is there is not told again");
}

#[tokio::test]
async fn one_at_a_time_and_what_is_stopped_says_what_is_kept() {
    let server = StandIn::ollama().with_models([]);
    server.then_pull(Turn::usual().falls_silent_after(3));
    let gateway = House::with(&server).gateway();
    let folder = tempfile::tempdir().unwrap();
    let pulls = pulls(&folder);
    pulls.begin(gateway.clone(), "gemma3:4b".to_owned()).unwrap();
    let has_some = |progress: &PullProgress| matches!(progress, PullProgress::Going { step: Some(step) } if step.bytes > 0);
    let PullProgress::Going { step: Some(step) } = until(&pulls, has_some).await else {
        panic!("it goes on")
    };
    let refused = pulls.begin(gateway.clone(), "llama3.2".to_owned()).unwrap_err();
    assert_eq!(refused.message, "one model at a time: gemma3:4b is not there yet; wait for it, or stop it");
    pulls.dismiss();
    assert!(pulls.subscribe().borrow().is_some(), "what goes on is not put away");
    pulls.stop();
    assert_eq!(until(&pulls, is_over).await, PullProgress::Stopped { kept: step.bytes });

    pulls.begin(gateway, "gemma3:4b".to_owned()).unwrap();
    assert_eq!(until(&pulls, is_over).await, PullProgress::Done);
}

#[tokio::test]
async fn what_cannot_be_fetched_says_why_and_the_end_of_the_window_ends_it() {
    let server = StandIn::ollama();
    server.then_pull(Turn::raw(b"{\"error\":\"pull model manifest: file does not exist\"}\n"));
    server.then_pull(Turn::usual().falls_silent_after(1));
    let gateway = House::with(&server).gateway();
    let folder = tempfile::tempdir().unwrap();
    let pulls = pulls(&folder);
    pulls.begin(gateway.clone(), "nosuch".to_owned()).unwrap();
    let PullProgress::Failed { trouble } = until(&pulls, is_over).await else { panic!("there is none") };
    assert!(trouble.reason.starts_with("there is no model nosuch to fetch"), "{trouble}");

    pulls.begin(gateway, "gemma3:4b".to_owned()).unwrap();
    pulls.close().await;
    let PullProgress::Stopped { kept } = until(&pulls, is_over).await else { panic!("it was stopped") };

    // The next window knows of it, until somebody puts it away.
    let left = self::pulls(&folder).subscribe().borrow().clone().unwrap();
    assert_eq!((left.model.as_str(), left.progress), ("gemma3:4b", PullProgress::Stopped { kept }));
    self::pulls(&folder).dismiss();
    assert_eq!(*self::pulls(&folder).subscribe().borrow(), None);
}
