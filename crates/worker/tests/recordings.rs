//! Recordings of every kind, surveyed, shown and watched by a real, confined worker.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "common/film_maker.rs"]
mod film_maker;
#[path = "common/sealed.rs"]
mod sealed;

use std::fs;
use std::path::Path;

use deskscribe_protocol::{Answer, Code, Failure, MediaKind, Missing, Raster, Stage, Survey, Watched, Work};
use film_maker::FilmMaker;
use image::{RgbImage, imageops};
use sealed::Sealed;

/// What the notice says, of which stills are made.
const NOTICE: [&str; 3] = [
    "The label printer on port USB003 stopped responding.",
    "Last good label: PD-558101 at 12:41:07.",
    "until it clicks. Then choose Retry.",
];

/// A still of 480 by 240 pixels with the notice at this height, as `NAME.png`.
fn still(maker: &FilmMaker, name: &str, top: i64) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/label printer error.gif");
    let sample = image::open(sample).unwrap().into_rgb8();
    let notice = imageops::crop_imm(&sample, 462, 304, 388, 156).to_image();
    let mut still = RgbImage::from_pixel(480, 240, *notice.get_pixel(0, 0));
    imageops::replace(&mut still, &notice, 40, top);
    still.save(maker.path(&format!("{name}.png"))).unwrap();
}

fn survey(worker: &mut Sealed, path: &Path) -> Result<(Survey, Option<(Raster, Vec<u8>)>), Failure> {
    let (answer, picture) = worker.ask(path, MediaKind::Video, Work::Survey)?;
    let Answer::Survey(survey) = answer else { panic!("another answer: {answer:?}") };
    Ok((survey, picture))
}

fn watch(worker: &mut Sealed, path: &Path, from: f64, to: Option<f64>) -> Result<Watched, Failure> {
    let (answer, _) = worker.ask(path, MediaKind::Video, Work::Watch { from, to })?;
    let Answer::Watched(watched) = answer else { panic!("another answer: {answer:?}") };
    Ok(watched)
}

#[track_caller]
fn assert_notice(watched: &Watched, name: &str) {
    for said in NOTICE {
        let times = watched.lines.iter().filter(|seen| seen.line.text == said).count();
        assert_eq!(times, 1, "{name}: {said} in {:?}", texts(watched));
    }
}

fn texts(watched: &Watched) -> Vec<(f64, f64, &str)> {
    watched.lines.iter().map(|seen| (seen.from, seen.to, seen.line.text.as_str())).collect()
}

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
fn what_is_damaged_keeps_what_can_be_read() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "still", 40);
    maker.hum("hum", 4.0);
    let make =
        "-loop 1 -framerate 10 -t 4 -i still.png -i hum.wav -c:v libx264 -pix_fmt yuv420p -g 10 -c:a aac";
    maker.run(&format!("{make} whole.mkv"));
    maker.run(&format!("{make} -movflags +faststart fast.mp4"));
    maker.run(&format!("{make} slow.mp4"));
    for (name, cut) in [("whole.mkv", "cut.mkv"), ("fast.mp4", "cut.mp4")] {
        let path = maker.cut(name, 0.6, cut);
        assert!(survey(&mut worker, &path).is_ok(), "{cut}");
        let watched = watch(&mut worker, &path, 0.0, None).unwrap();
        assert_notice(&watched, cut);
        assert!(watched.ended && (0.5..3.9).contains(&watched.to), "{cut} {}", watched.to);
    }
    let failure = survey(&mut worker, &maker.cut("slow.mp4", 0.7, "headless.mp4")).unwrap_err();
    assert_eq!(failure.code, Code::Damaged);
    assert!(failure.reason.contains("ends before its index"), "{failure}");
}

#[test]
fn what_is_no_recording_is_named() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    maker.run("-f lavfi -i testsrc=s=64x48:r=5:d=1 gif.gif");
    for (name, content, code, words) in [
        ("empty.mp4", &b""[..], Code::Empty, "empty"),
        (
            "list.mp4",
            b"#EXTM3U\n#EXTINF:2,\nfile:///etc/os-release\n#EXT-X-ENDLIST\n",
            Code::Unsupported,
            "HLS playlist",
        ),
        (
            "dash.mp4",
            b"<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>",
            Code::Unsupported,
            "DASH",
        ),
        (
            "join.mkv",
            b"ffconcat version 1.0\nfile /etc/passwd\n",
            Code::Unsupported,
            "only names other files",
        ),
        (
            "session.mov",
            b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nm=video 1 RTP/AVP 96\r\n",
            Code::Unsupported,
            "only names other files",
        ),
        ("notes.webm", b"these are only some notes\n", Code::Damaged, "its content is text"),
        ("zeros.avi", &[0; 5000], Code::Damaged, "whatever .avi says"),
    ] {
        fs::write(maker.path(name), content).unwrap();
        let failure = survey(&mut worker, &maker.path(name)).unwrap_err();
        assert_eq!(failure.code, code, "{name}: {failure}");
        assert!(failure.reason.contains(words), "{name}: {failure}");
    }
    let failure = survey(&mut worker, &maker.path("gif.gif")).unwrap_err();
    assert_eq!(failure.code, Code::Unsupported, "{failure}");
}

#[test]
fn tracks_that_nobody_can_decode_are_told() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    maker.hum("hum", 1.0);
    maker.run("-f lavfi -i testsrc=s=64x48:r=5:d=1 -i hum.wav -c:v ffv1 -c:a aac odd.mkv");
    let (survey_of_odd, _) = survey(&mut worker, &maker.path("odd.mkv")).unwrap();
    assert!(survey_of_odd.picture.is_none() && survey_of_odd.sound.is_some());
    assert_eq!(survey_of_odd.gaps.len(), 1);
    assert_eq!(survey_of_odd.gaps[0].what, Missing::Picture);
    assert!(survey_of_odd.gaps[0].reason.contains("ffv1"), "{:?}", survey_of_odd.gaps);
    maker.run("-f lavfi -i testsrc=s=64x48:r=5:d=1 -c:v ffv1 odder.mkv");
    let failure = survey(&mut worker, &maker.path("odder.mkv")).unwrap_err();
    assert_eq!(failure.code, Code::Unsupported);
    assert!(failure.reason.contains("ffv1"), "{failure}");
}

#[test]
fn lies_about_length_and_hosts_of_tracks_are_dealt_with() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "still", 40);
    maker.run("-loop 1 -framerate 10 -t 2 -i still.png -c:v libx264 -pix_fmt yuv420p short.mp4");
    let mut bytes = fs::read(maker.path("short.mp4")).unwrap();
    // Ten hours in `mvhd`, in its units of a thousandth.
    let header = bytes.windows(4).position(|window| window == b"mvhd").unwrap();
    bytes[header + 20..header + 24].copy_from_slice(&36_000_000_u32.to_be_bytes());
    fs::write(maker.path("long.mp4"), &bytes).unwrap();
    let watched = watch(&mut worker, &maker.path("long.mp4"), 0.0, Some(36_000.0)).unwrap();
    assert!(watched.ended && (1.9..2.2).contains(&watched.to), "{watched:?}");
    assert_notice(&watched, "long.mp4");

    // Two thousand tracks: the one there is, again and again.
    let index = bytes.windows(4).position(|window| window == b"moov").unwrap() - 4;
    let track = bytes.windows(4).position(|window| window == b"trak").unwrap() - 4;
    let size =
        |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize;
    let (end, length) = (track + size(track), size(track));
    let mut many = [&bytes[..track], &bytes[track..end].repeat(2000), &bytes[end..]].concat();
    let grown = (size(index) + 1999 * length) as u32;
    many[index..index + 4].copy_from_slice(&grown.to_be_bytes());
    fs::write(maker.path("many.mp4"), many).unwrap();
    let failure = survey(&mut worker, &maker.path("many.mp4")).unwrap_err();
    assert_eq!(failure.code, Code::TooLarge, "{failure}");
}

#[test]
fn flipped_bits_harm_nobody() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    maker.hum("hum", 1.0);
    for (name, how) in [
        ("a.mp4", "-c:v libx264 -g 5 -c:a aac"),
        ("a.webm", "-c:v libvpx-vp9 -deadline realtime -c:a libopus"),
        ("a.avi", "-c:v mpeg4 -c:a libmp3lame"),
        ("a.ts", "-c:v libx264 -c:a aac"),
        ("a.mov", "-c:v prores_ks -c:a pcm_s16le"),
    ] {
        maker.run(&format!("-f lavfi -i testsrc=s=160x96:r=10:d=1 -i hum.wav {how} {name}"));
        let whole = fs::read(maker.path(name)).unwrap();
        for seed in 0..12_u64 {
            let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let mut bytes = whole.clone();
            for _ in 0..=seed * 4 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let at = random as usize % bytes.len();
                bytes[at] ^= 1 << (random >> 60 & 7);
            }
            let path = maker.path("hurt");
            fs::write(&path, bytes).unwrap();
            // Any outcome is right, as long as there is one.
            let _ = survey(&mut worker, &path);
            let _ = watch(&mut worker, &path, 0.0, None);
            let _ = worker.ask(&path, MediaKind::Video, Work::Preview { edge: 64, at: 0.5 });
        }
    }
}

#[test]
fn a_worker_that_reads_recordings_is_fully_confined() {
    let worker = Sealed::start();
    let open: Vec<_> = worker.confinement.canaries.iter().filter(|canary| !canary.refused).collect();
    assert!(!worker.confinement.canaries.is_empty() && open.is_empty(), "{open:?}");
}
