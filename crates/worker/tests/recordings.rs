//! Recordings of every kind, surveyed, shown and watched by a real, confined worker.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "common/film_maker.rs"]
mod film_maker;
#[path = "common/notice.rs"]
mod notice;
#[path = "common/sealed.rs"]
mod sealed;

use std::cell::Cell;
use std::fs::{self, File};

use deskscribe_protocol::{Code, Limits, MediaKind, Raster, Stage, Work};
use deskscribe_worker::{Interruption, Job, Medium, Watch, work};
use film_maker::FilmMaker;
use image::RgbImage;
use notice::{NOTICE, assert_notice, still, survey, texts, watch};
use sealed::Sealed;

/// Kinds of recordings, and what makes them of a still and a hum.
const KINDS: [(&str, &str); 14] = [
    ("h264.mp4", "-c:v libx264 -pix_fmt yuv420p -c:a aac"),
    ("h264.mov", "-c:v libx264 -pix_fmt yuv444p -c:a pcm_s16le"),
    ("h264.m4v", "-c:v libx264 -pix_fmt yuv420p -an"),
    ("h264.mkv", "-c:v libx264 -pix_fmt yuv420p -c:a flac"),
    ("h264.ts", "-c:v libx264 -pix_fmt yuv420p -c:a aac"),
    ("h264.flv", "-c:v libx264 -pix_fmt yuv420p -c:a aac"),
    ("hevc.mp4", "-c:v libx265 -x265-params log-level=error -pix_fmt yuv420p10le -c:a alac"),
    ("vp8.webm", "-c:v libvpx -b:v 1M -c:a libvorbis"),
    ("vp9.webm", "-c:v libvpx-vp9 -b:v 1M -deadline realtime -c:a libopus"),
    ("av1.mp4", "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p -c:a aac"),
    ("mjpeg.avi", "-c:v mjpeg -q:v 3 -pix_fmt yuvj422p -c:a pcm_s16le"),
    ("mpeg4.avi", "-c:v mpeg4 -q:v 3 -c:a libmp3lame"),
    ("prores.mov", "-c:v prores_ks -c:a pcm_s24le"),
    ("mpeg2.mpg", "-c:v mpeg2video -q:v 3 -r 25 -c:a mp2"),
];

#[test]
fn every_kind_of_recording_is_surveyed_and_read() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "still", 40);
    maker.hum("hum", 2.0);
    for (name, how) in KINDS {
        maker.run(&format!("-loop 1 -framerate 10 -t 2 -i still.png -i hum.wav {how} {name}"));
        let path = maker.path(name);
        let (survey, poster) = survey(&mut worker, &path).unwrap();
        let picture = survey.picture.as_ref().unwrap();
        assert_eq!((picture.width, picture.height), (480, 240), "{name}");
        assert_eq!(survey.sound.is_some(), !how.contains("-an"), "{name}");
        assert!(survey.duration.is_some_and(|seconds| (1.9..2.3).contains(&seconds)), "{name} {survey:?}");
        assert_eq!(survey.gaps, [], "{name}");
        assert_eq!(poster.map(|(raster, _)| (raster.width, raster.height)), Some((320, 160)), "{name}");

        let watched = watch(&mut worker, &path, 0.0, None).unwrap();
        assert_notice(&watched, name);
        assert!(watched.ended && watched.frames == 1 && watched.gaps.is_empty(), "{name} {watched:?}");
        assert!((1.85..2.3).contains(&watched.to), "{name} {}", watched.to);
        assert_eq!(watched.engines.len(), 2);
        let stages: Vec<Stage> = worker.progress.iter().map(|(stage, ..)| *stage).collect();
        assert!(stages.iter().all(|stage| matches!(stage, Stage::Load | Stage::Watch)), "{stages:?}");
        assert_eq!(
            worker.progress.last().map(|(_, done, total)| (*done >= 2, total - done)),
            Some((true, 0))
        );
    }
}

#[test]
fn files_of_sound_alone_are_surveyed_with_their_covers() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "still", 40);
    maker.hum("hum", 1.0);
    for (name, how, codec) in [
        ("a.wav", "", "pcm_s16le"),
        ("a.mp3", "-c:a libmp3lame", "mp3"),
        ("a.m4a", "-c:a aac", "aac"),
        ("a.aac", "-c:a aac", "aac"),
        ("a.ogg", "-c:a libvorbis", "vorbis"),
        ("a.opus", "-c:a libopus", "opus"),
        ("a.flac", "-c:a flac", "flac"),
        ("a.aiff", "-c:a pcm_s16be", "pcm_s16be"),
    ] {
        maker.run(&format!("-i hum.wav {how} {name}"));
        let path = maker.path(name);
        let (survey, poster) = survey(&mut worker, &path).unwrap();
        assert_eq!((survey.picture, poster), (None, None), "{name}");
        assert_eq!(survey.sound.unwrap().codec, codec);
        let shown = worker.ask(&path, MediaKind::Audio, Work::Preview { edge: 200, at: 0.0 });
        assert_eq!(shown.unwrap_err().code, Code::Unsupported, "{name}");
        assert_eq!(watch(&mut worker, &path, 0.0, None).unwrap_err().code, Code::Unsupported);
    }
    for (name, how) in [("c.mp3", "-c:a libmp3lame -c:v mjpeg"), ("c.flac", "-c:a flac -c:v png")] {
        maker.run(&format!("-i hum.wav -i still.png -map 0 -map 1 {how} -disposition:v attached_pic {name}"));
        let path = maker.path(name);
        let (survey, poster) = survey(&mut worker, &path).unwrap();
        assert!(survey.picture.is_none() && survey.gaps.is_empty(), "{name} {survey:?}");
        assert_eq!(poster.map(|(raster, _)| raster), Some(Raster { width: 320, height: 160 }), "{name}");
        let (_, shown) = worker.ask(&path, MediaKind::Audio, Work::Preview { edge: 240, at: 9.0 }).unwrap();
        assert_eq!(shown.map(|(raster, _)| raster), Some(Raster { width: 240, height: 120 }), "{name}");
    }
}

#[test]
fn a_recording_is_held_as_its_camera_was() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "still", 40);
    for (stored, rotate) in [("transpose=2", "270"), ("transpose=1", "90"), ("hflip,vflip", "180")] {
        maker.run(&format!(
            "-loop 1 -framerate 10 -t 1 -i still.png -vf {stored} -c:v libx264 -pix_fmt yuv420p stored.mp4"
        ));
        maker.run(&format!(
            "-i stored.mp4 -c copy -metadata:s:v rotate={rotate} -metadata creation_time=2026-03-14T09:12:44Z \
             -movflags use_metadata_tags -metadata com.apple.quicktime.make=Apple \
             -metadata com.apple.quicktime.model=iPhone turned.mov"
        ));
        let path = maker.path("turned.mov");
        let (survey, poster) = survey(&mut worker, &path).unwrap();
        let picture = survey.picture.unwrap();
        assert_eq!((picture.width, picture.height), (480, 240), "{stored}");
        assert_eq!(survey.taken_at.as_deref(), Some("2026-03-14T09:12:44Z"));
        assert_eq!(survey.camera.as_deref(), Some("Apple iPhone"));
        assert_eq!(poster.map(|(raster, _)| (raster.width, raster.height)), Some((320, 160)), "{stored}");
        assert_notice(&watch(&mut worker, &path, 0.0, None).unwrap(), stored);
    }
}

#[test]
fn each_screen_has_its_time_in_whatever_stretch_it_is_looked_for() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "high", 0);
    still(&maker, "low", 80);
    RgbImage::from_pixel(480, 240, image::Rgb([30; 3])).save(maker.path("blank.png")).unwrap();
    // Of frames that stand for a long time, and of many: three seconds, two, and one and a half.
    let list =
        "file blank.png\nduration 3\nfile high.png\nduration 2\nfile low.png\nduration 1.5\nfile low.png\n";
    fs::write(maker.path("list.txt"), list).unwrap();
    let how = "-c:v libx264 -pix_fmt yuv420p -g 1000";
    maker.run(&format!("-f concat -i list.txt -vsync vfr {how} -video_track_timescale 1000 vfr.mp4"));
    maker.run(&format!("-f concat -i list.txt -vf fps=12 {how} cfr.mkv"));
    for name in ["vfr.mp4", "cfr.mkv"] {
        let path = maker.path(name);
        let whole = watch(&mut worker, &path, 0.0, None).unwrap();
        assert_notice(&whole, name);
        for (from, to, text) in texts(&whole) {
            assert!((from - 3.0).abs() < 0.3 && (to - 6.5).abs() < 0.3, "{name} {text} {from} {to}");
        }
        let early = watch(&mut worker, &path, 0.0, Some(2.0)).unwrap();
        assert_eq!((early.lines.len(), early.to, early.ended), (0, 2.0, false), "{name}");
        // From the middle of a frame, and to the middle of another.
        let middle = watch(&mut worker, &path, 4.0, Some(6.0)).unwrap();
        assert_notice(&middle, name);
        assert!(middle.lines.iter().all(|seen| seen.from == 4.0 && seen.to == 6.0), "{:?}", texts(&middle));
        let late = watch(&mut worker, &path, 50.0, Some(60.0)).unwrap();
        assert!(late.ended && late.lines.is_empty() && (6.2..6.8).contains(&late.to), "{name} {late:?}");

        let mut shown =
            |at| worker.ask(&path, MediaKind::Video, Work::Preview { edge: 480, at }).unwrap().1.unwrap();
        let (blank, high, low) = (shown(1.0), shown(3.5), shown(100.0));
        assert!(blank.1.iter().all(|value| value.abs_diff(30) < 12), "{name}");
        let row = |(raster, pixels): &(Raster, Vec<u8>), y: u32| {
            let row = (y * raster.width * 3) as usize;
            pixels[row..row + raster.width as usize * 3].iter().map(|value| u32::from(*value)).sum::<u32>()
        };
        assert!((0..240).any(|y| row(&high, y).abs_diff(row(&low, y)) > 5000), "{name}");
    }
}

#[test]
fn lines_that_come_one_by_one_are_each_read_when_they_come() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "all", 40);
    let all = image::open(maker.path("all.png")).unwrap().into_rgb8();
    let ground = *all.get_pixel(0, 0);
    let mut list = String::new();
    for (name, shown) in [("one", 71), ("three", 134), ("five", 240)] {
        let covered = |x, y| if y < shown { *all.get_pixel(x, y) } else { ground };
        RgbImage::from_fn(480, 240, covered).save(maker.path(&format!("{name}.png"))).unwrap();
        list += &format!("file {name}.png\nduration 1.5\n");
    }
    fs::write(maker.path("list.txt"), list + "file five.png\n").unwrap();
    maker.run("-f concat -i list.txt -vf fps=10 -c:v libx264 -pix_fmt yuv420p -g 1000 typed.mp4");
    let watched = watch(&mut worker, &maker.path("typed.mp4"), 0.0, None).unwrap();
    assert_notice(&watched, "typed.mp4");
    assert_eq!(watched.frames, 3);
    for (said, comes) in NOTICE.iter().zip([0.0, 1.5, 3.0]) {
        let seen = watched.lines.iter().find(|seen| seen.line.text == *said).unwrap();
        assert!((seen.from - comes).abs() < 0.3 && seen.to == watched.to, "{said}: {:?}", texts(&watched));
        assert!(
            seen.line.corners.iter().all(|[x, y]| (30.0..450.0).contains(x) && (30.0..210.0).contains(y))
        );
    }
}

/// Wants nothing more once two seconds were watched.
struct Impatient(Cell<u32>);

impl Watch for Impatient {
    fn progress(&self, stage: Stage, done: u32, _: u32) {
        if stage == Stage::Watch {
            self.0.set(done);
        }
    }

    fn cancelled(&self) -> bool {
        self.0.get() >= 2
    }
}

#[test]
fn a_cancel_is_heard_while_a_recording_is_watched() {
    let maker = FilmMaker::new();
    maker.run("-f lavfi -i testsrc=s=160x96:r=10:d=20 -c:v libx264 -pix_fmt yuv420p long.mp4");
    let path = maker.path("long.mp4");
    let mut engines = sealed::engines();
    let medium = Medium {
        file: File::open(&path).unwrap(),
        bytes: film_maker::size(&path),
        extension: None,
        limits: Limits::default(),
    };
    let what = Work::Watch { from: 0.0, to: None };
    let job = Job { work: what, kind: MediaKind::Video, medium: Some(medium), files: Vec::new() };
    let watch = Impatient(Cell::new(0));
    assert!(matches!(work(job, &mut engines, &watch), Err(Interruption::Cancelled)));
    assert!(watch.0.get() < 4, "{}", watch.0.get());
}

#[test]
fn a_worker_that_reads_recordings_is_fully_confined() {
    let worker = Sealed::start();
    let open: Vec<_> = worker.confinement.canaries.iter().filter(|canary| !canary.refused).collect();
    assert!(!worker.confinement.canaries.is_empty() && open.is_empty(), "{open:?}");
}
