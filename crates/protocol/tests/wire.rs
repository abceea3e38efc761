//! The pinned JSON form of every message. A change here is a change of the protocol: raise `PROTOCOL`.

use deskscribe_protocol::{
    Build, Canary, Code, Confinement, Digest, EngineUse, Failure, FromWorker, JobId, Layer, LayerState,
    Limits, Line, MediaKind, ModelGrant, ModelRole, Provenance, Raster, Reading, Stage, StageTime, ToWorker,
};
use insta::assert_json_snapshot;

fn build() -> Build {
    Build { protocol: 4, id: "0.1.0+0123456789abcdef".to_owned() }
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
        ToWorker::Read {
            job: JobId(7),
            kind: MediaKind::Image,
            extension: Some("png".to_owned()),
            bytes: 4096,
            limits: Limits::default(),
        },
        ToWorker::Preview {
            job: JobId(8),
            kind: MediaKind::Image,
            extension: None,
            bytes: 4096,
            limits: Limits::default(),
            edge: 2048,
        },
        ToWorker::Cancel { job: JobId(7) },
    ]);
}

#[test]
fn worker_to_engine() {
    let reading = Reading {
        text: "Total\t12.50".to_owned(),
        lines: vec![Line {
            text: "Total".to_owned(),
            confidence: 0.5,
            corners: [[1.0, 2.0], [51.0, 2.0], [51.0, 14.0], [1.0, 14.0]],
            page: 0,
        }],
        language: Some("en".to_owned()),
        width: 1280,
        height: 800,
        pages: 1,
        taken_at: None,
        camera: None,
        digest: Digest {
            title: Some("Total".to_owned()),
            summary: Some("Total 12.50".to_owned()),
            tags: vec!["total".to_owned()],
            by: "extractive".to_owned(),
        },
        seconds: 1.5,
        provenance: Provenance {
            program: "0.1.0".to_owned(),
            engines: vec![EngineUse {
                stage: Stage::Ocr,
                engine: "oar-ocr".to_owned(),
                model: "PP-OCRv6 small recognition".to_owned(),
                sha256: "11".repeat(32),
            }],
            stages: vec![StageTime { stage: Stage::Decode, seconds: 0.25 }],
        },
    };
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
        FromWorker::Done {
            job: JobId(7),
            reading: Box::new(reading),
            thumbnail: Some(Raster { width: 320, height: 200 }),
        },
        FromWorker::Previewed { job: JobId(8), picture: Raster { width: 2048, height: 1280 } },
        FromWorker::Failed { job: JobId(7), failure: Failure::new(Code::TooLarge, "130 megapixels") },
        FromWorker::Cancelled { job: JobId(7) },
    ]);
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
