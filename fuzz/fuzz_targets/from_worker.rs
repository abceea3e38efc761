//! Every message that the engine reads from a worker, and what the engine does with it before anybody sees it.

#![no_main]

use deskscribe_protocol::{Failure, Frame, FromWorker, Raster, Reading, acts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let frame = Frame { body: bytes.to_vec(), attachment: Vec::new() };
    let Ok(message) = frame.message::<FromWorker>() else { return };
    match &message {
        FromWorker::Done { reading, thumbnail, .. } => {
            framed(*thumbnail, bytes);
            if reading.check().is_ok() {
                stored_and_read_back(reading);
            }
        }
        FromWorker::Previewed { picture, .. } => framed(Some(*picture), bytes),
        FromWorker::Failed { failure, .. } => {
            let told = Failure::new(failure.code, failure.reason.clone());
            assert!(told.reason.chars().count() <= 300 && !told.reason.contains(acts), "{told:?}");
        }
        FromWorker::Ready { confinement } => drop(confinement.level()),
        FromWorker::Hello { .. } | FromWorker::Progress { .. } | FromWorker::Cancelled { .. } => {}
    }
    drop(format!("{message:?}"));
});

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
fn stored_and_read_back(reading: &Reading) {
    let json = serde_json::to_string(reading).expect("a checked reading can be written");
    let back: Reading = serde_json::from_str(&json).expect("and read back");
    back.check().expect("and is as true as before");
    assert_eq!(back.text, reading.text);
    assert_eq!(back.lines.len(), reading.lines.len());
}
