//! Records to store, and a cache in a folder of its own.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "each test uses a part of it"
)]

use std::path::PathBuf;
use std::time::Duration;

use deskscribe_cache::{Basis, Cache, CacheError, Outcome, Place, Receipt, Record, Stamp, Summary};
use deskscribe_protocol::{
    Chapter, Code, ContentKey, Digest, EngineUse, Failure, Form, Gap, Line, MediaKind, Missing, OnScreen,
    Owed, Provenance, Reading, Recording, Segment, Sound, Stage, StageTime,
};

pub const SOON: Duration = Duration::from_secs(60);

pub fn key(number: u32) -> ContentKey {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    ContentKey::from_bytes(bytes)
}

pub fn read(number: u32) -> Record {
    let reading = Reading {
        text: format!("Rechnung {number}\t12,50 €\n請求書 🧾"),
        lines: vec![Line {
            text: "Rechnung".to_owned(),
            confidence: 0.875,
            corners: [[1.0, 2.5], [51.0, 2.0], [51.0, 14.0], [1.0, 14.0]],
            page: 0,
        }],
        language: Some("de".to_owned()),
        width: 1280,
        height: 800,
        pages: 1,
        taken_at: Some("2026-03-14T09:12:44+01:00".to_owned()),
        camera: Some("a phone".to_owned()),
        coordinates: None,
        digest: Digest {
            title: Some("Rechnung".to_owned()),
            summary: Some("Rechnung über 12,50 €.".to_owned()),
            tags: vec!["rechnung".to_owned(), "zahlung".to_owned()],
            chapters: Vec::new(),
            by: "extractive".to_owned(),
        },
        seconds: 1.25,
        provenance: Provenance {
            program: "0.1.0".to_owned(),
            engines: vec![EngineUse {
                stage: Stage::Ocr,
                engine: "oar-ocr".to_owned(),
                model: "small".to_owned(),
                sha256: "00".repeat(32),
            }],
            stages: vec![StageTime { stage: Stage::Decode, seconds: 0.25 }],
        },
        recording: None,
        omissions: Vec::new(),
        pending: Vec::new(),
    };
    Record {
        key: key(number),
        kind: MediaKind::Image,
        bytes: u64::from(u32::MAX) + 1,
        outcome: Outcome::Read(Box::new(reading)),
        read_at: 1_790_000_000_000,
        program: Record::own(),
    }
}

pub fn failed(number: u32) -> Record {
    let outcome = Outcome::Failed(Failure::new(Code::TooLarge, "130 megapixels"));
    Record { outcome, ..read(number) }
}

/// A recording of two lines on screen and two sentences that were said, which waits for nothing.
pub fn recorded(number: u32) -> Record {
    let line = |from, to, text: &str| OnScreen { from, to, text: text.to_owned() };
    let said = |start, end, text: &str| Segment { start, end, text: text.to_owned(), confidence: 0.75 };
    let recording = Recording {
        duration: 600.0,
        sound: Sound::Speech,
        transcript: vec![
            said(1.5, 4.0, "Willkommen zur Besprechung."),
            said(65.25, 70.0, "Das Budget steht auf der nächsten Folie."),
        ],
        spoken_language: Some("de".to_owned()),
        screen: vec![line(0.0, 60.0, "Rechnung"), line(60.0, 600.0, "Folie 2: Ausgaben")],
        gaps: vec![Gap {
            from: 590.0,
            to: 600.0,
            what: Missing::Rest,
            reason: "the file ends there".to_owned(),
        }],
    };
    let mut record = read(number);
    record.kind = MediaKind::Video;
    if let Outcome::Read(reading) = &mut record.outcome {
        reading.text = "Rechnung\nFolie 2: Ausgaben".to_owned();
        reading.recording = Some(recording);
    }
    record
}

/// The same, of which nobody has put words to what is said.
pub fn owing(number: u32) -> Record {
    let mut record = recorded(number);
    if let Outcome::Read(reading) = &mut record.outcome {
        reading.pending = vec![Owed::Speech];
        if let Some(recording) = &mut reading.recording {
            (recording.transcript, recording.spoken_language) = (Vec::new(), None);
        }
    }
    record
}

/// What a summary of this is made of.
pub fn basis(record: &Record) -> Basis {
    match &record.outcome {
        Outcome::Read(reading) => Basis::of(reading),
        Outcome::Failed(_) => unreachable!(),
    }
}

/// A vector of length one.
pub fn unit(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|number| number.powi(2)).sum::<f32>().sqrt();
    vector.iter().map(|number| number / length).collect()
}

/// What a language model says of this, shortly after it was read.
pub fn summary(record: &Record) -> Summary {
    let digest = Digest {
        title: Some("Stromrechnung Juli".to_owned()),
        summary: Some("Die Stadtwerke verlangen Geld.".to_owned()),
        tags: vec!["strom".to_owned(), "haushalt".to_owned()],
        chapters: vec![Chapter { at: 0.0, title: "Anfang".to_owned() }],
        by: "llama3.2:3b".to_owned(),
    };
    Summary {
        key: record.key,
        digest,
        form: Form::Kept,
        receipt: receipt("llama3.2:3b", false),
        basis: basis(record),
        made_at_ms: 1_790_000_001_000,
    }
}

pub fn receipt(model: &str, remote: bool) -> Receipt {
    let server = if remote { "http://elsewhere:8000" } else { "http://127.0.0.1:11434" };
    let (server, model) = (server.to_owned(), model.to_owned());
    Receipt { server, remote, model, requests: 2, sent: 4_000, received: 300, seconds: 1.5 }
}

/// Makes of the tables of the tenth format those of the fifth.
pub const TO_FORMAT_5: &str =
    "DROP TABLE gone; DROP INDEX place_by_inode; DROP TABLE turn; DROP TABLE embedding; DROP TABLE summary_claim; DROP TABLE wish;
    DROP TABLE refusal; DROP TABLE receipt; DROP TABLE summary; ALTER TABLE reading DROP COLUMN chapters;
    ALTER TABLE reading DROP COLUMN coordinates; ALTER TABLE reading DROP COLUMN omissions;
    PRAGMA user_version = 5;";

/// Makes of those of the fifth those of the fourth.
pub const TO_FORMAT_4: &str = "DROP INDEX reading_owing; ALTER TABLE reading DROP COLUMN recording;
    ALTER TABLE reading DROP COLUMN pending; ALTER TABLE part DROP COLUMN seal; PRAGMA user_version = 4;";

/// Makes of those of the fourth those of the third.
pub const TO_FORMAT_3: &str =
    "DROP TABLE tagging; DROP INDEX queue_by_turn; DROP INDEX queue_put_off; PRAGMA user_version = 3;";

pub fn store(cache: &Cache, records: &[Record]) -> Result<(), CacheError> {
    let mut writer = cache.writer()?;
    let mut guard = writer.lock(SOON)?;
    records.iter().try_for_each(|record| guard.put(record))?;
    guard.commit()
}

pub fn open() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    (folder, cache)
}

/// A day in March 2026, in milliseconds since 1970.
pub const DAY: i64 = 1_773_446_400_000;

/// A reading of this text.
pub fn text(number: u32, text: &str) -> Record {
    let mut record = read(number);
    if let Outcome::Read(reading) = &mut record.outcome {
        **reading = Reading { text: text.to_owned(), width: 1, height: 1, pages: 1, ..Reading::default() };
    }
    record
}

pub fn place(path: &str, mtime_ms: i64) -> Place {
    let stamp = Stamp { device: 1, inode: 1, size: 1, mtime_ns: mtime_ms * 1_000_000, ctime_ns: 0 };
    Place { path: PathBuf::from(path), stamp }
}

/// Stores readings, each with a place and when it was last written, in milliseconds since 1970.
pub fn put(cache: &Cache, files: &[(&str, i64, Record)]) {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for (path, moment, record) in files {
        guard.put(record).unwrap();
        guard.remember(&place(path, *moment), &record.key, 1).unwrap();
    }
    guard.commit().unwrap();
}
