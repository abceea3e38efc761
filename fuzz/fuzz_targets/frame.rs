//! The bytes of a frame, from a process that may have lost its mind.

#![no_main]

use deskscribe_protocol::{Frame, HEADER_BYTES, Header, MAX_ATTACHMENT_BYTES, MAX_BODY_BYTES};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((head, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else { return };
    let Ok(header) = Header::parse(*head) else { return };
    assert!(header.body <= MAX_BODY_BYTES && header.attachment <= MAX_ATTACHMENT_BYTES, "{header:?}");
    // A frame that announces more than there is must be an error, and takes no more than the caps.
    match Frame::read_rest(header, rest) {
        Ok(frame) => assert!(bytes.starts_with(&frame.to_bytes()), "a frame is the bytes it was read from"),
        Err(_) => assert!(rest.len() < header.body + header.attachment, "there were bytes enough"),
    }
});
