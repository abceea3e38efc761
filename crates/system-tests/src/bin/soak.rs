//! The soak as a program: `cargo xtask soak` builds and starts it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use deskscribe_system_tests::soak::{
    Busy, Cuts, Damage, Disk, Jobs, Pictures, Table, Weather, Writers, cuts, damage, desktop, drift,
    full_disk, jobs, pictures, writers,
};

const USAGE: &str =
    "Usage: soak [--short] [--seed N] [--only PART] [--minutes N] [--damage FOLDER [--tries N]]
Parts: drift, jobs, pictures, writers, cuts, disk, desktop (which takes an hour, or so many minutes)";

/// What was asked for.
#[derive(Debug)]
struct Plan {
    short: bool,
    seed: u64,
    only: Option<String>,
    minutes: u64,
    damage: Option<PathBuf>,
    tries: usize,
}

fn main() -> ExitCode {
    let Some(plan) = parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut parts = parts(&plan);
    if let Some(only) = &plan.only {
        parts.retain(|(name, _)| name == only);
        if parts.is_empty() {
            eprintln!("there is no part called {only}\n{USAGE}");
            return ExitCode::from(2);
        }
    }
    println!("seed {}\n", plan.seed);
    let mut sound = true;
    for (_, part) in parts {
        let table = part();
        println!("{table}");
        sound &= table.is_sound();
    }
    println!(
        "{}",
        if sound { "everything is as it must be" } else { "NOT as it must be: see the lines with ✗" }
    );
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse(mut words: impl Iterator<Item = String>) -> Option<Plan> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut plan =
        Plan { short: false, seed: now.as_secs(), only: None, minutes: 60, damage: None, tries: 3000 };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--short" => plan.short = true,
            "--seed" => plan.seed = words.next()?.parse().ok()?,
            "--only" => plan.only = Some(words.next()?),
            "--minutes" => plan.minutes = words.next()?.parse().ok()?,
            "--damage" => plan.damage = Some(words.next()?.into()),
            "--tries" => plan.tries = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(plan)
}

/// A part and what runs it.
type Part = (&'static str, Box<dyn Fn() -> Table>);

/// What is run, in its order.
fn parts(plan: &Plan) -> Vec<Part> {
    let (short, seed) = (plan.short, plan.seed);
    if let Some(folder) = &plan.damage {
        let plan = Damage { folder: folder.clone(), tries: if short { 50 } else { plan.tries }, seed };
        return vec![("damage", Box::new(move || damage(&plan)))];
    }
    let pick = |long: usize, brief: usize| if short { brief } else { long };
    let weather = Weather {
        scans: 3,
        workers: 0..120,
        most_workers: usize::MAX,
        parents: if short { 100..600 } else { 1000..4000 },
        most_parents: pick(100, 3),
        gone_within: Duration::from_millis(250),
    };
    // Real workers take seconds to load their models: a kill now and then, and a few of the program itself.
    let gentle = Weather {
        scans: 1,
        workers: 500..2500,
        most_workers: pick(1000, 3),
        parents: 6000..15000,
        most_parents: pick(6, 1),
        ..weather.clone()
    };
    let many = Jobs { files: pick(10_000, 400), weather, seed };
    let few = many.clone();
    let real = Pictures { pictures: pick(300, 6), of: Vec::new(), weather: gentle, seed };
    let crowd = Writers { writers: 8, lasts: Duration::from_secs(pick(12, 2) as u64), every: 40, seed };
    let places = Cuts { most: short.then_some(200), flips: pick(2000, 100), seed };
    let busy = Busy {
        lasts: Duration::from_secs(if short { 60 } else { plan.minutes * 60 }),
        acts: 100..1200,
        blows: 1000..20_000,
        gaps: 500..15_000,
        longest: Duration::from_secs(30),
        real: true,
        settles_within: Duration::from_secs(900),
        seed,
    };
    let room = if rustix::process::geteuid().is_root() { Disk::Mounted(1024) } else { Disk::Files(256) };
    vec![
        ("drift", Box::new(move || drift(&few))),
        ("jobs", Box::new(move || jobs(&many))),
        ("pictures", Box::new(move || pictures(&real))),
        ("writers", Box::new(move || writers(&crowd))),
        ("cuts", Box::new(move || cuts(&places))),
        ("disk", Box::new(move || full_disk(room, 40))),
        ("desktop", Box::new(move || desktop(&busy))),
    ]
}
