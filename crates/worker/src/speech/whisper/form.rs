//! The form of a model's file, looked at before whisper.cpp reads it: whisper.cpp believes what a file says of itself,
//! and takes the process along when that is wrong.
//!
//! ```text
//!  magic · eleven numbers · mel filters · vocabulary · tensors: header, name, data, to the very end
//! ```

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

/// `ggml`, as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;
/// Tokens of models for English alone, for 99 languages and for 100. All else would be no number of a token.
const TOKENS: std::ops::RangeInclusive<u32> = 51_864..=51_866;
/// What the encoder makes of 30 s.
const POSITIONS: u32 = 1500;
/// Half the samples of a Fourier transform, and one.
const FREQUENCIES: u32 = 201;
/// How weights are stored is told together with a version, so many times one.
const VERSION: u32 = 1000;
/// The longest token and the longest name of a tensor, in bytes.
const LONGEST_NAME: u32 = 256;
/// Numbers that are stored together, and the bytes that they take, by the number of their type in ggml.
const TYPES: [(u32, u64, u64); 13] = [
    (0, 1, 4),
    (1, 1, 2),
    (2, 32, 18),
    (3, 32, 20),
    (6, 32, 22),
    (7, 32, 24),
    (8, 32, 34),
    (10, 256, 84),
    (11, 256, 110),
    (12, 256, 144),
    (13, 256, 176),
    (14, 256, 210),
    (30, 1, 2),
];

/// What is wrong with a model's file.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("it is no speech model in the format of whisper.cpp")]
    Foreign,
    #[error("it is cut off: {0} bytes are not all of it")]
    CutOff(u64),
    #[error("its {0} cannot be true")]
    Implausible(&'static str),
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
}

/// Looks through a file of so many bytes. Of its tensors, only the headers are read.
pub(super) fn check(file: &File, bytes: u64) -> Result<(), Malformed> {
    let mut reader =
        Reader { from: BufReader::with_capacity(1 << 16, At { file, at: 0 }), left: bytes, bytes };
    if bytes < 4 || reader.number()? != MAGIC {
        return Err(Malformed::Foreign);
    }
    let tokens = dimensions(&mut reader)?;
    let known = reader.number()?;
    if known > tokens {
        return Err(Malformed::Implausible("vocabulary"));
    }
    for _ in 0..known {
        let length = reader.number()?;
        reader.skip_short(length, "vocabulary")?;
    }
    // Without a single tensor whisper.cpp would take it for an empty model, made for tests.
    tensor(&mut reader)?;
    while reader.left > 0 {
        tensor(&mut reader)?;
    }
    Ok(())
}

/// The numbers of the header, and the filters. Gives the number of tokens.
fn dimensions(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    let mut numbers = [0; 11];
    for number in &mut numbers {
        *number = reader.number()?;
    }
    let [tokens, positions, width, heads, layers, text, text_width, text_heads, text_layers, mels, stored] =
        numbers;
    let divides = |heads: u32| (1..=64).contains(&heads) && width.is_multiple_of(heads);
    let is_sane = TOKENS.contains(&tokens)
        && positions == POSITIONS
        && (64..=4096).contains(&width)
        && width == text_width
        && divides(heads)
        && divides(text_heads)
        && (1..=64).contains(&layers)
        && (1..=64).contains(&text_layers)
        && (64..=1024).contains(&text)
        && matches!(stored % VERSION, 0..=3 | 7..=14 | 24)
        && stored < 100 * VERSION;
    if !is_sane {
        return Err(Malformed::Implausible("shape"));
    }
    if !matches!(mels, 80 | 128) || reader.number()? != mels || reader.number()? != FREQUENCIES {
        return Err(Malformed::Implausible("spectrum"));
    }
    reader.skip(u64::from(mels * FREQUENCIES) * 4)?;
    Ok(tokens)
}

fn tensor(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    let wrong = Malformed::Implausible("list of weights");
    let [dimensions, name, kind] = [reader.number()?, reader.number()?, reader.number()?];
    let Some((_, together, bytes)) = TYPES.iter().find(|(number, ..)| *number == kind) else {
        return Err(wrong);
    };
    if !(1..=3).contains(&dimensions) {
        return Err(wrong);
    }
    let mut numbers = 1_u64;
    for _ in 0..dimensions {
        numbers = numbers.saturating_mul(u64::from(reader.number()?));
    }
    // whisper.cpp counts them in 31 bits.
    if numbers == 0 || numbers >= 1 << 31 || !numbers.is_multiple_of(*together) {
        return Err(wrong);
    }
    reader.skip_short(name.max(1), "list of weights")?;
    reader.skip(numbers / together * bytes)
}

struct Reader<'a> {
    from: BufReader<At<'a>>,
    /// Bytes that are not read yet, and bytes in all.
    left: u64,
    bytes: u64,
}

impl Reader<'_> {
    fn take(&mut self, bytes: u64) -> Result<(), Malformed> {
        self.left = self.left.checked_sub(bytes).ok_or(Malformed::CutOff(self.bytes))?;
        Ok(())
    }

    fn number(&mut self) -> Result<u32, Malformed> {
        self.take(4)?;
        let mut bytes = [0; 4];
        self.from.read_exact(&mut bytes).map_err(Malformed::Unreadable)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Malformed> {
        self.take(bytes)?;
        let bytes = i64::try_from(bytes).map_err(|_| Malformed::CutOff(self.bytes))?;
        self.from.seek_relative(bytes).map_err(Malformed::Unreadable)
    }

    fn skip_short(&mut self, bytes: u32, of: &'static str) -> Result<(), Malformed> {
        if bytes > LONGEST_NAME {
            return Err(Malformed::Implausible(of));
        }
        self.skip(u64::from(bytes))
    }
}

/// A file that is read by position alone: others may share its offset.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for At<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(ahead) => self.at.checked_add_signed(ahead),
            SeekFrom::End(_) => None,
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
