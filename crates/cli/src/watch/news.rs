//! What has become of a watch since it was looked at last, in lines.

use std::collections::BTreeMap;
use std::path::Path;

use deskscribe_engine::{FolderState, FolderStatus, PauseStatus, PausedBy, Status, at_home, clock};

/// What was told of a watch so far.
#[derive(Debug, Default)]
pub(super) struct News {
    folders: BTreeMap<String, FolderState>,
    paused: Option<PausedBy>,
}

/// A line, and whether somebody should look at it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) warns: bool,
}

impl News {
    /// What is new in this status.
    pub(super) fn hear(&mut self, status: &Status) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let before = std::mem::take(&mut self.folders);
        for folder in &status.watch {
            let before = before.get(&folder.path).copied();
            lines.extend(Line::of(folder, before));
            // A look through it is on the way from one state to the next: whether it is back is told after that.
            let told = before.filter(|_| folder.state == FolderState::Starting);
            self.folders.insert(folder.path.clone(), told.unwrap_or(folder.state));
        }
        let paused = status.paused.then(|| status.pause.as_ref().map_or(PausedBy::User, |pause| pause.by));
        if paused != self.paused {
            self.paused = paused;
            lines.push(Line::info(&pause(status)));
        }
        lines
    }
}

impl Line {
    fn info(text: &str) -> Self {
        Self { text: text.to_owned(), warns: false }
    }

    /// What there is to say of a folder, if its state is another one.
    fn of(folder: &FolderStatus, before: Option<FolderState>) -> Option<Self> {
        let FolderStatus { path, state, reason, .. } = folder;
        let name = at_home(Path::new(path));
        let reason = reason.as_deref().unwrap_or("the system does not say why");
        let text = match (before, state) {
            (Some(before), state) if before == *state => return None,
            // That it is watched was said at the beginning.
            (None | Some(FolderState::Starting), FolderState::Watched) | (_, FolderState::Starting) => {
                return None;
            }
            (Some(FolderState::Offline), FolderState::Watched) => format!("{name}: back"),
            (Some(FolderState::Offline), FolderState::Polled) => {
                format!("{name}: back, polled, because {reason}")
            }
            (_, FolderState::Watched) => format!("{name}: watched"),
            (_, FolderState::Polled) => format!("{name}: polled, because {reason}"),
            (_, FolderState::Offline) => format!("{name}: offline: {reason}"),
            (_, FolderState::Elsewhere) => {
                format!("{name}: another Deskscribe program watches it; this one takes over when that ends")
            }
        };
        Some(Self { text, warns: matches!(state, FolderState::Polled | FolderState::Offline) })
    }
}

fn pause(status: &Status) -> String {
    match status.pause.as_ref().filter(|_| status.paused) {
        Some(PauseStatus { by: PausedBy::Battery, .. }) => {
            "Paused, because this machine runs on its battery; it goes on when it is plugged in.".to_owned()
        }
        Some(PauseStatus { resumes_in_seconds: Some(seconds), .. }) => {
            format!("Paused for {}.", clock(*seconds))
        }
        _ if status.paused => "Paused. To go on: deskscribe resume".to_owned(),
        _ => "Going on.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::sample;

    fn status(folders: &[(&str, &str)], pause: Option<Value>) -> Status {
        let folder = |&(path, state): &(&str, &str)| json!({ "path": path, "state": state, "reason": "it is not there", "unfinished": 0 });
        let watch: Vec<_> = folders.iter().map(folder).collect();
        sample::status(json!({ "watch": watch, "paused": pause.is_some(), "pause": pause }))
    }

    #[test]
    fn only_what_has_changed_is_told() {
        let mut news = News::default();
        let mut told = String::new();
        let mut hear = |folders: &[(&str, &str)], pause| {
            let lines = news.hear(&status(folders, pause));
            told += &lines.iter().map(|line| format!("{} {}\n", line.warns, line.text)).collect::<String>();
            told += "--\n";
        };
        hear(&[("/a", "starting"), ("/b", "elsewhere")], None);
        hear(&[("/a", "watched"), ("/b", "elsewhere")], None);
        hear(&[("/a", "offline"), ("/b", "watched")], None);
        hear(&[("/a", "offline"), ("/b", "watched")], None);
        hear(&[("/a", "polled"), ("/b", "watched")], None);
        hear(&[("/a", "offline")], None);
        hear(&[("/a", "starting")], None);
        let pause = |by: &str, left: Option<f64>| Some(json!({ "by": by, "resumes_in_seconds": left }));
        hear(&[("/a", "watched")], pause("user", Some(3600.0)));
        hear(&[("/a", "watched")], pause("user", Some(3599.0)));
        hear(&[("/a", "watched")], pause("battery", None));
        hear(&[("/a", "watched")], None);
        hear(&[("/a", "watched")], pause("user", None));
        insta::assert_snapshot!(told);
    }
}
