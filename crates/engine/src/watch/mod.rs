//! Watching folders: learns that something changed, waits until files are complete, and hands them to the dispatcher.
//!
//! ```text
//!  kernel ─▶ listen ─╮                                ╭─▶ orders: files that are complete, places that are vacant
//!                    ├─▶ signals ─▶ lookout ─▶ finish ─┤
//!  walks ────────────┤              (one thread)       ╰─▶ board: how each folder is watched
//!  mounts, sleep ────┤                 │
//!  eyes ─────────────╯◀── questions ───╯
//! ```
//!
//! [`listen`] is told by the system what happens in which folder; [`walk`] looks at everything, for whatever nobody
//! told; [`outside`] hears of drives that come and go, of folders that are renamed [`above`] watched ones, and of a
//! machine that slept. [`lookout`] is the one loop that puts this together, by the rules of each [`folder`] and what is
//! known of it ([`watched`]); [`finish`] knows which files are still being written, and [`whole`] what a file says of
//! that itself. One program of a home watches a folder, by [`turn`].
//!
//! The lookout touches no watched folder itself: each has its [`eye`], a thread that looks whether it is there
//! ([`presence`]) and what lies in it. One that does not answer for a while ([`wait`]) is offline, and holds nobody up.
//!
//! Nothing here reads a medium or writes to the cache, and nothing waits for the dispatcher but the lookout itself:
//! what is too much to be remembered is found by a walk.

mod above;
mod below;
mod eye;
mod finish;
mod folder;
mod listen;
mod lookout;
mod memory;
mod outside;
mod presence;
mod signal;
mod status;
mod survey;
mod turn;
mod wait;
mod walk;
mod watched;
mod whole;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use deskscribe_cache::Stamp;
use tokio::sync::mpsc;

use crate::Home;
use crate::order::Command;
use crate::settings::WatchedFolder;
use crate::status::Board;
use lookout::Lookout;
use signal::{Signal, Signals};

pub use status::{FolderState, FolderStatus};
pub use survey::{FolderSurvey, survey_folder};

/// The watch of one engine. Nothing is watched before it is told what; it ends with the engine.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    signals: Signals,
}

/// A file that a walk came to.
type Seen = (PathBuf, Stamp);

impl Watch {
    /// Begins to watch nothing. Where the system tells nothing, folders are looked at now and then.
    pub(crate) fn begin(
        home: &Home,
        board: Arc<Board>,
        commands: mpsc::WeakSender<Command>,
    ) -> io::Result<Self> {
        let (signals, incoming) = Signals::channel();
        let lookout = Lookout::of(home, board, commands, signals.clone());
        thread::Builder::new().name("watch".to_owned()).spawn(move || lookout.watch(&incoming))?;
        Ok(Self { signals })
    }

    /// Watches these folders from now on, and no others.
    pub(crate) fn over(&self, folders: Vec<WatchedFolder>) {
        self.signals.send(Signal::Folders(folders));
    }

    /// Hands over once more what was handed over so far: whoever took it could not keep it.
    pub(crate) fn hand_over_again(&self) {
        self.signals.send(Signal::Lost);
    }

    /// Watches nothing any more.
    pub(crate) fn end(&self) {
        self.signals.send(Signal::End);
    }
}
