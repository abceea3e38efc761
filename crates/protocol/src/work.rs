//! What a worker is asked to do, and what it may answer. Pictures are read in one go, recordings in parts.
//!
//! ```text
//!  survey ─┬─▶ hear ─▶ transcribe ─┬─▶ compose ─▶ reading
//!          ╰─▶ watch ──────────────╯
//! ```
//!
//! What is to be heard is decoded once, into memory files that the engine made; those are sealed and lent to whoever
//! transcribes.

use serde::{Deserialize, Serialize};

use crate::reading::ReadingError;
use crate::{
    Block, Brief, Gap, Heard, ModelGrant, Raster, Reading, Span, Summary, Survey, Transcript, Watched,
};

/// What is to be done with a medium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Work {
    /// Read it: a picture.
    Read,
    /// Show it. No model is loaded for it.
    Preview {
        /// The longer edge of the picture that is asked for, in pixels: at most [`Raster::LONGEST_EDGE`].
        edge: u32,
        /// Which frame of a recording, in seconds from its beginning; a picture has no other than its first.
        at: f64,
    },
    /// Say what a recording holds, and show a frame of it. No model is loaded for it.
    Survey,
    /// Decode the sound of a recording from here on into memory files, until they are full or it ends, and find
    /// speech. Behind the medium's come the descriptors of so many empty files, open for writing.
    Hear {
        /// In seconds.
        from: f64,
        /// How many memory files there are: each has room for [`Block::LONGEST`].
        blocks: u32,
    },
    /// Put words to speech. Carries no medium, but the sealed memory file of the block and the model.
    Transcribe {
        /// Where the sound in the memory file comes from.
        block: Block,
        /// What of it is speech, in order: each at most [`Heard::LONGEST_SPEECH`] long.
        speech: Vec<Span>,
        /// The language that is spoken; to be found out if it is not known.
        language: Option<String>,
        /// The model whose descriptor comes along.
        model: ModelGrant,
        /// How many threads may listen; at least 1.
        threads: u32,
    },
    /// Read what is shown in this stretch; without an end, to the end of the recording.
    Watch {
        /// In seconds.
        from: f64,
        /// In seconds.
        to: Option<f64>,
    },
    /// Make one reading of what the parts came to. Carries no medium.
    Compose(Box<Parts>),
    /// Have a language model summarise what was read. Carries the medium if the model is to see it.
    Summarise(Box<Brief>),
}

impl Work {
    /// Whether the medium's descriptor comes along, before all others.
    pub fn looks_into_medium(&self) -> bool {
        match self {
            Self::Transcribe { .. } | Self::Compose(_) => false,
            Self::Summarise(brief) => brief.shows,
            Self::Read | Self::Preview { .. } | Self::Survey | Self::Hear { .. } | Self::Watch { .. } => true,
        }
    }

    /// How many descriptors come along.
    pub fn descriptors(&self) -> usize {
        let others = match self {
            Self::Hear { blocks, .. } => *blocks as usize,
            Self::Transcribe { .. } => 2,
            Self::Read
            | Self::Preview { .. }
            | Self::Survey
            | Self::Watch { .. }
            | Self::Compose(_)
            | Self::Summarise(_) => 0,
        };
        usize::from(self.looks_into_medium()) + others
    }
}

/// What all parts of a recording came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Parts {
    /// What it holds.
    pub survey: Survey,
    /// Its sound, in order.
    pub heard: Vec<Heard>,
    /// What was said, in order.
    pub transcripts: Vec<Transcript>,
    /// What was shown, in order.
    pub watched: Vec<Watched>,
    /// What was given up before it came to anything.
    pub lost: Vec<Gap>,
    /// Whether there is speech that nobody has put words to, for want of a model.
    pub owes_speech: bool,
}

/// What came of a work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Answer {
    /// Of [`Work::Read`], with a thumbnail if one is wanted, and of [`Work::Compose`], without.
    Reading(Box<Reading>),
    /// Of [`Work::Preview`], with the picture, upright.
    Preview,
    /// Of [`Work::Survey`], with a thumbnail of a frame if there is one and it is wanted.
    Survey(Survey),
    /// Of [`Work::Hear`].
    Heard(Heard),
    /// Of [`Work::Transcribe`].
    Transcript(Transcript),
    /// Of [`Work::Watch`].
    Watched(Watched),
    /// Of [`Work::Summarise`].
    Summary(Box<Summary>),
}

impl Answer {
    /// Whether this can be true, as an answer to this work.
    ///
    /// # Errors
    /// The first promise that it breaks.
    pub fn check(&self, work: &Work) -> Result<(), ReadingError> {
        match (self, work) {
            (Self::Reading(reading), Work::Read) if reading.recording.is_none() => reading.check(),
            (Self::Reading(reading), Work::Compose(_)) if reading.recording.is_some() => reading.check(),
            (Self::Preview, Work::Preview { .. }) => Ok(()),
            (Self::Survey(survey), Work::Survey) => survey.check(),
            (Self::Heard(heard), Work::Hear { from, blocks }) => heard.check(*from, *blocks),
            (Self::Transcript(transcript), Work::Transcribe { .. }) => transcript.check(),
            (Self::Watched(watched), Work::Watch { .. }) => watched.check(),
            (Self::Summary(summary), Work::Summarise(brief)) => summary.check(brief),
            _ => Err(ReadingError::OutOfPlace),
        }
    }

    /// The longest edge of a picture that may come with it, in pixels; `thumbnail` is that of a thumbnail.
    pub fn longest_edge(&self, work: &Work, thumbnail: u32) -> u32 {
        match (self, work) {
            (Self::Preview, Work::Preview { edge, .. }) => *edge,
            (Self::Reading(_), Work::Read) | (Self::Survey(_), _) => thumbnail,
            _ => 0,
        }
        .min(Raster::LONGEST_EDGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recording;

    #[test]
    fn an_answer_is_one_to_what_was_asked() {
        let watch = Work::Watch { from: 0.0, to: None };
        let recording = Reading { recording: Some(Recording::default()), ..Reading::default() };
        let (recording, picture) =
            (Box::new(recording), Box::new(Reading { width: 1, height: 1, ..Reading::default() }));
        for (answer, asked, fits) in [
            (Answer::Watched(Watched::default()), &watch, true),
            (Answer::Preview, &watch, false),
            (Answer::Heard(Heard::default()), &watch, false),
            (Answer::Reading(recording.clone()), &Work::Read, false),
            (Answer::Reading(recording), &Work::Compose(Box::default()), true),
            (Answer::Reading(picture.clone()), &Work::Compose(Box::default()), false),
            (Answer::Reading(picture), &Work::Read, true),
            (Answer::Survey(Survey::default()), &Work::Survey, true),
        ] {
            let expected = if fits { Ok(()) } else { Err(ReadingError::OutOfPlace) };
            assert_eq!(answer.check(asked), expected, "{answer:?} to {asked:?}");
        }
    }
}
