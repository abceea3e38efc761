//! The control socket of a running engine: whoever has started it can ask how it goes, and stop it.
//!
//! ```text
//!  <home>/engines/<process>-<time>.sock       one for every run that goes on
//!
//!  asker ── {"ask":"status"} ─────────────────────▶ engine
//!        ◀── {"answer":"status","status":{…}} ────
//! ```
//!
//! One line of JSON each way, capped, for the same user alone: both sides ask the kernel who the other one is.
//! [`folder`] knows where sockets lie, [`serve`] is the engine's side, [`ask`] the other one.

mod ask;
mod folder;
mod serve;

use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::path::FilePath;
use crate::{Again, Status, size};

pub use ask::{RunningEngine, Stopped};
pub(crate) use serve::Control;

/// The longest question, in bytes: some thousands of paths. Who has more names their folder.
const LONGEST_REQUEST: u64 = 1 << 20;
/// The longest answer, in bytes: a status is a few kilobytes, and its last words and paths are capped.
const LONGEST_ANSWER: u64 = 4 << 20;
/// From the connection to the answer, for whoever asks: enough for a few that only waste an engine's time.
const ASK_WITHIN: Duration = Duration::from_secs(5);
/// The same for the engine, after which it hangs up.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// What can be asked of a running engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Request {
    /// How does it go?
    Status,
    /// End the run early, as Ctrl-C does. An engine that stays gives up what it was ordered.
    Stop,
    /// Read these too.
    Add {
        /// Absolute.
        paths: Vec<FilePath>,
        /// What is read again although something is known about it.
        #[serde(default)]
        again: Again,
        /// Whether they go before everything that was ordered earlier.
        #[serde(default)]
        first: bool,
    },
    /// Read nothing until you are told to go on, or for so many seconds.
    Pause {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
    },
    /// Go on.
    Resume,
    /// Show your window, and read these.
    Open {
        /// Absolute.
        paths: Vec<FilePath>,
    },
}

/// What it says to that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Answer {
    /// So it goes.
    Status { status: Box<Status> },
    /// It will be gone in a moment.
    Stopping,
    /// It will be so in a moment.
    Done,
    /// That was no question.
    Refused { reason: String },
}

/// Why a running engine could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The folder of the sockets cannot be used.
    #[error("the folder of running engines cannot be used ({reason}): {path}")]
    Folder {
        /// What the system says.
        reason: io::Error,
        /// Which folder.
        path: PathBuf,
    },
    /// The folder, or the engine behind a socket, belongs to somebody else.
    #[error("this belongs to another user (user id {owner}) and is left alone: {path}")]
    Foreign {
        /// Who that is.
        owner: u32,
        /// The folder or the socket.
        path: PathBuf,
    },
    /// It did not answer in time.
    #[error(
        "the engine {id} does not answer; if it was suspended, continue it, and if it hangs, end its process"
    )]
    Silent {
        /// Its name, which begins with its process id.
        id: String,
    },
    /// It ended while it was being asked.
    #[error("the engine {id} ended while it was being asked")]
    Gone {
        /// Its name, which begins with its process id.
        id: String,
    },
    /// It says that it does not do that, and why.
    #[error("{reason}")]
    Refused {
        /// Its name, which begins with its process id.
        id: String,
        /// In its words.
        reason: String,
    },
    /// What it said cannot be understood.
    #[error(
        "the engine {id} is of another version ({reason}); end it where it was started, or with the \
         program that started it"
    )]
    Misunderstood {
        /// Its name, which begins with its process id.
        id: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

/// The user on the other end of this connection, as the kernel tells it.
fn peer(stream: &UnixStream) -> io::Result<u32> {
    Ok(rustix::net::sockopt::socket_peercred(stream.as_fd())?.uid.as_raw())
}

/// The user that we are.
fn own() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Reads one line of at most so many bytes, and says of a longer one that it is too large. Without its end it is no
/// line.
async fn hear(stream: &mut UnixStream, longest: u64) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(stream.take(longest)).read_until(b'\n', &mut line).await?;
    let is_full = line.len() as u64 == longest;
    match line.pop() {
        Some(b'\n') => Ok(line),
        Some(_) if is_full => Err(io::ErrorKind::FileTooLarge.into()),
        Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end")),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Why a question is not taken.
fn too_long() -> String {
    let most = size(LONGEST_REQUEST);
    format!("this is more than {most} at once; name the folder instead of its files, or name fewer")
}

/// Writes one line.
async fn say(stream: &mut UnixStream, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use super::*;

    #[test]
    fn questions_and_answers_have_a_form_that_later_versions_understand() {
        let json = |value: &Request| serde_json::to_string(value).unwrap();
        assert_eq!(json(&Request::Status), r#"{"ask":"status"}"#);
        assert_eq!(json(&Request::Stop), r#"{"ask":"stop"}"#);
        assert_eq!(json(&Request::Pause { seconds: None }), r#"{"ask":"pause"}"#);
        assert_eq!(json(&Request::Pause { seconds: Some(60) }), r#"{"ask":"pause","seconds":60}"#);
        assert_eq!(json(&Request::Resume), r#"{"ask":"resume"}"#);
        let named = |bytes| FilePath::of(Path::new(OsStr::from_bytes(bytes)));
        let paths = || vec![named(b"/a.png"), named(b"/\xff")];
        let both = "[{\"path\":\"/a.png\"},{\"path\":\"/\u{fffd}\",\"path_bytes\":\"L/8=\"}]";
        let add = Request::Add { paths: paths(), again: Again::Failed, first: true };
        assert_eq!(json(&add), format!(r#"{{"ask":"add","paths":{both},"again":"failed","first":true}}"#));
        assert_eq!(json(&Request::Open { paths: paths() }), format!(r#"{{"ask":"open","paths":{both}}}"#));
        let short = serde_json::from_str::<Request>(r#"{"ask":"add","paths":[{"path":"/a.png"}]}"#).unwrap();
        let bare = vec![named(b"/a.png")];
        assert_eq!(short, Request::Add { paths: bare, again: Again::Nothing, first: false });
        assert_eq!(serde_json::to_string(&Answer::Done).unwrap(), r#"{"answer":"done"}"#);
        assert_eq!(serde_json::to_string(&Answer::Stopping).unwrap(), r#"{"answer":"stopping"}"#);
        let refused = Answer::Refused { reason: "why".to_owned() };
        assert_eq!(serde_json::to_string(&refused).unwrap(), r#"{"answer":"refused","reason":"why"}"#);
    }

    #[tokio::test]
    async fn a_line_is_capped_and_needs_its_end() {
        for (said, heard) in [("ab\n", Some("ab")), ("ab", None), ("", None), ("abcdefgh\n", None)] {
            let (mut ours, mut theirs) = UnixStream::pair().unwrap();
            theirs.write_all(said.as_bytes()).await.unwrap();
            drop(theirs);
            let line = hear(&mut ours, 6).await.ok();
            assert_eq!(line.as_deref(), heard.map(str::as_bytes), "{said:?}");
        }
    }

    #[tokio::test]
    async fn the_kernel_says_who_is_there() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        assert_eq!(peer(&ours).unwrap(), own());
    }
}
