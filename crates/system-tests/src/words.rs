//! Readings as a large desktop would have them, of words that are drawn by frequency; the same from the same seed.

use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use deskscribe_cache::{Cache, CacheError, Outcome, Place, Record, Stamp};
use deskscribe_protocol::{ContentKey, Digest, Line, MediaKind, Reading};

/// How many different words there are.
const WORDS: usize = 200_000;
/// How many different Chinese characters.
const CHARACTERS: u32 = 4000;
/// The first of them.
const FIRST_CHARACTER: u32 = 0x4e00;
/// One reading of so many is Chinese.
const CHINESE: usize = 10;
/// One word of so many is a number that hardly comes again.
const NUMBERS: usize = 12;
/// Words of a line.
const LINE: usize = 6;
/// The first moment, in milliseconds since 1970, and how far it goes on from there: three years.
const TIME: (i64, i64) = (1_700_000_000_000, 3 * 365 * 86_400_000);

/// Words of a text, at the least and at the most.
const USUAL: (usize, usize) = (20, 540);
/// The same where only their number counts.
const BRIEF: (usize, usize) = (4, 12);
/// Where a text is as long as that of a document of many pages: some 200 kB.
const LONG: (usize, usize) = (28_000, 28_001);
/// Readings of one commit, as many as an engine that is busy stores at once.
const COMMIT: usize = 64;
/// How long a commit may wait for others.
const LOCKED: Duration = Duration::from_secs(60);

/// Words by rank, the most frequent first, and dice.
pub struct Words {
    dice: fastrand::Rng,
    length: (usize, usize),
}

impl Words {
    /// The same dice from the same seed.
    pub fn new(seed: u64) -> Self {
        Self { dice: fastrand::Rng::with_seed(seed), length: USUAL }
    }

    /// The same, with texts of a few words, where many readings are wanted soon.
    pub fn brief(seed: u64) -> Self {
        Self { length: BRIEF, ..Self::new(seed) }
    }

    /// The same, with texts of 200 kB, as a document of many pages has.
    pub fn long(seed: u64) -> Self {
        Self { length: LONG, ..Self::new(seed) }
    }

    /// Stores readings with these numbers, and tells how many there are now and how long their commits took.
    ///
    /// # Errors
    /// The cache cannot be written.
    pub fn fill(
        &mut self,
        cache: &Cache,
        numbers: Range<usize>,
        mut told: impl FnMut(usize, Duration),
    ) -> Result<(), CacheError> {
        let mut writer = cache.writer()?;
        for first in numbers.clone().step_by(COMMIT) {
            let last = numbers.end.min(first + COMMIT);
            let some: Vec<_> = (first..last).map(|number| self.reading(number)).collect();
            let begun = Instant::now();
            let mut guard = writer.lock(LOCKED)?;
            for (record, place) in &some {
                guard.put(record)?;
                guard.remember(place, &record.key, record.read_at)?;
            }
            guard.commit()?;
            told(last, begun.elapsed());
        }
        Ok(())
    }

    /// One of these numbers.
    pub fn below(&mut self, end: usize) -> usize {
        self.dice.usize(..end)
    }

    /// A word, drawn by frequency: the second is half as frequent as the first (Zipf).
    pub fn draw(&mut self) -> String {
        let rank = self.rank(WORDS);
        word(rank)
    }

    /// A Chinese character, drawn the same way.
    pub fn character(&mut self) -> char {
        let rank = self.rank(CHARACTERS as usize);
        char::from_u32(FIRST_CHARACTER + rank as u32).unwrap_or('一')
    }

    fn rank(&mut self, most: usize) -> usize {
        // The inverse of the sum of 1/rank, which is close to a logarithm.
        let rank = ((most as f64 + 1.0).ln() * self.dice.f64()).exp();
        (rank as usize - 1).min(most - 1)
    }

    /// A text of some lines: most are short, few are long.
    pub fn text(&mut self, number: usize) -> String {
        let (least, most) = self.length;
        let words = least + ((most - least) as f64 * self.dice.f64() * self.dice.f64()) as usize;
        let mut text = String::new();
        for at in 1..=words {
            if number % CHINESE == 1 {
                (0..2).for_each(|_| text.push(self.character()));
                if at % LINE == 0 {
                    text.push('\n');
                }
                continue;
            }
            if self.dice.usize(..NUMBERS) == 0 {
                text.push_str(&self.dice.u32(..1_000_000).to_string());
            } else {
                text.push_str(&self.draw());
            }
            text.push(if at % LINE == 0 { '\n' } else { ' ' });
        }
        text
    }

    /// A whole reading, and where it was found.
    pub fn reading(&mut self, number: usize) -> (Record, Place) {
        let text = self.text(number);
        let line = |(at, line): (usize, &str)| Line {
            text: line.to_owned(),
            confidence: 0.987,
            corners: [[12.5, 0.0], [612.5, 0.0], [612.5, 16.25], [12.5, 16.25]]
                .map(|[x, y]| [x, y + at as f32 * 20.0]),
            page: 0,
        };
        let digest = Digest {
            title: text.lines().next().map(str::to_owned),
            summary: Some(text.lines().take(4).collect::<Vec<_>>().join(" ")),
            tags: (0..4).map(|_| word(self.rank(500))).collect(),
            chapters: Vec::new(),
            by: "extractive".to_owned(),
        };
        let lines = text.lines().enumerate().map(line).collect();
        let language = Some(if number % CHINESE == 1 { "zh" } else { "en" }.to_owned());
        let kinds = [MediaKind::Video, MediaKind::Audio];
        let reading = Reading {
            text,
            lines,
            language,
            width: 1920,
            height: 1080,
            pages: 1,
            digest,
            ..Reading::default()
        };
        let mut key = [0; 32];
        self.dice.fill(&mut key);
        let record = Record {
            key: ContentKey::from_bytes(key),
            kind: kinds.get(self.dice.usize(..20)).copied().unwrap_or(MediaKind::Image),
            bytes: 123_456,
            outcome: Outcome::Read(Box::new(reading)),
            read_at: TIME.0,
            program: Record::own(),
        };
        let mtime_ns = (TIME.0 + self.dice.i64(0..TIME.1)) * 1_000_000;
        let stamp = Stamp { device: 1, inode: number as u64, size: 123_456, mtime_ns, ctime_ns: mtime_ns };
        let folder = self.dice.usize(..200);
        let path = PathBuf::from(format!("/home/ann/Desktop/folder {folder}/Screenshot_{number}.png"));
        (record, Place { path, stamp })
    }
}

/// The word of this rank: short if it is frequent, as in any language.
pub fn word(rank: usize) -> String {
    const BEGINNINGS: [&str; 20] = [
        "b", "br", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w", "",
    ];
    const ENDINGS: [&str; 12] = ["a", "e", "i", "o", "u", "an", "en", "er", "in", "on", "or", "ie"];
    let mut word = String::new();
    let mut rest = rank + 1;
    while rest > 0 {
        let syllable = rest % (BEGINNINGS.len() * ENDINGS.len());
        rest /= BEGINNINGS.len() * ENDINGS.len();
        word.push_str(BEGINNINGS.get(syllable % BEGINNINGS.len()).copied().unwrap_or_default());
        word.push_str(ENDINGS.get(syllable / BEGINNINGS.len()).copied().unwrap_or_default());
    }
    word
}
