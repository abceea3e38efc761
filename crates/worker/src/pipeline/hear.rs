//! The sound of a recording: decoded once into memory files that others read, while it is looked for speech.
//!
//! A file has room for ten minutes. When one is full it ends in a pause, and what follows that pause begins the next
//! file, so that no window of speech lies in two. The last file ends in a pause too: whoever goes on begins there.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use deskscribe_protocol::{Block, Code, Failure, Heard, Recording, SAMPLE_RATE, Span, Stage};

use super::beat::Beat;
use crate::engines::Engines;
use crate::film::Sound;
use crate::job::{Interruption, Medium, Watch};
use crate::speech::voice::{FRAME, Memory, Voice};
use crate::speech::windows::{self, Frame};

/// Frames that are looked at in one go: two seconds.
const BATCH: usize = 64;
/// Frames in a full block.
const FULL: usize = Block::LONGEST as usize / FRAME;
/// What is less loud than this is not to be heard, as the root of the mean square of its samples: -60 dB.
const AUDIBLE: f32 = 33.0;
/// Nor is so much in all, in frames: a click where it begins, and one where it ends.
const CLICKS: usize = 4;
/// Progress is told in steps of so many seconds: a minute takes a tenth of one.
const TOLD: u32 = 20;
/// Bytes that are copied from file to file in one go.
const CHUNK: usize = 1 << 16;

/// Takes the sound of a recording from a second on into these files, until they are full or it ends.
///
/// # Errors
/// It was cancelled, cannot be decoded, or the files cannot be written.
pub(super) fn hear(
    medium: &Medium,
    files: &[File],
    from: f64,
    engines: &mut Engines,
    watch: &dyn Watch,
) -> Result<Heard, Interruption> {
    let begun = Instant::now();
    let voice = engines.voice(watch)?;
    let engine = voice.engine();
    let beat = Beat::begin(watch, Stage::Hear, seconds(files.len() as u64 * Block::LONGEST));
    // Where no place can be found from which it can be decoded, all that comes before is decoded as well.
    let mut sound = Sound::open(medium, from, || beat.live())?;
    let mut hearing = Hearing::begin(files, from, voice, &beat)?;
    // What lies behind the longest recording there may be is not read.
    let mut left = samples_in((Recording::LONGEST - from).max(0.0));
    let ended = loop {
        let samples = sound.next()?;
        let samples = &samples[..samples.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        left -= samples.len() as u64;
        if samples.is_empty() {
            hearing.take_batch()?;
            break true;
        }
        if !hearing.take(samples)? {
            break false;
        }
    };
    let mut heard = hearing.end(ended)?;
    heard.gaps = sound.gaps();
    heard.gaps.truncate(Recording::MOST_GAPS);
    heard.engine = Some(engine);
    heard.seconds = begun.elapsed().as_secs_f64();
    Ok(heard)
}

struct Hearing<'a> {
    files: &'a [File],
    voice: &'a mut Voice,
    beat: &'a Beat<'a>,
    memory: Memory,
    /// The block that is being filled: when it begins, what is written of it, and what is known of its frames.
    from: f64,
    written: u64,
    frames: Vec<Frame>,
    /// What is not yet written or looked at.
    batch: Vec<i16>,
    /// Frames that can be heard.
    loud: usize,
    heard: Heard,
}

impl<'a> Hearing<'a> {
    fn begin(
        files: &'a [File],
        from: f64,
        voice: &'a mut Voice,
        beat: &'a Beat<'a>,
    ) -> Result<Self, Failure> {
        if files.is_empty() {
            return Err(Failure::new(Code::Internal, "no memory was lent for the sound"));
        }
        Ok(Self {
            files,
            voice,
            beat,
            memory: Memory::default(),
            from,
            written: 0,
            frames: Vec::with_capacity(FULL),
            batch: Vec::with_capacity(BATCH * FRAME),
            loud: 0,
            heard: Heard { to: from, ..Heard::default() },
        })
    }

    /// Takes more sound, and tells whether there is room for any after it.
    fn take(&mut self, mut samples: &[i16]) -> Result<bool, Interruption> {
        while !samples.is_empty() {
            let room = BATCH.min(FULL - self.frames.len()) * FRAME - self.batch.len();
            let (now, later) = samples.split_at(room.min(samples.len()));
            self.batch.extend_from_slice(now);
            samples = later;
            if now.len() == room {
                self.take_batch()?;
                if self.frames.len() == FULL && !self.begin_next()? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Writes the batch, and finds out where somebody speaks in it.
    fn take_batch(&mut self) -> Result<(), Interruption> {
        if !self.beat.live() {
            return Err(Interruption::Cancelled);
        }
        let bytes: Vec<u8> = self.batch.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.file()?.write_all_at(&bytes, self.written * 2).map_err(|error| unwritable(&error))?;
        self.written += self.batch.len() as u64;
        let speech = self.voice.probabilities(&self.batch, &mut self.memory)?;
        for (samples, speech) in self.batch.chunks(FRAME).zip(speech) {
            let level = level(samples);
            self.loud += usize::from(level >= AUDIBLE);
            self.frames.push(Frame { speech, level });
        }
        self.batch.clear();
        let done = self.heard.blocks.iter().map(|block| block.samples).sum::<u64>() + self.written;
        self.beat.reach(seconds(done) / TOLD * TOLD);
        Ok(())
    }

    /// Ends a block that is full, and begins the next with what does not belong to it. Tells whether there is one.
    fn begin_next(&mut self) -> Result<bool, Failure> {
        let frames = windows::cut(&self.frames);
        let full = self.file()?;
        let kept = (frames * FRAME) as u64;
        let rest = self.frames.split_off(frames);
        self.end_block(kept);
        self.frames = rest;
        let Ok(next) = self.file() else { return Ok(false) };
        let mut chunk = vec![0; CHUNK];
        let (mut at, end) = (kept * 2, self.written * 2);
        while at < end {
            let bytes = &mut chunk[..CHUNK.min(usize::try_from(end - at).unwrap_or(CHUNK))];
            full.read_exact_at(bytes, at).map_err(|error| unwritable(&error))?;
            next.write_all_at(bytes, at - kept * 2).map_err(|error| unwritable(&error))?;
            at += bytes.len() as u64;
        }
        self.written -= kept;
        Ok(true)
    }

    /// Notes a block of so many samples, and what is speech in it.
    fn end_block(&mut self, samples: u64) {
        let block = Block { from: self.from, samples };
        let at =
            |frame: usize| Block { from: self.from, samples: samples.min((frame * FRAME) as u64) }.span().to;
        let windows = windows::of(&self.frames);
        self.heard.speech.extend(windows.iter().map(|it| Span { from: at(it.start), to: at(it.end) }));
        self.heard.blocks.push(block);
        self.from = block.span().to;
        self.heard.to = self.from;
    }

    fn end(mut self, ended: bool) -> Result<Heard, Failure> {
        if ended && self.written > 0 {
            self.end_block(self.written);
        }
        self.heard.ended = ended;
        // Whoever is heard to speak can be heard.
        self.heard.audible = self.loud > CLICKS || !self.heard.speech.is_empty();
        Ok(self.heard)
    }

    /// The file of the block that is being filled.
    fn file(&self) -> Result<&'a File, Failure> {
        let missing = || Failure::new(Code::Internal, "more sound than there is memory for");
        self.files.get(self.heard.blocks.len()).ok_or_else(missing)
    }
}

/// The root of the mean square of samples.
fn level(samples: &[i16]) -> f32 {
    let square: f32 = samples.iter().map(|sample| f32::from(*sample).powi(2)).sum();
    (square / samples.len().max(1) as f32).sqrt()
}

fn samples_in(seconds: f64) -> u64 {
    (seconds * f64::from(SAMPLE_RATE)) as u64
}

fn seconds(samples: u64) -> u32 {
    u32::try_from(samples / u64::from(SAMPLE_RATE)).unwrap_or(u32::MAX)
}

fn unwritable(error: &io::Error) -> Failure {
    let code = if error.raw_os_error() == Some(rustix::io::Errno::NOSPC.raw_os_error()) {
        Code::OutOfMemory
    } else {
        Code::Internal
    };
    Failure::new(code, format!("there is no memory for its sound: {error}"))
}
