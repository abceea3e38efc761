//! The time that a long recording takes with one worker, two and eight, its memory, and what crosses between processes.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::errors::Errors;
use crate::screens::Film;
use crate::speech::transcript;
use crate::voices::{RATE, Talk, VOICES};
use crate::watched::{self, Seen};
use crate::{fresh, sentences};

/// Workers that read it; one alone comes last, as it takes longest.
const WORKERS: [usize; 3] = [8, 2, 1];
/// Sentences until somebody else speaks.
const TURN: usize = 12;
const SEED: u64 = 7;

/// What came of a number of workers.
#[derive(Debug, Default)]
struct Rounds {
    seconds: Vec<f64>,
    /// The most that was seen in any round.
    seen: Seen,
}

/// Makes a recording of so many minutes, and has it read in so many rounds, each in a home that knows nothing.
pub(crate) fn measure(minutes: u32, rounds: u32) {
    let scratch = tempfile::tempdir().unwrap();
    let [film, wav] = ["talk.mp4", "talk.wav"].map(|name| scratch.path().join(name));
    let mut rng = fastrand::Rng::with_seed(SEED);
    eprintln!("recording-bench: making a recording of {minutes} minutes");
    let talk = talk(minutes as usize * 60, &mut rng);
    talk.write(&wav);
    let seconds = talk.samples.len().div_ceil(RATE);
    let shown = Film::draw(seconds, &sentences(), &mut rng, scratch.path());
    shown.write(&wav, &film);

    let mut all = WORKERS.map(|_| Rounds::default());
    for round in 1..=rounds {
        for (workers, rounds) in WORKERS.into_iter().zip(&mut all) {
            eprintln!("recording-bench: round {round}, {workers} workers");
            let (row, seconds, seen) = read(&film, workers);
            rounds.seconds.push(seconds);
            rounds.seen = rounds.seen.max(seen);
            eprintln!("recording-bench: {seconds:.1} s, {seen}; {}", quality(&row, &talk, &shown));
        }
    }
    println!("{:<8} {:>16} {:>24}", "workers", "median seconds", "of the time of one alone");
    let alone = median(&all[WORKERS.len() - 1].seconds);
    for (workers, rounds) in WORKERS.into_iter().zip(&all) {
        let seconds = median(&rounds.seconds);
        println!("{workers:<8} {seconds:>16.1} {:>24.2}   {}", seconds / alone, rounds.seen);
    }
    let (_, seconds, seen) = read(&wav, 8);
    let samples = talk.samples.len() * 2;
    println!("its sound alone, 8 workers: {seconds:.1} s, {seen}, for {samples} bytes of samples");
}

/// Has a recording read by so many workers: its row, the time in seconds, and what was seen meanwhile.
fn read(recording: &Path, workers: usize) -> (Value, f64, Seen) {
    let terminal = fresh();
    let mut scan = terminal.deskscribe(&["scan", "--json", "--workers", &workers.to_string()]);
    let begun = Instant::now();
    let (said, seen) = watched::scan(&terminal, scan.arg(recording));
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!((said.code, said.rows.len()), (Some(0), 1), "{}", said.stderr);
    let row = said.rows.into_iter().next().unwrap();
    assert_eq!((&row["state"], &row["pending"]), (&json!("read"), &json!([])), "{row}");
    (row, seconds, seen)
}

/// People who take turns, until the time is over.
fn talk(seconds: usize, rng: &mut fastrand::Rng) -> Talk {
    let mut talk = Talk::new();
    let sentences = sentences();
    for voice in VOICES.into_iter().cycle() {
        for _ in 0..TURN {
            let sentence = rng.choice(&sentences).unwrap();
            talk.say(voice, sentence, rng);
            if talk.samples.len() >= seconds * RATE {
                return talk;
            }
        }
    }
    talk
}

/// What was read must be what was said and shown, or its time says nothing.
fn quality(row: &Value, talk: &Talk, film: &Film) -> String {
    let errors = Errors::of(&talk.said, &transcript(row));
    let screen = row["screen"].as_array().map_or(&[][..], Vec::as_slice);
    let text: Vec<&str> = screen.iter().filter_map(|line| line["text"].as_str()).collect();
    let found = film.lines.iter().filter(|line| text.contains(&line.as_str())).count();
    let gaps = row["gaps"].as_array().map_or(0, Vec::len);
    format!(
        "{} of {} words wrong, {found} of {} lines read without a mistake, {gaps} gaps",
        errors.wrong,
        errors.words,
        film.lines.len()
    )
}

fn median(seconds: &[f64]) -> f64 {
    let mut seconds = seconds.to_owned();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
