//! Speech made by espeak-ng and flite, 16 kHz and one channel.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::tools::{ffmpeg, run};

/// Samples in a second.
pub(crate) const RATE: usize = 16_000;
/// Silence at the beginning of a talk, in samples.
const FIRST: usize = RATE / 2;
/// Silences between two sentences, in seconds.
const PAUSES: [f64; 5] = [0.4, 0.6, 0.9, 1.5, 2.5];

/// Somebody who can speak.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Voice {
    Espeak(&'static str),
    Flite(&'static str),
}

/// All that the small model knows.
pub(crate) const VOICES: [Voice; 6] = [
    Voice::Espeak("en-us"),
    Voice::Flite("slt"),
    Voice::Espeak("en-gb"),
    Voice::Flite("rms"),
    Voice::Flite("kal16"),
    Voice::Flite("awb"),
];

/// What is said, and how it sounds.
#[derive(Debug)]
pub(crate) struct Talk {
    /// The sentences, one after the other.
    pub(crate) said: String,
    /// Its sound.
    pub(crate) samples: Vec<i16>,
}

impl Talk {
    /// Nothing is said in it yet.
    pub(crate) fn new() -> Self {
        Self { said: String::new(), samples: vec![0; FIRST] }
    }

    /// Says one more sentence, and pauses.
    pub(crate) fn say(&mut self, voice: Voice, sentence: &str, rng: &mut fastrand::Rng) {
        self.said += sentence;
        self.said.push('\n');
        self.samples.extend(voice.speak(sentence));
        let pause = rng.choice(PAUSES).unwrap_or_default();
        self.samples.extend(std::iter::repeat_n(0, (pause * RATE as f64) as usize));
    }

    /// Writes a WAV file.
    pub(crate) fn write(&self, path: &Path) {
        let data: Vec<u8> = self.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let raw = path.with_extension("raw");
        fs::write(&raw, data).unwrap();
        let form = ["-f", "s16le", "-ar", "16000", "-ac", "1", "-i"];
        run(ffmpeg().args(form).arg(&raw).arg(path));
        fs::remove_file(raw).unwrap();
    }
}

impl Voice {
    fn speak(self, sentence: &str) -> Vec<i16> {
        let file = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
        run(&mut match self {
            Self::Espeak(name) => {
                let mut espeak = Command::new("espeak-ng");
                espeak.args(["-v", name, "-w"]).arg(file.path()).arg(sentence);
                espeak
            }
            Self::Flite(name) => {
                let mut flite = Command::new("flite");
                flite.args(["-voice", name, "-t", sentence, "-o"]).arg(file.path());
                flite
            }
        });
        let form = ["-f", "s16le", "-ar", "16000", "-ac", "1", "-"];
        let sound = run(ffmpeg().arg("-i").arg(file.path()).args(form)).stdout;
        sound.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }
}
