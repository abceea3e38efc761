//! Word error rates: single sentences, talks and the demos of a folder, beside another program on the same files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use deskscribe_system_tests::Said;
use serde_json::Value;

use crate::errors::Errors;
use crate::voices::{Talk, VOICES};
use crate::{fresh, model, sentences};

/// Files with one sentence.
const SHORT: usize = 120;
/// Sentences in a talk.
const TALK: usize = 30;
const SEED: u64 = 5;

/// What was heard in each file.
type Heard = BTreeMap<PathBuf, String>;

/// A file, and what is said in it.
struct Spoken {
    path: PathBuf,
    said: String,
}

/// Measures on speech that is made here, and on the demos in this folder: `NAME.wav` with `NAME.txt`.
pub(crate) fn measure(demos: &Path, rival: &[&str]) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("speech");
    eprintln!("recording-bench: making speech");
    let sets = [
        ("one sentence each", short(&folder)),
        ("talks of 30 sentences", talks(&folder)),
        ("demos", copied(demos, &folder)),
    ];
    eprintln!("recording-bench: listening");
    let ours = ours(&folder);
    let theirs = (!rival.is_empty()).then(|| theirs(rival, &folder));
    println!("{:<24} {:>6} {:>6} {:>24} {:>24}", "words wrong", "files", "words", "deskscribe", "rival");
    for (name, set) in &sets {
        tell(name, set, &ours, theirs.as_ref());
        if set.len() <= VOICES.len() {
            for spoken in set {
                let name = spoken.path.file_stem().unwrap().to_string_lossy().into_owned();
                tell(&format!("  {name}"), std::slice::from_ref(spoken), &ours, theirs.as_ref());
            }
        }
    }
}

fn tell(name: &str, set: &[Spoken], ours: &Heard, theirs: Option<&Heard>) {
    let errors = |heard: &Heard| {
        let mut sum = Errors::default();
        for Spoken { path, said } in set {
            let heard = heard.get(path).unwrap_or_else(|| panic!("nothing was told of {}", path.display()));
            sum += Errors::of(said, heard);
        }
        sum
    };
    let figure = |errors: Errors| format!("{} ({:.2} %)", errors.wrong, errors.percent());
    let mine = errors(ours);
    let theirs = theirs.map_or("-".to_owned(), |heard| figure(errors(heard)));
    println!("{name:<24} {:>6} {:>6} {:>24} {theirs:>24}", set.len(), mine.words, figure(mine));
}

/// Each sentence in a file of its own, in all voices in turn.
fn short(folder: &Path) -> Vec<Spoken> {
    let folder = made(folder, "short");
    let mut rng = fastrand::Rng::with_seed(SEED);
    let each = sentences().into_iter().take(SHORT).zip(VOICES.into_iter().cycle()).enumerate();
    each.map(|(number, (sentence, voice))| {
        let mut talk = Talk::new();
        talk.say(voice, &sentence, &mut rng);
        written(talk, folder.join(format!("{number:04}.wav")))
    })
    .collect()
}

/// A talk in each voice.
fn talks(folder: &Path) -> Vec<Spoken> {
    let folder = made(folder, "talks");
    let mut rng = fastrand::Rng::with_seed(SEED);
    let sentences = sentences();
    let talk = |voice| {
        let mut talk = Talk::new();
        for sentence in rng.choose_multiple(&sentences, TALK) {
            talk.say(voice, sentence, &mut rng);
        }
        written(talk, folder.join(format!("{voice:?}.wav")))
    };
    VOICES.map(talk).into()
}

/// The demos of this folder; their texts have `[start - end]` before each sentence.
fn copied(demos: &Path, folder: &Path) -> Vec<Spoken> {
    let folder = made(folder, "demos");
    let entries = fs::read_dir(demos).unwrap_or_else(|error| panic!("{}: {error}", demos.display()));
    let files = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "wav")).collect();
    files.sort();
    files
        .into_iter()
        .map(|from| {
            let text = fs::read_to_string(from.with_extension("txt"))
                .unwrap_or_else(|error| panic!("{}: {error}", from.display()));
            let said = text
                .lines()
                .map(|line| line.rsplit(']').next().unwrap_or_default())
                .collect::<Vec<_>>()
                .join("\n");
            let path = folder.join(from.file_name().unwrap());
            fs::copy(&from, &path).unwrap();
            Spoken { path, said }
        })
        .collect()
}

fn made(folder: &Path, name: &str) -> PathBuf {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn written(talk: Talk, path: PathBuf) -> Spoken {
    talk.write(&path);
    Spoken { path, said: talk.said }
}

/// What the real program hears.
fn ours(folder: &Path) -> Heard {
    let terminal = fresh();
    let said = Said::by(terminal.deskscribe(&["scan", "--json"]).arg(folder));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    said.rows.iter().map(|row| (PathBuf::from(row["path"].as_str().unwrap()), transcript(row))).collect()
}

/// All that is said in a recording.
pub(crate) fn transcript(row: &Value) -> String {
    let segments = row["transcript"].as_array().unwrap_or_else(|| panic!("no transcript: {row}"));
    segments.iter().filter_map(|segment| segment["text"].as_str()).collect::<Vec<_>>().join("\n")
}

/// What another program hears: it prints a line of JSON for each file, `{"path", "text"}`.
fn theirs(words: &[&str], folder: &Path) -> Heard {
    let (folder, model) = (folder.to_str().unwrap(), model());
    let fill = |word: &&str| word.replace("FOLDER", folder).replace("MODEL", model.to_str().unwrap());
    let mut words = words.iter().map(fill);
    let mut command = Command::new(words.next().unwrap());
    let output = command.args(words).stderr(Stdio::inherit()).output();
    let output = output.unwrap_or_else(|error| panic!("the rival could not be started: {error}"));
    assert!(output.status.success(), "the rival failed ({})", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| (PathBuf::from(row["path"].as_str().unwrap()), row["text"].as_str().unwrap().to_owned()))
        .collect()
}
