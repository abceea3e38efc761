//! Sound of every kind, beginning anywhere, out of real files.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::Path;

use deskscribe_protocol::{Code, Limits, SAMPLE_RATE};

use super::Sound;
use crate::film::maker::{FilmMaker, hum_at, size};
use crate::job::{Interruption, Medium};

fn medium(path: &Path) -> Medium {
    Medium { file: File::open(path).unwrap(), bytes: size(path), extension: None, limits: Limits::default() }
}

/// All samples from a second on.
fn hear(path: &Path, from: f64) -> (Vec<i16>, Sound<'static>) {
    let mut sound = Sound::open(&medium(path), from, || true).unwrap();
    let mut all = Vec::new();
    loop {
        let next = sound.next().unwrap();
        if next.is_empty() {
            return (all, sound);
        }
        all.extend_from_slice(next);
    }
}

/// By how many samples `heard` comes later than the hum, of which it should be a part that begins at `from`,
/// as seen at `second` of it; nothing where it is another sound.
fn lateness(heard: &[i16], from: f64, second: f64) -> Option<i64> {
    const FURTHEST: i64 = 1600;
    let rate = f64::from(SAMPLE_RATE);
    let first = (second * rate) as i64;
    let meant: Vec<f64> =
        (first..first + 1600).map(|at| f64::from(hum_at(from + at as f64 / rate))).collect();
    let likeness = |late: i64| {
        let (mut both, mut one, mut other) = (0.0, 0.0, 0.0);
        let begins = usize::try_from(first + late).ok()?;
        for (heard, meant) in heard.get(begins..begins + meant.len())?.iter().zip(&meant) {
            let heard = f64::from(*heard);
            both += heard * meant;
            one += heard * heard;
            other += meant * meant;
        }
        Some(both / (one * other).sqrt())
    };
    let all = (-FURTHEST..=FURTHEST).filter_map(|late| Some((likeness(late)?, late)));
    let (best, late) =
        all.filter(|(like, _)| like.is_finite()).max_by(|one, next| one.0.total_cmp(&next.0))?;
    (best > 0.9).then_some(late)
}

/// Kinds of files, what makes them, and by how many samples they may be late because they do not say when they begin.
const KINDS: [(&str, &str, i64); 21] = [
    ("pcm.wav", "-c:a pcm_s16le", 1),
    ("pcm24.wav", "-c:a pcm_s24le -ar 48000", 1),
    ("float.w64", "-c:a pcm_f32le", 1),
    ("pcm.aiff", "-c:a pcm_s16be", 1),
    ("alac.caf", "-c:a alac", 1),
    ("mp3.mp3", "-c:a libmp3lame", 2),
    ("aac.m4a", "-c:a aac", 2),
    ("alac.m4a", "-c:a alac", 1),
    // Nothing says that the first thousand samples are none.
    ("aac.aac", "-c:a aac -ar 44100", 400),
    ("vorbis.ogg", "-c:a libvorbis", 2),
    ("opus.opus", "-c:a libopus", 2),
    ("flac.flac", "-c:a flac", 1),
    ("flac.ogg", "-c:a flac", 1),
    ("opus.webm", "-c:a libopus", 120),
    ("vorbis.mkv", "-c:a libvorbis", 120),
    ("aac.mkv", "-c:a aac", 400),
    ("pcm.mov", "-c:a pcm_s16le", 1),
    ("alac.mov", "-c:a alac", 1),
    ("mp3.avi", "-c:a libmp3lame", 500),
    ("mp3.flv", "-c:a libmp3lame -ar 44100", 500),
    ("aac.ts", "-c:a aac", 400),
];

#[test]
fn every_kind_of_sound_is_heard_when_it_is_played() {
    let maker = FilmMaker::new();
    maker.hum("hum", 4.0);
    for (name, how, slack) in KINDS {
        maker.run(&format!("-i hum.wav {how} {name}"));
        let (heard, sound) = hear(&maker.path(name), 0.0);
        let seconds = heard.len() as f64 / f64::from(SAMPLE_RATE);
        assert!((seconds - 4.0).abs() < 0.1, "{name} lasts {seconds} s");
        for second in [0.2, 1.9, 3.5] {
            let late = lateness(&heard, 0.0, second);
            assert!(late.is_some_and(|late| late.abs() <= slack), "{name} at {second}: {late:?}");
        }
        assert_eq!(sound.gaps(), [], "{name}");
    }
}

#[test]
fn sound_can_begin_anywhere_and_is_the_same() {
    let maker = FilmMaker::new();
    maker.hum("hum", 6.0);
    for (name, how, slack) in KINDS {
        maker.run(&format!("-i hum.wav {how} {name}"));
        let (whole, _) = hear(&maker.path(name), 0.0);
        for from in [0.3, 2.345, 4.0] {
            let (part, _) = hear(&maker.path(name), from);
            let skipped = (from * f64::from(SAMPLE_RATE)).round() as usize;
            let rest = &whole[skipped..];
            let slack = slack.min(16) as u64;
            assert!(
                part.len().abs_diff(rest.len()) as u64 <= slack + 1,
                "{name} from {from}: {} {}",
                part.len(),
                rest.len()
            );
            // Matroska counts milliseconds, everybody else samples.
            let late = lateness(&part, from, 0.5).zip(lateness(&whole, 0.0, from + 0.5));
            assert!(
                late.is_some_and(|(one, other)| one.abs_diff(other) <= slack),
                "{name} from {from}: {late:?}"
            );
        }
        let (none, _) = hear(&maker.path(name), 60.0);
        assert_eq!(none.len(), 0, "{name}");
    }
}

#[test]
fn a_track_that_begins_later_is_preceded_by_silence() {
    let maker = FilmMaker::new();
    maker.hum("hum", 2.0);
    maker.run("-f lavfi -i color=s=64x48:r=10:d=4 -itsoffset 1.5 -i hum.wav -c:v libx264 -c:a aac late.mp4");
    maker.run(
        "-f lavfi -i color=s=64x48:r=10:d=4 -itsoffset 1.5 -i hum.wav -c:v libvpx -c:a libopus late.webm",
    );
    for name in ["late.mp4", "late.webm"] {
        let (heard, _) = hear(&maker.path(name), 0.0);
        assert!(heard[..23_000].iter().all(|sample| sample.abs() < 200), "{name}");
        let late = lateness(&heard[24_000..], 0.0, 0.5);
        assert!(late.is_some_and(|late| late.abs() <= 120), "{name}: {late:?}");
        let (part, _) = hear(&maker.path(name), 1.0);
        let late = lateness(&part[8000..], 0.0, 0.5);
        assert!(late.is_some_and(|late| late.abs() <= 120), "{name} from 1: {late:?}");
    }
}

#[test]
fn a_hole_in_the_clock_is_silence() {
    let maker = FilmMaker::new();
    maker.hum("hum", 4.0);
    maker.run_all(&[
        "-i",
        "hum.wav",
        "-af",
        "aselect='not(between(t,1,3))'",
        "-c:a",
        "libvorbis",
        "hole.mkv",
    ]);
    let (heard, sound) = hear(&maker.path("hole.mkv"), 0.0);
    assert!((63_000..65_000).contains(&heard.len()), "{}", heard.len());
    assert!(heard[18_000..46_000].iter().all(|sample| *sample == 0));
    assert!(
        lateness(&heard, 0.0, 3.5).is_some_and(|late| late.abs() <= 120),
        "{:?}",
        lateness(&heard, 0.0, 3.5)
    );
    assert_eq!(sound.gaps(), []);
}

#[test]
fn what_is_broken_in_the_middle_is_skipped_and_told() {
    let maker = FilmMaker::new();
    maker.hum("hum", 6.0);
    maker.run("-i hum.wav -c:a flac whole.mkv");
    let mut bytes = fs::read(maker.path("whole.mkv")).unwrap();
    let (from, to) = (bytes.len() * 4 / 10, bytes.len() * 5 / 10);
    bytes[from..to].fill(0);
    fs::write(maker.path("hurt.mkv"), bytes).unwrap();
    let (heard, sound) = hear(&maker.path("hurt.mkv"), 0.0);
    assert!((80_000..=96_100).contains(&heard.len()), "{}", heard.len());
    assert!(lateness(&heard, 0.0, 1.0).is_some() && lateness(&heard, 0.0, 5.5).is_some());
    let gaps = sound.gaps();
    assert!(gaps.len() <= 3 && gaps.iter().all(|gap| gap.from > 1.5 && gap.to < 5.0), "{gaps:?}");
}

#[test]
fn a_file_that_is_cut_off_is_heard_up_to_there() {
    let maker = FilmMaker::new();
    maker.hum("hum", 4.0);
    for (name, how) in [
        ("a.mp3", "-c:a libmp3lame"),
        ("a.m4a", "-c:a aac -movflags +faststart"),
        ("a.ogg", "-c:a libvorbis -page_duration 200000"),
        ("a.flac", "-c:a flac"),
        ("a.wav", "-c:a pcm_s16le"),
        ("a.mkv", "-c:a aac"),
    ] {
        maker.run(&format!("-i hum.wav {how} {name}"));
        let cut = maker.cut(name, 0.5, &format!("cut-{name}"));
        let (heard, _) = hear(&cut, 0.0);
        let seconds = heard.len() as f64 / f64::from(SAMPLE_RATE);
        assert!((1.2..2.9).contains(&seconds), "{name}: {seconds}");
        assert!(lateness(&heard, 0.0, 0.9).is_some(), "{name}");
    }
}

#[test]
fn channels_of_every_number_become_one() {
    let maker = FilmMaker::new();
    maker.hum("hum", 1.0);
    for channels in [1, 2, 3, 6, 8, 16] {
        let name = format!("{channels}.wav");
        let all = (0..channels).map(|channel| format!("c{channel}=c0")).collect::<Vec<_>>().join("|");
        let pan = format!("pan={channels}c|{all}");
        maker.run_all(&["-i", "hum.wav", "-af", &pan, "-c:a", "pcm_s16le", &name]);
        let (heard, sound) = hear(&maker.path(&name), 0.0);
        let late = lateness(&heard, 0.0, 0.5);
        assert!(late.is_some_and(|late| late.abs() <= 1), "{channels}: {late:?} {:?}", sound.gaps());
    }
}

#[test]
fn the_default_track_is_the_one_that_is_heard() {
    let maker = FilmMaker::new();
    maker.hum("hum", 1.0);
    maker.run(
        "-f lavfi -i anullsrc=d=1 -i hum.wav -map 0:a -map 1:a -c:a aac -disposition:a:0 0 \
         -disposition:a:1 default two.mp4",
    );
    let (heard, _) = hear(&maker.path("two.mp4"), 0.0);
    assert!(lateness(&heard, 0.0, 0.5).is_some());
}

#[test]
fn a_recording_without_sound_says_so() {
    let maker = FilmMaker::new();
    maker.run("-f lavfi -i color=s=64x48:r=10:d=1 -c:v libx264 mute.mp4");
    let refused = Sound::open(&medium(&maker.path("mute.mp4")), 0.0, || true).err();
    let Some(Interruption::Failed(failure)) = refused else { panic!("{refused:?}") };
    assert_eq!(
        (failure.code, failure.reason.as_str()),
        (Code::Unsupported, "it has no sound that can be decoded")
    );
}

#[test]
fn recordings_that_were_joined_end_to_end_are_all_heard() {
    let maker = FilmMaker::new();
    maker.hum("hum", 4.0);
    for (name, how) in [("one.ogg", "-c:a libvorbis"), ("one.opus", "-c:a libopus"), ("one.ts", "-c:a aac")] {
        maker.run(&format!("-i hum.wav {how} {name}"));
        let once = fs::read(maker.path(name)).unwrap();
        let joined = maker.path(&format!("joined-{name}"));
        fs::write(&joined, [&once[..], &once[..]].concat()).unwrap();
        let (heard, sound) = hear(&joined, 0.0);
        let seconds = heard.len() as f64 / f64::from(SAMPLE_RATE);
        assert!((7.8..8.2).contains(&seconds), "{name} lasts {seconds} s");
        let again = lateness(&heard[4 * SAMPLE_RATE as usize..], 0.0, 2.0);
        assert!(again.is_some_and(|late| late.abs() <= 1600), "{name}: {again:?}");
        let gaps = sound.gaps();
        assert!(matches!(&gaps[..], [gap] if gap.reason.contains("goes back by 4 seconds")), "{gaps:?}");
    }
}

#[test]
fn a_few_samples_a_second_are_no_sound() {
    let maker = FilmMaker::new();
    maker.hum("hum", 4.0);
    let mut bytes = fs::read(maker.path("hum.wav")).unwrap();
    bytes[24..28].copy_from_slice(&1_u32.to_le_bytes());
    fs::write(maker.path("slow.wav"), bytes).unwrap();
    let (heard, sound) = hear(&maker.path("slow.wav"), 0.0);
    assert_eq!(heard.len(), 0);
    assert!(
        sound.gaps().iter().any(|gap| gap.reason.contains("cannot be listened to")),
        "{:?}",
        sound.gaps()
    );
}

#[test]
fn whoever_waits_is_told_while_all_that_comes_before_is_decoded() {
    let maker = FilmMaker::new();
    maker.hum("hum", 60.0);
    maker.run("-i hum.wav -c:a flac hum.flac");
    let (medium, asked) = (medium(&maker.path("hum.flac")), Cell::new(0));
    let pulse = || {
        asked.set(asked.get() + 1);
        true
    };
    Sound::open(&medium, 50.0, pulse).unwrap().next().unwrap();
    assert!(asked.get() > 1, "{}", asked.get());
    let refused = Sound::open(&medium, 50.0, || false).err();
    assert!(matches!(refused, Some(Interruption::Cancelled)), "{refused:?}");
}
