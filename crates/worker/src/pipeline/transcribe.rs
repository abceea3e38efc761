//! Words put to windows of speech: each is listened to by itself, and more than once where what comes out makes no
//! sense. What cannot be understood is told as such, with its times.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use deskscribe_protocol::{
    Block, Code, Failure, Gap, Heard, Missing, ModelGrant, SAMPLE_RATE, Segment, Span, Stage, Transcript,
};

use crate::engines::Engines;
use crate::job::{Interruption, Pace, Watch};
use crate::speech::evidence::Evidence;
use crate::speech::judge::{Verdict, judge};
use crate::speech::voice::{Memory, Voice};
use crate::speech::whisper::{Said, Whisper};
use crate::speech::words::spoken;

/// The temperatures from which on a window is put into words, as long as some of them are unclear.
const TEMPERATURES: [f32; 3] = [0.0, 0.4, 0.8];
/// Somebody who speaks for so long without any words, in seconds, was not understood; where there are words around it,
/// their times may just be wrong.
const WORDLESS: f64 = 1.0;
const WORDLESS_AMONG_WORDS: f64 = 2.0;
/// The most windows that are listened to for the language.
const LANGUAGE_WINDOWS: usize = 3;

/// What is to be put into words.
pub(super) struct Task<'a> {
    pub(super) block: Block,
    pub(super) speech: &'a [Span],
    pub(super) language: Option<String>,
    pub(super) model: &'a ModelGrant,
    pub(super) threads: u32,
    /// The sound of the block, and the file of the model.
    pub(super) files: &'a [File],
}

/// Puts words to speech.
///
/// # Errors
/// It was cancelled, the model cannot be used, or the windows do not lie in the block.
pub(super) fn transcribe(
    task: &Task<'_>,
    engines: &mut Engines,
    watch: &dyn Watch,
) -> Result<Transcript, Interruption> {
    let begun = Instant::now();
    let [sound, model] = task.files else {
        return Err(Failure::new(Code::Internal, "a transcription takes two files").into());
    };
    let (whisper, voice) = engines.listeners(task.model, model, watch)?;
    whisper.use_threads(task.threads);
    let read = |span: &Span| samples(task.block, sound, *span);
    let for_language: Vec<Span> = match task.language {
        None if whisper.is_multilingual() => longest_first(task.speech, LANGUAGE_WINDOWS),
        _ => Vec::new(),
    };
    let mut progress = Progress::begin(watch, task.speech.len() + for_language.len());
    let language = match &task.language {
        Some(language) => Some(language.clone()),
        None => whisper
            .language(for_language.iter().map(|span| Ok(as_floats(&read(span)?))), &|window, part| {
                progress.tell(window, part)
            })?,
    };
    progress.done = for_language.len();
    let mut transcript = Transcript { language, engine: Some(whisper.engine()), ..Transcript::default() };
    for span in task.speech {
        let window = read(span)?;
        let language = transcript.language.clone().unwrap_or_default();
        let heard = listen(&window, &language, whisper, voice, &progress)?;
        add(heard, *span, &mut transcript);
        progress.done += 1;
    }
    transcript.seconds = begun.elapsed().as_secs_f64();
    Ok(transcript)
}

/// How far it is. Each window counts as long as the engine looks at it, however short it is.
struct Progress<'a> {
    watch: &'a dyn Watch,
    pace: Pace,
    done: usize,
    windows: usize,
}

impl<'a> Progress<'a> {
    fn begin(watch: &'a dyn Watch, windows: usize) -> Self {
        let progress = Self { watch, pace: Pace::default(), done: 0, windows };
        progress.tell(0, 0.0);
        progress
    }

    /// Tells that so many more windows are done, and so much of the next, 0 to 1; and whether to go on.
    fn tell(&self, windows: usize, part: f32) -> bool {
        let seconds = |windows: f64| (windows * Heard::LONGEST_SPEECH) as u32;
        let done = (self.done + windows) as f64 + f64::from(part);
        self.pace.tell(self.watch, Stage::Transcribe, seconds(done), seconds(self.windows as f64));
        !self.watch.cancelled()
    }
}

/// What came of listening to a window. Times are seconds of it.
#[derive(Debug, Default)]
struct Listened {
    words: Vec<Said>,
    unclear: Vec<(Span, &'static str)>,
}

impl Listened {
    fn unclear_seconds(&self) -> f64 {
        self.unclear.iter().map(|(span, _)| span.seconds()).sum()
    }
}

/// Listens to a window, until everything that was said is clear or nothing helps.
fn listen(
    window: &[i16],
    language: &str,
    whisper: &mut Whisper,
    voice: &mut Voice,
    progress: &Progress<'_>,
) -> Result<Listened, Interruption> {
    let evidence = Evidence(voice.probabilities(window, &mut Memory::default())?);
    let floats = as_floats(window);
    let mut best: Option<Listened> = None;
    for temperature in TEMPERATURES {
        if progress.watch.cancelled() {
            return Err(Interruption::Cancelled);
        }
        let said = whisper.transcribe(&floats, language, temperature, &|part| progress.tell(0, part))?;
        let listened = sort_out(said, &evidence);
        let is_clear = listened.unclear.is_empty();
        if best.as_ref().is_none_or(|best| listened.unclear_seconds() < best.unclear_seconds()) {
            best = Some(listened);
        }
        if is_clear {
            break;
        }
    }
    let mut best = best.unwrap_or_default();
    let told = best.words.iter().map(|said| Span { from: said.from, to: said.to });
    let told: Vec<Span> = told.chain(best.unclear.iter().map(|(span, _)| *span)).collect();
    let least = if told.is_empty() { WORDLESS } else { WORDLESS_AMONG_WORDS };
    let unsaid = evidence.unsaid(&told, least);
    best.unclear
        .extend(unsaid.into_iter().map(|span| (span, "somebody speaks, and no words could be made out")));
    Ok(best)
}

/// Keeps the words that are believed, with better times, and notes what is unclear.
fn sort_out(said: Vec<Said>, evidence: &Evidence) -> Listened {
    let mut listened = Listened::default();
    for (verdict, said) in judge(&said, evidence).into_iter().zip(said) {
        let (from, to) = evidence.trimmed(said.from, said.to);
        match verdict {
            Verdict::Believed => listened.words.push(Said { from, to, ..said }),
            Verdict::Nothing => {}
            Verdict::Unclear(reason) => listened.unclear.push((Span { from, to }, reason)),
        }
    }
    listened
}

/// Adds what came of a window: on the clock of the recording, within the window, and one after the other.
fn add(listened: Listened, window: Span, transcript: &mut Transcript) {
    let clock = |at: f64| (window.from + at).clamp(window.from, window.to);
    for said in listened.words {
        let earliest = transcript.segments.last().map_or(window.from, |last| last.end);
        let start = clock(said.from).max(earliest);
        transcript.segments.push(Segment {
            start,
            end: clock(said.to).max(start),
            text: spoken(&said.text),
            confidence: said.logprob.exp().clamp(0.0, 1.0),
        });
    }
    let gaps = listened.unclear.into_iter().map(|(span, reason)| Gap {
        from: clock(span.from),
        to: clock(span.to).max(clock(span.from)),
        what: Missing::Words,
        reason: format!("unclear: {reason}"),
    });
    let mut gaps: Vec<Gap> = gaps.collect();
    gaps.sort_by(|one, other| one.from.total_cmp(&other.from));
    for gap in gaps {
        match transcript.gaps.last_mut() {
            Some(last) if last.reason == gap.reason && gap.from - last.to < WORDLESS => {
                last.to = gap.to.max(last.to)
            }
            _ => transcript.gaps.push(gap),
        }
    }
}

/// The sound of a window.
fn samples(block: Block, file: &File, span: Span) -> Result<Vec<i16>, Failure> {
    let wrong = || Failure::new(Code::Internal, "speech that lies outside of its sound");
    let at = |seconds: f64| ((seconds - block.from) * f64::from(SAMPLE_RATE)).round().max(0.0) as u64;
    let (begin, end) = (at(span.from), at(span.to).min(block.samples));
    if begin > end || block.samples > Block::LONGEST || span.seconds() > Heard::LONGEST_SPEECH {
        return Err(wrong());
    }
    let mut bytes = vec![0; usize::try_from((end - begin) * 2).map_err(|_| wrong())?];
    file.read_exact_at(&mut bytes, begin * 2).map_err(|error| {
        Failure::new(Code::Internal, format!("the memory that its sound is in cannot be read: {error}"))
    })?;
    Ok(bytes.as_chunks().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect())
}

fn as_floats(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect()
}

/// The longest of these, at most so many.
fn longest_first(speech: &[Span], most: usize) -> Vec<Span> {
    let mut spans = speech.to_vec();
    spans.sort_by(|one, other| other.seconds().total_cmp(&one.seconds()));
    spans.truncate(most);
    spans
}
