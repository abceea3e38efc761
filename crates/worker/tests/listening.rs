//! Recordings listened to with the real models: the voice detector, and a very small Whisper of our own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "common/speech.rs"]
mod speech;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;

use deskscribe_protocol::{
    Answer, Heard, Limits, MediaKind, ModelGrant, SAMPLE_RATE, Segment, Span, Stage, Transcript, Work,
};
use deskscribe_worker::{Engines, Interruption, Job, Medium, work};
use speech::{Listener, RATE, engines, fixture, model, samples, silence, transcribe_block, try_transcribe};
use strsim::generic_levenshtein;

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

/// What is wrong with times, in seconds, at most; both have as many sentences.
fn worst_time(truth: &[(Span, String)], segments: &[Segment]) -> f64 {
    assert_eq!(truth.len(), segments.len(), "{segments:#?}");
    let each = truth.iter().zip(segments);
    each.map(|((span, _), it)| (span.from - it.start).abs().max((span.to - it.end).abs())).fold(0.0, f64::max)
}

fn repeat(samples: &[i16], times: usize, pause: f64) -> Vec<i16> {
    [samples, &silence(pause)].concat().repeat(times)
}

/// Twelve seconds of this.
fn sound_of(wave: impl Fn(f64) -> f64) -> Vec<i16> {
    (0..(12.0 * RATE) as u32).map(|at| (wave(f64::from(at) / RATE) * 32_767.0) as i16).collect()
}

/// Things that are to be heard, and are no speech.
fn noises() -> Vec<(&'static str, Vec<i16>)> {
    let sine = |pitch: f64, at: f64| (std::f64::consts::TAU * pitch * at).sin();
    let noise = |at: f64| {
        let bits = ((at * RATE) as u32).wrapping_mul(0x9e37_79b9);
        f64::from((bits ^ bits >> 15).wrapping_mul(0x85eb_ca6b) >> 8) / f64::from(1 << 23) - 1.0
    };
    let chord = move |at: f64| {
        let root = [220.0, 261.6, 196.0, 174.6][(at * 2.0) as usize % 4];
        let fades = (-(at * 2.0).fract() * 2.0).exp();
        [1.0, 1.26, 1.5, 2.0].iter().map(|ratio| sine(root * ratio, at)).sum::<f64>() * 0.1 * fades
    };
    vec![
        ("noise", sound_of(|at| 0.3 * noise(at))),
        ("faint noise", sound_of(|at| 0.01 * noise(at))),
        (
            "hum",
            sound_of(|at| {
                (1..8).map(|over| sine(50.0 * f64::from(over), at) / f64::from(over)).sum::<f64>() * 0.2
            }),
        ),
        ("tone", sound_of(|at| 0.3 * sine(440.0, at))),
        ("music", sound_of(chord)),
        ("clicks", sound_of(|at| if at.fract() < 0.01 { noise(at) } else { 0.0 })),
    ]
}

#[test]
fn a_talk_is_put_into_words_with_its_times() {
    let mut engines = engines();
    for (name, wrong) in [("demo1-espeak-short", 0), ("demo2-flite-slt-talk", 5)] {
        let (heard, transcripts) = listen(&samples(&format!("{name}.wav")), &mut engines);
        assert!(heard.audible && heard.speech.len() == 1, "{heard:?}");
        let [transcript] = &transcripts[..] else { panic!("{transcripts:?}") };
        let truth = truth(&format!("{name}.txt"));
        let sentences = truth.iter().map(|(_, sentence)| sentence.as_str()).collect::<Vec<_>>().join(" ");
        let errors = generic_levenshtein(&words(&sentences), &words(&text_of(&transcript.segments)));
        assert!(errors <= wrong, "{errors} words of {name} are wrong: {:#?}", transcript.segments);
        let worst = worst_time(&truth, &transcript.segments);
        assert!(worst <= 0.2, "{name} is off by {worst} s: {:#?}", transcript.segments);
        assert!(transcript.segments.iter().all(|it| it.confidence > 0.5) && transcript.gaps.is_empty());
        assert_eq!(transcript.language.as_deref(), Some("en"));
        assert_eq!(transcript.engine.as_ref().unwrap().model, "micro");
    }
}

#[test]
fn a_long_talk_is_cut_between_its_words() {
    let mut engines = engines();
    let talk = samples("demo2-flite-slt-talk.wav");
    let (heard, transcripts) = listen(&repeat(&talk, 3, 0.0), &mut engines);
    assert!(heard.speech.len() >= 3, "{heard:?}");
    let one = truth("demo2-flite-slt-talk.txt");
    let length = talk.len() as f64 / RATE;
    let shifted = (0..3).flat_map(|time| {
        let shift = f64::from(time) * length;
        one.iter()
            .map(move |(span, text)| (Span { from: span.from + shift, to: span.to + shift }, text.clone()))
    });
    let truth: Vec<(Span, String)> = shifted.collect();
    let segments = &transcripts[0].segments;
    assert!(worst_time(&truth, segments) <= 0.2, "{segments:#?}");
    let sentences = truth.iter().map(|(_, sentence)| sentence.as_str()).collect::<Vec<_>>().join(" ");
    let errors = generic_levenshtein(&words(&sentences), &words(&text_of(segments)));
    assert!(errors <= 15, "{errors} words are wrong: {segments:#?}");
}

#[test]
fn what_was_said_before_has_no_influence() {
    let mut engines = engines();
    let talk = samples("demo2-flite-slt-talk.wav");
    let spans = [Span { from: 0.3, to: 11.5 }, Span { from: 11.6, to: 26.9 }];
    let listener = Listener::default();
    let both = try_transcribe(&talk, &spans, model(), &mut engines, &listener).unwrap();
    let second = try_transcribe(&talk, &spans[1..], model(), &mut engines, &listener).unwrap();
    assert!(second.segments.len() >= 5);
    assert!(both.segments.ends_with(&second.segments), "{both:#?} {second:#?}");
}

#[test]
fn silence_and_noise_are_no_speech() {
    let mut engines = engines();
    let (heard, _) = listen(&silence(12.0), &mut engines);
    assert!(!heard.audible && heard.speech.is_empty(), "{heard:?}");
    for (name, sound) in noises() {
        let (heard, _) = listen(&sound, &mut engines);
        assert!(heard.audible && heard.speech.is_empty(), "{name}: {heard:?}");
    }
    // Speech that can hardly be heard is speech.
    let faint: Vec<i16> = samples("demo2-flite-slt-talk.wav").iter().map(|sample| sample / 100).collect();
    let (heard, transcripts) = listen(&faint, &mut engines);
    assert!(heard.audible && transcripts[0].segments.len() >= 7, "{heard:?} {transcripts:?}");
}

#[test]
fn no_words_are_made_up_for_what_is_no_speech() {
    let mut engines = engines();
    let span = [Span { from: 0.0, to: 12.0 }];
    for (name, sound) in [noises(), vec![("silence", silence(12.0))]].concat() {
        let transcript = try_transcribe(&sound, &span, model(), &mut engines, &Listener::default()).unwrap();
        assert_eq!((transcript.segments, transcript.gaps), (vec![], vec![]), "{name}");
    }
    // Nor for the silence beside what was said.
    let mut talk = samples("demo1-espeak-short.wav");
    talk.extend(silence(20.0));
    let span = [Span { from: 0.0, to: 25.7 }];
    let transcript = try_transcribe(&talk, &span, model(), &mut engines, &Listener::default()).unwrap();
    assert_eq!(transcript.segments.len(), 2, "{transcript:?}");
}

#[test]
fn blocks_end_in_pauses_and_nothing_is_lost_or_doubled() {
    let mut engines = engines();
    // A bit more than two blocks in which somebody speaks all the time.
    let talk = repeat(&samples("demo2-flite-slt-talk.wav"), 46, 0.3);
    let wav = wav(&talk);
    let (first, mut files) = hear_from(&wav, 0.0, 2, &mut engines);
    assert!(!first.ended && first.blocks.len() == 2 && first.to > 1100.0, "{:?}", first.blocks);
    let (second, last) = hear_from(&wav, first.to, 2, &mut engines);
    assert!(second.ended && second.blocks.len() == 1 && (second.to - talk.len() as f64 / RATE).abs() < 1e-6);
    files.extend(last);
    let mut written = Vec::new();
    for (block, file) in first.blocks.iter().chain(&second.blocks).zip(&files) {
        assert!((block.from - written.len() as f64 / RATE).abs() < 1e-6, "{block:?}");
        let mut bytes = vec![0; block.samples as usize * 2];
        file.read_exact_at(&mut bytes, 0).unwrap();
        written.extend(bytes.as_chunks().0.iter().map(|two| i16::from_le_bytes(*two)));
        let cut = &written[written.len() - 1600..];
        assert!(cut.iter().all(|sample| sample.abs() < 200), "a word is cut at the end of {block:?}");
    }
    assert!(written == talk, "{} samples of {}", written.len(), talk.len());
    // Every sentence lies within one window.
    let windows: Vec<Span> = [first.speech, second.speech].concat();
    let length = talk.len() as f64 / RATE / 46.0;
    for time in 0..46 {
        for (span, sentence) in truth("demo2-flite-slt-talk.txt") {
            let shift = f64::from(time) * length;
            let holds = |it: &Span| it.from <= span.from + shift + 0.1 && span.to + shift - 0.1 <= it.to;
            assert!(windows.iter().any(holds), "{sentence} at {shift}");
        }
    }
}

#[test]
fn progress_is_told_in_seconds_and_a_cancel_is_heard_in_the_middle() {
    let mut engines = engines();
    let talk = samples("demo2-flite-slt-talk.wav");
    let spans = [Span { from: 0.3, to: 11.5 }, Span { from: 11.6, to: 26.9 }];
    let listener = Listener::default();
    try_transcribe(&talk, &spans, model(), &mut engines, &listener).unwrap();
    let told = listener.told.into_inner();
    let of = |stage: Stage| told.iter().filter(move |(it, ..)| *it == stage);
    assert!(
        of(Stage::Load).count() >= 1 && of(Stage::Transcribe).all(|(.., total)| *total == 60),
        "{told:?}"
    );
    assert!(told.is_sorted_by_key(|(stage, done, _)| (*stage, *done)), "{told:?}");

    // Loaded once for all jobs that take it.
    let again = Listener::default();
    try_transcribe(&talk, &spans[..1], model(), &mut engines, &again).unwrap();
    assert!(again.told.into_inner().iter().all(|(stage, ..)| *stage == Stage::Transcribe));

    // Nobody asks for it again and again while one window is put into words, but those who compute it.
    let impatient = Listener { questions: Cell::new(Some(5)), ..Listener::default() };
    let outcome = try_transcribe(&talk, &spans[1..], model(), &mut engines, &impatient);
    assert!(matches!(outcome, Err(Interruption::Cancelled)), "{outcome:?}");
    assert!(try_transcribe(&talk, &spans[1..], model(), &mut engines, &Listener::default()).is_ok());

    let other = (ModelGrant { sha256: "11".to_owned(), ..model().0 }, model().1);
    let impatient = Listener { questions: Cell::new(Some(5)), ..Listener::default() };
    let outcome = try_transcribe(&talk, &spans, other, &mut engines, &impatient);
    assert!(matches!(outcome, Err(Interruption::Cancelled)), "{outcome:?}");
    assert!(impatient.told.into_inner().iter().all(|(stage, ..)| *stage == Stage::Load));
}
