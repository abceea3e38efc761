//! Recordings, which are orders as well. The first line of the file is `recording SECONDS`; every other says what a
//! part does instead of its work, or before it:
//!
//! | line | when |
//! |---|---|
//! | `survey DEED`, `compose DEED` | when it is to do that |
//! | `hear FROM DEED`, `watch FROM DEED` | when it is to do that from this second on |
//! | `say FROM DEED` | when it is to put words to a group of speech that begins at this second |
//! | `log PATH` | every part that is begun is added to this file, in a line of its own |
//! | `mute` | it has no sound, and else five seconds of speech in every ten |
//! | `blind` | it has no picture, and else a line of text in every minute |
//!
//! | deed | what it does |
//! |---|---|
//! | `signal NUMBER`, `exit CODE` | ends like that |
//! | `once PATH DEED` | does it if there is no such file, and makes it |
//! | `unless PATH DEED` | does it if there is no such file |
//! | `wait PATH` | waits for the file, with progress, and does its work |
//! | `fail CODE` | says that it failed with this code |
//! | `hang` | does nothing any more |

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use deskscribe_protocol::{
    Answer, Block, Digest, Failure, FromWorker, Heard, JobId, Line, Parts, PictureTrack, Raster, Reading,
    Recording, SAMPLE_RATE, Seen, Segment, Sound, SoundTrack, Span, Stage, Survey, Transcript, Watched, Work,
};

use super::{Result, end, say};

/// What the file says.
struct Script(String);

impl Script {
    fn of(file: &File) -> Result<Self> {
        let mut bytes = vec![0; 4096];
        let read = file.read_at(&mut bytes, 0)?;
        bytes.truncate(read);
        let text = String::from_utf8_lossy(&bytes);
        Ok(Self(text.trim_end_matches('\0').to_owned()))
    }

    fn seconds(&self) -> f64 {
        let first = self.0.lines().next().and_then(|line| line.strip_prefix("recording "));
        first.and_then(|seconds| seconds.trim().parse().ok()).unwrap_or_default()
    }

    fn says(&self, word: &str) -> bool {
        self.0.lines().any(|line| line.trim() == word)
    }

    fn line(&self, part: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(part)?.strip_prefix(' '))
    }
}

/// Whether a part goes on with its work.
enum Then {
    Works,
    Is(Option<u8>),
}

/// Does a part, or what the recording says instead.
pub(super) fn do_part(
    socket: &mut UnixStream,
    job: JobId,
    work: Work,
    files: Vec<File>,
) -> Result<Option<u8>> {
    let (part, script) = match (&work, &*files) {
        (Work::Survey, [file]) => ("survey".to_owned(), Script::of(file)?),
        (Work::Hear { from, .. }, [file, ..]) => (format!("hear {from}"), Script::of(file)?),
        (Work::Watch { from, .. }, [file]) => (format!("watch {from}"), Script::of(file)?),
        // The sound is the script, so that whoever listens can obey it as well.
        (Work::Transcribe { speech, .. }, [sound, _]) => {
            (format!("say {}", speech[0].from), Script::of(sound)?)
        }
        (Work::Compose(parts), []) => ("compose".to_owned(), Script(told(parts).concat())),
        _ => return Ok(Some(70)),
    };
    if let Some(path) = script.line("log") {
        let line = format!("{part}\n");
        OpenOptions::new().create(true).append(true).open(path)?.write_all(line.as_bytes())?;
    }
    if let Some(deed) = script.line(&part)
        && let Then::Is(end) = obey(socket, job, deed)?
    {
        return Ok(end);
    }
    let total = script.seconds();
    let answer = match work {
        Work::Survey => survey(&script, total),
        Work::Hear { from, blocks } => hear(&script, &files[1..], from, blocks, total)?,
        Work::Watch { from, to } => {
            watch(from, to.unwrap_or(total).min(total), to.is_none_or(|to| to >= total))
        }
        Work::Transcribe { speech, model, .. } => transcribe(&speech, &model.name, &files[1])?,
        Work::Compose(parts) => compose(*parts),
        Work::Read | Work::Preview { .. } | Work::Summarise(_) => return Ok(Some(70)),
    };
    say(socket, &FromWorker::Done { job, answer, picture: None::<Raster> })?;
    Ok(None)
}

fn obey(socket: &mut UnixStream, job: JobId, deed: &str) -> Result<Then> {
    let (word, rest) = deed.split_once(' ').unwrap_or((deed, ""));
    match word {
        "once" => {
            let (path, deed) = rest.split_once(' ').unwrap_or((rest, ""));
            match OpenOptions::new().write(true).create_new(true).open(path) {
                Ok(_) => obey(socket, job, deed),
                Err(_) => Ok(Then::Works),
            }
        }
        "unless" => match rest.split_once(' ') {
            Some((path, deed)) if !Path::new(path).exists() => obey(socket, job, deed),
            _ => Ok(Then::Works),
        },
        "wait" => {
            let mut done = 0;
            while !Path::new(rest).exists() {
                done += 1;
                say(socket, &FromWorker::Progress { job, stage: Stage::Watch, done, total: u32::MAX })?;
                sleep(Duration::from_millis(5));
            }
            Ok(Then::Works)
        }
        "fail" => {
            let code = serde_json::from_value(rest.into()).map_err(io::Error::from)?;
            say(socket, &FromWorker::Failed { job, failure: Failure::new(code, "so it was told") })?;
            Ok(Then::Is(None))
        }
        "hang" => {
            sleep(Duration::from_secs(3600));
            Ok(Then::Is(None))
        }
        _ => Ok(Then::Is(end(deed)?)),
    }
}

fn survey(script: &Script, total: f64) -> Answer {
    let picture =
        (!script.says("blind")).then(|| PictureTrack { width: 640, height: 480, codec: "script".to_owned() });
    let sound = (!script.says("mute")).then(|| SoundTrack { codec: "script".to_owned() });
    Answer::Survey(Survey { duration: Some(total), picture, sound, ..Survey::default() })
}

fn hear(script: &Script, files: &[File], from: f64, blocks: u32, total: f64) -> Result<Answer> {
    let block_seconds = Block::LONGEST as f64 / f64::from(SAMPLE_RATE);
    let to = total.min(from + f64::from(blocks) * block_seconds);
    let mut heard = Heard { audible: true, to, ended: to >= total, ..Heard::default() };
    let mut begin = from;
    while begin < to {
        let end = to.min(begin + block_seconds);
        heard.blocks.push(Block { from: begin, samples: ((end - begin) * f64::from(SAMPLE_RATE)) as u64 });
        let mut at = begin;
        while at + 5.0 <= end {
            heard.speech.push(Span { from: at, to: at + 5.0 });
            at += 10.0;
        }
        begin = end;
    }
    for file in files.iter().take(heard.blocks.len()) {
        file.write_all_at(script.0.as_bytes(), 0)?;
    }
    Ok(Answer::Heard(heard))
}

fn transcribe(speech: &[Span], model: &str, mut weights: &File) -> Result<Answer> {
    // Whoever was lent no model hears nothing.
    let mut magic = [0; 4];
    weights.read_exact(&mut magic).or_else(|_| weights.read_exact_at(&mut magic, 0))?;
    let segment = |span: &Span| Segment {
        start: span.from,
        end: span.to,
        text: format!("said at {} to {model}", span.from),
        confidence: 1.0,
    };
    let segments = speech.iter().map(segment).collect();
    Ok(Answer::Transcript(Transcript { segments, language: Some("en".to_owned()), ..Transcript::default() }))
}

fn watch(from: f64, to: f64, ended: bool) -> Answer {
    let line = Line { text: format!("shown at {from}"), confidence: 1.0, corners: [[0.0; 2]; 4], page: 0 };
    let lines = if from < to { vec![Seen { from, to, line }] } else { Vec::new() };
    Answer::Watched(Watched { lines, frames: 1, to: to.max(from.min(to)), ended, ..Watched::default() })
}

/// Everything that was shown and said, a line each.
fn told(parts: &Parts) -> Vec<String> {
    let shown = parts.watched.iter().flat_map(|watched| &watched.lines).map(|seen| &seen.line.text);
    let said =
        parts.transcripts.iter().flat_map(|transcript| &transcript.segments).map(|segment| &segment.text);
    shown.chain(said).map(|text| format!("{text}\n")).collect()
}

fn compose(parts: Parts) -> Answer {
    let text = told(&parts).concat();
    let picture = parts.survey.picture.unwrap_or_default();
    let pending = if parts.owes_speech { vec![deskscribe_protocol::Owed::Speech] } else { Vec::new() };
    let recording = Recording {
        duration: parts.survey.duration.unwrap_or_default(),
        sound: if parts.heard.is_empty() { Sound::Absent } else { Sound::Speech },
        transcript: parts.transcripts.into_iter().flat_map(|transcript| transcript.segments).collect(),
        gaps: parts.lost,
        ..Recording::default()
    };
    Answer::Reading(Box::new(Reading {
        text,
        width: picture.width,
        height: picture.height,
        pages: 1,
        recording: Some(recording),
        pending,
        digest: Digest { by: "extractive".to_owned(), ..Digest::default() },
        ..Reading::default()
    }))
}
