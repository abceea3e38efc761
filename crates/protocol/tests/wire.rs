//! The pinned JSON form of every message. A change here is a change of the protocol: raise `PROTOCOL`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use deskscribe_protocol::{
    Answer, Ask, Block, Brief, Build, Canary, Chapter, Code, Confinement, Coordinates, Digest, EngineUse,
    Failure, Form, FromWorker, Gap, Heard, JobId, LanguageModel, Layer, LayerState, Limits, Line, MediaKind,
    Missing, ModelGrant, ModelRole, Omission, Omitted, OnScreen, Owed, Parts, PictureTrack, Provenance,
    Raster, Reading, Recording, Reply, Seen, Segment, Sound, SoundTrack, Span, Stage, StageTime, Summary,
    Survey, ToWorker, Transcript, Watched, Work,
};
use insta::assert_json_snapshot;
use serde::de::DeserializeOwned;

fn build() -> Build {
    Build { protocol: 6, id: "0.1.0+0123456789abcdef".to_owned() }
}

fn work(job: u64, kind: MediaKind, extension: Option<&str>, doing: Work) -> ToWorker {
    let extension = extension.map(str::to_owned);
    ToWorker::Work { job: JobId(job), kind, extension, bytes: 4096, limits: Limits::default(), work: doing }
}

fn engine(stage: Stage, engine: &str, model: &str) -> EngineUse {
    EngineUse { stage, engine: engine.to_owned(), model: model.to_owned(), sha256: "11".repeat(32) }
}

fn line() -> Line {
    Line {
        text: "Total".to_owned(),
        confidence: 0.5,
        corners: [[1.0, 2.0], [51.0, 2.0], [51.0, 14.0], [1.0, 14.0]],
        page: 0,
    }
}

fn gap() -> Gap {
    let reason = "the stream is damaged from here on".to_owned();
    Gap { from: 1700.0, to: 1800.0, what: Missing::Picture, reason }
}

fn segment() -> Segment {
    Segment { start: 1.5, end: 3.25, text: "open the second window".to_owned(), confidence: 0.75 }
}

fn survey() -> Survey {
    Survey {
        duration: Some(1800.5),
        picture: Some(PictureTrack { width: 1280, height: 800, codec: "h264".to_owned() }),
        sound: Some(SoundTrack { codec: "aac".to_owned() }),
        taken_at: Some("2026-03-14T09:12:44Z".to_owned()),
        camera: None,
        gaps: Vec::new(),
    }
}

fn heard() -> Heard {
    Heard {
        blocks: vec![Block { from: 0.0, samples: 9_600_000 }],
        speech: vec![Span { from: 1.5, to: 29.25 }],
        audible: true,
        to: 600.0,
        ended: false,
        gaps: Vec::new(),
        engine: Some(engine(Stage::Hear, "silero", "silero-vad 6")),
        seconds: 3.5,
    }
}

fn transcript() -> Transcript {
    Transcript {
        segments: vec![segment()],
        language: Some("en".to_owned()),
        gaps: vec![Gap { from: 9.0, to: 12.0, what: Missing::Words, reason: "unclear".to_owned() }],
        engine: Some(engine(Stage::Transcribe, "whisper.cpp", "base")),
        seconds: 2.5,
    }
}

fn digest(by: &str, chapters: Vec<Chapter>) -> Digest {
    Digest {
        title: Some("Total".to_owned()),
        summary: Some("Total 12.50".to_owned()),
        tags: vec!["total".to_owned()],
        chapters,
        by: by.to_owned(),
    }
}

fn watched() -> Watched {
    Watched {
        lines: vec![Seen { from: 0.0, to: 5.5, line: line() }],
        frames: 3,
        to: 60.0,
        ended: false,
        gaps: Vec::new(),
        engines: vec![engine(Stage::Ocr, "oar-ocr", "PP-OCRv6 small recognition")],
        seconds: 4.5,
    }
}

#[test]
fn engine_to_worker() {
    assert_json_snapshot!([
        ToWorker::Start {
            build: build(),
            threads: 2,
            memory: 4 << 30,
            runtime: "/usr/lib/deskscribe/libonnxruntime.so".to_owned(),
            models: vec![ModelGrant {
                role: ModelRole::TextDetection,
                name: "PP-OCRv6 small detection".to_owned(),
                sha256: "00".repeat(32),
            }],
        },
        work(7, MediaKind::Image, Some("png"), Work::Read),
        work(8, MediaKind::Image, None, Work::Preview { edge: 2048, at: 0.0 }),
        work(9, MediaKind::Video, Some("mp4"), Work::Survey),
        work(10, MediaKind::Video, Some("mp4"), Work::Hear { from: 0.0, blocks: 3 }),
        work(
            11,
            MediaKind::Video,
            Some("mp4"),
            Work::Transcribe {
                block: Block { from: 0.0, samples: 9_600_000 },
                speech: vec![Span { from: 1.5, to: 29.25 }],
                language: Some("en".to_owned()),
                model: ModelGrant {
                    role: ModelRole::Speech,
                    name: "base".to_owned(),
                    sha256: "22".repeat(32)
                },
                threads: 2,
            }
        ),
        work(12, MediaKind::Video, Some("mp4"), Work::Watch { from: 60.0, to: Some(120.0) }),
        work(
            13,
            MediaKind::Video,
            Some("mp4"),
            Work::Compose(Box::new(Parts {
                survey: survey(),
                heard: vec![heard()],
                transcripts: vec![transcript()],
                watched: vec![watched()],
                lost: vec![gap()],
                owes_speech: true,
            }))
        ),
        work(
            14,
            MediaKind::Image,
            Some("png"),
            Work::Summarise(Box::new(Brief {
                model: Some(LanguageModel { name: "small".to_owned(), context: 4096, sees: true }),
                embedder: Some("words".to_owned()),
                text: "Total\t12.50".to_owned(),
                transcript: vec![segment()],
                screen: vec![OnScreen { from: 0.0, to: 5.5, text: "Total".to_owned() }],
                language: Some("en".to_owned()),
                write_in: Some("de".to_owned()),
                tags: vec!["receipt".to_owned()],
                shows: true,
            }))
        ),
        ToWorker::Reply { job: JobId(14), reply: Reply::Text { text: "A rec".to_owned() } },
        ToWorker::Reply { job: JobId(14), reply: Reply::Vectors { vectors: vec![vec![0.5, -0.25]] } },
        ToWorker::Reply { job: JobId(14), reply: Reply::End { cut: false } },
        ToWorker::Cancel { job: JobId(7) },
    ]);
}

#[test]
fn worker_to_engine() {
    let reading = Reading {
        text: "Total\t12.50".to_owned(),
        lines: vec![line()],
        language: Some("en".to_owned()),
        width: 1280,
        height: 800,
        pages: 1,
        taken_at: None,
        camera: None,
        coordinates: Some(Coordinates { latitude: 48.20833, longitude: -16.37306 }),
        recording: None,
        omissions: vec![Omission {
            what: Omitted::Page,
            page: 2,
            reason: "the picture is damaged".to_owned(),
        }],
        pending: Vec::new(),
        digest: digest("extractive", Vec::new()),
        seconds: 1.5,
        provenance: Provenance {
            program: "0.1.0".to_owned(),
            engines: vec![engine(Stage::Ocr, "oar-ocr", "PP-OCRv6 small recognition")],
            stages: vec![StageTime { stage: Stage::Decode, seconds: 0.25 }],
        },
    };
    let recording = Recording {
        duration: 1800.25,
        sound: Sound::Speech,
        transcript: vec![segment()],
        spoken_language: Some("en".to_owned()),
        screen: vec![OnScreen { from: 0.0, to: 5.5, text: "Total".to_owned() }],
        gaps: vec![gap()],
    };
    let heard_and_seen = Reading {
        text: "Total".to_owned(),
        lines: Vec::new(),
        recording: Some(recording),
        pending: vec![Owed::Speech],
        coordinates: None,
        omissions: Vec::new(),
        ..reading.clone()
    };
    let chapters = vec![Chapter { at: 61.5, title: "The bill".to_owned() }];
    let summary =
        Summary { digest: Some(digest("small", chapters)), form: Form::Kept, vector: Some(vec![0.5, -0.25]) };
    let done = |job, answer, picture| FromWorker::Done { job: JobId(job), answer, picture };
    assert_json_snapshot!([
        FromWorker::Hello { build: build() },
        FromWorker::Ready {
            confinement: Confinement {
                layers: vec![LayerState { layer: Layer::Files, state: "Landlock ABI 7".to_owned() }],
                canaries: vec![Canary {
                    attempt: "open /etc/passwd".to_owned(),
                    layer: Layer::Files,
                    refused: true,
                    outcome: "Permission denied".to_owned(),
                }],
            },
        },
        FromWorker::Progress { job: JobId(7), stage: Stage::Load, done: 1, total: 2 },
        FromWorker::Progress { job: JobId(7), stage: Stage::Ocr, done: 3, total: 12 },
        FromWorker::Progress { job: JobId(10), stage: Stage::Hear, done: 60, total: 1800 },
        FromWorker::Progress { job: JobId(11), stage: Stage::Transcribe, done: 30, total: 90 },
        FromWorker::Progress { job: JobId(12), stage: Stage::Watch, done: 10, total: 60 },
        done(7, Answer::Reading(Box::new(reading)), Some(Raster { width: 320, height: 200 })),
        done(8, Answer::Preview, Some(Raster { width: 2048, height: 1280 })),
        done(9, Answer::Survey(survey()), Some(Raster { width: 320, height: 200 })),
        done(10, Answer::Heard(heard()), None),
        done(11, Answer::Transcript(transcript()), None),
        done(12, Answer::Watched(watched()), None),
        done(13, Answer::Reading(Box::new(heard_and_seen)), None),
        FromWorker::Ask { job: JobId(14), ask: Ask::Chat(serde_json::json!({"model": "small"})) },
        FromWorker::Ask { job: JobId(14), ask: Ask::Generate(serde_json::json!({"model": "small"})) },
        FromWorker::Ask { job: JobId(14), ask: Ask::Embed(serde_json::json!({"model": "words"})) },
        done(14, Answer::Summary(Box::new(summary)), None),
        FromWorker::Failed { job: JobId(7), failure: Failure::new(Code::TooLarge, "130 megapixels") },
        FromWorker::Cancelled { job: JobId(7) },
    ]);
}

/// What fuzzers begin with has to be what is said today, or they never get behind the first brace.
#[test]
fn every_seed_of_a_fuzzer_is_a_message() {
    fn kinds<T: DeserializeOwned>(folder: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(folder);
        let read = |path: PathBuf| {
            let bytes = fs::read(&path).unwrap();
            serde_json::from_slice::<T>(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let of = |name: &str, tag: &str| json.get(name)?.get(tag)?.as_str().map(str::to_owned);
            of("work", "do")
                .or_else(|| of("answer", "is"))
                .or_else(|| Some(json["type"].as_str()?.to_owned()))
        };
        fs::read_dir(folder).unwrap().filter_map(|entry| read(entry.unwrap().path())).collect()
    }
    let asked = kinds::<ToWorker>("to_worker").into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(asked, "cancel compose hear preview read start survey transcribe watch");
    let answered = kinds::<FromWorker>("from_worker").into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(
        answered,
        "cancelled failed heard hello preview progress reading ready survey transcript watched"
    );
}

#[test]
fn every_code_is_written_as_it_is_named() {
    for code in [
        Code::Empty,
        Code::Damaged,
        Code::Unsupported,
        Code::TooLarge,
        Code::TimedOut,
        Code::Stalled,
        Code::OutOfMemory,
        Code::WorkerCrashed,
        Code::Changed,
        Code::Vanished,
        Code::PermissionDenied,
        Code::Symlink,
        Code::NotAFile,
        Code::Unreadable,
        Code::Internal,
    ] {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}

#[test]
fn a_reason_is_one_line_of_bounded_length() {
    let failure = Failure::new(Code::Damaged, format!("first\n\tsecond {}", "x".repeat(1000)));
    assert!(failure.reason.starts_with("first second xxx"));
    assert_eq!(failure.reason.chars().count(), 300);
}
