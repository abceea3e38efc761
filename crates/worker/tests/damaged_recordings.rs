//! Recordings that are cut off, flipped, lie, or are none, in a real, confined worker.

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

use std::fs;

use deskscribe_protocol::{Code, MediaKind, Missing, Work};
use film_maker::FilmMaker;
use image::RgbImage;
use notice::{assert_notice, still, survey, texts, watch};
use sealed::Sealed;

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
        ("zeros.avi", &[0; 5000], Code::Damaged, "whatever its name says"),
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
fn a_clock_that_begins_anew_or_leaps_away_loses_nothing_that_is_shown() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "still", 40);
    RgbImage::from_pixel(480, 240, image::Rgb([30; 3])).save(maker.path("blank.png")).unwrap();
    for picture in ["blank", "still"] {
        let how = "-c:v libx264 -pix_fmt yuv420p";
        maker.run(&format!("-loop 1 -framerate 10 -t 3 -i {picture}.png {how} {picture}.ts"));
    }
    let joined = ["blank.ts", "still.ts"].map(|part| fs::read(maker.path(part)).unwrap()).concat();
    fs::write(maker.path("joined.ts"), joined).unwrap();
    let watched = watch(&mut worker, &maker.path("joined.ts"), 0.0, None).unwrap();
    assert_notice(&watched, "joined.ts");
    assert!(watched.ended && (5.8..6.3).contains(&watched.to), "{watched:?}");
    assert!(watched.lines.iter().all(|seen| (2.5..3.6).contains(&seen.from)), "{:?}", texts(&watched));
    assert!(watched.gaps.iter().any(|gap| gap.reason.contains("goes back by 3 seconds")), "{watched:?}");

    // Says nothing about its length, and its last frames come five hours later.
    maker.run_all(&[
        "-loop",
        "1",
        "-framerate",
        "10",
        "-t",
        "3",
        "-i",
        "still.png",
        "-vf",
        "setpts=PTS+gte(N\\,20)*18000/TB",
        "-vsync",
        "passthrough",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-live",
        "1",
        "leap.mkv",
    ]);
    let watched = watch(&mut worker, &maker.path("leap.mkv"), 0.0, Some(60.0)).unwrap();
    assert_notice(&watched, "leap.mkv");
    assert!(watched.ended && (2.8..3.3).contains(&watched.to), "{watched:?}");
    assert!(watched.gaps.iter().any(|gap| gap.reason.contains("leaps by 18000 seconds")), "{watched:?}");
}

#[test]
fn a_clock_that_begins_late_does_not_make_a_recording_longer() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    still(&maker, "still", 40);
    maker.run("-loop 1 -framerate 10 -t 2 -i still.png -c:v libx264 -pix_fmt yuv420p early.mkv");
    maker.run("-itsoffset 3000 -i early.mkv -c copy late.mkv");
    let (survey, _) = survey(&mut worker, &maker.path("late.mkv")).unwrap();
    assert!(survey.duration.is_some_and(|seconds| (1.9..2.2).contains(&seconds)), "{survey:?}");
}

#[test]
fn frames_that_are_too_large_are_refused_by_their_size() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    maker.run(
        "-f lavfi -i color=s=12000x11000:r=10:d=0.1 -frames:v 1 -c:v libx264 -preset ultrafast large.mp4",
    );
    let failure = survey(&mut worker, &maker.path("large.mp4")).unwrap_err();
    assert_eq!(failure.code, Code::TooLarge, "{failure}");
    assert!(failure.reason.contains("12000 × 11000, 132 megapixels"), "{failure}");
}
