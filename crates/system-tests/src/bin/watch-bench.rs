//! How soon a watched folder is read, how much comes in at once, and what it costs to wait:
//! `watch-bench [FILES [BURST [IDLE]]]`, with the minutes for which nothing happens at last. The real
//! `deskscribe watch` watches a folder in a home of its own, and is looked at from outside.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it talks to a person at a terminal")]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use deskscribe_cache::Cache;
use deskscribe_system_tests::processes::{Process, children, signal, switches};
use deskscribe_system_tests::{Lines, Matter, Printed, Stream, Terminal};
use fastrand::Rng;
use rustix::process::Signal;

/// Between two looks at the cache.
const LOOK: Duration = Duration::from_millis(2);
/// A writer that appends for half a minute, and opens the file anew for each piece.
const PIECES: u32 = 150;
const PIECE_EVERY: Duration = Duration::from_millis(200);

fn main() {
    let number = |at: usize, else_: usize| -> usize {
        std::env::args().nth(at).map_or(else_, |word| word.parse().unwrap())
    };
    let (files, burst, idle) = (number(1, 200), number(2, 50_000), number(3, 10));
    let desk = Terminal::new();
    let mut rng = Rng::new();
    let matter = Matter::pictures(&mut rng);
    let mut watch = Lines::of(desk.deskscribe(&["watch", "--json"]).arg(desk.desktop()));
    watch.until(Stream::Error, "Watching");
    let status = || Printed::by(&mut desk.deskscribe(&["status", "--json"])).stdout;
    while !status().contains("\"state\":\"watched\"") {
        sleep(LOOK);
    }
    latency(&desk, &mut watch, files, &matter, &mut rng);
    slow_writer(&desk, &mut watch, &matter, &mut rng);
    many_at_once(&desk, &mut watch, burst, &matter, &mut rng);
    waiting(&watch, idle);
    watch.signal(Signal::TERM);
    println!("ended with {:?}", watch.end().0);
}

/// From the last byte of a file to its row, found and read.
fn latency(desk: &Terminal, watch: &mut Lines, files: usize, matter: &Matter, rng: &mut Rng) {
    let cache = Cache::open(&desk.home()).unwrap();
    let (mut found, mut read) = (Vec::new(), Vec::new());
    for number in 0..files {
        let name = format!("new {number}.jpg");
        let path = desk.desktop().join(&name);
        fs::write(&path, matter.content(rng).bytes).unwrap();
        let complete = Instant::now();
        while !is_found(&cache, &path) {
            sleep(LOOK);
        }
        found.push(complete.elapsed());
        watch.until(Stream::Out, &name);
        read.push(complete.elapsed());
    }
    for (what, times) in [("found, as a row", &mut found), ("read", &mut read)] {
        times.sort();
        let (median, worst) = (times[times.len() / 2].as_secs_f64(), times[times.len() - 1].as_secs_f64());
        println!("{files} files, from complete to {what}: median {median:.3} s, worst {worst:.3} s");
    }
}

fn is_found(cache: &Cache, path: &Path) -> bool {
    let known = cache.read().unwrap();
    known.place_at(path).unwrap().is_some() || !known.queued_below(path).unwrap().is_empty()
}

/// A file that grows for half a minute is read once it is complete, and once.
fn slow_writer(desk: &Terminal, watch: &mut Lines, matter: &Matter, rng: &mut Rng) {
    let bytes = matter.content(rng).bytes;
    let path = desk.desktop().join("grows.jpg");
    let begun = Instant::now();
    for piece in bytes.chunks(bytes.len().div_ceil(PIECES as usize)) {
        let mut file = File::options().create(true).append(true).open(&path).unwrap();
        file.write_all(piece).unwrap();
        drop(file);
        sleep(PIECE_EVERY);
    }
    let wrote = begun.elapsed().as_secs_f64();
    let row = watch.until(Stream::Out, "grows.jpg");
    let waited = begun.elapsed().as_secs_f64() - wrote;
    // Whatever else is said of it comes before what is read next.
    fs::write(desk.desktop().join("after.jpg"), matter.content(rng).bytes).unwrap();
    let mut rows = 1;
    while !watch.until(Stream::Out, ".jpg").contains("after.jpg") {
        rows += 1;
    }
    let state = if row.contains("\"state\":\"read\"") { "read" } else { "NOT read" };
    println!("a writer of {wrote:.0} s: {rows} row, {state}, {waited:.1} s after the last piece");
}

/// So many files come while the program sleeps, so that the system's queue is too short.
fn many_at_once(desk: &Terminal, watch: &mut Lines, burst: usize, matter: &Matter, rng: &mut Rng) {
    let content = matter.content(rng).bytes;
    let cache = Cache::open(&desk.home()).unwrap();
    let places = || cache.read().unwrap().places_below(&desk.desktop()).unwrap().len();
    let before = places();
    let folder = desk.desktop().join("burst");
    assert!(signal(watch.process(), Signal::STOP));
    fs::create_dir(&folder).unwrap();
    for number in 0..burst {
        fs::write(folder.join(format!("{number}.jpg")), &content).unwrap();
    }
    assert!(signal(watch.process(), Signal::CONT));
    let begun = Instant::now();
    // Somebody has to read the rows: nothing is told that nobody hears.
    for _ in 0..burst {
        watch.until(Stream::Out, ".jpg");
    }
    while places() < before + burst {
        sleep(LOOK);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let peak = fs::read_to_string(format!("/proc/{}/status", watch.process())).unwrap();
    let peak = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().to_owned();
    let queue = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    println!("{burst} copies of one picture at once, more than the system's queue of {}:", queue.trim());
    println!("  all in the library after {seconds:.1} s, at most {peak} of memory in the program itself");
}

/// What it costs when nothing happens.
fn waiting(watch: &Lines, minutes: usize) {
    while !children(watch.process()).is_empty() {
        sleep(Duration::from_secs(1));
    }
    let process = Process::find(watch.process()).unwrap();
    let of = || (process.ticks().unwrap(), switches(process.pid));
    let (ticks, switched) = of();
    sleep(Duration::from_secs(minutes as u64 * 60));
    let (later, switched_later) = of();
    let milliseconds = (later - ticks) as f64 * 1e3 / rustix::param::clock_ticks_per_second() as f64;
    let wakes = (switched_later - switched) as f64 / minutes as f64;
    println!(
        "{minutes} minutes without work: {milliseconds:.0} ms of processor time, {wakes:.1} wake-ups a minute"
    );
}
