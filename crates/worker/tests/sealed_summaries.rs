//! A real worker, confined as always, that has something summarised: its questions go out as frames, and what is
//! answered comes in while it waits.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "common/scripted.rs"]
mod scripted;
#[path = "common/sealed.rs"]
mod sealed;

use std::path::Path;

use deskscribe_protocol::{
    Answer, Ask, Brief, Form, FromWorker, JobId, MediaKind, Reply, ToWorker, Work, exit,
};
use scripted::{brief, entry, model, said, vector};
use sealed::Sealed;

fn good() -> Vec<Reply> {
    said(&entry("An invoice of 412 EUR for garden furniture.", "Invoice 2231", &["invoice"]))
}

fn work(brief: Brief) -> Work {
    Work::Summarise(Box::new(brief))
}

fn invoice() -> Brief {
    Brief { embedder: Some("words".to_owned()), ..brief("Invoice 2231\nGarden furniture\n412 EUR") }
}

/// Until a question comes.
fn question(worker: &mut Sealed) -> (JobId, Ask) {
    loop {
        match worker.hear().0 {
            FromWorker::Progress { .. } => {}
            FromWorker::Ask { job, ask } => return (job, ask),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_worker_asks_and_is_answered_over_its_socket() {
    let mut worker = Sealed::start();
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/label printer error.gif");
    for shows in [false, true] {
        let brief = Brief { model: model(8192, true), shows, ..invoice() };
        let medium = shows.then_some(picture.as_path());
        let job = worker.lend(medium, MediaKind::Image, &work(brief));
        let (asking, ask) = question(&mut worker);
        let Ask::Chat(request) = ask else { panic!("{ask:?}") };
        assert_eq!((asking, request["messages"][1].get("images").is_some()), (job, shows));
        worker.reply(job, good());
        assert!(matches!(question(&mut worker), (asking, Ask::Embed(_)) if asking == job));
        worker.reply(job, vector(&[0.25, 0.5]));
        let (Answer::Summary(summary), None) = worker.outcome(&work(invoice())).unwrap() else { panic!() };
        assert_eq!((summary.form, summary.vector), (Form::Kept, Some(vec![0.25, 0.5])));
    }
}

#[test]
fn a_worker_that_waits_for_an_answer_can_be_cancelled_and_goes_on_with_the_next_job() {
    let mut worker = Sealed::start();
    let job = worker.lend(None, MediaKind::Image, &work(invoice()));
    question(&mut worker);
    worker.reply(job, vec![Reply::Text { text: "{\"summary\"".to_owned() }]);
    worker.say(&ToWorker::Cancel { job }, &[]);
    // On its way when it was cancelled.
    worker.reply(job, good());
    assert!(matches!(worker.hear().0, FromWorker::Cancelled { job: cancelled } if cancelled == job));
    let job = worker.lend(None, MediaKind::Image, &work(Brief { embedder: None, ..invoice() }));
    question(&mut worker);
    worker.reply(job, good());
    assert!(worker.outcome(&work(invoice())).is_ok());
}

#[test]
fn an_engine_that_answers_nobody_has_lost_its_mind() {
    for asked in [false, true] {
        let mut worker = Sealed::start();
        if asked {
            worker.lend(None, MediaKind::Image, &work(invoice()));
            question(&mut worker);
        }
        worker.reply(JobId(99), vec![Reply::End { cut: false }]);
        assert_eq!(worker.end(), Some(i32::from(exit::WIRE)), "asked: {asked}");
    }
}
