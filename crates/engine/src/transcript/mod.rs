//! The transcript of a recording as a file that other programs read: subtitles, plain text, Markdown, JSON.

mod cues;
mod missing;
mod subtitles;
mod text;

use deskscribe_protocol::Recording;
use serde::Deserialize;

use crate::json;

pub(crate) use missing::no_words;
pub use missing::{MODELS_COMMAND, WAITS_FOR_SPEECH, by_time, missing, sound};
pub(crate) use text::{plain, sections};

/// How a transcript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum TranscriptFormat {
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
    /// The words alone, a paragraph for what was said without a pause.
    Txt,
    /// The words, and what was shown, with times.
    Markdown,
    /// All of it, with times, as one document.
    Json,
}

impl TranscriptFormat {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Srt, Self::Vtt, Self::Txt, Self::Markdown, Self::Json];

    /// The end of the name of such a file, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Txt => "txt",
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }
}

/// The transcript of a recording of this name; nothing if there are no words.
pub(crate) fn transcript(name: &str, recording: &Recording, format: TranscriptFormat) -> Option<String> {
    if recording.transcript.iter().all(|segment| segment.text.trim().is_empty()) {
        return None;
    }
    match format {
        TranscriptFormat::Srt => Some(subtitles::srt(&cues::cues(&recording.transcript))),
        TranscriptFormat::Vtt => Some(subtitles::vtt(&cues::cues(&recording.transcript))),
        TranscriptFormat::Txt => Some(text::paragraphs(&recording.transcript)),
        TranscriptFormat::Markdown => Some(format!("# {}\n{}", plain(name), sections(recording))),
        TranscriptFormat::Json => json(recording).ok().map(|text| text + "\n"),
    }
}
