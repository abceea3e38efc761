//! The side of whoever asks a running engine.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout};

use super::folder::Folder;
use super::{
    ASK_WITHIN, Answer, ControlError, LONGEST_ANSWER, LONGEST_REQUEST, Request, hear, own, peer, say,
    too_long,
};
use crate::path::FilePath;
use crate::{Again, Home, Host, Status};

/// How often to look whether an engine that was stopped is gone.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// An engine that runs in this home, in any process of this user.
#[derive(Debug, Clone)]
pub struct RunningEngine {
    folder: Arc<Folder>,
    id: String,
}

/// What becomes of an engine that was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It ends.
    Ending,
    /// It stays, with nothing to do: it has a window.
    Staying,
}

impl RunningEngine {
    /// All that run in this home now, by their names. What dead ones have left behind is removed.
    ///
    /// # Errors
    /// The folder of the sockets cannot be used, or is another user's.
    pub async fn all(home: &Home) -> Result<Vec<Self>, ControlError> {
        let Some(folder) = Folder::open(home)? else { return Ok(Vec::new()) };
        let folder = Arc::new(folder);
        let mut running = Vec::new();
        for id in folder.ids().await? {
            let engine = Self { folder: Arc::clone(&folder), id };
            if engine.is_there().await {
                running.push(engine);
            }
        }
        Ok(running)
    }

    /// The one of this name, alive or dead, if there is a folder where it could be.
    pub(crate) fn find(home: &Home, id: &str) -> Result<Option<Self>, ControlError> {
        let folder = Folder::open(home)?;
        Ok(folder.map(|folder| Self { folder: Arc::new(folder), id: id.to_owned() }))
    }

    /// Its name, which begins with its process id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its process, as its name says.
    pub fn process(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }

    /// How it goes.
    pub async fn status(&self) -> Result<Status, ControlError> {
        match self.ask(Request::Status).await? {
            Answer::Status { status } => Ok(*status),
            other => Err(self.misunderstood(&other)),
        }
    }

    /// The one in this home that has a window, if there is one that answers.
    ///
    /// # Errors
    /// The folder of the sockets cannot be used, or is another user's.
    pub async fn with_window(home: &Home) -> Result<Option<Self>, ControlError> {
        for engine in Self::all(home).await? {
            if engine.status().await.is_ok_and(|status| status.host == Host::Window) {
                return Ok(Some(engine));
            }
        }
        Ok(None)
    }

    /// Asks it to end its run early, as Ctrl-C does; one that stays gives up what it was ordered. Nothing that it told
    /// is lost.
    pub async fn stop(&self) -> Result<Stopped, ControlError> {
        match self.ask(Request::Stop).await {
            Ok(Answer::Stopping) | Err(ControlError::Gone { .. }) => Ok(Stopped::Ending),
            Ok(Answer::Done) => Ok(Stopped::Staying),
            Ok(other) => Err(self.misunderstood(&other)),
            Err(error) => Err(error),
        }
    }

    /// Orders files, which go before everything that was ordered earlier if they are to be `first`.
    ///
    /// # Errors
    /// [`ControlError::Refused`] by one that takes no more orders, or when these are too many.
    pub async fn add(&self, paths: &[PathBuf], again: Again, first: bool) -> Result<(), ControlError> {
        let paths = paths.iter().map(|path| FilePath::of(path)).collect();
        self.have_done(Request::Add { paths, again, first }).await
    }

    /// Has it read nothing until it is told to go on, or for this time, in whole seconds.
    pub async fn pause(&self, time: Option<Duration>) -> Result<(), ControlError> {
        self.have_done(Request::Pause { seconds: time.map(|time| time.as_secs()) }).await
    }

    /// Has it go on.
    pub async fn resume(&self) -> Result<(), ControlError> {
        self.have_done(Request::Resume).await
    }

    /// Has it show its window, and read these.
    ///
    /// # Errors
    /// [`ControlError::Refused`] by one that has no window, or one that hangs.
    pub async fn open(&self, paths: &[PathBuf]) -> Result<(), ControlError> {
        let paths = paths.iter().map(|path| FilePath::of(path)).collect();
        self.have_done(Request::Open { paths }).await
    }

    async fn have_done(&self, request: Request) -> Result<(), ControlError> {
        match self.ask(request).await? {
            Answer::Done => Ok(()),
            Answer::Refused { reason } => Err(ControlError::Refused { id: self.id.clone(), reason }),
            other => Err(self.misunderstood(&other)),
        }
    }

    /// Waits until it is gone, but not longer than this; whether it is.
    pub async fn gone(&self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        while self.is_there().await {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(LOOK_AGAIN).await;
        }
        true
    }

    /// Whether somebody listens. A socket without is removed: its engine is dead, and names are never used
    /// twice.
    pub async fn is_there(&self) -> bool {
        match self.folder.connect(&self.id).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.folder.remove(&self.id);
                false
            }
            Err(error) => error.kind() != io::ErrorKind::NotFound,
            Ok(_) => true,
        }
    }

    async fn ask(&self, request: Request) -> Result<Answer, ControlError> {
        let length = serde_json::to_vec(&request).map_or(0, |line| line.len() as u64);
        if length >= LONGEST_REQUEST {
            return Err(ControlError::Refused { id: self.id.clone(), reason: too_long() });
        }
        let asked = timeout(ASK_WITHIN, async {
            let mut stream = self.folder.connect(&self.id).await?;
            Ok::<_, io::Error>(match self.check(&stream)? {
                Some(owner) => Err(ControlError::Foreign { owner, path: self.folder.place(&self.id) }),
                None => {
                    say(&mut stream, &request).await?;
                    Ok(hear(&mut stream, LONGEST_ANSWER).await?)
                }
            })
        });
        let line = match asked.await {
            Ok(Ok(line)) => line?,
            Err(_) => return Err(ControlError::Silent { id: self.id.clone() }),
            // Its queue is full of askers, and it answers none of them.
            Ok(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(ControlError::Silent { id: self.id.clone() });
            }
            Ok(Err(error))
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::FileTooLarge) =>
            {
                return Err(self.garbled(&error));
            }
            Ok(Err(_)) => return Err(ControlError::Gone { id: self.id.clone() }),
        };
        serde_json::from_slice(&line).map_err(|error| self.garbled(&error))
    }

    /// The owner of the engine, if that is not us: a socket is no proof of who listens on it.
    fn check(&self, stream: &UnixStream) -> io::Result<Option<u32>> {
        let owner = peer(stream)?;
        Ok((owner != own()).then_some(owner))
    }

    fn misunderstood(&self, answer: &Answer) -> ControlError {
        let reason = match answer {
            Answer::Refused { reason } => reason.clone(),
            Answer::Status { .. } | Answer::Stopping | Answer::Done => {
                "it answers another question".to_owned()
            }
        };
        ControlError::Misunderstood { id: self.id.clone(), reason }
    }

    fn garbled(&self, reason: &dyn std::error::Error) -> ControlError {
        ControlError::Misunderstood { id: self.id.clone(), reason: reason.to_string() }
    }
}
