//! Settings that change while a folder is watched: when, and how much of it an engine has to be opened anew for.

use std::io::{self, IsTerminal};

use anyhow::Context;
use deskscribe_engine::{CancellationToken, Home, Settings, SettingsChanges, SettingsError};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Settings that were read anew.
pub(super) struct Reload {
    /// What they say, or what is wrong with them.
    pub(super) settings: Result<Settings, SettingsError>,
    /// Whether somebody asked for it, and wants to know what came of it.
    pub(super) asked: bool,
}

/// Each time that the settings say something else, or that somebody asks with SIGHUP.
pub(super) struct Reloads(mpsc::Receiver<Reload>);

/// How much of other settings is new to an engine.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// Nothing that concerns it.
    None,
    /// The folders that are watched.
    Folders,
    /// Something that it was opened with.
    More,
}

impl Reloads {
    /// Begins to listen; what is closed with its terminal is stopped. Must be called inside a tokio runtime.
    pub(super) fn of(home: &Home, stop: CancellationToken) -> anyhow::Result<Self> {
        let mut hangups = signal(SignalKind::hangup()).context("the program could not listen for signals")?;
        let (heard, reloads) = mpsc::channel(1);
        let (home, asked) = (home.clone(), heard.clone());
        let mut changes = SettingsChanges::of(&home);
        tokio::spawn(async move {
            while heard.send(Reload { settings: changes.next().await, asked: false }).await.is_ok() {}
        });
        let had_terminal = has_terminal();
        tokio::spawn(async move {
            while hangups.recv().await.is_some() {
                // Said by the system to whoever ran in a terminal that is gone, and not by somebody who wants settings
                // read.
                if had_terminal && !has_terminal() {
                    return stop.cancel();
                }
                let settings = Settings::load(&home);
                if asked.send(Reload { settings, asked: true }).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self(reloads))
    }

    /// The next time. Nothing is lost when this is dropped.
    pub(super) async fn next(&mut self) -> Reload {
        match self.0.recv().await {
            Some(reload) => reload,
            // Both listeners live as long as this.
            None => std::future::pending().await,
        }
    }
}

/// Whether anybody sits before this program.
fn has_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}

/// How much is new. What only a window does is nothing to a watch.
pub(super) fn differ(settings: &Settings, other: &Settings) -> Difference {
    let same_folders = settings.watch == other.watch;
    let rest = |settings: &Settings| Settings {
        watch: Vec::new(),
        keep_running: false,
        notifications: false,
        ..settings.clone()
    };
    match (rest(settings) == rest(other), same_folders) {
        (true, true) => Difference::None,
        (true, false) => Difference::Folders,
        (false, _) => Difference::More,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    #[test]
    fn only_what_an_engine_was_opened_with_needs_another_one() {
        let settings = Settings::default();
        assert_eq!(differ(&settings, &settings.clone()), Difference::None);
        let window = Settings { keep_running: true, notifications: false, ..settings.clone() };
        assert_eq!(differ(&settings, &window), Difference::None);
        let workers = Settings { workers: NonZeroUsize::MIN, ..settings.clone() };
        assert_eq!(differ(&settings, &workers), Difference::More);
    }
}
