//! A worker's engines, what is lent to them, and speech of ours to put into words.

#![allow(dead_code, clippy::allow_attributes, reason = "not every test needs all of it")]

use std::cell::{Cell, RefCell};
use std::env;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use deskscribe_protocol::{
    Answer, Block, MediaKind, ModelGrant, ModelRole, SAMPLE_RATE, Span, Stage, Transcript, Work,
};
use deskscribe_worker::{Engines, Interruption, Job, Watch, load_runtime, work};

pub(crate) const RATE: f64 = SAMPLE_RATE as f64;

/// Keeps the progress that is told, and cancels at a question.
#[derive(Default)]
pub(crate) struct Listener {
    pub(crate) told: RefCell<Vec<(Stage, u32, u32)>>,
    /// So often it may be asked whether to go on.
    pub(crate) questions: Cell<Option<u32>>,
}

impl Watch for Listener {
    fn progress(&self, stage: Stage, done: u32, total: u32) {
        assert!(total >= 1 && done <= total, "{done} of {total}");
        self.told.borrow_mut().push((stage, done, total));
    }

    fn cancelled(&self) -> bool {
        let left = self.questions.get();
        self.questions.set(left.map(|left| left.saturating_sub(1)));
        left == Some(0)
    }
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../system-tests/fixtures/speech").join(name)
}

/// Where the models and the runtime lie that `cargo xtask test` has prepared.
pub(crate) fn resources() -> PathBuf {
    let resources = env::var_os("DESKSCRIBE_RESOURCES").map(PathBuf::from);
    resources.unwrap_or_else(|| panic!("run the tests with `cargo xtask test`, which prepares the models"))
}

pub(crate) fn voice() -> (ModelGrant, File) {
    let grant =
        ModelGrant { role: ModelRole::VoiceActivity, name: "voice".to_owned(), sha256: String::new() };
    (grant, File::open(resources().join("silero_vad_16k_sequence.onnx")).unwrap())
}

pub(crate) fn engines() -> Engines {
    load_runtime(&resources().join("libonnxruntime.so")).unwrap();
    Engines::new(vec![voice()], 1)
}

pub(crate) fn model() -> (ModelGrant, File) {
    let grant = ModelGrant { role: ModelRole::Speech, name: "micro".to_owned(), sha256: "00".to_owned() };
    (grant, File::open(fixture("ggml-micro.en.bin")).unwrap())
}

/// The samples of a recording of ours.
pub(crate) fn samples(name: &str) -> Vec<i16> {
    let bytes = fs::read(fixture(name)).unwrap();
    let data = bytes.windows(4).position(|four| four == b"data").unwrap() + 8;
    bytes[data..].as_chunks().0.iter().map(|two| i16::from_le_bytes(*two)).collect()
}

pub(crate) fn silence(seconds: f64) -> Vec<i16> {
    vec![0; (seconds * RATE) as usize]
}

/// What a transcription of this sound comes to.
pub(crate) fn try_transcribe(
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

pub(crate) fn transcribe_block(
    block: Block,
    sound: File,
    speech: &[Span],
    (model, file): (ModelGrant, File),
    engines: &mut Engines,
    watch: &dyn Watch,
) -> Result<Transcript, Interruption> {
    let what = Work::Transcribe { block, speech: speech.to_vec(), language: None, model, threads: 1 };
    let job = Job { work: what.clone(), kind: MediaKind::Audio, medium: None, files: vec![sound, file] };
    let answer = work(job, engines, watch)?.answer;
    assert_eq!(answer.check(&what), Ok(()), "{answer:?}");
    let Answer::Transcript(transcript) = answer else { panic!("no transcript") };
    Ok(transcript)
}
