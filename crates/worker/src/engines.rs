//! The engines of a worker: loaded when they are first needed, and then kept.

use std::fs::File;
use std::path::Path;

use deskscribe_protocol::{Code, Failure, ModelGrant, Stage};

use crate::job::{Interruption, Watch};
use crate::ocr::Ocr;

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

    /// The engine that reads text in pixels.
    pub(crate) fn ocr(&mut self, watch: &dyn Watch) -> Result<&Ocr, Interruption> {
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
