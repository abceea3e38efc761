//! Frames: a fixed header, a JSON body, raw bytes beside it; both capped.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Opens every frame, so that a stray `printf` is told from a frame at its first byte.
const MAGIC: [u8; 4] = *b"dsk1";
/// Magic, body length and attachment length, the lengths as little-endian 32-bit numbers.
pub const HEADER_BYTES: usize = 12;
/// The most JSON one frame may carry. The text of the densest page is a hundredth of it.
pub const MAX_BODY_BYTES: usize = 16 << 20;
/// The most raw bytes one frame may carry: an RGB picture of 2048 × 2048.
pub const MAX_ATTACHMENT_BYTES: usize = 12 << 20;

/// What is wrong with a frame, or with the stream it should have come from.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The peer closed the stream between two frames.
    #[error("the peer closed the conversation")]
    Closed,
    /// The stream broke, in the middle of a frame or for good.
    #[error("the conversation broke: {0}")]
    Io(#[from] io::Error),
    /// The bytes are no frame.
    #[error("not a frame: it begins with {0:02x?}")]
    Magic([u8; 4]),
    /// A length above its cap.
    #[error("a frame of {body} + {attachment} bytes, more than {MAX_BODY_BYTES} + {MAX_ATTACHMENT_BYTES}")]
    TooLong {
        /// Bytes of JSON announced.
        body: usize,
        /// Raw bytes announced.
        attachment: usize,
    },
    /// The body is not the message that was expected.
    #[error("not a message of this protocol: {0}")]
    Json(#[from] serde_json::Error),
}

/// The lengths that a frame announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Bytes of JSON.
    pub body: usize,
    /// Raw bytes.
    pub attachment: usize,
}

impl Header {
    /// Checks the first bytes of a frame, which may come from a process that has lost its mind.
    pub fn parse(bytes: [u8; HEADER_BYTES]) -> Result<Self, FrameError> {
        let [m0, m1, m2, m3, b0, b1, b2, b3, a0, a1, a2, a3] = bytes;
        let magic = [m0, m1, m2, m3];
        if magic != MAGIC {
            return Err(FrameError::Magic(magic));
        }
        let body = u32::from_le_bytes([b0, b1, b2, b3]) as usize;
        let attachment = u32::from_le_bytes([a0, a1, a2, a3]) as usize;
        Self { body, attachment }.checked()
    }

    fn checked(self) -> Result<Self, FrameError> {
        let Self { body, attachment } = self;
        if body > MAX_BODY_BYTES || attachment > MAX_ATTACHMENT_BYTES {
            return Err(FrameError::TooLong { body, attachment });
        }
        Ok(self)
    }

    /// The bytes that announce a frame.
    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&(self.body as u32).to_le_bytes());
        bytes[8..].copy_from_slice(&(self.attachment as u32).to_le_bytes());
        bytes
    }
}

/// One message as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// The message as JSON.
    pub body: Vec<u8>,
    /// Raw bytes beside it.
    pub attachment: Vec<u8>,
}

impl Frame {
    /// A frame for this message, unless it is longer than a frame may be.
    pub fn new<M: Serialize>(message: &M, attachment: Vec<u8>) -> Result<Self, FrameError> {
        let frame = Self { body: serde_json::to_vec(message)?, attachment };
        frame.header().checked()?;
        Ok(frame)
    }

    /// The message inside.
    pub fn message<M: DeserializeOwned>(&self) -> Result<M, FrameError> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    fn header(&self) -> Header {
        Header { body: self.body.len(), attachment: self.attachment.len() }
    }

    /// All bytes of the frame, in one piece.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.header().to_bytes()[..], &self.body, &self.attachment].concat()
    }

    /// Writes the frame whole.
    pub fn write_to(&self, mut out: impl Write) -> Result<(), FrameError> {
        out.write_all(&self.to_bytes())?;
        Ok(out.flush()?)
    }

    /// Room for what follows a header, to be filled with it.
    pub fn announced(header: Header) -> Self {
        Self { body: vec![0; header.body], attachment: vec![0; header.attachment] }
    }

    /// Reads what follows a header.
    pub fn read_rest(header: Header, mut from: impl Read) -> Result<Self, FrameError> {
        let mut frame = Self::announced(header);
        from.read_exact(&mut frame.body)?;
        from.read_exact(&mut frame.attachment)?;
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_back(bytes: &[u8]) -> Result<Frame, FrameError> {
        let (head, rest) = bytes.split_first_chunk().ok_or(FrameError::Closed)?;
        Frame::read_rest(Header::parse(*head)?, rest)
    }

    #[test]
    fn a_length_above_the_cap_is_refused_before_anything_is_reserved() {
        let header = Header { body: MAX_BODY_BYTES + 1, attachment: 0 }.to_bytes();
        assert!(matches!(Header::parse(header), Err(FrameError::TooLong { .. })));
        let header = Header { body: 0, attachment: u32::MAX as usize }.to_bytes();
        assert!(matches!(Header::parse(header), Err(FrameError::TooLong { .. })));
    }

    #[test]
    fn a_message_too_long_for_a_frame_is_never_sent() {
        let text = "x".repeat(MAX_BODY_BYTES);
        assert!(matches!(Frame::new(&text, vec![]), Err(FrameError::TooLong { .. })));
    }

    #[test]
    fn what_a_library_prints_is_no_frame() {
        let stray = *b"Unknown CPU ";
        assert!(matches!(Header::parse(stray), Err(FrameError::Magic(m)) if &m == b"Unkn"));
    }

    proptest! {
        #[test]
        fn a_frame_comes_back_as_it_was_sent(text in ".{0,200}", attachment in any::<Vec<u8>>()) {
            let frame = Frame::new(&text, attachment).unwrap();
            let mut bytes = Vec::new();
            frame.write_to(&mut bytes).unwrap();
            let back = read_back(&bytes).unwrap();
            prop_assert_eq!(&back, &frame);
            prop_assert_eq!(back.message::<String>().unwrap(), text);
        }

        #[test]
        fn a_frame_cut_anywhere_is_an_error(cut in 0usize..40) {
            let bytes = Frame::new(&"twenty bytes of text", vec![7; 8]).unwrap().to_bytes();
            prop_assume!(cut < bytes.len());
            prop_assert!(read_back(&bytes[..cut]).is_err());
        }

        #[test]
        fn no_bytes_make_the_parser_panic(bytes in any::<[u8; HEADER_BYTES]>()) {
            let _ = Header::parse(bytes);
        }
    }
}
