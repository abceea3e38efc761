//! `deskscribe llm key`: keeping the key of a server, which is never shown.

use std::io::{self, BufRead, IsTerminal, Read};

use anyhow::Context;
use deskscribe_engine::{Home, KeyKept, LlmKey, Settings, at_home};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::task::spawn_blocking;

use crate::args::KeyCommand;
use crate::exit::Exit;
use crate::show::{print, say};
use crate::{runtime, stop_on_signals};

/// No key is longer, in bytes.
const LONGEST: u64 = 16 << 10;

/// Runs the command.
pub(super) fn key(home: &Home, settings: &Settings, command: KeyCommand) -> anyhow::Result<Exit> {
    match command {
        KeyCommand::Set => {
            let Some(line) = read()? else { return Ok(Exit::Interrupted) };
            let kept = LlmKey::new(&line)?.keep(home, settings)?;
            let whither = match kept {
                KeyKept::Keychain => "It is kept in the keychain of the system.".to_owned(),
                KeyKept::File { path } => {
                    format!(
                        "There is no keychain here, so it is kept in a file that nobody else may read: {}",
                        at_home(&path)
                    )
                }
                KeyKept::Environment => "It is taken from the environment.".to_owned(),
            };
            print(&format!("{whither}\n"))?;
        }
        KeyCommand::Remove => {
            let was_there = LlmKey::remove(home, settings)?;
            print(if was_there { "The key is gone.\n" } else { "There was no key.\n" })?;
        }
    }
    Ok(Exit::Done)
}

/// The key, from a person who types it and sees nothing of it, or from a pipe; nothing if Ctrl-C came first, after
/// which the terminal shows again what is typed.
fn read() -> anyhow::Result<Option<String>> {
    let _hidden = io::stdin().is_terminal().then(|| {
        say("The key, which is not shown:");
        Hidden::begin()
    });
    let runtime = runtime()?;
    let cancel = stop_on_signals(&runtime)?;
    let line = runtime.block_on(async {
        let reading = spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().take(LONGEST).read_line(&mut line).map(|_| line)
        });
        tokio::select! {
            () = cancel.cancelled() => Ok(None),
            line = reading => line.map_err(io::Error::other).and_then(|line| line).map(Some),
        }
    });
    runtime.shutdown_background();
    line.context("the key could not be read from stdin")
}

/// Nothing that is typed is shown, until this is dropped.
struct Hidden(Option<Termios>);

impl Hidden {
    fn begin() -> Self {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(mut now) = before.clone() {
            now.local_modes.remove(LocalModes::ECHO);
            // A terminal that cannot do so shows it, which is no reason to take no key.
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &now);
        }
        Self(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}
