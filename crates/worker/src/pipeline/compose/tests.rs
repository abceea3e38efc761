//! What parts come to as one reading.

use deskscribe_protocol::{
    Answer, Gap, Heard, Line, PictureTrack, Seen, SoundTrack, Span, Survey, Transcript, Watched, Work,
};

use super::*;

struct Alone;

impl Watch for Alone {
    fn progress(&self, _: Stage, _: u32, _: u32) {}

    fn cancelled(&self) -> bool {
        false
    }
}

fn read(parts: &Parts) -> Reading {
    let reading = compose(parts.clone(), &Alone);
    let work = Work::Compose(Box::new(parts.clone()));
    assert_eq!(Answer::Reading(Box::new(reading.clone())).check(&work), Ok(()));
    reading
}

fn recording(parts: &Parts) -> Recording {
    read(parts).recording.unwrap()
}

fn seen(from: f64, to: f64, text: &str) -> Seen {
    let line = Line {
        text: text.to_owned(),
        confidence: 0.9,
        corners: [[0.0, 0.0], [90.0, 0.0], [90.0, 9.0], [0.0, 9.0]],
        page: 0,
    };
    Seen { from, to, line }
}

fn watched(to: f64, ended: bool, lines: Vec<Seen>) -> Watched {
    Watched { lines, frames: 3, to, ended, seconds: 1.5, engines: vec![engine("ocr")], ..Watched::default() }
}

fn heard(to: f64, speech: &[(f64, f64)]) -> Heard {
    let speech = speech.iter().map(|&(from, to)| Span { from, to }).collect();
    Heard { speech, audible: true, to, ended: true, engine: Some(engine("voice")), ..Heard::default() }
}

fn said(segments: &[(f64, f64, &str)]) -> Transcript {
    let segment = |&(start, end, text): &(f64, f64, &str)| Segment {
        start,
        end,
        text: text.to_owned(),
        confidence: 0.8,
    };
    let segments = segments.iter().map(segment).collect();
    Transcript {
        segments,
        language: Some("en".to_owned()),
        engine: Some(engine("speech")),
        seconds: 2.0,
        ..Transcript::default()
    }
}

fn engine(name: &str) -> EngineUse {
    EngineUse { stage: Stage::Watch, engine: name.to_owned(), model: String::new(), sha256: String::new() }
}

fn gap(from: f64, to: f64, what: Missing, reason: &str) -> Gap {
    Gap { from, to, what, reason: reason.to_owned() }
}

/// A minute of screens, in two stretches, with speech.
fn film() -> Parts {
    let survey = Survey {
        duration: Some(60.0),
        picture: Some(PictureTrack { width: 1280, height: 720, codec: "h264".to_owned() }),
        sound: Some(SoundTrack { codec: "aac".to_owned() }),
        taken_at: Some("2026-03-01T10:00:00Z".to_owned()),
        camera: None,
        gaps: Vec::new(),
    };
    let first =
        vec![seen(0.0, 30.0, "Quarterly budget plan"), seen(0.0, 9.0, "Draft"), seen(12.0, 30.0, "Save")];
    let second =
        vec![seen(30.5, 60.0, "Quarterly budget plan"), seen(31.0, 40.0, "Save"), seen(45.0, 60.0, "Draft")];
    Parts {
        survey,
        heard: vec![heard(59.8, &[(1.0, 5.0), (40.0, 44.0)])],
        transcripts: vec![
            said(&[(1.0, 5.0, "Let us begin.")]),
            said(&[(40.0, 44.0, "The invoice is late.")]),
        ],
        watched: vec![watched(30.0, false, first), watched(60.0, true, second)],
        lost: Vec::new(),
        owes_speech: false,
    }
}

#[test]
fn what_was_shown_and_said_is_one_reading() {
    let reading = read(&film());
    assert_eq!(reading.text, "Quarterly budget plan\nDraft\nSave");
    assert_eq!((reading.width, reading.height, reading.pages), (1280, 720, 6));
    assert_eq!(
        (reading.language.as_deref(), reading.taken_at.as_deref()),
        (Some("en"), Some("2026-03-01T10:00:00Z"))
    );
    assert_eq!(reading.digest.title.as_deref(), Some("Quarterly budget plan"));
    assert!(reading.digest.summary.unwrap().contains("The invoice is late."));
    assert!(reading.seconds >= 7.0 && reading.provenance.engines.len() == 3, "{:?}", reading.provenance);
    assert!(reading.lines.is_empty() && reading.pending.is_empty());
    let recording = reading.recording.unwrap();
    assert_eq!((recording.duration, recording.sound), (60.0, Sound::Speech));
    assert_eq!(recording.spoken_language.as_deref(), Some("en"));
    assert_eq!(recording.transcript.len(), 2);
    assert!(recording.gaps.is_empty(), "{:?}", recording.gaps);
}

#[test]
fn a_line_that_stays_across_a_border_is_one() {
    let screen = recording(&film()).screen;
    let entries: Vec<_> = screen.iter().map(|it| (it.from, it.to, it.text.as_str())).collect();
    let expected = [
        (0.0, 60.0, "Quarterly budget plan"),
        (0.0, 9.0, "Draft"),
        (12.0, 40.0, "Save"),
        (45.0, 60.0, "Draft"),
    ];
    assert_eq!(entries, expected);
    // Two that look alike and stand there together stay two.
    let twice = |from: f64, to: f64| vec![seen(from, to, "OK"), seen(from, to, "OK")];
    let mut parts = film();
    parts.watched = vec![watched(30.0, false, twice(0.0, 30.0)), watched(60.0, true, twice(30.0, 60.0))];
    let screen = recording(&parts).screen;
    assert!(screen.len() == 2 && screen.iter().all(|it| (it.from, it.to) == (0.0, 60.0)), "{screen:?}");
}

#[test]
fn what_the_file_promises_and_does_not_hold_is_a_gap() {
    let mut parts = film();
    parts.survey.duration = Some(36_000.0);
    let gaps = recording(&parts).gaps;
    let reason = "the file says that it lasts 10:00:00, and ends after 1:00";
    assert_eq!(gaps, [gap(60.0, 36_000.0, Missing::Rest, reason)]);
    parts.survey.duration = Some(f64::MAX);
    assert_eq!(recording(&parts).gaps[0].to, Recording::LONGEST);
    // A second more or less is nothing, and neither is a file that is longer than it says.
    for says in [61.0, 30.0, 0.0] {
        parts.survey.duration = Some(says);
        assert!(recording(&parts).gaps.is_empty(), "{says}");
    }
    // Where a part was lost, nobody knows where it ends.
    parts.survey.duration = Some(600.0);
    parts.watched.truncate(1);
    parts.heard.clear();
    parts.lost = vec![gap(30.0, 600.0, Missing::Picture, "workers died of it")];
    let recording = recording(&parts);
    assert_eq!((recording.duration, recording.gaps), (600.0, parts.lost));
}

#[test]
fn what_can_be_heard_is_told_apart() {
    let sound = |change: fn(&mut Parts)| {
        let mut parts = film();
        change(&mut parts);
        let reading = read(&parts);
        (reading.recording.unwrap().sound, reading.pending)
    };
    let owed = |parts: &mut Parts| {
        parts.transcripts.clear();
        parts.owes_speech = true;
    };
    assert_eq!(sound(owed), (Sound::Speech, vec![Owed::Speech]));
    assert_eq!(sound(|parts| parts.heard.clear()).0, Sound::Absent);
    let quiet = |parts: &mut Parts| {
        parts.heard[0].speech.clear();
        parts.transcripts.clear();
    };
    assert_eq!(sound(quiet).0, Sound::NoSpeech);
    let silent = |parts: &mut Parts| {
        parts.heard[0] = Heard { to: 60.0, ended: true, ..Heard::default() };
        parts.transcripts.clear();
    };
    assert_eq!(sound(silent).0, Sound::Silent);
    // The voice detector was wrong; or somebody speaks whom nobody understands.
    assert_eq!(sound(|parts| parts.transcripts = vec![said(&[])]).0, Sound::NoSpeech);
    let unclear = |parts: &mut Parts| {
        let gaps = vec![gap(1.0, 5.0, Missing::Words, "unclear")];
        parts.transcripts = vec![Transcript { gaps, ..said(&[]) }];
    };
    assert_eq!(sound(unclear).0, Sound::Speech);
}

#[test]
fn gaps_that_belong_together_are_one_and_in_order() {
    let mut parts = film();
    let unclear = |from, to| gap(from, to, Missing::Words, "unclear");
    parts.transcripts[1].gaps = vec![unclear(20.0, 25.0), unclear(25.0, 30.0), unclear(50.0, 51.0)];
    parts.heard[0].gaps = vec![gap(10.0, 12.0, Missing::Sound, "broken")];
    let gaps = recording(&parts).gaps;
    let expected = [gap(10.0, 12.0, Missing::Sound, "broken"), unclear(20.0, 30.0), unclear(50.0, 51.0)];
    assert_eq!(gaps, expected);
}

#[test]
fn whatever_the_parts_hold_a_reading_keeps_its_bounds() {
    let many = |count: u32, length: usize| {
        let line =
            |at: u32| seen(f64::from(at), f64::from(at) + 0.5, &format!("{at} {}", "x".repeat(length)));
        (0..count).map(line).collect::<Vec<_>>()
    };
    for (count, length) in [(30_000, 1), (4_000, 1_900)] {
        let mut parts = film();
        let stretch = watched(30_000.0, true, many(count, length));
        parts.watched = vec![Watched { gaps: vec![gap(1.0, 2.0, Missing::Picture, "a"); 900], ..stretch }; 3];
        for (at, stretch) in parts.watched.iter_mut().enumerate() {
            let shift = 30_000.0 * at as f64;
            for seen in &mut stretch.lines {
                (seen.from, seen.to) = (seen.from + shift, seen.to + shift);
            }
            for (number, gap) in stretch.gaps.iter_mut().enumerate() {
                gap.reason = format!("{at} {number}");
            }
            stretch.to += shift;
        }
        parts.transcripts = vec![said(&[(0.0, 1.0, &"word ".repeat(390))]); 2_500];
        let reading = read(&parts);
        let recording = reading.recording.unwrap();
        assert!(recording.gaps.len() == Recording::MOST_GAPS, "{}", recording.gaps.len());
        assert!(recording.gaps.iter().any(|gap| gap.reason.contains("more places")));
        assert!(reading.text.len() <= Reading::MOST_TEXT && recording.screen.len() <= Recording::MOST);
    }
}

#[test]
fn where_other_things_are_shown_and_said_a_chapter_begins() {
    let mut parts = film();
    let topics = [
        ("Garden irrigation pumps", "the irrigation pump waters the beds"),
        ("Choir rehearsal plan", "altos rehearse the second hymn"),
    ];
    let stands = |at: usize| (150.0 * at as f64, 150.0 * (at + 1) as f64);
    let lines = topics.iter().enumerate().map(|(at, (title, _))| seen(stands(at).0, stands(at).1, title));
    parts.watched = vec![watched(300.0, true, lines.collect())];
    let segments: Vec<(f64, f64, &str)> =
        (0..30).map(|at| (10.0 * at as f64, 10.0 * at as f64 + 8.0, topics[at / 15].1)).collect();
    parts.transcripts = vec![said(&segments)];
    let chapters = read(&parts).digest.chapters;
    let chapters: Vec<(f64, &str)> = chapters.iter().map(|it| (it.at, it.title.as_str())).collect();
    assert_eq!(chapters, [(0.0, topics[0].0), (150.0, topics[1].0)]);
    assert!(read(&film()).digest.chapters.is_empty(), "a minute has none");
}
