//! Past runs, read back from their logs.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use fs4::FileExt;
use serde::{Deserialize, Serialize};

use super::Begun;
use crate::{Home, RunCounts};

/// What a run did, or a watch in a day. The JSON form is part of the program's contract and pinned by a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PastRun {
    /// When it began, as RFC 3339.
    pub begun: Option<String>,
    /// What was scanned.
    pub folders: Vec<String>,
    /// How it ended.
    pub end: RunEnd,
    /// Why it stopped before its end, if it says so.
    pub reason: Option<String>,
    /// What it came to; of a run that was cut short or goes on, what its log has of it, which may lack the last rows.
    pub counts: RunCounts,
    /// Its log for people, which lies beside that for programs.
    pub log: PathBuf,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// It came to its end.
    Complete,
    /// It was stopped, or could not go on.
    Stopped,
    /// The program ended in the middle of it: it was killed, it crashed, or the machine did.
    CutShort,
    /// It has not ended.
    Running,
}

/// Any line of a log, as far as it matters here.
#[derive(Deserialize)]
struct Line {
    begun: Option<Begun>,
    also: Option<Vec<String>>,
    run: Option<RunCounts>,
    stopped: Option<String>,
    state: Option<String>,
    #[serde(default)]
    cached: bool,
}

impl PastRun {
    /// The last runs of this home, the newest first; none where nothing has ever run.
    ///
    /// # Errors
    /// The folder of the logs, or one of them, cannot be read.
    pub fn last(home: &Home, most: usize) -> io::Result<Vec<Self>> {
        let folder = home.runs();
        let named = |path: &Path, error: io::Error| {
            let text = format!("the log cannot be read ({error}); check its permissions: {}", path.display());
            io::Error::new(error.kind(), text)
        };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(named(&folder, error)),
        };
        let mut logs: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        logs.retain(|path| path.extension().is_some_and(|kind| kind == "jsonl"));
        // Their names are times.
        logs.sort_unstable_by(|one, two| two.cmp(one));
        let runs = logs.iter().take(most);
        runs.map(|path| Self::read(path).map_err(|error| named(path, error))).collect()
    }

    fn read(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // Whoever writes a log holds it for as long as it lives.
        let is_held = matches!(FileExt::try_lock_shared(&file), Err(fs4::TryLockError::WouldBlock));
        let end = if is_held { RunEnd::Running } else { RunEnd::CutShort };
        let log = path.with_extension("md");
        let counts = RunCounts::default();
        let mut run = Self { begun: None, folders: Vec::new(), end, reason: None, counts, log };
        let mut before = counts;
        let mut lines = BufReader::new(file);
        let mut bytes = Vec::new();
        while lines.read_until(b'\n', &mut bytes)? > 0 {
            // The last line of a run that was cut short may be half of one.
            if let Ok(line) = serde_json::from_slice(&bytes) {
                run.take(line, &mut before, end);
            }
            bytes.clear();
        }
        Ok(run)
    }

    /// Takes in a line. `before` is what the rounds before this one came to, and `unended` what becomes of a round that
    /// says nothing of its end.
    fn take(&mut self, line: Line, before: &mut RunCounts, unended: RunEnd) {
        let Line { begun, also, run, stopped, state, cached } = line;
        if let Some(Begun { at, folders, .. }) = begun {
            self.begun.get_or_insert(at);
            self.also(folders);
            (*before, self.end, self.reason) = (self.counts, unended, None);
        } else if let Some(folders) = also {
            self.also(folders);
        } else if let Some(counts) = run {
            self.end = if stopped.is_some() { RunEnd::Stopped } else { RunEnd::Complete };
            (self.counts, self.reason) = (before.and(&counts), stopped);
        } else {
            let counts = &mut self.counts;
            counts.files += 1;
            counts.cached += u64::from(cached);
            match state.as_deref() {
                Some("read") => counts.read += 1,
                Some("failed") => counts.failed += 1,
                _ => counts.skipped += 1,
            }
        }
    }

    fn also(&mut self, folders: Vec<String>) {
        let new = folders.into_iter().filter(|folder| !self.folders.contains(folder)).collect::<Vec<_>>();
        self.folders.extend(new);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use jiff::Zoned;

    use super::super::{OF_WATCH, RunLog};
    use super::*;

    #[test]
    fn a_watch_has_one_log_a_day_whatever_becomes_of_its_rounds() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let round = |name: &str| RunLog::of_watch(&home, &[PathBuf::from("/").join(name)]).unwrap();
        let counts = RunCounts { files: 1, read: 1, workers: 2, seconds: 0.5, ..RunCounts::default() };
        let only = || {
            let mut runs = PastRun::last(&home, 9).unwrap();
            assert_eq!(runs.len(), 1, "{runs:#?}");
            runs.remove(0)
        };
        round("one").end(&counts, None);
        let log = only().log;
        // The machine fails while a line is written.
        drop(round("two"));
        let mut cut = File::options().append(true).open(log.with_extension("jsonl")).unwrap();
        cut.write_all(b"{\"state\":\"failed\"}\n{\"path\":\"/desk").unwrap();
        let run = only();
        assert_eq!((run.end, run.counts.files, run.counts.failed), (RunEnd::CutShort, 2, 1));
        let third = round("one");
        assert_eq!(only().end, RunEnd::Running);
        third.end(&counts, Some("cancelled"));
        let run = only();
        assert_eq!((run.end, run.reason.as_deref()), (RunEnd::Stopped, Some("cancelled")));
        assert_eq!(run.folders, ["/one", "/two"]);
        let all = RunCounts { files: 3, read: 2, failed: 1, workers: 2, seconds: 1.0, ..counts };
        assert_eq!(run.counts, all);
        // While somebody writes it, another program has one of its own; so has another day.
        let held = round("one");
        round("three").end(&counts, None);
        drop(held);
        let runs = PastRun::last(&home, 9).unwrap();
        assert_eq!(runs.len(), 2);
        for log in [log.clone(), log.with_extension("jsonl")] {
            let name = log.file_name().unwrap().to_str().unwrap().replace("20", "19");
            fs::rename(&log, log.with_file_name(name)).unwrap();
        }
        fs::remove_file(&runs[0].log).unwrap();
        fs::remove_file(runs[0].log.with_extension("jsonl")).unwrap();
        round("four").end(&counts, None);
        let runs = PastRun::last(&home, 9).unwrap();
        assert_eq!((runs.len(), runs[0].folders.as_slice()), (2, ["/four".to_owned()].as_slice()));
    }

    #[test]
    fn logs_that_begin_in_one_millisecond_are_in_the_order_in_which_they_began() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let now = Zoned::now();
        for folder in ["/one", "/two", "/three"] {
            let log = RunLog::new(&home.runs(), &now, OF_WATCH).unwrap();
            drop(log.begun("#", &[PathBuf::from(folder)], &now).unwrap());
        }
        let runs = PastRun::last(&home, 9).unwrap();
        let folders: Vec<String> = runs.into_iter().flat_map(|run| run.folders).collect();
        assert_eq!(folders, ["/three", "/two", "/one"]);
    }

    #[test]
    fn a_run_that_was_cut_short_is_told_from_one_that_goes_on_and_one_that_ended() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        assert_eq!(PastRun::last(&home, 9).unwrap(), []);
        fs::create_dir(home.runs()).unwrap();
        let log = |name: &str, lines: &str| {
            let mut file = File::create_new(home.runs().join(name)).unwrap();
            file.write_all(lines.as_bytes()).unwrap();
            file
        };
        let begun =
            r#"{"begun":{"at":"2026-03-14T09:12:44+01:00","folders":["/desktop"],"program":"0.1.0"}}"#;
        let read = r#"{"path":"/desktop/a.png","state":"read","cached":true,"seconds":0.5}"#;
        let run = r#"{"run":{"files":2,"read":1,"failed":1,"skipped":0,"ignored":0,"cached":1,"workers":1,"seconds":2.5},"stopped":null}"#;
        let stopped = run.replace("null", "\"cancelled\"");
        let also = r#"{"also":["/mnt"]}"#;
        log("2026-03-14T09-12-44.100.jsonl", &format!("{begun}\n{read}\n{also}\n{run}\n"));
        log("2026-03-14T09-12-44.200.jsonl", &format!("{begun}\n{stopped}\n"));
        log("2026-03-14T09-12-44.300.jsonl", &format!("{begun}\n{read}\n{{\"path\":\"/desk"));
        let held = log("2026-03-14T09-12-44.400.jsonl", &format!("{begun}\n"));
        FileExt::lock(&held).unwrap();
        log("2026-03-14T09-12-44.500.jsonl", "");
        let runs = PastRun::last(&home, 9).unwrap();
        let ends: Vec<_> = runs.iter().map(|run| run.end).collect();
        use RunEnd::{Complete, CutShort, Running, Stopped};
        assert_eq!(ends, [CutShort, Running, CutShort, Stopped, Complete]);
        assert_eq!((runs[2].counts.files, runs[2].counts.read, runs[2].counts.cached), (1, 1, 1));
        assert_eq!(runs[3].reason.as_deref(), Some("cancelled"));
        assert_eq!((runs[4].counts.files, runs[4].counts.seconds), (2, 2.5));
        assert_eq!(runs[4].folders, ["/desktop", "/mnt"]);
        assert_eq!(PastRun::last(&home, 1).unwrap().len(), 1);
    }
}
