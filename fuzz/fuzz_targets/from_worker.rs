//! Every message that the engine reads from a worker, and what the engine does with it before anybody sees it.

#![no_main]

use deskscribe_protocol::{Failure, Frame, FromWorker, Reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let frame = Frame { body: bytes.to_vec(), attachment: Vec::new() };
    let Ok(message) = frame.message::<FromWorker>() else { return };
    match &message {
        FromWorker::Done { reading, thumbnail, .. } => {
            let _ = thumbnail.map(deskscribe_protocol::Raster::bytes);
            if reading.check().is_ok() {
                stored_and_read_back(reading);
            }
        }
        FromWorker::Failed { failure, .. } => {
            let told = Failure::new(failure.code, failure.reason.clone());
            assert!(told.reason.chars().count() <= 300 && !told.reason.contains('\n'), "{told:?}");
        }
        FromWorker::Ready { confinement } => drop(confinement.level()),
        FromWorker::Hello { .. } | FromWorker::Progress { .. } | FromWorker::Cancelled { .. } => {}
    }
    drop(format!("{message:?}"));
});

/// What passed the check goes into the cache as JSON, and must come out of it.
#[track_caller]
fn stored_and_read_back(reading: &Reading) {
    let json = serde_json::to_string(reading).expect("a checked reading can be written");
    let back: Reading = serde_json::from_str(&json).expect("and read back");
    back.check().expect("and is as true as before");
    assert_eq!(back.text, reading.text);
    assert_eq!(back.lines.len(), reading.lines.len());
}
