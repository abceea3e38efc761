//! What the files of a busy desktop hold.

use std::fs;
use std::process::Command;

use fastrand::Rng;

use crate::samples;

/// Of so many files one is a recording, and one is damaged.
const ONE_RECORDING_IN: u32 = 60;
const ONE_DAMAGED_IN: u32 = 30;
/// Parts that are cut out of each screen.
const PARTS: usize = 12;
/// The samples that pictures are cut from, all of them larger than this, and recordings are made of.
const SMALLEST: [u32; 2] = [1000, 700];
const SCREENS: [&str; 3] =
    ["Screenshot 2026-03-08 at 20.16.51.png", "Screenshot_20260203_113020.png", "kitchen budget.png"];
const RECORDINGS: [&str; 1] = ["Screen Recording 2026-03-19 at 10.42.07.mp4"];

/// Where contents come from. No two are the same.
pub(super) enum Matter {
    /// What the misbehaving worker obeys.
    Orders,
    /// Small parts of real screens, as JPEG, and now and then a recording.
    Real { parts: Vec<Vec<u8>>, recordings: Vec<Vec<u8>> },
}

/// What one file holds, and how its name ends.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    pub(super) extension: &'static str,
}

impl Matter {
    /// Real pictures and recordings, made of the samples with `ffmpeg`.
    pub(super) fn real(rng: &mut Rng) -> Self {
        let parts = SCREENS.iter().flat_map(|screen| [*screen; PARTS]).map(|screen| part(screen, rng));
        let recording = |name: &&str| fs::read(samples().join(name)).unwrap();
        Self::Real { parts: parts.collect(), recordings: RECORDINGS.iter().map(recording).collect() }
    }

    /// Another content.
    pub(super) fn content(&self, rng: &mut Rng) -> Content {
        let number = rng.u64(..);
        match self {
            // Some take their time, so that something happens to them meanwhile.
            Self::Orders => {
                let order = if rng.u8(..4) == 0 { format!("late {}", rng.u8(1..60)) } else { "read".into() };
                Content { bytes: format!("{order} {number}").into_bytes(), extension: "png" }
            }
            Self::Real { recordings, .. } if rng.u32(..ONE_RECORDING_IN) == 0 => {
                let mut bytes = rng.choice(recordings).unwrap().clone();
                // A box that every player skips.
                bytes.extend([0, 0, 0, 16].iter().chain(b"free").chain(&number.to_be_bytes()));
                Content { bytes, extension: "mp4" }
            }
            Self::Real { parts, .. } => {
                let part = rng.choice(parts).unwrap();
                // A comment behind the first two bytes, which begin every JPEG.
                let comment = [&[0xff, 0xfe, 0, 10], &number.to_be_bytes()[..]].concat();
                let mut bytes = [&part[..2], &comment, &part[2..]].concat();
                if rng.u32(..ONE_DAMAGED_IN) == 0 {
                    bytes.truncate(bytes.len() / 2);
                }
                Content { bytes, extension: "jpg" }
            }
        }
    }
}

/// A part of a screen.
fn part(screen: &str, rng: &mut Rng) -> Vec<u8> {
    let (width, height) = (rng.u32(200..480), rng.u32(60..160));
    let [left, top] = [SMALLEST[0] - width, SMALLEST[1] - height].map(|most| rng.u32(..most));
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-i"]).arg(samples().join(screen));
    ffmpeg.args(["-vf", &format!("crop={width}:{height}:{left}:{top}"), "-q:v", "3", "-f", "mjpeg", "-"]);
    let said = ffmpeg.output().unwrap();
    assert!(said.status.success() && !said.stdout.is_empty(), "{said:?}");
    said.stdout
}
