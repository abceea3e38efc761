//! Pictures to look at, made by workers while somebody waits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use deskscribe_engine::{PreviewError, PreviewOf, Stage};
use deskscribe_system_tests::{Bench, Sitting, at_work, executable};

/// The sides of a JPEG, as its frame header tells, and in how many parts it has its colours.
fn look(jpeg: &[u8]) -> (u32, u32, [u8; 3]) {
    let start = jpeg.windows(2).position(|bytes| bytes == [0xff, 0xc0]).unwrap();
    let number = |at: usize| u32::from(jpeg[start + at]) << 8 | u32::from(jpeg[start + at + 1]);
    (number(7), number(5), [jpeg[start + 11], jpeg[start + 14], jpeg[start + 17]])
}

#[tokio::test]
async fn a_real_picture_is_shown_upright_as_large_as_it_is_wanted_without_any_model() {
    let bench = Bench::with_real_resources(executable("deskscribe-worker")).workers(1);
    let sample = deskscribe_system_tests::samples().join("DSC_0418.jpg");
    let sitting = Sitting::at(&bench);
    let mut changes = sitting.session.changes();
    let seen = sitting.session.clone();
    let watching = tokio::spawn(async move {
        let mut loads = false;
        while changes.changed().await {
            let stages = seen.status().workers.into_iter().filter_map(|worker| worker.work?.stage);
            loads |= stages.into_iter().any(|stage| stage == Stage::Load);
        }
        loads
    });
    for edge in [64, 700, 9999] {
        let preview = sitting.session.preview(PreviewOf::File(sample.clone()), edge, 0.0).await.unwrap();
        let (width, height, factors) = look(&preview.jpeg);
        assert_eq!((width, height), (preview.width, preview.height));
        assert_eq!(factors, [0x11; 3], "all of its colours");
        assert!(width.max(height) <= edge.min(2048), "{width} × {height}");
    }
    let status = sitting.session.status();
    assert!(status.idle && status.counts.files == 0 && status.deaths == 0, "{status:#?}");
    let resident = status.workers[0].resident.unwrap();
    assert!(resident < 120 << 20, "{resident}: models take more");
    sitting.session.close().await;
    drop(sitting);
    assert!(!watching.await.unwrap(), "a model was loaded");
}

#[tokio::test]
async fn a_file_that_is_not_what_was_read_is_not_shown() {
    let bench = Bench::new().workers(1);
    let path = bench.order("a.png", "read before");
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![path.clone()], false).await;
    sitting.finished().await;
    let key = deskscribe_cache::Cache::open(&bench.home()).unwrap();
    let key = key.read().unwrap().last_key_at(&path).unwrap().unwrap();
    let shown = sitting.session.preview(PreviewOf::Content(key), 100, 0.0).await.unwrap();
    assert_eq!((shown.width, shown.height), (2, 1));

    fs::write(&path, "read after").unwrap();
    for of in [PreviewOf::Content(key), PreviewOf::File(path.clone())] {
        let error = sitting.session.preview(of, 100, 0.0).await.unwrap_err();
        assert_eq!(error.to_string(), format!("the file was changed since it was read: {}", path.display()));
    }
    fs::remove_file(&path).unwrap();
    let error = sitting.session.preview(PreviewOf::Content(key), 100, 0.0).await.unwrap_err();
    assert_eq!(error.to_string(), format!("the file is gone: {}", path.display()));
}

#[tokio::test]
async fn a_worker_that_dies_of_a_preview_costs_nothing_else() {
    let bench = Bench::new().workers(1);
    let path = bench.order("a.png", "unshown signal 11");
    let mut sitting = Sitting::at(&bench);
    for deaths in 1..=3 {
        let error = sitting.session.preview(PreviewOf::File(path.clone()), 100, 0.0).await.unwrap_err();
        assert!(matches!(error, PreviewError::Failed { .. }), "{error}");
        assert!(error.to_string().contains("SIGSEGV"), "{error}");
        let status = sitting.until(|status| status.deaths == deaths).await;
        assert_eq!(status.crashes.last().unwrap().crash.path.as_deref(), path.to_str());
    }
    sitting.order(vec![path], false).await;
    let (counts, _) = sitting.finished().await;
    assert_eq!((counts.read, counts.failed), (1, 0));
}

#[tokio::test]
async fn a_preview_goes_before_everything_that_waits() {
    let bench = Bench::new().workers(1);
    let files: Vec<_> = (0..5)
        .map(|number| bench.order(&format!("{number}.png"), &format!("slow 600000 {number}")))
        .collect();
    let sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    let busy = sitting.until(|status| at_work(status).len() == 1 && status.queues.pending.depth == 4).await;
    let look = sitting.session.preview(PreviewOf::File(files[4].clone()), 100, 0.0);
    let session = sitting.session.clone();
    // None of those that wait would ever come to an end.
    let (shown, cancelled) = tokio::join!(look, async move {
        tokio::task::yield_now().await;
        session.cancel(at_work(&busy).remove(0)).await
    });
    cancelled.unwrap();
    assert_eq!(shown.unwrap().width, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_paused_a_preview_is_made_if_a_seat_is_free_and_refused_if_none_is() {
    let bench = Bench::new().workers(1);
    let path = bench.order("a.png", "slow 600000");
    let sitting = Sitting::at(&bench);
    sitting.session.pause(None);
    let of = || PreviewOf::File(path.clone());
    assert_eq!(sitting.session.preview(of(), 100, 0.0).await.unwrap().width, 2);
    sitting.session.resume();
    sitting.order(vec![path.clone()], false).await;
    sitting.until(|status| at_work(status).len() == 1).await;
    sitting.session.pause(None);
    let error = sitting.session.preview(of(), 100, 0.0).await.unwrap_err();
    assert!(matches!(error, PreviewError::Paused), "{error}");
    sitting.session.close().await;
    let error = sitting.session.preview(of(), 100, 0.0).await.unwrap_err();
    assert!(matches!(error, PreviewError::Closed), "{error}");
}
