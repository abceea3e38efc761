//! The stages of a picture, in order: decode, read, make a short form.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use deskscribe_protocol::{Code, Failure, ModelGrant, Provenance, Raster, Reading, Stage, StageTime};

use crate::job::{Finding, Interruption, Medium, Watch};
use crate::ocr::Ocr;
use crate::{decode, digest, ocr};

/// The engines of this worker. Each is loaded when it is first needed, and then kept.
pub struct Engines {
    models: Vec<(ModelGrant, File)>,
    threads: usize,
    ocr: Option<Ocr>,
}

impl Engines {
    /// Engines that will be loaded from these models and run with so many threads.
    pub fn new(models: Vec<(ModelGrant, File)>, threads: usize) -> Self {
        Self { models, threads, ocr: None }
    }

    fn ocr(&mut self, watch: &dyn Watch) -> Result<&Ocr, Interruption> {
        Ok(match self.ocr.take() {
            Some(ocr) => self.ocr.insert(ocr),
            None => {
                let tell = |done, total| watch.progress(Stage::Load, done, total);
                self.ocr.insert(Ocr::load(&self.models, self.threads, tell).map_err(Interruption::Unfit)?)
            }
        })
    }

    /// Drops what is loaded, to be loaded anew: after a panic nobody knows what state it is in.
    pub fn forget(&mut self) {
        self.ocr = None;
    }
}

/// Loads the ONNX Runtime library. Called once, before any medium is seen.
pub fn load_runtime(path: &Path) -> Result<(), Failure> {
    let wrong = |error: String| {
        let reason = format!("the ONNX Runtime library cannot be loaded ({error}): {}", path.display());
        Failure::new(Code::Internal, reason)
    };
    let environment = ort::init_from(path).map_err(|error| wrong(error.to_string()))?;
    environment.with_telemetry(false).with_name("deskscribe").commit();
    // Made now and not with the first model: it asks the system what processor this is, by a path.
    ort::environment::Environment::current().map(drop).map_err(|error| wrong(error.to_string()))
}

/// Reads a picture.
pub fn read_image(medium: Medium, engines: &mut Engines, watch: &dyn Watch) -> Result<Finding, Interruption> {
    let begun = Instant::now();
    let edge = medium.limits.thumbnail_edge;

    // Before the picture: that a model does not load must be no file's doing.
    let engine = engines.ocr(watch)?;
    let loaded = begun.elapsed().as_secs_f64();
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }

    watch.progress(Stage::Decode, 0, 1);
    let picture = decode::open(medium)?;
    let thumbnail = decode::thumbnail(&picture, edge);
    let decoded = begun.elapsed().as_secs_f64();
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }

    watch.progress(Stage::Ocr, 0, 1);
    let (width, height) = picture.dimensions();
    let lines = engine.read(picture, watch)?;
    let text = ocr::text_of(&lines);
    let read = begun.elapsed().as_secs_f64();

    watch.progress(Stage::Summarise, 0, 1);
    let language = digest::language_of(&text);
    let digest = digest::make(&lines, language.as_deref());
    let seconds = begun.elapsed().as_secs_f64();

    let stage = |stage, seconds| StageTime { stage, seconds };
    let reading = Reading {
        text,
        lines,
        language,
        width,
        height,
        pages: 1,
        taken_at: None,
        camera: None,
        digest,
        seconds,
        provenance: Provenance {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            engines: engine.provenance(),
            stages: vec![
                stage(Stage::Decode, decoded - loaded),
                stage(Stage::Ocr, loaded + read - decoded),
                stage(Stage::Summarise, seconds - read),
            ],
        },
    };
    Ok(Finding { reading, thumbnail })
}

/// Shows a picture: upright, as 8-bit RGB, its longer edge at most `edge`. Nothing is read, and no model is loaded.
pub fn preview_image(
    medium: Medium,
    edge: u32,
    watch: &dyn Watch,
) -> Result<(Raster, Vec<u8>), Interruption> {
    watch.progress(Stage::Decode, 0, 2);
    let picture = decode::open(medium)?;
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }
    watch.progress(Stage::Decode, 1, 2);
    Ok(decode::preview(picture, edge))
}
