//! `cargo xtask bench --locks`: eight processes that all write to one cache, beside a rival's cache in the same run.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::{Command, Stdio};

use super::{Scratch, median};
use crate::problem::{Doing, Outcome, Problem};
use crate::workspace;

/// Processes that write at once.
const PROCESSES: usize = 8;
/// Upserts of each of ours.
const UPSERTS: usize = 2_000;
/// Upserts of each of the rival's, which may be slow, and slower with many rows.
const RIVAL_UPSERTS: usize = 100;
const RIVAL_UPSERTS_AMONG_MANY: usize = 5;
/// Rows that are there before, in every second storm.
const MANY: usize = 10_000;
const ROUNDS: usize = 3;

/// What one round came to; times are in seconds.
struct Round {
    per_second: f64,
    /// From wanting to write to being acknowledged, in order.
    latencies: Vec<f64>,
    /// The time that the busiest process spent in upserts, over that of the least busy one.
    unfairness: f64,
    /// As the program tells it: so many of so many.
    rows: String,
}

/// Somebody who writes, and how much.
struct Contestant<'a> {
    name: &'static str,
    words: &'a [OsString],
    upserts: usize,
    /// Rows that are there before.
    present: usize,
    rounds: Vec<Round>,
}

/// `cargo xtask bench --locks [-- RIVAL]`; a rival is called with FOLDER PROCESSES UPSERTS PRESENT behind its own
/// words.
pub(super) fn start(rival: &[OsString]) -> Outcome {
    let mut cargo = workspace::cargo();
    let build = ["build", "--release", "--package=deskscribe-system-tests", "--bin=lock-storm"];
    workspace::finish(cargo.args(build))?;
    let own = [workspace::executables(true)?.join("lock-storm").into_os_string()];
    let new =
        |name, words, upserts, present| Contestant { name, words, upserts, present, rounds: Vec::new() };
    let mut contestants =
        vec![new("deskscribe", &own[..], UPSERTS, 0), new("deskscribe", &own[..], UPSERTS, MANY)];
    if !rival.is_empty() {
        contestants.push(new("rival", rival, RIVAL_UPSERTS, 0));
        contestants.push(new("rival", rival, RIVAL_UPSERTS_AMONG_MANY, MANY));
    }
    let scratch = Scratch::make()?;
    for _ in 0..ROUNDS {
        for contestant in &mut contestants {
            scratch.empty()?;
            let round = storm(contestant, &scratch)?;
            tell(contestant.name, &round);
            contestant.rounds.push(round);
        }
    }
    for Contestant { name, upserts, present, rounds, .. } in &contestants {
        let per_second: Vec<f64> = rounds.iter().map(|round| round.per_second).collect();
        let p99: Vec<f64> = rounds.iter().map(|round| at(&round.latencies, 0.99)).collect();
        let worst = rounds.iter().map(|round| at(&round.latencies, 1.0)).fold(0.0, f64::max);
        eprintln!(
            "xtask: {name}, {PROCESSES} processes x {upserts}, {present} rows before: median {:.1}/s, p99 {:.1} ms, worst \
             of all {:.0} ms",
            median(&per_second),
            median(&p99) * 1e3,
            worst * 1e3
        );
    }
    Ok(())
}

fn storm(contestant: &Contestant<'_>, scratch: &Scratch) -> Outcome<Round> {
    let Contestant { words, upserts, present, .. } = contestant;
    let [program, arguments @ ..] = words else { return Err(Problem("there is no rival".to_owned())) };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .arg(&scratch.0)
        .args([PROCESSES, *upserts, *present].map(|number| number.to_string()));
    let output = command.stderr(Stdio::inherit()).output().doing(format!("start {}", program.display()))?;
    let told = String::from_utf8_lossy(&output.stdout);
    let odd = || Problem(format!("{} told something else than its upserts", program.display()));
    let (mut latencies, mut busy) = (Vec::new(), BTreeMap::<&str, f64>::new());
    let (mut first, mut last, mut rows) = (f64::MAX, f64::MIN, None);
    for line in told.lines() {
        if let Some(count) = line.strip_prefix("rows ") {
            rows = Some(count.to_owned());
            continue;
        }
        let mut words = line.split(' ');
        let mut word = || words.next().ok_or_else(odd);
        let process = word()?;
        let mut number = || word()?.parse::<f64>().map_err(|_| odd());
        let (begun, ended) = (number()?, number()?);
        latencies.push(ended - begun);
        *busy.entry(process).or_default() += ended - begun;
        (first, last) = (first.min(begun), last.max(ended));
    }
    latencies.sort_by(f64::total_cmp);
    let most = busy.values().copied().fold(0.0, f64::max);
    let least = busy.values().copied().fold(f64::MAX, f64::min);
    Ok(Round {
        per_second: latencies.len() as f64 / (last - first),
        unfairness: most / least,
        rows: rows.ok_or_else(odd)?,
        latencies,
    })
}

fn tell(name: &str, round: &Round) {
    let Round { per_second, latencies, unfairness, rows } = round;
    let [half, most, worst] = [0.5, 0.99, 1.0].map(|share| at(latencies, share) * 1e3);
    eprintln!(
        "xtask: {name}: {per_second:.0}/s, p50 {half:.2} ms, p99 {most:.1} ms, worst {worst:.0} ms, \
         busiest/least busy {unfairness:.2}, {rows} rows"
    );
}

/// The value that so great a share of them does not exceed.
fn at(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}
