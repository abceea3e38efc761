//! How it stands, for the tray: what the icon shows, and one line in words.

use std::path::Path;

use deskscribe_engine::{Coverage, FolderState, FolderStatus, PauseStatus, PausedBy, Status, count};

use crate::desk::Reading;
use crate::settings::Chosen;

/// What the icon shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sign {
    /// What appears is read.
    #[default]
    Watching,
    /// Something is read just now.
    Reading,
    /// Nothing is read until it is resumed.
    Paused,
    /// Nothing can be read until somebody sees to it.
    Attention,
}

/// How it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) sign: Sign,
    /// All of it in one line.
    pub(crate) line: String,
    /// What somebody should see to; one line.
    pub(crate) trouble: Option<String>,
    /// Why nothing is read, if nothing is.
    pub(crate) paused: Option<PausedBy>,
}

impl Standing {
    /// How it stands with this engine, these settings and what is in the cache.
    pub(crate) fn of(reading: &Reading, chosen: &Chosen, coverage: Coverage) -> Self {
        let standing = match reading {
            Reading::Starting => Self { line: "Starting".to_owned(), ..Self::default() },
            Reading::Broken(reason) => Self {
                sign: Sign::Attention,
                line: "Nothing can be read at the moment".to_owned(),
                trouble: Some(reason.clone()),
                paused: None,
            },
            Reading::Session(session) => Self::reading(&session.status(), coverage),
        };
        match &chosen.trouble {
            None => standing,
            Some(trouble) => Self { sign: Sign::Attention, trouble: Some(trouble.clone()), ..standing },
        }
    }

    fn reading(status: &Status, coverage: Coverage) -> Self {
        if status.paused {
            let by = status.pause.as_ref().map_or(PausedBy::User, |PauseStatus { by, .. }| *by);
            let line = match by {
                PausedBy::User => "Paused",
                PausedBy::Battery => "Paused: on battery",
            };
            return Self { sign: Sign::Paused, line: line.to_owned(), trouble: None, paused: Some(by) };
        }
        let sign = if status.idle { Sign::Watching } else { Sign::Reading };
        let waiting = if status.idle { 0 } else { coverage.queued };
        Self { sign, line: line(&status.watch, waiting, coverage.read), trouble: None, paused: None }
    }
}

/// "Watching Desktop. 318 done.", "Watching 2 folders, 3 waiting"
fn line(folders: &[FolderStatus], waiting: u64, done: u64) -> String {
    let those = |is_meant: fn(FolderState) -> bool| {
        let those: Vec<_> = folders.iter().filter(|folder| is_meant(folder.state)).collect();
        (!those.is_empty()).then(|| (those.len(), named(&those)))
    };
    let seen = those(|state| !matches!(state, FolderState::Offline | FolderState::Elsewhere));
    let offline = those(|state| state == FolderState::Offline);
    let offline =
        offline.map(|(count, named)| format!("{named} {} offline", if count == 1 { "is" } else { "are" }));
    let elsewhere = those(|state| state == FolderState::Elsewhere);
    let watching = match (seen, offline) {
        (Some((_, seen)), Some(offline)) => format!("Watching {seen}; {offline}"),
        (Some((_, seen)), None) => format!("Watching {seen}"),
        (None, Some(offline)) => offline,
        (None, None) if elsewhere.is_some() => "Watched by another Deskscribe program".to_owned(),
        (None, None) => "No folder is watched".to_owned(),
    };
    let waiting = waiting + folders.iter().map(|folder| folder.unfinished).sum::<u64>();
    match (waiting, done) {
        (0, 0) => watching,
        (0, done) => format!("{watching}. {done} done."),
        (waiting, _) => format!("{watching}, {waiting} waiting"),
    }
}

/// One by its own name, several by their number.
fn named(folders: &[&FolderStatus]) -> String {
    match folders {
        [FolderStatus { path, .. }] => {
            let name = Path::new(path).file_name();
            name.map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned())
        }
        several => count(several.len() as u64, "folder", "folders"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FolderState::{Elsewhere, Offline, Polled, Watched};

    fn folders(folders: &[(&str, FolderState)]) -> Vec<FolderStatus> {
        let folder = |(path, state): &(&str, FolderState)| FolderStatus {
            path: (*path).to_owned(),
            state: *state,
            reason: None,
            unfinished: 0,
            away: 0,
            last_file_at: None,
        };
        folders.iter().map(folder).collect()
    }

    #[test]
    fn it_is_told_in_one_line() {
        let (desktop, archive) = (("/home/anna/Desktop", Watched), ("/mnt/archive", Offline));
        for (told, waiting, said) in [
            (&[desktop][..], 0, "Watching Desktop. 318 done."),
            (&[desktop, ("/srv", Polled)], 3, "Watching 2 folders, 3 waiting"),
            (&[archive], 0, "archive is offline. 318 done."),
            (&[desktop, archive], 0, "Watching Desktop; archive is offline. 318 done."),
            (&[], 0, "No folder is watched. 318 done."),
            (&[("/srv", Elsewhere)], 0, "Watched by another Deskscribe program. 318 done."),
        ] {
            assert_eq!(line(&folders(told), waiting, 318), said);
        }
        let mut writing = folders(&[desktop]);
        writing[0].unfinished = 2;
        assert_eq!(line(&writing, 1, 0), "Watching Desktop, 3 waiting");
    }
}
