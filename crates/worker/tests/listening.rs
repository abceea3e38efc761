//! Recordings listened to with the real models: the voice detector, and a very small Whisper of our own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::cell::{Cell, RefCell};
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use deskscribe_protocol::{
    Answer, Block, Heard, Limits, MediaKind, ModelGrant, ModelRole, SAMPLE_RATE, Segment, Span, Stage,
    Transcript, Work,
};
use deskscribe_worker::{Engines, Interruption, Job, Medium, Watch, load_runtime, work};

const RATE: f64 = SAMPLE_RATE as f64;

/// Keeps the progress that is told, and cancels after so much of it.
#[derive(Default)]
struct Listener {
    told: RefCell<Vec<(Stage, u32, u32)>>,
    patience: Cell<Option<usize>>,
}

impl Watch for Listener {
    fn progress(&self, stage: Stage, done: u32, total: u32) {
        assert!(total >= 1 && done <= total, "{done} of {total}");
        self.told.borrow_mut().push((stage, done, total));
    }

    fn cancelled(&self) -> bool {
        self.patience.get().is_some_and(|patience| self.told.borrow().len() > patience)
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../system-tests/fixtures/speech").join(name)
}

fn engines() -> Engines {
    let resources = env::var_os("DESKSCRIBE_RESOURCES").map(PathBuf::from);
    let resources = resources.expect("run the tests with `cargo xtask test`, which prepares the models");
    load_runtime(&resources.join("libonnxruntime.so")).unwrap();
    let grant =
        ModelGrant { role: ModelRole::VoiceActivity, name: "voice".to_owned(), sha256: String::new() };
    Engines::new(vec![(grant, File::open(resources.join("silero_vad_16k_sequence.onnx")).unwrap())], 1)
}

fn model() -> (ModelGrant, File) {
    let grant = ModelGrant { role: ModelRole::Speech, name: "micro".to_owned(), sha256: "00".to_owned() };
    (grant, File::open(fixture("ggml-micro.en.bin")).unwrap())
}

/// The samples of a recording of ours.
fn samples(name: &str) -> Vec<i16> {
    let bytes = fs::read(fixture(name)).unwrap();
    let data = bytes.windows(4).position(|four| four == b"data").unwrap() + 8;
    bytes[data..].as_chunks().0.iter().map(|two| i16::from_le_bytes(*two)).collect()
}

/// A WAV file of these samples.
fn wav(samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let length = u32::try_from(data.len()).unwrap();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((length + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    bytes.extend((SAMPLE_RATE * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(data);
    bytes
}

fn silence(seconds: f64) -> Vec<i16> {
    vec![0; (seconds * RATE) as usize]
}

/// Hears a recording from a second on.
fn hear_from(wav: &[u8], from: f64, blocks: u32, engines: &mut Engines) -> (Heard, Vec<File>) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(wav).unwrap();
    let files: Vec<File> = (0..blocks).map(|_| tempfile::tempfile().unwrap()).collect();
    let what = Work::Hear { from, blocks };
    let medium = Medium { file, bytes: wav.len() as u64, extension: None, limits: Limits::default() };
    let lent = files.iter().map(|file| file.try_clone().unwrap()).collect();
    let job = Job { work: what.clone(), kind: MediaKind::Audio, medium: Some(medium), files: lent };
    let answer = work(job, engines, &Listener::default()).unwrap().answer;
    assert_eq!(answer.check(&what), Ok(()), "{answer:?}");
    let Answer::Heard(heard) = answer else { panic!("nothing was heard") };
    (heard, files)
}

/// What a transcription of this sound comes to.
fn try_transcribe(
    samples: &[i16],
    speech: &[Span],
    (grant, model): (ModelGrant, File),
    engines: &mut Engines,
    watch: &dyn Watch,
) -> Result<Transcript, Interruption> {
    let sound = tempfile::tempfile().unwrap();
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    sound.write_all_at(&bytes, 0).unwrap();
    let block = Block { from: 0.0, samples: samples.len() as u64 };
    transcribe_block(block, sound, speech, (grant, model), engines, watch)
}

fn transcribe_block(
    block: Block,
    sound: File,
    speech: &[Span],
    (model, file): (ModelGrant, File),
    engines: &mut Engines,
    watch: &dyn Watch,
) -> Result<Transcript, Interruption> {
    let what = Work::Transcribe { block, speech: speech.to_vec(), language: None, model };
    let job = Job { work: what.clone(), kind: MediaKind::Audio, medium: None, files: vec![sound, file] };
    let answer = work(job, engines, watch)?.answer;
    assert_eq!(answer.check(&what), Ok(()), "{answer:?}");
    let Answer::Transcript(transcript) = answer else { panic!("no transcript") };
    Ok(transcript)
}

/// All that is said in a recording, heard and put into words as the engine has it done.
fn listen(samples: &[i16], engines: &mut Engines) -> (Heard, Vec<Transcript>) {
    let (heard, files) = hear_from(&wav(samples), 0.0, 2, engines);
    assert!(heard.ended && (heard.to - samples.len() as f64 / RATE).abs() < 1e-6, "{heard:?}");
    let each = heard.blocks.iter().zip(files).map(|(block, file)| {
        let span = block.span();
        let within = |it: &&Span| span.from <= it.from && it.to <= span.to;
        let speech: Vec<Span> = heard.speech.iter().filter(within).copied().collect();
        transcribe_block(*block, file, &speech, model(), engines, &Listener::default()).unwrap()
    });
    let transcripts = each.collect();
    (heard, transcripts)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// How many words were put in, left out or taken for others.
fn errors(said: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (at, word) in said.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], at + 1);
        for (other, heard) in heard.iter().enumerate() {
            let changed = before + usize::from(word != heard);
            before = row[other + 1];
            row[other + 1] = changed.min(before + 1).min(row[other] + 1);
        }
    }
    row[heard.len()]
}

/// The sentences of a recording of ours, with their times.
fn truth(name: &str) -> Vec<(Span, String)> {
    let text = fs::read_to_string(fixture(name)).unwrap();
    let line = |line: &str| {
        let (times, sentence) = line.trim_start_matches('[').split_once(']').unwrap();
        let (from, to) = times.split_once('-').unwrap();
        let span = Span { from: from.trim().parse().unwrap(), to: to.trim().parse().unwrap() };
        (span, sentence.trim().to_owned())
    };
    text.lines().map(line).collect()
}

fn text_of(segments: &[Segment]) -> String {
    segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn demos() {
    let mut engines = engines();
    for name in ["demo1-espeak-short", "demo2-flite-slt-talk"] {
        let (heard, transcripts) = listen(&samples(&format!("{name}.wav")), &mut engines);
        println!("{heard:#?} {transcripts:#?}");
    }
}
