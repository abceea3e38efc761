//! Recordings in the library: opened, searched and exported, on a cache as engines leave it.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use deskscribe_cache::{Cache, Outcome, Place, Record, Stamp};
use deskscribe_engine::{
    ExportError, Exported, Format, Home, ItemView, Library, MomentHit, Query, Selection, TranscriptFormat,
};
use deskscribe_protocol::{
    ContentKey, Digest, Gap, MediaKind, Missing, OnScreen, Owed, Reading, Recording, Segment, Sound,
};
use tempfile::TempDir;

/// A day in March 2026, in milliseconds since 1970.
const DAY: i64 = 1_773_446_400_000;

/// A home, and recordings in folders.
struct Desk {
    folder: TempDir,
    home: Home,
}

fn key(number: u8) -> ContentKey {
    ContentKey::from_bytes([number; 32])
}

fn query(text: &str) -> Query {
    Query::parse(text).unwrap()
}

/// Two lines on screen and two sentences.
fn talk() -> Reading {
    let line = |from, to, text: &str| OnScreen { from, to, text: text.to_owned() };
    let said = |start, end, text: &str| Segment { start, end, text: text.to_owned(), confidence: 0.75 };
    let recording = Recording {
        duration: 600.0,
        sound: Sound::Speech,
        transcript: vec![
            said(1.5, 4.0, "Good morning, everybody."),
            said(65.25, 70.0, "This is the budget."),
        ],
        spoken_language: Some("en".to_owned()),
        screen: vec![line(0.0, 60.0, "Agenda"), line(60.0, 600.0, "Slide 2: Expenses")],
        gaps: vec![Gap {
            from: 590.0,
            to: 600.0,
            what: Missing::Rest,
            reason: "the file ends there".to_owned(),
        }],
    };
    Reading {
        text: "Agenda\nSlide 2: Expenses".to_owned(),
        width: 1280,
        height: 720,
        pages: 2,
        digest: Digest {
            title: Some("Agenda".to_owned()),
            summary: Some("Good morning, everybody.".to_owned()),
            tags: vec!["agenda".to_owned()],
            chapters: Vec::new(),
            by: "extractive".to_owned(),
        },
        recording: Some(recording),
        ..Reading::default()
    }
}

/// Sound alone, of which nobody has put words to what is said.
fn waiting() -> Reading {
    let recording = Recording { duration: 12.0, sound: Sound::Speech, ..Recording::default() };
    Reading { recording: Some(recording), pending: vec![Owed::Speech], ..Reading::default() }
}

impl Desk {
    /// A talk, the same words in another folder, one that waits, one where nobody speaks, and a picture.
    fn filled() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        let desk = Self { folder, home };
        let mut silent = waiting();
        silent.pending = Vec::new();
        silent.recording.as_mut().unwrap().sound = Sound::NoSpeech;
        desk.put("talk.mp4", 1, MediaKind::Video, talk());
        desk.put("old/talk.mov", 2, MediaKind::Video, talk());
        desk.put("memo.m4a", 3, MediaKind::Audio, waiting());
        desk.put("birds.ogg", 4, MediaKind::Audio, silent);
        let picture =
            Reading { text: "the budget".to_owned(), width: 1, height: 1, pages: 1, ..Reading::default() };
        desk.put("picture.png", 5, MediaKind::Image, picture);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, number: u8, kind: MediaKind, reading: Reading) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, name).unwrap();
        let read_at = DAY + i64::from(number) * 1000;
        let outcome = Outcome::Read(Box::new(reading));
        let record = Record { key: key(number), kind, bytes: 42, outcome, read_at, program: Record::own() };
        let stamp = Stamp { device: 1, inode: 1, size: 1, mtime_ns: read_at * 1_000_000, ctime_ns: 0 };
        let mut writer = Cache::open(self.home.folder()).unwrap().writer().unwrap();
        let mut guard = writer.lock(Duration::from_secs(60)).unwrap();
        guard.put(&record).unwrap();
        guard.remember(&Place { path, stamp }, &record.key, DAY).unwrap();
        guard.commit().unwrap();
    }

    fn library(&self) -> Library {
        Library::open(&self.home).unwrap()
    }

    fn export(&self, number: u8, format: Format) -> String {
        let mut out = Vec::new();
        self.library().export(&[key(number)][..], format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// JSON as it is sent to the page, the desktop told as such.
    fn json<T: serde::Serialize>(&self, value: &T) -> serde_json::Value {
        let text = serde_json::to_string(value).unwrap();
        serde_json::from_str(&text.replace(self.folder.path().to_str().unwrap(), "/desktop")).unwrap()
    }
}

fn told(hits: &[MomentHit]) -> Vec<String> {
    let piece = |piece: &deskscribe_engine::Piece| {
        if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() }
    };
    let pieces = |hit: &MomentHit| hit.pieces.iter().map(piece).collect::<String>();
    hits.iter().map(|hit| format!("{} {} {}", hit.index, hit.at, pieces(hit))).collect()
}

#[test]
fn the_page_gets_recordings_in_the_form_that_it_depends_on() {
    let desk = Desk::filled();
    let library = desk.library();
    insta::assert_json_snapshot!(
        "recording_view",
        desk.json(&library.view(&key(1), None, &query("budget")).unwrap())
    );
    insta::assert_json_snapshot!(
        "recording_card",
        desk.json(&library.page(&query("budget in:old"), 0, 9).unwrap())
    );
    let waits = library.item(&key(3), None).unwrap().unwrap().row;
    assert_eq!((waits.width, waits.height, waits.pages), (None, None, None));
    assert_eq!(waits.pending, ["speech"]);
    let picture = desk.json(&library.item(&key(5), None).unwrap().unwrap());
    for field in ["duration", "transcript", "spoken_language", "screen", "gaps", "sound"] {
        assert!(picture.get(field).is_none(), "{field}");
    }
}

#[test]
fn hits_are_told_with_their_times() {
    let desk = Desk::filled();
    let view = |text| -> ItemView { desk.library().view(&key(1), None, &query(text)).unwrap().unwrap() };
    let said = view("morning");
    assert_eq!(
        (told(&said.said_hits), said.shown_hits),
        (vec!["0 1.5 Good [morning], everybody.".to_owned()], Vec::new())
    );
    let shown = view("expenses \"the budget\"");
    assert_eq!(told(&shown.said_hits), ["1 65.25 This is [the budget]."]);
    assert_eq!(told(&shown.shown_hits), ["1 60 Slide 2: [Expenses]"]);
    assert_eq!(view("").said_hits, []);
    let found = desk.library().search(&query("budget kind:video"), 9).unwrap();
    assert_eq!(found.hits.iter().map(|hit| hit.at).collect::<Vec<_>>(), [Some(65.25), Some(65.25)]);
    let picture = desk.library().search(&query("budget kind:image"), 9).unwrap();
    assert_eq!(picture.hits[0].at, None);
}

#[test]
fn a_transcript_is_exported_in_every_form() {
    let desk = Desk::filled();
    assert_eq!(
        desk.export(1, Format::Srt),
        "1\n00:00:01,500 --> 00:00:04,000\nGood morning, everybody.\n\n\
         2\n00:01:05,250 --> 00:01:10,000\nThis is the budget.\n\n"
    );
    assert!(desk.export(1, Format::Vtt).starts_with("WEBVTT\n\n00:00:01.500 --> 00:00:04.000\nGood"));
    assert_eq!(desk.export(1, Format::Txt), "Good morning, everybody.\n\nThis is the budget.\n");
    insta::assert_snapshot!(
        "recording_markdown",
        desk.export(1, Format::Markdown).replace(desk.folder.path().to_str().unwrap(), "/desktop")
    );
    let waits = desk.export(3, Format::Markdown);
    assert!(
        waits.contains("| Kind | audio, 0:12, 42 B |") && waits.contains("waiting for a speech model"),
        "{waits}"
    );
    let table = desk.export(1, Format::Csv);
    assert!(
        table.contains(",600.000,en,\"Good morning, everybody.\n\nThis is the budget.\",,,\r\n"),
        "{table}"
    );
}

#[test]
fn what_has_no_words_is_told_with_the_reason() {
    let desk = Desk::filled();
    let error = |number| {
        let error = desk.library().export(&[key(number)][..], Format::Srt, Vec::new()).unwrap_err();
        assert!(matches!(error, ExportError::NoWords { .. }), "{error}");
        error.to_string()
    };
    assert!(
        error(3).contains("waiting for a speech model (deskscribe models get)")
            && error(3).ends_with("/memo.m4a")
    );
    assert!(error(4).contains("nobody speaks in it") && error(5).contains("it is no recording"));
    let library = desk.library();
    let out = || Vec::new();
    let matching = |text: &str| library.export(&query(text), Format::Srt, out());
    assert!(matches!(matching("kind:audio"), Err(ExportError::NoTranscript)));
    assert!(matches!(matching("kind:video"), Err(ExportError::Several)));
    assert_eq!(library.export(&[key(3), key(1), key(5)][..], Format::Vtt, out()).unwrap(), 1);
    // No file is left that holds nothing.
    let file = desk.path("memo.srt");
    library.export_to(&[key(3)][..], Format::Srt, &file, false).unwrap_err();
    assert!(!file.exists());
}

#[test]
fn several_recordings_get_a_file_each() {
    let desk = Desk::filled();
    let folder = desk.path("subtitles");
    fs::create_dir(&folder).unwrap();
    let library = desk.library();
    let all = query("");
    let export = |replace| {
        library.export_transcripts(Selection::Matching(&all), TranscriptFormat::Srt, &folder, replace)
    };
    assert_eq!(export(false).unwrap(), Exported { written: 2, without: 3 });
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["talk 2.srt", "talk.srt"]);
    fs::write(folder.join("talk 2.srt"), "mine").unwrap();
    fs::remove_file(folder.join("talk.srt")).unwrap();
    assert!(matches!(export(false), Err(ExportError::Exists(_))));
    assert!(!folder.join("talk.srt").exists(), "all or nothing");
    assert_eq!(export(true).unwrap().written, 2);
    assert!(fs::read_to_string(folder.join("talk 2.srt")).unwrap().starts_with("1\n"));
}
