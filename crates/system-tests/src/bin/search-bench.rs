//! How fast search is, and how large its index: `search-bench [READINGS] [FOLDER]`. With a folder, the cache in there
//! is used again.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use deskscribe_cache::{Cache, Page, Query, ReadGuard, Total};
use deskscribe_system_tests::words::{Words, word};
use rustix::time::{ClockId, clock_gettime};

/// Readings after which it says how far it is: so many commits.
const TELL: usize = 64 * 160;
/// Queries of a kind.
const QUERIES: usize = 400;
const SEED: u64 = 7;
/// Rows of a page that somebody scrolls to.
const PAGE: usize = 60;
const LOCKED: Duration = Duration::from_secs(60);

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("search-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let readings = arguments.next().map_or(Ok(100_000), |number| number.parse())?;
    let scratch = tempfile::tempdir()?;
    let folder = arguments.next().map_or(scratch.path().to_owned(), PathBuf::from);
    let cache = Cache::open(&folder)?;
    let known = cache.read()?.coverage()?.read as usize;
    fill(&cache, known, readings)?;
    sizes(&folder, readings)?;
    let guard = cache.read()?;
    let [p50, p99, worst, processor50, processor99] = ["p50", "p99", "worst", "cpu p50", "cpu p99"];
    println!(
        "\nmilliseconds of a search       hits {p50:>8} {p99:>8} {worst:>8} {processor50:>8} {processor99:>8}"
    );
    let mut all = Vec::new();
    for (name, queries) in queries(readings) {
        all.extend(measure(&guard, name, &queries)?);
    }
    tell("all of them", 0.0, &all);
    println!("\nmilliseconds of {PAGE} rows from any place on");
    for (name, query) in pages() {
        measure_pages(&guard, name, &query)?;
    }
    drop(guard);
    forget(&cache)
}

/// Stores what is missing.
fn fill(cache: &Cache, known: usize, readings: usize) -> Outcome {
    let (begun, mut taken) = (Instant::now(), Duration::ZERO);
    Words::new(SEED).fill(cache, known..readings, |stored, commit| {
        taken += commit;
        if stored.is_multiple_of(TELL) {
            eprintln!("search-bench: {stored} readings stored after {:.0} s", begun.elapsed().as_secs_f64());
        }
    })?;
    if readings > known {
        let each = taken.as_secs_f64() * 1e3 / (readings - known) as f64;
        println!("storing and indexing: {each:.2} ms a reading");
    }
    Ok(())
}

/// Forgets a reading, of which no word may be left.
fn forget(cache: &Cache) -> Outcome {
    let hits = cache.read()?.search(&Query::default(), Page { offset: 0, limit: 1 })?.hits;
    let key = hits.first().and_then(|hit| hit.key).ok_or("there is nothing to forget")?;
    let mut writer = cache.writer()?;
    let begun = Instant::now();
    let mut guard = writer.lock(LOCKED)?;
    guard.forget(&key)?;
    guard.commit()?;
    println!("\nforgetting a reading: {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// What a reading takes on disk.
fn sizes(folder: &Path, readings: usize) -> Outcome {
    const TABLES: &str =
        "SELECT name, sum(pgsize) FROM dbstat WHERE aggregate = 1 GROUP BY name ORDER BY 2 DESC";
    let file = rusqlite::Connection::open(folder.join("summaries.sqlite"))?;
    let mut tables = file.prepare(TABLES)?;
    let mut rows = tables.query([])?;
    println!("\nbytes of a reading on disk");
    let mut all = 0.0;
    while let Some(row) = rows.next()? {
        let (name, bytes): (String, f64) = (row.get(0)?, row.get(1)?);
        all += bytes / readings as f64;
        if bytes as usize > readings {
            println!("  {name:<32} {:>8.0}", bytes / readings as f64);
        }
    }
    println!("  {:<32} {all:>8.0}", "all tables");
    Ok(())
}

/// The fixed set of queries, by kind.
fn queries(readings: usize) -> Vec<(&'static str, Vec<String>)> {
    let mut words = Words::new(SEED + 1);
    let mut texts = Words::new(SEED);
    let texts: Vec<String> = (0..readings.min(2000))
        .map(|number| texts.reading(number))
        .filter_map(|(record, _)| match record.outcome {
            deskscribe_cache::Outcome::Read(reading) => Some(reading.text),
            deskscribe_cache::Outcome::Failed(_) => None,
        })
        .collect();
    let mut make = |name, query: &mut dyn FnMut(&mut Words) -> String| {
        (name, (0..QUERIES).map(|_| query(&mut words)).collect::<Vec<_>>())
    };
    let piece =
        |text: &str, first: usize, length: usize| text.chars().skip(first).take(length).collect::<String>();
    // Words that stand side by side somewhere, and characters.
    let side_by_side = |words: &mut Words, chinese: bool, length: usize| loop {
        let text = &texts[words.below(texts.len())];
        let Some(line) = text.lines().nth(words.below(4)) else { continue };
        if line.is_ascii() == chinese {
            continue;
        }
        return match chinese {
            true => piece(line, words.below(4), length),
            false => line.split_whitespace().take(length).collect::<Vec<_>>().join(" "),
        };
    };
    vec![
        make("words, drawn by frequency", &mut |words| words.draw() + " "),
        make("the same, still being typed", &mut |words| words.draw()),
        make("the fifty most frequent", &mut |words| word(words.below(50)) + " "),
        make("rare words", &mut |words| word(50_000 + words.below(100_000)) + " "),
        make("words that are nowhere", &mut |words| word(words.below(9000) + 1_000_000_000)),
        make("one letter", &mut |words| piece(&words.draw(), 0, 1)),
        make("two letters", &mut |words| piece(&words.draw(), 0, 2)),
        make("three letters", &mut |words| piece(&words.draw(), 0, 3)),
        make("four letters", &mut |words| piece(&words.draw(), 0, 4)),
        make("two words", &mut |words| format!("{} {}", words.draw(), words.draw())),
        make("three words", &mut |words| format!("{} {} {}", words.draw(), words.draw(), words.draw())),
        make("a phrase of two", &mut |words| format!("\"{}\"", side_by_side(words, false, 2))),
        make("a phrase of three", &mut |words| format!("\"{}\"", side_by_side(words, false, 3))),
        make("within words", &mut |words| piece(&word(500 + words.below(20_000)), 1, 4)),
        make("one character, Chinese", &mut |words| side_by_side(words, true, 1)),
        make("two characters", &mut |words| side_by_side(words, true, 2)),
        make("three characters", &mut |words| side_by_side(words, true, 3)),
        make("a word and a kind", &mut |words| format!("{} kind:video", words.draw())),
        make("a word and a folder", &mut |words| {
            format!("{} in:\"/home/ann/Desktop/folder {}\"", words.draw(), words.below(200))
        }),
        make("a word and a tag", &mut |words| format!("{} tag:{}", words.draw(), word(words.below(500)))),
        make("a word and a month", &mut |words| format!("{} after:2025-03 before:2025-04", words.draw())),
        make("a word, and another not", &mut |words| format!("{} -{}", words.draw(), words.draw())),
        make("nothing but a filter", &mut |words| format!("kind:image tag:{}", word(words.below(500)))),
        make("everything", &mut |_| String::new()),
    ]
}

/// What a search took, in milliseconds: by the clock, and of the processor, which a busy machine does not change.
#[derive(Clone, Copy)]
struct Taken {
    clock: f64,
    processor: f64,
}

/// What somebody may scroll through.
fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("everything", String::new()),
        ("a year", "after:2024 before:2025".to_owned()),
        ("a kind", "kind:image".to_owned()),
        ("a kind and a year", "kind:image after:2024 before:2025".to_owned()),
        ("a tag", format!("tag:{}", word(3))),
        ("a folder", "in:/home/ann/Desktop".to_owned()),
        ("one letter", "d".to_owned()),
        ("a frequent word", word(3) + " "),
    ]
}

/// Pages at random places among all that match.
fn measure_pages(guard: &ReadGuard, name: &str, query: &str) -> Outcome {
    let query = Query::parse(query)?;
    let total = |offset| -> Outcome<usize> {
        Ok(match guard.search(&query, Page { offset, limit: PAGE })?.total {
            Total::Exactly(count) | Total::MoreThan(count) => count,
        })
    };
    let matching = guard.matching(&query)?.len();
    let mut dice = Words::new(SEED);
    let mut times = Vec::new();
    for _ in 0..QUERIES {
        let offset = dice.below(matching.max(1));
        let (begun, begun_processor) = (Instant::now(), processor());
        total(offset)?;
        let clock = begun.elapsed().as_secs_f64() * 1e3;
        times.push(Taken { clock, processor: processor() - begun_processor });
    }
    tell(name, matching as f64, &times);
    Ok(())
}

fn measure(guard: &ReadGuard, name: &str, queries: &[String]) -> Outcome<Vec<Taken>> {
    let (mut times, mut hits) = (Vec::new(), 0);
    for text in queries {
        let (begun, begun_processor) = (Instant::now(), processor());
        let answer = guard.search(&Query::parse(text)?, Page::default())?;
        let clock = begun.elapsed().as_secs_f64() * 1e3;
        times.push(Taken { clock, processor: processor() - begun_processor });
        hits += answer.hits.len();
    }
    tell(name, hits as f64 / queries.len() as f64, &times);
    Ok(times)
}

/// What this thread has had of the processor, in milliseconds.
fn processor() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn tell(name: &str, hits: f64, times: &[Taken]) {
    let sorted = |of: fn(&Taken) -> f64| {
        let mut times: Vec<f64> = times.iter().map(of).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let (clock, processor) = (sorted(|taken| taken.clock), sorted(|taken| taken.processor));
    let at = |times: &[f64], share: f64| {
        let index = (times.len() as f64 * share) as usize;
        times.get(index).or(times.last()).copied().unwrap_or_default()
    };
    let (p50, p99, worst) = (at(&clock, 0.5), at(&clock, 0.99), at(&clock, 1.0));
    let (processor50, processor99) = (at(&processor, 0.5), at(&processor, 0.99));
    println!(
        "{name:<28} {hits:>6.1} {p50:>8.2} {p99:>8.2} {worst:>8.2} {processor50:>8.2} {processor99:>8.2}"
    );
}
