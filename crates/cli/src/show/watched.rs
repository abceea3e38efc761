//! How it stands with a watch: in a line, and folder by folder.

use std::path::Path;

use deskscribe_engine::{FolderState, PausedBy, Status, at_home, count, local};

use super::Table;

/// Such as `Watching 2 folders, 1 offline, 3 waiting`, without a full stop.
pub(crate) fn watching(status: &Status) -> String {
    let folders = &status.watch;
    let number_in = |state| folders.iter().filter(|folder| folder.state == state).count();
    let (offline, elsewhere) = (number_in(FolderState::Offline), number_in(FolderState::Elsewhere));
    let number = count(folders.len() as u64, "folder", "folders");
    let mut line = match folders.len() {
        0 => "Watching no folder".to_owned(),
        all if all == elsewhere => {
            format!("Waiting until another Deskscribe program ends that watches {number}")
        }
        _ => format!("Watching {number}"),
    };
    if offline > 0 {
        line += &format!(", {offline} offline");
    }
    if status.paused {
        line += match status.pause.as_ref().map(|pause| pause.by) {
            Some(PausedBy::Battery) => ", paused on battery",
            _ => ", paused",
        };
    }
    match waiting(status) {
        0 => {}
        waiting => line += &format!(", {waiting} waiting"),
    }
    line
}

/// What is watched: a line, and below it each folder with its state. Nothing where nothing is watched.
pub(crate) fn watched(status: &Status) -> String {
    if status.watch.is_empty() {
        return String::new();
    }
    let mut table = Table::with_head(["folder", "state", ">being written", "last file", "why"]);
    for folder in &status.watch {
        let unfinished = if folder.unfinished > 0 { folder.unfinished.to_string() } else { String::new() };
        table.add([
            at_home(Path::new(&folder.path)),
            folder.state.as_str().to_owned(),
            unfinished,
            folder.last_file_at.map(local).unwrap_or_default(),
            folder.reason.clone().unwrap_or_default(),
        ]);
    }
    format!("{}.\n\n{}", watching(status), table.text())
}

/// Files that were found and are not settled: as many as are known, while folders are still looked through.
fn waiting(status: &Status) -> u64 {
    let queues = &status.queues;
    let queued =
        [queues.arrivals, queues.pending, queues.alone, queues.elsewhere].map(|queue| queue.depth as u64);
    let busy = status.workers.iter().filter(|worker| worker.work.is_some()).count() as u64;
    let known = || queued.iter().sum::<u64>() + busy;
    match status.found {
        _ if status.idle => 0,
        Some(found) => found.saturating_sub(status.counts.files),
        None => known(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::sample::status;

    fn folder(path: &str, state: &str, reason: Option<&str>, unfinished: u64) -> Value {
        json!({
            "path": path, "state": state, "reason": reason, "unfinished": unfinished, "last_file_at": null,
        })
    }

    #[test]
    fn a_line_says_what_is_watched_and_what_waits() {
        let folders = [
            folder("/srv/desk\u{1b}top", "watched", None, 1),
            folder("/media/stick", "offline", Some("it is not there"), 0),
            folder("/net/share", "polled", Some("it lies on a network share (nfs)"), 0),
        ];
        let line = |rest: Value| watching(&status(rest));
        let lines = [
            line(json!({ "watch": [] })),
            line(json!({ "watch": folders[..1] })),
            line(json!({ "watch": folders, "idle": false, "found": 9, "paused": true })),
            line(json!({
                "watch": [folder("/srv", "elsewhere", None, 0)], "paused": true,
                "pause": { "by": "battery", "resumes_in_seconds": null },
            })),
        ];
        insta::assert_snapshot!(lines.join("\n"));
        insta::assert_snapshot!("folders", watched(&status(json!({ "watch": folders }))));
        assert_eq!(watched(&status(json!({ "watch": [] }))), "");
    }
}
