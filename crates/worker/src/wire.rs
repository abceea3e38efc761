//! The worker's end of the conversation with the engine.

use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use deskscribe_protocol::{Frame, FrameError, FromWorker, HEADER_BYTES, Header, ToWorker};

/// The end that listens.
pub(crate) struct Ear(UnixStream);

/// The end that speaks.
pub(crate) struct Mouth(UnixStream);

/// Takes the conversation over from stdin, where the engine put its socket.
pub(crate) fn converse() -> io::Result<(Ear, Mouth)> {
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    // Fails for everything that is no socket: a terminal, a file, a pipe.
    socket.local_addr()?;
    Ok((Ear(socket.try_clone()?), Mouth(socket)))
}

impl Ear {
    /// The next message, with the open files that came along.
    pub(crate) fn hear(&mut self) -> Result<(ToWorker, Vec<OwnedFd>), FrameError> {
        let mut header = [0; HEADER_BYTES];
        let mut files = Vec::new();
        // Files come with the first byte of a frame.
        let mut filled =
            deskscribe_protocol::receive(&self.0, &mut header, &mut files).map_err(io::Error::from)?;
        if filled == 0 {
            return Err(FrameError::Closed);
        }
        while filled < HEADER_BYTES {
            match self.0.read(&mut header[filled..])? {
                0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                more => filled += more,
            }
        }
        let frame = Frame::read_rest(Header::parse(header)?, &self.0)?;
        Ok((frame.message()?, files))
    }
}

impl Mouth {
    /// Says something, with raw bytes beside it.
    pub(crate) fn say(&self, message: &FromWorker, attachment: Vec<u8>) -> Result<(), FrameError> {
        Frame::new(message, attachment)?.write_to(&self.0)
    }
}
