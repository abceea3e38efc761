//! Speech models that are broken, lie about themselves, or know more than one language.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "common/speech.rs"]
mod speech;

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::FileExt;

use deskscribe_protocol::{Answer, Block, MediaKind, ModelGrant, ModelRole, Span, Stage, Work};
use deskscribe_worker::{Engines, Interruption, Job, work};
use speech::{Listener, engines, fixture, model, samples, silence, transcribe_block, try_transcribe};

fn model_of(bytes: &[u8]) -> (ModelGrant, File) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    // Engines know a model again by its hash.
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let sha256 = format!("{:x}", hasher.finish());
    (ModelGrant { role: ModelRole::Speech, name: "ggml-broken".to_owned(), sha256 }, file)
}

/// Why a model of these bytes is not taken, if it is not.
fn refusal(bytes: &[u8], engines: &mut Engines) -> Option<String> {
    let talk = samples("demo1-espeak-short.wav");
    let span = [Span { from: 0.3, to: 2.6 }];
    match try_transcribe(&talk, &span, model_of(bytes), engines, &Listener::default()) {
        Ok(_) => None,
        Err(Interruption::Failed(failure)) => Some(failure.reason),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_broken_model_is_refused_by_its_name() {
    let mut engines = engines();
    let whole = fs::read(fixture("ggml-micro.en.bin")).unwrap();
    for length in [4, 30, 5_000, 600_000, whole.len() / 2, whole.len() - 1] {
        let reason = refusal(&whole[..length], &mut engines).unwrap();
        assert!(reason.contains("ggml-broken") && reason.contains("cut off"), "{length}: {reason}");
    }
    let foreign = [vec![], b"GGUF".to_vec(), b"<html>".repeat(99), vec![0; 1 << 16]];
    for bytes in foreign {
        assert!(refusal(&bytes, &mut engines).unwrap().contains("no speech model"), "{} bytes", bytes.len());
    }
    let longer = [&whole[..], &[7; 40]].concat();
    assert!(refusal(&longer, &mut engines).is_some());
    assert!(try_transcribe(&silence(2.0), &[], model(), &mut engines, &Listener::default()).is_ok());
}

#[test]
fn whatever_a_model_says_of_itself_nobody_dies_of_it() {
    let mut engines = engines();
    let whole = fs::read(fixture("ggml-micro.en.bin")).unwrap();
    // Each number of the header, as it is written and as a number that is much too large, or none.
    for at in (4..56).step_by(4) {
        for number in [0_u32, 1, 1 << 20, u32::MAX] {
            let mut bytes = whole.clone();
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());

            let refusal = refusal(&bytes, &mut engines);
            // It may have one head as well as three; and of how weights are stored only a part counts.
            assert!(refusal.is_some() || number == 1 || at == 44, "{number} at {at}");
        }
    }
    // The names, shapes and types of weights: those of the first are behind the vocabulary.
    let name = b"decoder.positional_embedding";
    let header = whole.windows(name.len()).position(|bytes| bytes == name).unwrap();
    for at in (header - 20..header + name.len()).step_by(4) {
        for byte in [0x02, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = byte;

            refusal(&bytes, &mut engines);
        }
    }
}

/// The same model with one token more: one that knows other languages, as far as its form goes.
fn multilingual() -> Vec<u8> {
    const END: usize = 50_256;
    let whole = fs::read(fixture("ggml-micro.en.bin")).unwrap();
    let name = b"decoder.token_embedding.weight";
    let at = whole.windows(name.len()).position(|bytes| bytes == name).unwrap();
    let number = |at: usize| u32::from_le_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
    let (width, tokens) = (number(at - 8), number(at - 4));
    // 32 numbers in 22 bytes: q5_0.
    let row = width / 32 * 22;
    let weights = at + name.len();
    let end = weights + END * row;
    let mut bytes = whole[..4].to_vec();
    let one_more = (tokens as u32 + 1).to_le_bytes();
    bytes.extend(one_more);
    bytes.extend(&whole[8..at - 4]);
    bytes.extend(one_more);
    bytes.extend(&whole[at..end]);
    bytes.extend(&whole[end..end + row]);
    bytes.extend(&whole[end..]);
    bytes
}

#[test]
fn the_language_is_found_out_once_unless_it_is_known() {
    let mut engines = engines();
    let talk = samples("demo1-espeak-short.wav");
    let sound = || {
        let file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = talk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        file.write_all_at(&bytes, 0).unwrap();
        file
    };
    let block = Block { from: 60.0, samples: talk.len() as u64 };
    let speech = vec![Span { from: 60.3, to: 62.6 }];
    for language in [None, Some("de".to_owned())] {
        let (grant, file) = model_of(&multilingual());
        let what = Work::Transcribe {
            block,
            speech: speech.clone(),
            language: language.clone(),
            model: grant,
            threads: 1,
        };
        let job = Job { work: what, kind: MediaKind::Audio, medium: None, files: vec![sound(), file] };
        let answer = work(job, &mut engines, &Listener::default()).unwrap().answer;
        let Answer::Transcript(transcript) = answer else { panic!("no transcript") };
        let found = transcript.language.unwrap();
        assert!(
            language.map_or(found.len() == 2 || found.len() == 3, |language| language == found),
            "{found}"
        );
    }
    // On the clock of the recording, wherever the block begins.
    let listener = Listener::default();
    let transcript = transcribe_block(block, sound(), &speech, model(), &mut engines, &listener).unwrap();
    let [segment] = &transcript.segments[..] else { panic!("{transcript:?}") };
    assert!((segment.start - 60.5).abs() < 0.2 && (segment.end - 62.48).abs() < 0.2, "{segment:?}");
    assert_eq!((transcript.language.as_deref(), listener.told.into_inner()[0].0), (Some("en"), Stage::Load));
}
