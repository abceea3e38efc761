//! Wiping what was forgotten from the logs of past runs, which tell titles and summaries.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs4::FileExt;
use serde_json::Value;

use super::{plain, plain_path};
use crate::{Home, json};

/// Stands where a path was.
const FORGOTTEN: &str = "(forgotten)";

/// By what a log knows what was forgotten.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    /// As rows tell them.
    pub(crate) paths: HashSet<String>,
    /// A file that was read elsewhere before has the same.
    pub(crate) summaries: HashSet<String>,
}

/// Wipes these from every log. The counts stay. The log of a run that goes on is left alone.
pub(crate) fn wipe(home: &Home, traces: &Traces) {
    for path in fs::read_dir(home.runs()).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|kind| kind == "jsonl")
            && let Err(error) = wipe_run(&path, traces)
        {
            // What is forgotten is forgotten in the cache, whatever a log says.
            tracing::warn!(path = %path.display(), %error, "a log of a run is not wiped");
        }
    }
}

fn wipe_run(path: &Path, traces: &Traces) -> io::Result<()> {
    let log = File::open(path)?;
    // Whoever writes it would go on writing the old one.
    if FileExt::try_lock_shared(&log).is_err() {
        return Ok(());
    }
    for (path, wiped) in [(path.to_owned(), for_programs as Wipe), (path.with_extension("md"), for_people)] {
        let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        let wiped = wiped(&text, traces);
        if wiped != text {
            replace(&path, &wiped)?;
        }
    }
    Ok(())
}

type Wipe = fn(&str, &Traces) -> String;

fn for_programs(log: &str, traces: &Traces) -> String {
    let wipe = |line: &str| {
        let Ok(Value::Object(mut row)) = serde_json::from_str(line) else { return format!("{line}\n") };
        let is = |what: &str, of: &HashSet<String>| {
            row.get(what).and_then(Value::as_str).is_some_and(|text| of.contains(text))
        };
        if !is("path", &traces.paths) && !is("summary", &traces.summaries) {
            return format!("{line}\n");
        }
        row.insert("path".to_owned(), FORGOTTEN.into());
        for column in ["title", "summary", "reason"] {
            row.insert(column.to_owned(), Value::Null);
        }
        json(&row).unwrap_or_default() + "\n"
    };
    log.lines().map(wipe).collect()
}

fn for_people(log: &str, traces: &Traces) -> String {
    let ends: Vec<String> = traces.paths.iter().map(|path| format!(" `{}`", plain_path(path))).collect();
    let summaries: HashSet<String> =
        traces.summaries.iter().map(|text| format!("  {}", plain(text))).collect();
    let lines: Vec<&str> = log.lines().collect();
    let mut text = String::new();
    let mut skips_summary = false;
    for (number, line) in lines.iter().enumerate() {
        let is_item = line.starts_with("- ");
        let next = lines.get(number + 1).copied().unwrap_or_default();
        if is_item {
            skips_summary = ends.iter().any(|end| line.ends_with(end)) || summaries.contains(next);
            if skips_summary {
                text += &format!("- {FORGOTTEN}\n");
                continue;
            }
        }
        if !(skips_summary && line.starts_with("  ")) {
            text += &format!("{line}\n");
        }
    }
    text
}

/// The new log is whole before the old one goes.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder: PathBuf = path.parent().unwrap_or(Path::new("/")).to_owned();
    let mut file = tempfile::Builder::new().prefix(".wiped-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_forgotten_is_in_no_line_and_everything_else_is_as_it_was() {
        let some = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let traces = Traces { paths: some(&["/a/se`cret.png"]), summaries: some(&["Its *summary*."]) };
        let log = "{\"begun\":{}}\n{\"path\":\"/a/se`cret.png\",\"title\":\"T\",\"summary\":\"S\"}\n{\"path\":\"/a/b.png\",\"title\":\"T\"}\n{\"path\":\"/moved.png\",\"summary\":\"Its *summary*.\"}\nhalf";
        let wiped = for_programs(log, &traces);
        assert_eq!(wiped.matches(FORGOTTEN).count(), 2, "{wiped}");
        assert!(
            !wiped.contains("cret.png") && !wiped.contains("Its") && wiped.contains("/a/b.png"),
            "{wiped}"
        );
        assert!(wiped.starts_with("{\"begun\":{}}\n") && wiped.ends_with("half\n"), "{wiped}");

        let log = "# Scan\n\n- **T** (0.1 s) `/a/se?cret.png`\n  S\n- **U** (0.1 s) `/a/b.png`\n  V\n- **W** (0.1 s) `/moved.png`\n  Its  summary .\n\n3 files\n";
        let wiped = for_people(log, &traces);
        assert_eq!(
            wiped,
            "# Scan\n\n- (forgotten)\n- **U** (0.1 s) `/a/b.png`\n  V\n- (forgotten)\n\n3 files\n"
        );
        assert_eq!(for_people(log, &Traces::default()), log);
    }
}
