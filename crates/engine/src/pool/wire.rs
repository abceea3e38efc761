//! The engine's end of the conversation with one worker.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use deskscribe_protocol::{Frame, FrameError, FromWorker, HEADER_BYTES, Header, ToWorker};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use crate::status::Traffic;

/// Messages that may wait to be looked at. A worker that talks faster feels it.
const WAITING: usize = 4;

/// The end that speaks. Dropping it tells the worker to go.
pub(super) struct Mouth {
    to: OwnedWriteHalf,
    traffic: Arc<Traffic>,
}

/// The end that listens: a message with its attachment, or what was wrong with it, after which nothing
/// follows.
pub(super) type Ear = mpsc::Receiver<Result<(FromWorker, Vec<u8>), FrameError>>;

/// Both ends of a socket. The listening one is a task, because half a frame must not be lost when a slot
/// turns to something else. What passes is counted.
pub(super) fn converse(socket: UnixStream, traffic: Arc<Traffic>) -> (Mouth, Ear) {
    let (mut from, to) = socket.into_split();
    let (hear, ear) = mpsc::channel(WAITING);
    let heard = Arc::clone(&traffic);
    tokio::spawn(async move {
        loop {
            let message = next(&mut from, &heard).await;
            let last = message.is_err();
            if hear.send(message).await.is_err() || last {
                return;
            }
        }
    });
    (Mouth { to, traffic }, ear)
}

async fn next(from: &mut OwnedReadHalf, traffic: &Traffic) -> Result<(FromWorker, Vec<u8>), FrameError> {
    let mut header = [0; HEADER_BYTES];
    if from.read(&mut header[..1]).await? == 0 {
        return Err(FrameError::Closed);
    }
    from.read_exact(&mut header[1..]).await?;
    let mut frame = Frame::announced(Header::parse(header)?);
    from.read_exact(&mut frame.body).await?;
    from.read_exact(&mut frame.attachment).await?;
    traffic.received(HEADER_BYTES + frame.body.len() + frame.attachment.len());
    Ok((frame.message()?, frame.attachment))
}

impl Mouth {
    /// Sends a message, with open files beside it.
    pub(super) async fn say(&mut self, message: &ToWorker, files: &[BorrowedFd<'_>]) -> io::Result<()> {
        let bytes = Frame::new(message, Vec::new()).map_err(io::Error::other)?.to_bytes();
        let socket = self.to.as_ref();
        let send = || Ok(deskscribe_protocol::send(socket.as_fd(), &bytes, files)?);
        let sent = socket.async_io(Interest::WRITABLE, send).await?;
        self.to.write_all(&bytes[sent..]).await?;
        self.traffic.sent(bytes.len());
        Ok(())
    }
}
