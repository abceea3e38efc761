//! What a file of weights says of itself: whether it is a Whisper model in whisper.cpp's GGML format, and a whole one.
//!
//! Its head is eleven numbers; then come the mel filters, the vocabulary, and the tensors, each with its size before
//! it. All of them are walked past without reading what is in them: a file that was cut short, or goes on after its
//! end, is found out here, and not by a worker in the middle of a recording.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::{Languages, foreign};

/// The first four bytes, as a number: `ggml`.
const MAGIC: u32 = 0x6767_6d6c;
/// Whether a file begins as a model does; whether it is one, [`examine`] tells.
pub(super) fn begins(file: &mut impl Read) -> bool {
    let mut start = [0; 4];
    file.read_exact(&mut start).is_ok() && start == MAGIC.to_le_bytes()
}

/// Whisper has one vocabulary for English, and one for all languages that has grown by a language since.
const ENGLISH: u32 = 51_864;
const VOCABULARIES: std::ops::RangeInclusive<u32> = ENGLISH..=51_900;
/// Places in half a minute of sound, as the hearing half counts.
const POSITIONS: u32 = 1500;
/// More heads or layers than any Whisper has.
const MOST_LAYERS: u32 = 64;
/// How the weights are stored is told together with a version, so many times one.
const VERSION: u32 = 1000;
/// More mel filters, or numbers in one, than any Whisper has.
const MOST: u32 = 8192;
/// Tensors outside the layers, in one layer that hears, and in one that writes.
const TENSORS: (u32, u32, u32) = (11, 15, 24);

/// What the file says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) languages: Languages,
    /// The width of its hearing half, and the layers of that: by these two are Whisper's sizes told apart.
    pub(super) width: u32,
    pub(super) layers: u32,
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is something else, which is known.
    #[error("{0}")]
    Foreign(&'static str),
    /// It begins like no model that is known.
    #[error("it is no Whisper model in whisper.cpp's GGML format; those are called ggml-<name>.bin")]
    Unknown,
    /// It is in the format, and not a Whisper.
    #[error(
        "it is a GGML file, but no Whisper model ({0}); speech models are called ggml-tiny.bin and the like"
    )]
    OtherModel(String),
    /// Its end is missing.
    #[error("it was cut short: it ends in {0}; get it again")]
    Truncated(&'static str),
    /// Something in the middle makes no sense.
    #[error("it is damaged: {0}; get it again")]
    Damaged(String),
    /// The system does not hand it over.
    #[error("it cannot be read ({0})")]
    Unreadable(#[from] io::Error),
}

impl Shape {
    /// What orders models by how well they hear: how many weights the hearing half has, about.
    pub(super) fn rank(self) -> u64 {
        u64::from(self.layers) * u64::from(self.width).pow(2)
    }

    /// Memory that listening takes, for a model that nobody has measured: all weights, and for each number that the
    /// hearing half is wide what the published needs of the known sizes come to.
    pub(super) fn memory(self, bytes: u64) -> u64 {
        bytes + u64::from(self.width) * 700_000
    }
}

/// Walks through a file of this many bytes, from its beginning.
pub(super) fn examine(file: &File, length: u64) -> Result<Shape, Refusal> {
    let mut walk = Walk { file: BufReader::with_capacity(1 << 16, file), at: 0, length };
    walk.file.seek(SeekFrom::Start(0))?;
    if length == 0 {
        return Err(Refusal::Foreign("it is empty; get it again"));
    }
    let mut start = Vec::with_capacity(64);
    (&mut walk.file).take(64).read_to_end(&mut start)?;
    walk.file.seek(SeekFrom::Start(0))?;
    if let Some(what) = foreign::recognise(&start) {
        return Err(Refusal::Foreign(what));
    }
    if !start.starts_with(&MAGIC.to_le_bytes()) {
        return Err(Refusal::Unknown);
    }
    walk.skip(4, "its head")?;
    let shape = walk.head()?;
    walk.tensors(shape.1)?;
    Ok(shape.0)
}

struct Walk<'a> {
    file: BufReader<&'a File>,
    at: u64,
    length: u64,
}

impl Walk<'_> {
    fn number(&mut self, part: &'static str) -> Result<u32, Refusal> {
        let mut bytes = [0; 4];
        self.room(4, part)?;
        self.file.read_exact(&mut bytes)?;
        self.at += 4;
        Ok(u32::from_le_bytes(bytes))
    }

    fn skip(&mut self, bytes: u64, part: &'static str) -> Result<(), Refusal> {
        self.room(bytes, part)?;
        // What there is room for in a file fits.
        self.file.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))?;
        self.at += bytes;
        Ok(())
    }

    fn room(&self, bytes: u64, part: &'static str) -> Result<(), Refusal> {
        if self.length - self.at < bytes { Err(Refusal::Truncated(part)) } else { Ok(()) }
    }

    /// The eleven numbers, the filters and the vocabulary. Also says how many tensors must follow.
    fn head(&mut self) -> Result<(Shape, u32), Refusal> {
        let mut numbers = [0; 11];
        for number in &mut numbers {
            *number = self.number("its head")?;
        }
        let [
            vocabulary,
            positions,
            width,
            heads,
            layers,
            text,
            text_width,
            text_heads,
            text_layers,
            mels,
            form,
        ] = numbers;
        if !VOCABULARIES.contains(&vocabulary) {
            return Err(Refusal::OtherModel(format!("its vocabulary has {vocabulary} words")));
        }
        let divides = |heads: u32| (1..=MOST_LAYERS).contains(&heads) && width.is_multiple_of(heads);
        // What a worker takes as well, before it has whisper.cpp believe it.
        let is_true = positions == POSITIONS
            && (64..=4096).contains(&width)
            && width == text_width
            && divides(heads)
            && divides(text_heads)
            && (1..=MOST_LAYERS).contains(&layers)
            && (1..=MOST_LAYERS).contains(&text_layers)
            && (64..=1024).contains(&text)
            && matches!(mels, 80 | 128)
            && matches!(form % VERSION, 0..=3 | 7..=14 | 24)
            && form < 100 * VERSION;
        if !is_true {
            return Err(Refusal::Damaged("its head has sizes that no model has".to_owned()));
        }
        let (bands, bins) = (self.number("its filters")?, self.number("its filters")?);
        if bands > MOST || bins > MOST {
            return Err(Refusal::Damaged("its filters have sizes that none have".to_owned()));
        }
        self.skip(u64::from(bands) * u64::from(bins) * 4, "its filters")?;
        let words = self.number("its vocabulary")?;
        if words > *VOCABULARIES.end() {
            return Err(Refusal::Damaged(format!("its vocabulary claims {words} words")));
        }
        for _ in 0..words {
            let length = self.number("its vocabulary")?;
            self.skip(length.into(), "its vocabulary")?;
        }
        let languages = if vocabulary == ENGLISH { Languages::En } else { Languages::All };
        let (others, hearing, writing) = TENSORS;
        Ok((Shape { languages, width, layers }, others + hearing * layers + writing * text_layers))
    }

    /// Each says how many dimensions it has, how long its name is, how its numbers are written, and its extents.
    fn tensors(&mut self, expected: u32) -> Result<(), Refusal> {
        const PART: &str = "its weights";
        let mut found = 0;
        while self.at < self.length {
            let (dimensions, name, kind) = (self.number(PART)?, self.number(PART)?, self.number(PART)?);
            let damaged = || Refusal::Damaged(format!("its tensor {found} makes no sense"));
            if !(1..=4).contains(&dimensions) || name > 256 {
                return Err(damaged());
            }
            let mut elements: u64 = 1;
            for _ in 0..dimensions {
                elements = elements.checked_mul(self.number(PART)?.into()).ok_or_else(damaged)?;
            }
            let (block, bytes) = block(kind).ok_or_else(damaged)?;
            let bytes = (elements / block).checked_mul(bytes).filter(|_| elements.is_multiple_of(block));
            self.skip(name.into(), PART)?;
            self.skip(bytes.ok_or_else(damaged)?, PART)?;
            found += 1;
        }
        match found < expected {
            true => Err(Refusal::Truncated(PART)),
            false if found > expected => Err(Refusal::Damaged("it goes on after its end".to_owned())),
            false => Ok(()),
        }
    }
}

/// How many numbers of this kind are written together, and in how many bytes.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        // Plain, of 32 and 16 bits.
        0 => (1, 4),
        1 | 30 => (1, 2),
        // Q4_0, Q4_1, Q5_0, Q5_1, Q8_0.
        2 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        // Q2_K to Q6_K.
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        _ => return None,
    })
}
