//! How fast meaning is found among many contents, what it takes, and what its small vectors lose; and how fast it is
//! told what models were not asked about yet: `meaning-bench [CONTENTS] [FOLDER]`. With a folder, the cache in there is
//! used again.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use deskscribe_cache::{
    Asking, Basis, Cache, Meaning, Outcome, Page, Query, ReadGuard, Receipt, Record, Summary,
};
use deskscribe_protocol::{ContentKey, Digest, Form};
use deskscribe_system_tests::words::{Words, word};
use rustix::time::{ClockId, clock_gettime};

/// Numbers of a vector, as the usual small models make them, and topics that vectors gather around.
const DIMENSIONS: usize = 768;
const TOPICS: usize = 300;
/// Questions of a kind.
const QUESTIONS: usize = 60;
/// How many of the nearest are compared.
const FIRST: usize = 10;
const COMMIT: usize = 256;
const SEED: u64 = 11;
const LOCKED: Duration = Duration::from_secs(60);
const EMBEDDER: &str = "words";
const ASKING: Asking<'static> = Asking { model: Some("small"), sees: false, embedder: Some(EMBEDDER) };

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("meaning-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result {
    let mut arguments = std::env::args().skip(1);
    let contents = arguments.next().map_or(Ok(100_000), |number| number.parse())?;
    let scratch = tempfile::tempdir()?;
    let folder = arguments.next().map_or(scratch.path().to_owned(), PathBuf::from);
    let cache = Cache::open(&folder)?;
    let known = cache.read()?.coverage()?.read as usize;
    Words::brief(SEED).fill(&cache, known..contents, |_, _| {})?;
    println!("milliseconds, by the clock and of the processor  {:>9} {:>9} {:>9}", "p50", "worst", "cpu p50");
    let guard = cache.read()?;
    unasked(&guard, "what nobody was asked about")?;
    let topics = Topics::new();
    let keys = guard.keys()?;
    let vectors = put(&cache, &keys, &topics)?;
    unasked(&guard, "the same, when all were")?;
    nearest(&cache, &topics, &vectors)
}

/// Contents that wait, and how many they are.
fn unasked(guard: &ReadGuard, name: &str) -> Result {
    let mut times = Times::default();
    for _ in 0..QUESTIONS {
        times.take(|| guard.unsummarised(&ASKING, 16))?;
    }
    times.tell(name);
    let mut times = Times::default();
    for _ in 0..QUESTIONS {
        times.take(|| guard.unsummarised_count(&ASKING))?;
    }
    let count = guard.unsummarised_count(&ASKING)?;
    times.tell(&format!("… counted: {} and {}", count.summaries, count.vectors));
    Ok(())
}

/// Gives every content a summary and a vector, and returns the vectors.
fn put(cache: &Cache, keys: &[ContentKey], topics: &Topics) -> Result<Vec<(ContentKey, Vec<f32>)>> {
    let (mut dice, mut vectors, begun) = (Words::new(SEED), Vec::with_capacity(keys.len()), Instant::now());
    let guard = cache.read()?;
    let mut writer = cache.writer()?;
    for some in keys.chunks(COMMIT) {
        let mut writing = writer.lock(LOCKED)?;
        for key in some {
            let vector = topics.near(&mut dice);
            if let Some(Record { outcome: Outcome::Read(reading), .. }) = guard.outcome(key)? {
                let basis = Basis::of(&reading);
                let digest = Digest {
                    summary: Some(reading.text.chars().take(200).collect()),
                    by: "small".to_owned(),
                    ..Digest::default()
                };
                let receipt = Receipt { model: "small".to_owned(), requests: 1, ..Receipt::default() };
                let summary = Summary { key: *key, digest, form: Form::Plain, receipt, basis, made_at_ms: 1 };
                writing.put_summary(&summary)?;
                writing.put_vector(key, EMBEDDER, &vector, &basis)?;
                vectors.push((*key, vector));
            }
        }
        writing.commit()?;
    }
    let each = begun.elapsed().as_secs_f64() * 1e3 / keys.len() as f64;
    println!("storing a summary and a vector: {each:.2} ms each");
    Ok(vectors)
}

fn nearest(cache: &Cache, topics: &Topics, vectors: &[(ContentKey, Vec<f32>)]) -> Result {
    let guard = cache.read()?;
    let mut dice = Words::new(SEED + 1);
    let mut first = Times::default();
    first.take(|| guard.nearest(EMBEDDER, &topics.near(&mut Words::new(1)), FIRST))?;
    first.tell("the first question");
    let (mut times, mut same, mut off) = (Times::default(), 0, 0.0_f32);
    for _ in 0..QUESTIONS {
        let asked = topics.near(&mut dice);
        let told = times.take(|| guard.nearest(EMBEDDER, &asked, FIRST))?;
        let mut truth: Vec<(ContentKey, f32)> =
            vectors.iter().map(|(key, vector)| (*key, cosine(vector, &asked))).collect();
        truth.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let truth = &truth[..FIRST.min(truth.len())];
        same += told.iter().filter(|(key, _)| truth.iter().any(|(other, _)| other == key)).count();
        let of = |key: &ContentKey| truth.iter().find(|(other, _)| other == key).map(|(_, cosine)| *cosine);
        off = told.iter().filter_map(|(key, cosine)| Some((of(key)? - cosine).abs())).fold(off, f32::max);
    }
    times.tell("the nearest ten");
    let share = same as f64 / (QUESTIONS * FIRST) as f64 * 100.0;
    println!(
        "of the nearest ten, those that 32 bits would give: {share:.1} %; cosines are off by {off:.4} at most"
    );
    let mut times = Times::default();
    for (number, (key, vector)) in vectors.iter().take(QUESTIONS).enumerate() {
        let mut writer = cache.writer()?;
        let mut writing = writer.lock(LOCKED)?;
        if let Some(Record { outcome: Outcome::Read(reading), .. }) = guard.outcome(key)? {
            writing.put_vector(key, EMBEDDER, vector, &Basis::of(&reading))?;
        }
        writing.commit()?;
        let asked = &vectors[number].1;
        times.take(|| guard.nearest(EMBEDDER, asked, FIRST))?;
    }
    times.tell("the same, just after a change");
    for (name, filter) in
        [("words", ""), ("words and a kind", " kind:image"), ("words and a tag", " tag:dada")]
    {
        let (mut by_words, mut both) = (Times::default(), Times::default());
        for _ in 0..QUESTIONS {
            let query = Query::parse(&format!("{} {}{filter}", word(dice.below(9_000)), dice.draw()))?;
            let vector = topics.near(&mut dice);
            by_words.take(|| guard.search(&query, Page::default()))?;
            let meaning = Meaning { model: EMBEDDER, vector: &vector };
            both.take(|| guard.search_meaning(&query, meaning, Page::default()))?;
        }
        by_words.tell(name);
        both.tell(&format!("{name}, and what they mean"));
    }
    Ok(())
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

/// Directions that vectors gather around, as those of texts do.
struct Topics(Vec<Vec<f32>>);

impl Topics {
    fn new() -> Self {
        let mut dice = Words::new(SEED + 2);
        Self((0..TOPICS).map(|_| (0..DIMENSIONS).map(|_| bell(&mut dice)).collect()).collect())
    }

    /// A vector near one of them.
    fn near(&self, dice: &mut Words) -> Vec<f32> {
        let topic = self.0.get(dice.below(self.0.len())).map(Vec::as_slice).unwrap_or_default();
        topic.iter().map(|number| number + 0.8 * bell(dice)).collect()
    }
}

/// A number from a bell curve around zero.
fn bell(dice: &mut Words) -> f32 {
    (0..4).map(|_| dice.below(2_001) as f32 / 1_000.0 - 1.0).sum::<f32>() / 1.15
}

/// What questions took, in milliseconds: by the clock, and of the processor, which a busy machine does not change.
#[derive(Default)]
struct Times(Vec<(f64, f64)>);

impl Times {
    fn take<T, E>(&mut self, ask: impl FnOnce() -> std::result::Result<T, E>) -> std::result::Result<T, E> {
        let (begun, had) = (Instant::now(), processor());
        let answer = ask()?;
        self.0.push((begun.elapsed().as_secs_f64() * 1e3, processor() - had));
        Ok(answer)
    }

    fn tell(mut self, name: &str) {
        self.0.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let middle = self.0.len() / 2;
        let p50 = self.0.get(middle).map_or(0.0, |(clock, _)| *clock);
        let worst = self.0.last().map_or(0.0, |(clock, _)| *clock);
        let mut processor: Vec<f64> = self.0.iter().map(|(_, processor)| *processor).collect();
        processor.sort_by(f64::total_cmp);
        let processor = processor.get(middle).copied().unwrap_or_default();
        println!("{name:<48} {p50:>9.2} {worst:>9.2} {processor:>9.2}");
    }
}

/// What this thread has had of the processor, in milliseconds.
fn processor() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
