//! What files hold that come one after the other: no two the same.

#![expect(
    clippy::unwrap_used,
    reason = "this runs in tests and benchmarks alone, where what cannot go on has failed"
)]

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
pub enum Matter {
    /// What the misbehaving worker obeys.
    Orders,
    /// Small parts of real screens, as JPEG.
    Pictures {
        /// What is told apart by a comment.
        parts: Vec<Vec<u8>>,
    },
    /// The same, some of them damaged, and now and then a recording.
    Real {
        /// As above.
        parts: Vec<Vec<u8>>,
        /// What is told apart by a box that players skip.
        recordings: Vec<Vec<u8>>,
    },
}

/// What one file holds, and how its name ends.
pub struct Content {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Without a dot.
    pub extension: &'static str,
}

impl Matter {
    /// Real pictures, made of the samples with `ffmpeg`.
    pub fn pictures(rng: &mut Rng) -> Self {
        Self::Pictures { parts: parts(rng) }
    }

    /// Real pictures and recordings.
    pub fn real(rng: &mut Rng) -> Self {
        let recording = |name: &&str| fs::read(samples().join(name)).unwrap();
        Self::Real { parts: parts(rng), recordings: RECORDINGS.iter().map(recording).collect() }
    }

    /// Another content.
    pub fn content(&self, rng: &mut Rng) -> Content {
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
                let mut content = picture(parts, number, rng);
                if rng.u32(..ONE_DAMAGED_IN) == 0 {
                    content.bytes.truncate(content.bytes.len() / 2);
                }
                content
            }
            Self::Pictures { parts } => picture(parts, number, rng),
        }
    }
}

fn picture(parts: &[Vec<u8>], number: u64, rng: &mut Rng) -> Content {
    let part = rng.choice(parts).unwrap();
    // A comment behind the first two bytes, which begin every JPEG.
    let comment = [&[0xff, 0xfe, 0, 10], &number.to_be_bytes()[..]].concat();
    Content { bytes: [&part[..2], &comment, &part[2..]].concat(), extension: "jpg" }
}

fn parts(rng: &mut Rng) -> Vec<Vec<u8>> {
    SCREENS.iter().flat_map(|screen| [*screen; PARTS]).map(|screen| part(screen, rng)).collect()
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
