//! Every message that a worker reads from the engine: the engine is trusted, its bytes are checked all the same.

#![no_main]

use deskscribe_protocol::{Frame, ToWorker};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let frame = Frame { body: bytes.to_vec(), attachment: Vec::new() };
    let Ok(message) = frame.message::<ToWorker>() else { return };
    let again = Frame::new(&message, Vec::new()).expect("what was short enough to come is short enough to go");
    assert_eq!(again.message::<ToWorker>().expect("and is understood"), message);
});
