//! Every message that the engine reads from a worker, and what the engine does with it before anybody sees it.

#![no_main]

use deskscribe_protocol::{Answer, Failure, Frame, FromWorker, Raster, Work, acts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let frame = Frame { body: bytes.to_vec(), attachment: Vec::new() };
    let Ok(message) = frame.message::<FromWorker>() else { return };
    match &message {
        FromWorker::Done { answer, picture, .. } => {
            framed(*picture, bytes);
            checked(answer);
        }
        FromWorker::Failed { failure, .. } => {
            let told = Failure::new(failure.code, failure.reason.clone());
            assert!(told.reason.chars().count() <= 300 && !told.reason.contains(acts), "{told:?}");
        }
        FromWorker::Ready { confinement } => drop(confinement.level()),
        FromWorker::Hello { .. } | FromWorker::Progress { .. } | FromWorker::Cancelled { .. } => {}
    }
    drop(format!("{message:?}"));
});

/// What a worker answers is only taken for true as an answer to what it was asked, and then fits into the cache.
#[track_caller]
fn checked(answer: &Answer) {
    let window = Work::Hear { from: 0.0, blocks: 6 };
    let asked = match answer {
        Answer::Reading(reading) if reading.recording.is_none() => Work::Read,
        Answer::Reading(_) => Work::Compose(Box::default()),
        Answer::Preview => Work::Preview { edge: 2048, at: 0.0 },
        Answer::Survey(_) => Work::Survey,
        Answer::Heard(_) => window,
        Answer::Transcript(_) | Answer::Watched(_) => Work::Watch { from: 0.0, to: None },
    };
    if answer.check(&asked).is_ok() {
        stored_and_read_back(answer, &asked);
    }
}

/// A thumbnail is only taken for one when it is as large as was announced, and no larger than was asked for.
#[track_caller]
fn framed(announced: Option<Raster>, bytes: &[u8]) {
    const EDGE: u32 = 256;
    // As large as it says, as far as anything that large would be taken.
    let size = announced.map_or(0, Raster::bytes).min(u64::from(EDGE * EDGE * 3));
    for pixels in [vec![0; size as usize], bytes.to_vec(), Vec::new()] {
        let length = pixels.len() as u64;
        match Raster::frame(announced, pixels, EDGE) {
            Ok(Some((raster, pixels))) => {
                assert!(
                    (1..=EDGE).contains(&raster.width) && (1..=EDGE).contains(&raster.height),
                    "{raster:?}"
                );
                let sides = u64::from(raster.width) * u64::from(raster.height);
                assert!(pixels.len() as u64 == length && sides * 3 == length, "{raster:?} of {length} bytes");
            }
            Ok(None) => assert!(announced.is_none() && length == 0, "{announced:?} of {length} bytes"),
            Err(_) => assert!(announced.is_some() || length > 0, "no thumbnail is fine"),
        }
    }
}

/// What passed the check goes into the cache as JSON, and must come out of it.
#[track_caller]
fn stored_and_read_back(answer: &Answer, asked: &Work) {
    let json = serde_json::to_string(answer).expect("a checked answer can be written");
    let back: Answer = serde_json::from_str(&json).expect("and read back");
    back.check(asked).expect("and is as true as before");
}
