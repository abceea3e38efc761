//! What the parts of a recording come to. Times are seconds from its beginning.
//!
//! What a worker says of a part is bounded, like a [`Reading`](crate::Reading).

use serde::{Deserialize, Serialize};

use crate::reading::{ReadingError, is_short};
use crate::recording::{check_gaps, check_segments, check_texts};
use crate::{EngineUse, Gap, Line, Reading, Recording, Segment, Span};

/// Samples of sound a second: one channel of 16-bit signed little-endian numbers.
pub const SAMPLE_RATE: u32 = 16_000;

/// What a recording holds, as far as its headers and first frames tell.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Survey {
    /// How long it says it is, in seconds. It may be wrong.
    pub duration: Option<f64>,
    /// What is shown, if anything is that can be decoded.
    pub picture: Option<PictureTrack>,
    /// What is to be heard, if anything is that can be decoded.
    pub sound: Option<SoundTrack>,
    /// When it was taken, as RFC 3339, if the file says so.
    pub taken_at: Option<String>,
    /// What took it, if the file says so.
    pub camera: Option<String>,
    /// Tracks that cannot be decoded.
    pub gaps: Vec<Gap>,
}

/// A track of moving pictures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PictureTrack {
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Its format, such as `h264`.
    pub codec: String,
}

/// A track of sound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SoundTrack {
    /// Its format, such as `aac`.
    pub codec: String,
}

impl Survey {
    pub(crate) fn check(&self) -> Result<(), ReadingError> {
        let Self { duration, picture, sound, taken_at, camera, gaps } = self;
        if duration.is_some_and(|seconds| !(0.0..f64::INFINITY).contains(&seconds)) {
            return Err(ReadingError::Number);
        }
        if picture.as_ref().is_some_and(|picture| picture.width == 0 || picture.height == 0) {
            return Err(ReadingError::NoPixels);
        }
        let codecs = picture.iter().map(|it| &it.codec).chain(sound.iter().map(|it| &it.codec));
        for name in codecs.chain(taken_at).chain(camera) {
            is_short(name, "name", Reading::LONGEST_NAME)?;
        }
        check_gaps(gaps)
    }
}

/// The sound in one memory file.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Block {
    /// When its first sample is heard, in seconds.
    pub from: f64,
    /// How many samples there are, at [`SAMPLE_RATE`].
    pub samples: u64,
}

impl Block {
    /// The most samples: ten minutes.
    pub const LONGEST: u64 = SAMPLE_RATE as u64 * 600;
    /// The most bytes.
    pub const BYTES: u64 = Self::LONGEST * 2;

    /// What of the recording it holds.
    pub fn span(self) -> Span {
        Span { from: self.from, to: self.from + self.samples as f64 / f64::from(SAMPLE_RATE) }
    }
}

/// The sound of a stretch of a recording.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Heard {
    /// The memory files that were written to, in their order.
    pub blocks: Vec<Block>,
    /// What of it is speech, in order. Each stretch lies within a block, and is bounded by silence as far as possible.
    pub speech: Vec<Span>,
    /// Whether anything is to be heard.
    pub audible: bool,
    /// How far it was decoded, in seconds: a file that follows begins here.
    pub to: f64,
    /// Whether the sound ends there.
    pub ended: bool,
    /// What could not be decoded.
    pub gaps: Vec<Gap>,
    /// What found the speech.
    pub engine: Option<EngineUse>,
    /// Time in the worker, in seconds.
    #[serde(default)]
    pub seconds: f64,
}

impl Heard {
    /// The longest stretch of speech, in seconds: what Whisper looks at in one go.
    pub const LONGEST_SPEECH: f64 = 30.0;

    pub(crate) fn check(&self, from: f64, blocks: u32) -> Result<(), ReadingError> {
        if self.blocks.len() > blocks as usize || self.speech.len() > Recording::MOST {
            return Err(ReadingError::TooMany("blocks or stretches of speech"));
        }
        let fits = |block: &Block| block.samples <= Block::LONGEST && block.span().is_sane();
        let within = |span: &Span| {
            let holds = |block: &Block| block.span().from <= span.from && span.to <= block.span().to;
            span.is_sane() && span.seconds() <= Self::LONGEST_SPEECH && self.blocks.iter().any(holds)
        };
        let in_order = self.speech.is_sorted_by(|one, next| one.to <= next.from);
        let goes_on = (from..=Recording::LONGEST).contains(&self.to) && (self.ended || self.to > from);
        let took = (0.0..f64::INFINITY).contains(&self.seconds);
        let sane =
            took && self.blocks.iter().all(fits) && self.speech.iter().all(within) && in_order && goes_on;
        if !sane {
            return Err(ReadingError::Number);
        }
        check_engine(self.engine.as_ref())?;
        check_gaps(&self.gaps)
    }
}

/// The words of some stretches of speech.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Transcript {
    /// The words, in order.
    pub segments: Vec<Segment>,
    /// The language that was spoken, as a BCP-47 tag.
    pub language: Option<String>,
    /// What could not be understood.
    pub gaps: Vec<Gap>,
    /// What put the words to it.
    pub engine: Option<EngineUse>,
    /// Time in the worker, in seconds.
    pub seconds: f64,
}

impl Transcript {
    pub(crate) fn check(&self) -> Result<(), ReadingError> {
        if let Some(language) = &self.language {
            is_short(language, "name", Reading::LONGEST_NAME)?;
        }
        if !(0.0..f64::INFINITY).contains(&self.seconds) {
            return Err(ReadingError::Number);
        }
        check_engine(self.engine.as_ref())?;
        check_segments(&self.segments)?;
        check_gaps(&self.gaps)
    }
}

/// What was shown in a stretch of a recording.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Watched {
    /// Every line once for each time that it stood there, by when it appeared.
    pub lines: Vec<Seen>,
    /// How many distinct frames were read.
    pub frames: u32,
    /// How far there was anything to see, in seconds.
    pub to: f64,
    /// Whether the picture ends there.
    pub ended: bool,
    /// What could not be decoded.
    pub gaps: Vec<Gap>,
    /// What read the frames.
    pub engines: Vec<EngineUse>,
    /// Time in the worker, in seconds.
    pub seconds: f64,
}

/// A line of text in frames, and for how long it stood there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// When it was first seen, in seconds.
    pub from: f64,
    /// When it was gone, in seconds.
    pub to: f64,
    /// As it was when it could be read best; its page counts for nothing.
    pub line: Line,
}

impl Watched {
    pub(crate) fn check(&self) -> Result<(), ReadingError> {
        let span = |seen: &Seen| Span { from: seen.from, to: seen.to };
        check_texts(self.lines.iter().map(|seen| (span(seen), seen.line.text.as_str())))?;
        self.lines.iter().try_for_each(|seen| seen.line.check())?;
        let times = [self.to, self.seconds];
        if !times.iter().all(|seconds| (0.0..f64::INFINITY).contains(seconds)) {
            return Err(ReadingError::Number);
        }
        if self.engines.len() > crate::Provenance::MOST {
            return Err(ReadingError::TooMany("engines or stages"));
        }
        self.engines.iter().try_for_each(|engine| check_engine(Some(engine)))?;
        check_gaps(&self.gaps)
    }
}

fn check_engine(engine: Option<&EngineUse>) -> Result<(), ReadingError> {
    let names = engine.into_iter().flat_map(|used| [&used.engine, &used.model, &used.sha256]);
    names.into_iter().try_for_each(|name| is_short(name, "name", Reading::LONGEST_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard() -> Heard {
        Heard {
            blocks: vec![Block { from: 10.0, samples: 160_000 }, Block { from: 20.0, samples: 80_000 }],
            speech: vec![
                Span { from: 11.0, to: 15.0 },
                Span { from: 15.0, to: 20.0 },
                Span { from: 20.0, to: 25.0 },
            ],
            audible: true,
            to: 25.0,
            ended: true,
            ..Heard::default()
        }
    }

    #[test]
    fn sound_that_cannot_have_been_heard_is_found_out() {
        assert_eq!(heard().check(10.0, 2), Ok(()));
        type Spoil = fn(&mut Heard);
        let wrong: [(&str, Spoil, ReadingError); 10] = [
            (
                "more files than were lent",
                |heard| heard.blocks.push(Block::default()),
                ReadingError::TooMany("blocks or stretches of speech"),
            ),
            ("a block too long", |heard| heard.blocks[0].samples = Block::LONGEST + 1, ReadingError::Number),
            ("a block before time", |heard| heard.blocks[0].from = -1.0, ReadingError::Number),
            ("speech across blocks", |heard| heard.speech[1].to = 20.5, ReadingError::Number),
            ("speech outside", |heard| heard.speech[2].to = 25.5, ReadingError::Number),
            ("speech out of order", |heard| heard.speech.swap(0, 1), ReadingError::Number),
            ("an end before the beginning", |heard| heard.to = 9.0, ReadingError::Number),
            ("a standstill", |heard| (heard.to, heard.ended) = (10.0, false), ReadingError::Number),
            ("a time before none", |heard| heard.seconds = -1.0, ReadingError::Number),
            ("no number", |heard| heard.speech[0].from = f64::NAN, ReadingError::Number),
        ];
        for (what, spoil, error) in wrong {
            let mut heard = heard();
            spoil(&mut heard);
            assert_eq!(heard.check(10.0, 2), Err(error), "{what}");
        }
        // Half a minute is what Whisper looks at.
        let long = Heard {
            blocks: vec![Block { from: 10.0, samples: Block::LONGEST }],
            speech: vec![Span { from: 10.0, to: 40.5 }],
            to: 610.0,
            ..Heard::default()
        };
        assert_eq!(long.check(10.0, 2), Err(ReadingError::Number));
    }

    #[test]
    fn what_was_seen_and_said_is_short_and_of_this_time() {
        let line = Line { text: "a".to_owned(), confidence: 1.0, corners: [[0.0; 2]; 4], page: 7 };
        let seen = Seen { from: 1.0, to: 2.0, line };
        let watched = Watched { lines: vec![seen.clone()], ..Watched::default() };
        assert_eq!(watched.check(), Ok(()));
        let with = |spoil: fn(&mut Seen)| {
            let mut seen = seen.clone();
            spoil(&mut seen);
            Watched { lines: vec![seen], ..Watched::default() }.check()
        };
        assert_eq!(with(|seen| seen.to = 0.5), Err(ReadingError::Number));
        assert_eq!(with(|seen| seen.to = Recording::LONGEST + 1.0), Err(ReadingError::Number));
        assert_eq!(with(|seen| seen.line.text.push('\u{1b}')), Err(ReadingError::Control("line")));
        assert_eq!(with(|seen| seen.line.text = "x".repeat(2001)), Err(ReadingError::TooLong("line")));
        assert_eq!(with(|seen| seen.line.confidence = 2.0), Err(ReadingError::Confidence));
        let said = |segment: Segment| Transcript { segments: vec![segment], ..Transcript::default() }.check();
        let segment = Segment { start: 1.0, end: 2.0, text: "a".to_owned(), confidence: 0.5 };
        assert_eq!(said(segment.clone()), Ok(()));
        assert_eq!(said(Segment { confidence: -0.1, ..segment.clone() }), Err(ReadingError::Confidence));
        assert_eq!(said(Segment { end: 0.5, ..segment }), Err(ReadingError::Number));
    }
}
