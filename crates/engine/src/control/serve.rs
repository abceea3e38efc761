//! The engine's side of the control socket. Whoever asks gets a moment of it and no more: connections are few
//! and have a deadline, and nothing that works ever waits for one.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::folder::Folder;
use super::{ANSWER_WITHIN, Answer, ControlError, LONGEST_REQUEST, Request, hear, own, peer, say};
use crate::Home;
use crate::status::Board;

/// So many may ask at once; others wait until one of these has its answer or its deadline.
const CONNECTIONS: usize = 8;
/// After a connection could not be taken, for want of descriptors perhaps.
const PAUSE: Duration = Duration::from_millis(200);

/// The control socket of one run. It is gone when this is dropped.
pub(crate) struct Control {
    folder: Folder,
    id: String,
    serving: AbortHandle,
}

impl Control {
    /// A name that no other run of any process has: also where process ids are counted anew, as in containers
    /// that share a home.
    pub(crate) fn new_id() -> String {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("{}-{}", std::process::id(), since.as_micros())
    }

    /// Opens the socket of this name and begins to answer on it. Must be called inside a tokio runtime.
    pub(crate) fn open(
        home: &Home,
        id: String,
        board: Arc<Board>,
        cancel: CancellationToken,
    ) -> Result<Self, ControlError> {
        let folder = Folder::make(home)?;
        let listener = folder.listen(&id);
        let listener = listener.map_err(|reason| ControlError::Folder { reason, path: folder.place(&id) })?;
        let serving = tokio::spawn(serve(listener, board, cancel)).abort_handle();
        Ok(Self { folder, id, serving })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // First the name, so that nobody finds it and is refused.
        self.folder.remove(&self.id);
        self.serving.abort();
    }
}

async fn serve(listener: UnixListener, board: Arc<Board>, cancel: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the control socket cannot take a connection");
                sleep(PAUSE).await;
                continue;
            }
        };
        let (board, cancel) = (Arc::clone(&board), cancel.clone());
        tokio::spawn(async move {
            // One that is slow or silent is hung up on.
            let _ = timeout(ANSWER_WITHIN, answer(stream, &board, &cancel)).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: UnixStream, board: &Board, cancel: &CancellationToken) {
    match peer(&stream) {
        Ok(user) if user == own() => {}
        Ok(user) => return tracing::warn!(user, "another user asked at the control socket and was refused"),
        Err(error) => return tracing::warn!(%error, "who asked at the control socket is not known"),
    }
    let Ok(line) = hear(&mut stream, LONGEST_REQUEST).await else { return };
    let answer = match serde_json::from_slice(&line) {
        Ok(Request::Status) => Answer::Status { status: Box::new(board.status()) },
        Ok(Request::Stop) => {
            tracing::info!("asked to stop at the control socket");
            cancel.cancel();
            Answer::Stopping
        }
        Err(error) => Answer::Refused { reason: format!("this is no question: {error}") },
    };
    // Whoever asked may have gone away.
    let _ = say(&mut stream, &answer).await;
}
