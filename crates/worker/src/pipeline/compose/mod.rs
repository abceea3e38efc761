//! One reading of a recording, made of what its parts came to.

mod gaps;
mod screen;

use std::time::Instant;

use deskscribe_protocol::{
    EngineUse, Missing, Owed, Parts, Provenance, Reading, Recording, Segment, Sound, Stage, StageTime,
};

use crate::digest::{self, Content, Timeline};
use crate::job::Watch;
use gaps::Gaps;

/// Makes one reading of the parts. Whatever they hold, it keeps within its bounds, and says where that took something.
pub(super) fn compose(parts: Parts, watch: &dyn Watch) -> Reading {
    let begun = Instant::now();
    watch.progress(Stage::Summarise, 0, 1);
    let duration = duration(&parts);
    let mut gaps = Gaps::of(&parts, duration);
    let screen = screen::merge(&parts.watched);
    let screen = gaps.keep(screen, duration, Missing::Picture, |seen| (seen.from, seen.line.text.len()));
    let transcript = said(&parts);
    let transcript = gaps.keep(transcript, duration, Missing::Words, |it| (it.start, it.text.len()));

    let lines = screen::distinct(&screen);
    let text = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    let spoken: Vec<&str> = transcript.iter().map(|segment| segment.text.as_str()).collect();
    let spoken_language = parts.transcripts.iter().find_map(|it| it.language.clone());
    let language = digest::language_of(&text)
        .or_else(|| digest::language_of(&spoken.join(" ")))
        .or_else(|| spoken_language.clone().filter(|_| !spoken.is_empty()));
    let mut digest = digest::make(Content { lines: &lines, spoken: &spoken }, language.as_deref());
    let timeline = Timeline { screen: &screen, transcript: &transcript, duration };
    digest.chapters = digest::chapters_of(timeline, language.as_deref());

    let hearing = parts.heard.iter().map(|part| part.seconds).sum::<f64>();
    let listening = parts.transcripts.iter().map(|part| part.seconds).sum::<f64>();
    let watching = parts.watched.iter().map(|part| part.seconds).sum::<f64>();
    let summarising = begun.elapsed().as_secs_f64();
    let stages = [
        (Stage::Hear, hearing),
        (Stage::Transcribe, listening),
        (Stage::Watch, watching),
        (Stage::Summarise, summarising),
    ];
    let (width, height) = parts.survey.picture.as_ref().map_or((0, 0), |it| (it.width, it.height));
    Reading {
        text,
        lines: Vec::new(),
        language,
        width,
        height,
        pages: parts.watched.iter().map(|part| part.frames).fold(0, u32::saturating_add),
        pending: if parts.owes_speech { vec![Owed::Speech] } else { Vec::new() },
        digest,
        seconds: stages.iter().map(|(_, seconds)| seconds).sum(),
        provenance: Provenance {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            engines: engines(&parts),
            stages: stages.into_iter().map(|(stage, seconds)| StageTime { stage, seconds }).collect(),
        },
        recording: Some(Recording {
            duration,
            sound: sound(&parts, &transcript, gaps.has(Missing::Words)),
            transcript,
            spoken_language,
            screen: screen.into_iter().map(screen::on_screen).collect(),
            gaps: gaps.in_order(),
        }),
        taken_at: parts.survey.taken_at,
        camera: parts.survey.camera,
        coordinates: None,
        omissions: Vec::new(),
    }
}

/// How long it plays: as far as anything was decoded, or would have been. What the file says counts only where
/// nothing else is known.
fn duration(parts: &Parts) -> f64 {
    let heard = parts.heard.iter().map(|part| part.to);
    let watched = parts.watched.iter().map(|part| part.to);
    let known = heard.chain(watched).reduce(f64::max);
    let lost = parts.lost.iter().map(|gap| gap.to).fold(0.0, f64::max);
    let says = parts.survey.duration.unwrap_or_default();
    known.map_or(says, |known| known.max(lost.min(says.max(known)))).clamp(0.0, Recording::LONGEST)
}

/// What was said, in order.
fn said(parts: &Parts) -> Vec<Segment> {
    let mut segments: Vec<Segment> =
        parts.transcripts.iter().flat_map(|it| it.segments.iter().cloned()).collect();
    segments.sort_by(|one, other| one.start.total_cmp(&other.start));
    segments
}

/// What can be heard. Where the voice detector heard somebody, and whoever listened heard nothing said, nobody speaks.
fn sound(parts: &Parts, transcript: &[Segment], has_unclear: bool) -> Sound {
    let was_listened_to = !parts.owes_speech && !parts.transcripts.is_empty();
    let nothing_was_said = was_listened_to && transcript.is_empty() && !has_unclear;
    if parts.heard.is_empty() {
        Sound::Absent
    } else if parts.heard.iter().any(|part| !part.speech.is_empty()) && !nothing_was_said {
        Sound::Speech
    } else if parts.heard.iter().any(|part| part.audible) {
        Sound::NoSpeech
    } else {
        Sound::Silent
    }
}

/// Everything that took part, once.
fn engines(parts: &Parts) -> Vec<EngineUse> {
    let mut engines: Vec<EngineUse> = Vec::new();
    let heard = parts.heard.iter().filter_map(|part| part.engine.as_ref());
    let listened = parts.transcripts.iter().filter_map(|part| part.engine.as_ref());
    for engine in heard.chain(listened).chain(parts.watched.iter().flat_map(|part| &part.engines)) {
        if !engines.contains(engine) && engines.len() < Provenance::MOST {
            engines.push(engine.clone());
        }
    }
    engines
}

#[cfg(test)]
mod tests;
