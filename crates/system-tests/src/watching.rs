//! An engine that watches the desktop of a bench, and somebody who looks at what the library shows.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use deskscribe_cache::{Cache, Outcome};
use deskscribe_engine::{FolderState, FolderStatus, WatchedFolder};
use serde_json::Value;

use crate::{Bench, Sitting};

/// An engine that watches.
pub struct Watching {
    /// The engine.
    pub sitting: Sitting,
    bench: Bench,
}

/// What the library shows: for each path below the desktop the text of its reading, or why there is none.
pub type Shown = BTreeMap<String, String>;

impl Watching {
    /// Watches the whole desktop.
    pub async fn desktop(bench: Bench) -> Self {
        let folder = WatchedFolder::of(bench.desktop());
        Self::these(bench, vec![folder]).await
    }

    /// Watches these folders; returns once each is known, or known to be away.
    pub async fn these(bench: Bench, folders: Vec<WatchedFolder>) -> Self {
        let watching = Self { sitting: Sitting::at(&bench), bench };
        let count = folders.len();
        watching.sitting.session.watch(folders);
        watching.until_all(|folder| folder.state != FolderState::Starting, count).await;
        watching
    }

    /// The bench it is on.
    pub fn bench(&self) -> &Bench {
        &self.bench
    }

    /// Waits until so many folders are watched, and this is so for each.
    pub async fn until_all(&self, is_so: impl Fn(&FolderStatus) -> bool, count: usize) {
        self.sitting.until(|status| status.watch.len() == count && status.watch.iter().all(&is_so)).await;
    }

    /// Waits until the only folder is watched in this way.
    pub async fn until_it_is(&self, state: FolderState) {
        self.until_all(|folder| folder.state == state, 1).await;
    }

    /// Waits until the library shows this and nothing else, and nothing is left to do.
    pub async fn until_shown(&self, expected: &[(&str, &str)]) {
        let expected: Shown =
            expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        loop {
            let is_idle = self.sitting.session.status().idle;
            if shown(&self.bench) == expected && is_idle {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends the engine, and returns its bench.
    pub async fn close(self) -> Bench {
        self.sitting.session.close().await;
        self.bench
    }
}

/// What the library of this bench shows now.
pub fn shown(bench: &Bench) -> Shown {
    let cache = Cache::open(&bench.home()).unwrap();
    let known = cache.read().unwrap();
    let mut shown = Shown::new();
    for key in known.keys().unwrap() {
        let Some(record) = known.outcome(&key).unwrap() else { continue };
        let says = match record.outcome {
            Outcome::Read(reading) => reading.text,
            Outcome::Failed(failure) => failure.code.as_str().to_owned(),
        };
        for place in known.places(&key).unwrap() {
            let name = place.strip_prefix(bench.desktop()).unwrap_or(&place);
            shown.insert(name.display().to_string(), says.clone());
        }
    }
    shown
}

/// The names of all files that workers have read, whatever came of it, in any order; once for each reading.
pub fn readings(home: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(home.join("runs")).into_iter().flatten().flatten() {
        if entry.path().extension() != Some("jsonl".as_ref()) {
            continue;
        }
        for line in fs::read_to_string(entry.path()).unwrap().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            if let (Some(path), false) = (row["path"].as_str(), row["worker"].is_null()) {
                names.push(Path::new(path).file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    names
}
