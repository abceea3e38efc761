//! The engine's side of the control socket. Whoever asks gets a moment of it and no more: connections are few
//! and have a deadline, and nothing that works ever waits for one.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::folder::Folder;
use super::{ANSWER_WITHIN, Answer, ControlError, LONGEST_REQUEST, Request, hear, own, peer, say, too_long};
use crate::order::{Command, Files, Order, Turn};
use crate::path::FilePath;
use crate::status::{Board, Host};
use crate::{Event, Home};

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
        commands: mpsc::WeakSender<Command>,
        events: &mpsc::Sender<Event>,
    ) -> Result<Self, ControlError> {
        let folder = Folder::make(home)?;
        let listener = folder.listen(&id);
        let listener = listener.map_err(|reason| ControlError::Folder { reason, path: folder.place(&id) })?;
        let asked = Asked { board, cancel, commands, events: events.downgrade() };
        let serving = tokio::spawn(serve(listener, Arc::new(asked))).abort_handle();
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

async fn serve(listener: UnixListener, asked: Arc<Asked>) {
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
        let asked = Arc::clone(&asked);
        tokio::spawn(async move {
            // One that is slow or silent is hung up on.
            let _ = timeout(ANSWER_WITHIN, answer(stream, &asked)).await;
            drop(place);
        });
    }
}

/// The engine, for those who ask. Weak where it could be kept from ending.
struct Asked {
    board: Arc<Board>,
    cancel: CancellationToken,
    commands: mpsc::WeakSender<Command>,
    events: mpsc::WeakSender<Event>,
}

async fn answer(mut stream: UnixStream, asked: &Asked) {
    match peer(&stream) {
        Ok(user) if user == own() => {}
        Ok(user) => return tracing::warn!(user, "another user asked at the control socket and was refused"),
        Err(error) => return tracing::warn!(%error, "who asked at the control socket is not known"),
    }
    let answer = match hear(&mut stream, LONGEST_REQUEST).await {
        Ok(line) => match serde_json::from_slice(&line) {
            Ok(request) => asked.answer(request).unwrap_or_else(|reason| Answer::Refused { reason }),
            Err(error) => Answer::Refused { reason: format!("this is no question: {error}") },
        },
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Answer::Refused { reason: too_long() },
        Err(_) => return,
    };
    // Whoever asked may have gone away.
    let _ = say(&mut stream, &answer).await;
}

impl Asked {
    /// What is answered, or why it is not done.
    fn answer(&self, request: Request) -> Result<Answer, String> {
        match request {
            Request::Status => return Ok(Answer::Status { status: Box::new(self.board.status()) }),
            Request::Stop if self.board.host() == Host::Terminal => {
                tracing::info!("asked to stop at the control socket");
                self.cancel.cancel();
                return Ok(Answer::Stopping);
            }
            Request::Stop => {
                // Nobody waits for the end of it.
                let (done, _) = oneshot::channel();
                self.command(Command::GiveUp { busy: true, done })?;
            }
            Request::Add { paths, again, first } => {
                let files = Files::Below(all(&paths)?);
                let turn = if first { Turn::Now } else { Turn::Later };
                self.command(Command::Order(Order { files, again, turn }))?;
            }
            Request::Pause { seconds } => self.board.pause(seconds.map(Duration::from_secs)),
            Request::Resume => self.board.resume(),
            Request::Open { paths } => {
                if self.board.host() != Host::Window {
                    return Err("it has no window to show; start the program that has one".to_owned());
                }
                let events = self.events.upgrade().ok_or_else(ends)?;
                let hangs = |_| "the window does not answer; close it and start it anew".to_owned();
                events.try_send(Event::Open { paths: all(&paths)? }).map_err(hangs)?;
            }
        }
        Ok(Answer::Done)
    }

    fn command(&self, command: Command) -> Result<(), String> {
        let Some(commands) = self.commands.upgrade() else {
            return Err(match self.board.host() {
                Host::Terminal => {
                    "this scan reads what it was started with and nothing else; start another one".to_owned()
                }
                Host::Window | Host::Background => ends(),
            });
        };
        let busy = |_| "too much is asked of it at once; try again in a moment".to_owned();
        commands.try_send(command).map_err(busy)
    }
}

fn ends() -> String {
    "it is about to end".to_owned()
}

fn all(paths: &[FilePath]) -> Result<Vec<PathBuf>, String> {
    paths.iter().map(FilePath::to_path).collect::<Result<_, _>>().map_err(|error| error.to_string())
}
