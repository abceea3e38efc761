//! Whether summaries hold up the reading: `summary-bench [PICTURES [ROUNDS]]`. The real program reads the same pictures
//! without a language model, with a server that is gone, with one that takes forty seconds for an answer, and with one
//! that answers at once, in turns, each time in a home that knows nothing; then two programs at once ask one server.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{StandIn, StandInModel, Terminal, Traffic, Turn, samples};
use rustix::process::Signal;
use serde_json::Value;

/// Samples with text: a model that sees nothing has something to say to each.
const SAMPLES: [&str; 6] = [
    "label printer error.gif",
    "kitchen budget.png",
    "barley soup.webp",
    "Screenshot 2026-03-14 at 09.12.44.png",
    "Bildschirmfoto 2026-02-02.png",
    "invoice-march.jpg",
];
/// What the model says, in nineteen pieces and one for the end.
const SAID: &str = "{ \"title\": \"A desk and its things\", \"summary\": \"Somebody keeps papers, pictures and lists on a desk.\", \"tags\": [\"desk\"]}";
/// How long it takes for a piece when it is slow: forty seconds for all.
const SLOW: Duration = Duration::from_secs(2);
/// The same where programs are to come upon each other.
const BRISK: Duration = Duration::from_millis(10);
/// Summaries that a slow model is waited for.
const ENOUGH: usize = 2;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// What is the matter with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Off,
    Dead,
    Slow,
    Healthy,
}

use State::{Dead, Healthy, Off, Slow};

const STATES: [(State, &str); 4] = [
    (Off, "no server (llm = \"off\")"),
    (Dead, "a server that is gone"),
    (Slow, "one that takes 40 s for an answer"),
    (Healthy, "one that answers at once"),
];

/// What was seen of a run, in seconds since its start.
#[derive(Debug, Default)]
struct Seen {
    read: HashMap<String, f64>,
    /// From text to summary.
    summarised: Vec<f64>,
}

/// What all rounds of a state came to.
#[derive(Debug, Default)]
struct Rounds {
    seconds: Vec<f64>,
    summarised: Vec<f64>,
    requests: Vec<f64>,
    most_open: usize,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("summary-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<usize>());
    let (pictures, rounds) =
        (numbers.next().unwrap_or(Ok(24))?.max(1), numbers.next().unwrap_or(Ok(3))?.max(1));
    let mut all = STATES.map(|_| Rounds::default());
    for round in 1..=rounds {
        for ((state, name), rounds) in STATES.into_iter().zip(&mut all) {
            let (seen, traffic) = measure(state, pictures)?;
            let seconds = seen.read.values().copied().fold(0.0, f64::max);
            eprintln!(
                "summary-bench: round {round}, {name}: {seconds:.2} s, {} summaries",
                seen.summarised.len()
            );
            rounds.seconds.push(seconds);
            rounds.summarised.extend(seen.summarised);
            rounds.requests.push(traffic.asked as f64);
            rounds.most_open = rounds.most_open.max(traffic.most_open);
        }
    }
    println!(
        "{:<34} {:>10} {:>8} {:>8} {:>10} {:>10} {:>9} {:>9} {:>8}",
        "medians; times in seconds",
        "all stored",
        "per s",
        "of off",
        "to summary",
        "worst",
        "summaries",
        "requests",
        "at once"
    );
    let [alone, ..] = &all;
    let alone = median(&alone.seconds);
    for ((_, name), Rounds { seconds, summarised, requests, most_open }) in STATES.iter().zip(&all) {
        let (count, seconds) = (summarised.len(), median(seconds));
        let told = |seconds: f64| if count == 0 { "-".to_owned() } else { format!("{seconds:.2}") };
        let worst = told(summarised.iter().copied().fold(0.0, f64::max));
        let (latency, requests, share) = (told(median(summarised)), median(requests), seconds / alone);
        println!(
            "{name:<34} {seconds:>10.2} {:>8.2} {share:>8.3} {latency:>10} {worst:>10} {count:>9} {requests:>9} {most_open:>8}",
            pictures as f64 / seconds
        );
    }
    two_at_once(pictures)
}

/// A server with a model that writes.
fn server() -> StandIn {
    StandIn::ollama().with_models([StandInModel::new("small", &["completion"])])
}

/// A desktop with so many different pictures, the first of which has this number.
fn desktop(pictures: usize, first: usize) -> Result<Terminal> {
    let terminal = Terminal::new();
    for number in first..first + pictures {
        let sample = SAMPLES[number % SAMPLES.len()];
        let path = terminal.sample_as(sample, &format!("{number} {sample}"));
        // What follows its end changes no picture, and makes it another content.
        fs::write(&path, [fs::read(samples().join(sample))?, number.to_be_bytes().to_vec()].concat())?;
    }
    fs::create_dir_all(terminal.home())?;
    Ok(terminal)
}

/// Has all of it read, and is there for each row.
fn measure(state: State, pictures: usize) -> Result<(Seen, Traffic)> {
    let (server, terminal) = (server(), desktop(pictures, 0)?);
    server.always(Turn::says(SAID).slow(if state == Slow { SLOW } else { Duration::ZERO }));
    if state == Dead {
        server.stop();
    }
    let settings = if state == Off { "llm = \"off\"\n".to_owned() } else { server.toml() };
    fs::write(terminal.home().join("settings.toml"), settings)?;
    let (mut scan, begun) = start(&mut terminal.scan())?;
    let mut seen = Seen::default();
    let rows = BufReader::new(scan.stdout.take().ok_or("no stdout")?);
    for row in rows.lines() {
        let row: Value = serde_json::from_str(&row?)?;
        let at = begun.elapsed().as_secs_f64();
        if let Some(path) = row["path"].as_str() {
            if row["state"] != "read" {
                return Err(format!("not read: {row}").into());
            }
            seen.read.insert(path.to_owned(), at);
        } else if let Some(read) = row["summary"]["path"].as_str().and_then(|path| seen.read.get(path)) {
            seen.summarised.push(at - read);
        }
        if state == Slow && seen.read.len() == pictures && seen.summarised.len() == ENOUGH {
            signal(scan.id(), Signal::INT);
        }
    }
    scan.wait()?;
    if seen.read.len() != pictures {
        return Err(format!("only {} of {pictures} were read", seen.read.len()).into());
    }
    Ok((seen, server.traffic()))
}

fn start(command: &mut Command) -> Result<(Child, Instant)> {
    let begun = Instant::now();
    Ok((command.stderr(Stdio::null()).spawn()?, begun))
}

/// Two programs on one home, each with its own pictures, and one server.
fn two_at_once(pictures: usize) -> Result {
    let (server, one, other) =
        (server(), desktop(pictures / 2, 0)?, desktop(pictures - pictures / 2, pictures / 2)?);
    server.always(Turn::says(SAID).slow(BRISK));
    fs::write(one.home().join("settings.toml"), server.toml())?;
    let scans = [one.desktop(), other.desktop()].map(|desktop| {
        let mut scan = one.deskscribe(&["scan", "--json"]);
        start(scan.arg(desktop).stdout(Stdio::null()))
    });
    for scan in scans {
        scan?.0.wait()?;
    }
    let Traffic { asked, most_open, .. } = server.traffic();
    println!(
        "two programs on one home: {asked} requests about {pictures} pictures, {most_open} at once at most"
    );
    Ok(())
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_owned();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
