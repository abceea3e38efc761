//! `cargo xtask bench`: how fast the release build is and how much memory it takes, beside another program in
//! the same run.
//!
//! Times and memory come from different rounds: looking at memory slows down whoever is looked at.

mod locks;
mod processes;
mod program;
mod search;
mod window;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::prepare::Extent;
use crate::problem::{Doing, Outcome, Problem};
use crate::{build, workspace};

/// Timed rounds; the median is told.
const ROUNDS: usize = 5;
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(200);
/// Known files for the second scan.
const KNOWN: usize = 10_000;

/// `cargo xtask bench [FOLDER | --locks] [-- RIVAL]`, `cargo xtask bench --search [READINGS] [FOLDER]`, the same with
/// `--meaning`, `cargo xtask bench --speech [FOLDER] [-- RIVAL]`, `cargo xtask bench --recordings [MINUTES [ROUNDS]]`,
/// `cargo xtask bench --summaries [PICTURES [ROUNDS]]`, `cargo xtask bench --watch [FILES [BURST [MINUTES]]]`, or
/// `cargo xtask bench --window [READINGS]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    match &arguments[..] {
        [first, rest @ ..] if first == "--search" => return search::start("search-bench", rest),
        [first, rest @ ..] if first == "--meaning" => return search::start("meaning-bench", rest),
        [first, ..] if first == "--speech" || first == "--recordings" => {
            return program::start("recording-bench", &arguments);
        }
        [first, rest @ ..] if first == "--summaries" => return program::start("summary-bench", rest),
        [first, rest @ ..] if first == "--watch" => return program::start("watch-bench", rest),
        [first, rest @ ..] if first == "--window" => return window::start(rest),
        _ => {}
    }
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let folder = match parts.next() {
        None | Some([]) => workspace::root().join("samples"),
        Some([only]) if only == "--locks" => {
            locks::start(parts.next().unwrap_or_default())?;
            return Ok(ExitCode::SUCCESS);
        }
        Some([folder]) => std::path::absolute(folder).doing("make the folder's path absolute")?,
        Some(_) => return Err(Problem("bench takes one folder; a rival's command follows `--`".to_owned())),
    };
    let rival = parts.next().unwrap_or_default();
    let program = build::program(true, Extent::Terminal)?.join("deskscribe");
    let scratch = Scratch::make()?;

    let ours = || scan(&program, &folder, &scratch);
    let mut contestants: Vec<Contestant> = vec![Contestant::new("deskscribe", &ours)];
    let theirs = || command(rival, &folder, &scratch);
    if !rival.is_empty() {
        contestants.push(Contestant::new("rival", &theirs));
    }
    for round in 1..=ROUNDS {
        for contestant in &mut contestants {
            scratch.empty()?;
            let seconds = time((contestant.command)())?;
            eprintln!("xtask: round {round} of {ROUNDS}: {} {seconds:.2} s", contestant.name);
            contestant.seconds.push(seconds);
        }
    }
    for contestant in &mut contestants {
        scratch.empty()?;
        contestant.memory = peak((contestant.command)())?;
    }
    for contestant in &contestants {
        contestant.tell();
    }
    if let [ours, theirs] = &contestants[..] {
        eprintln!(
            "xtask: the rival takes {:.2} times as long",
            median(&theirs.seconds) / median(&ours.seconds)
        );
    }
    rescan(&program, &folder, &scratch)?;
    Ok(ExitCode::SUCCESS)
}

/// A program that is measured.
struct Contestant<'a> {
    name: &'a str,
    command: &'a dyn Fn() -> Command,
    seconds: Vec<f64>,
    /// The peak of all its processes together, in bytes.
    memory: u64,
}

impl<'a> Contestant<'a> {
    fn new(name: &'a str, command: &'a dyn Fn() -> Command) -> Self {
        Self { name, command, seconds: Vec::new(), memory: 0 }
    }

    fn tell(&self) {
        let Self { name, memory, seconds, .. } = self;
        let median = median(seconds);
        eprintln!("xtask: {name}: median {median:.2} s, at most {} MB in all processes", memory >> 20);
    }
}

fn median(seconds: &[f64]) -> f64 {
    let mut seconds = seconds.to_owned();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}

/// A folder that is empty before every round and gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn make() -> Outcome<Self> {
        let scratch = Self(std::env::temp_dir().join(format!("deskscribe-bench-{}", std::process::id())));
        scratch.empty()?;
        Ok(scratch)
    }

    fn empty(&self) -> Outcome {
        let _ = fs::remove_dir_all(&self.0);
        fs::create_dir_all(&self.0).doing_to("make", &self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn scan(program: &Path, folder: &Path, scratch: &Scratch) -> Command {
    let mut scan = Command::new(program);
    scan.args(["scan", "--json"]).arg(folder).env("DESKSCRIBE_HOME", scratch.0.join("home"));
    scan
}

/// The rival's command, with FOLDER and SCRATCH replaced.
fn command(words: &[OsString], folder: &Path, scratch: &Scratch) -> Command {
    let fill = |word: &OsString| {
        let word = word.to_string_lossy();
        word.replace("FOLDER", &folder.to_string_lossy()).replace("SCRATCH", &scratch.0.to_string_lossy())
    };
    let mut words = words.iter().map(fill);
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}

fn time(mut command: Command) -> Outcome<f64> {
    let name = command.get_program().display().to_string();
    let begun = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.doing(format!("start {name}"))?;
    // Exit code 1: some files could not be read, which is no reason not to measure.
    match status.code() {
        Some(0 | 1) => Ok(begun.elapsed().as_secs_f64()),
        _ => Err(Problem(format!("{name} failed ({status}); run it by hand to see why"))),
    }
}

/// The most memory that a command and all its children take together, in bytes.
fn peak(mut command: Command) -> Outcome<u64> {
    let name = command.get_program().display().to_string();
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.doing(format!("start {name}"))?;
    let mut peak = 0;
    while child.try_wait().doing(format!("wait for {name}"))?.is_none() {
        peak = peak.max(processes::memory_of_tree(child.id()));
        sleep(LOOK);
    }
    Ok(peak)
}

/// How long it takes to see that nothing is new.
fn rescan(program: &Path, folder: &Path, scratch: &Scratch) -> Outcome {
    scratch.empty()?;
    let known = scratch.0.join("known");
    fs::create_dir(&known).doing_to("make", &known)?;
    let picture = first_picture(folder)?;
    for number in 0..KNOWN {
        fs::copy(&picture, known.join(format!("{number}.png"))).doing_to("copy", &picture)?;
    }
    time(scan(program, &known, scratch))?;
    let seconds = (0..ROUNDS).map(|_| time(scan(program, &known, scratch))).collect::<Outcome<Vec<_>>>()?;
    eprintln!("xtask: a second scan of {KNOWN} known files: median {:.2} s", median(&seconds));
    Ok(())
}

fn first_picture(folder: &Path) -> Outcome<PathBuf> {
    let files = fs::read_dir(folder).doing_to("list", folder)?.flatten().map(|entry| entry.path());
    let mut pictures: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "png")).collect();
    pictures.sort();
    let none = || Problem(format!("bench needs at least one PNG in this folder: {}", folder.display()));
    pictures.into_iter().next().ok_or_else(none)
}
