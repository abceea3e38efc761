//! Recordings that were read, as a person or a script meets them in the terminal. What was read is stored directly, so
//! that the words are known to the letter.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use deskscribe_cache::{Cache, Outcome, Place, Record, Stamp};
use deskscribe_protocol::{
    ContentKey, Digest, Gap, MediaKind, Missing, OnScreen, Owed, Reading, Recording, Segment, Sound,
};
use deskscribe_system_tests::{Printed, Terminal};

/// A desktop with a talk and a memo that were read, and a way to run the program on it.
struct Desk {
    terminal: Terminal,
}

fn reading(pending: Vec<Owed>, recording: Recording) -> Reading {
    let digest =
        Digest { title: Some("Weekly meeting".to_owned()), by: "extractive".to_owned(), ..Digest::default() };
    let text = recording.screen.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    Reading { text, digest, pending, recording: Some(recording), ..Reading::default() }
}

impl Desk {
    fn filled() -> Self {
        let desk = Self { terminal: Terminal::new() };
        let line = |from, to, text: &str| OnScreen { from, to, text: text.to_owned() };
        let said = |start, end, text: &str| Segment { start, end, text: text.to_owned(), confidence: 0.75 };
        let talk = Recording {
            duration: 754.0,
            sound: Sound::Speech,
            transcript: vec![said(1.5, 4.0, "Good morning."), said(65.25, 70.0, "This is the treasure.")],
            spoken_language: Some("en".to_owned()),
            screen: vec![line(0.0, 60.0, "Agenda"), line(0.0, 60.0, "Budget"), line(60.0, 754.0, "Slide 2")],
            gaps: vec![Gap {
                from: 700.0,
                to: 754.0,
                what: Missing::Rest,
                reason: "the file ends there".to_owned(),
            }],
        };
        let talk = Reading { width: 1280, height: 720, pages: 2, ..reading(Vec::new(), talk) };
        desk.put("talk.mp4", 1, MediaKind::Video, talk);
        let memo = Recording { duration: 12.0, sound: Sound::Speech, ..Recording::default() };
        desk.put("memo.m4a", 2, MediaKind::Audio, reading(vec![Owed::Speech], memo));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.terminal.desktop().join(name)
    }

    fn put(&self, name: &str, number: u8, kind: MediaKind, reading: Reading) {
        let path = self.path(name);
        fs::write(&path, name).unwrap();
        let key = ContentKey::from_bytes([number; 32]);
        let outcome = Outcome::Read(Box::new(reading));
        let read_at = 1_773_446_400_000 + i64::from(number);
        let record = Record { key, kind, bytes: 42, outcome, read_at, program: Record::own() };
        let stamp = Stamp::of(&fs::metadata(&path).unwrap());
        let mut writer = Cache::open(&self.terminal.home()).unwrap().writer().unwrap();
        let mut guard = writer.lock(Duration::from_secs(60)).unwrap();
        guard.put(&record).unwrap();
        guard.remember(&Place { path, stamp }, &key, read_at).unwrap();
        guard.commit().unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Printed {
        let mut command = self.terminal.deskscribe(arguments);
        Printed::by(command.current_dir(self.terminal.desktop()).env("TZ", "UTC"))
    }
}

#[test]
fn a_word_that_was_only_said_finds_the_recording_and_the_second() {
    let desk = Desk::filled();
    let row = desk.run(&["search", "--json", "treasure"]).rows().remove(0);
    assert_eq!(
        (&row["at"], &row["kind"], &row["page"]),
        (&65.25.into(), &"video".into(), &serde_json::Value::Null)
    );
    let shown = desk.run(&["search", "treasure"]).stdout;
    assert!(
        shown.contains("talk.mp4") && shown.contains(" · at 1:05\n") && shown.contains("the treasure."),
        "{shown}"
    );
    assert_eq!(desk.run(&["search", "--json", "slide"]).rows()[0]["at"], 60.0);
}

#[test]
fn a_person_reads_what_was_said_shown_and_lost() {
    let desk = Desk::filled();
    let shown = desk.run(&["show", "talk.mp4"]).stdout;
    assert!(
        shown.contains("\n  kind      video, 12:34, 1280 × 720 pixels, 2 frames read, speech, 42 B\n"),
        "{shown}"
    );
    let timelines = shown.split_once("\n\nSaid:\n").unwrap().1;
    assert_eq!(
        timelines,
        "  0:01  Good morning.\n  1:05  This is the treasure.\n\nShown:\n   0:00–1:00  Agenda\n              Budget\n  \
         1:00–12:34  Slide 2\n\nMissing:\n  11:40–12:34  missing: the file ends there\n"
    );
    let waits = desk.run(&["show", "memo.m4a"]).stdout;
    assert!(waits.ends_with("waiting for a speech model. To get one: deskscribe models get\n"), "{waits}");
    assert!(!waits.contains("pixels"), "{waits}");
    let text = desk.run(&["show", "--text", "talk.mp4"]).stdout;
    assert_eq!(text, "Agenda\nBudget\nSlide 2\nGood morning.\nThis is the treasure.\n");
    let listed = desk.run(&["list"]).stdout;
    assert!(
        listed.contains(" · 12:34)\n") && listed.contains(" · 0:12 · waiting for a speech model)\n"),
        "{listed}"
    );
    let rows = desk.run(&["list", "--json", "kind:audio"]).rows();
    assert_eq!((&rows[0]["duration"], &rows[0]["pending"]), (&12.0.into(), &serde_json::json!(["speech"])));
}

#[test]
fn a_recording_has_the_form_that_scripts_depend_on() {
    let desk = Desk::filled();
    let row = desk.run(&["show", "--json", "talk.mp4"]).rows().remove(0);
    insta::assert_json_snapshot!("row", row, {
        ".path" => "[absolute path]", ".date" => "[RFC 3339]", ".places" => "[absolute paths]",
    });
    assert_eq!(desk.run(&["export", "talk.mp4"]).rows(), [row]);
    let waits = desk.run(&["show", "--json", "b3:020202"]).rows().remove(0);
    assert_eq!(
        (&waits["pending"], &waits["width"]),
        (&serde_json::json!(["speech"]), &serde_json::Value::Null)
    );
}

#[test]
fn transcripts_are_exported_by_name_and_by_filter() {
    let desk = Desk::filled();
    let subtitles = desk.run(&["export", "--format", "srt", "talk.mp4"]);
    assert_eq!(
        subtitles.stdout,
        "1\n00:00:01,500 --> 00:00:04,000\nGood morning.\n\n2\n00:01:05,250 --> 00:01:10,000\nThis is the treasure.\n\n"
    );
    assert_eq!((subtitles.stderr.as_str(), subtitles.code), ("Exported 1 transcript.\n", Some(0)));
    let to_file = desk.run(&["export", "--format", "vtt", "treasure", "-o", "out.vtt"]);
    assert_eq!(to_file.stderr, "Exported 1 transcript to out.vtt.\n");
    assert!(fs::read_to_string(desk.path("out.vtt")).unwrap().starts_with("WEBVTT\n\n"));
    let none = desk.run(&["export", "--format", "txt", "memo.m4a", "-o", "memo.txt"]);
    assert_eq!((none.code, desk.path("memo.txt").exists()), (Some(2), false));
    assert!(
        none.stderr.contains("nobody has put words to what is said: it is waiting for a speech model"),
        "{none:?}"
    );
    fs::create_dir(desk.path("all")).unwrap();
    let all = desk.run(&["export", "--format", "txt", "-o", "all"]);
    assert_eq!(all.stderr, "Exported 1 transcript to all; 1 of 2 items have no words.\n");
    assert_eq!(
        fs::read_to_string(desk.path("all/talk.txt")).unwrap(),
        "Good morning.\n\nThis is the treasure.\n"
    );
    let mixed = desk.run(&["export", "talk.mp4", "kind:video"]);
    assert!(
        mixed.code == Some(2) && mixed.stderr.contains("but not both: kind:video is no file"),
        "{mixed:?}"
    );
}
