//! Recordings made on the spot, by the `ffmpeg` program: sound whose every moment is different, and screens with text.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::allow_attributes,
    reason = "not every test makes every kind, and one that cannot go on has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Samples a second of the sound that is encoded.
pub(crate) const RATE: u32 = 44_100;

/// A folder in which recordings are made.
pub(crate) struct FilmMaker(TempDir);

impl FilmMaker {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `ffmpeg` in the folder with these words.
    pub(crate) fn run(&self, words: &str) {
        self.run_all(&words.split_whitespace().collect::<Vec<_>>());
    }

    pub(crate) fn run_all(&self, words: &[&str]) {
        let made = Command::new("ffmpeg")
            .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"])
            .args(words)
            .current_dir(self.0.path())
            .output()
            .expect("ffmpeg, the program, is needed for this test");
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "ffmpeg {words:?}: {said}");
    }

    /// A hum of so many seconds, as `NAME.wav` with two channels.
    pub(crate) fn hum(&self, name: &str, seconds: f64) -> PathBuf {
        let count = (seconds * f64::from(RATE)) as u32;
        let mono: Vec<i16> = (0..count).map(|at| hum_at(f64::from(at) / f64::from(RATE))).collect();
        let both = mono.iter().flat_map(|sample| [*sample; 2]);
        let path = self.path(&format!("{name}.wav"));
        fs::write(&path, wav(both, 2)).unwrap();
        path
    }

    /// Cuts a file to this share of its bytes, into a new one.
    pub(crate) fn cut(&self, from: &str, share: f64, to: &str) -> PathBuf {
        let bytes = fs::read(self.path(from)).unwrap();
        let length = (bytes.len() as f64 * share) as usize;
        let path = self.path(to);
        fs::write(&path, &bytes[..length]).unwrap();
        path
    }
}

/// What is to be heard at this second: tones that never come together in the same way again.
pub(crate) fn hum_at(second: f64) -> i16 {
    const TONES: [f64; 9] = [131.0, 197.37, 263.74, 331.11, 419.48, 523.85, 617.22, 719.59, 829.96];
    let all: f64 = TONES.iter().map(|tone| (std::f64::consts::TAU * tone * second).sin()).sum();
    (2000.0 * all) as i16
}

fn wav(samples: impl Iterator<Item = i16>, channels: u16) -> Vec<u8> {
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = data.len() as u32;
    let frame = 2 * channels;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + size).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend_from_slice(&channels.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * u32::from(frame)).to_le_bytes());
    file.extend_from_slice(&frame.to_le_bytes());
    file.extend_from_slice(b"\x10\0data");
    file.extend_from_slice(&size.to_le_bytes());
    file.extend_from_slice(&data);
    file
}

/// The size of a file.
pub(crate) fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}
