//! The engines of a worker: loaded when they are first needed, and then kept.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

use deskscribe_protocol::{Code, Failure, ModelGrant, Stage};

use crate::job::{Interruption, Watch};
use crate::ocr::Ocr;
use crate::speech::voice::Voice;
use crate::speech::whisper::Whisper;

/// The engines of this worker. Each is loaded when it is first needed, and then kept.
pub struct Engines {
    models: Vec<(ModelGrant, File)>,
    threads: usize,
    ocr: Option<Ocr>,
    voice: Option<Voice>,
    whisper: Option<Whisper>,
}

impl Engines {
    /// Engines that will be loaded from these models and run with so many threads.
    pub fn new(models: Vec<(ModelGrant, File)>, threads: usize) -> Self {
        Self { models, threads, ocr: None, voice: None, whisper: None }
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

    /// The engine that finds speech.
    pub(crate) fn voice(&mut self, watch: &dyn Watch) -> Result<&mut Voice, Interruption> {
        Ok(match self.voice.take() {
            Some(voice) => self.voice.insert(voice),
            None => {
                watch.progress(Stage::Load, 0, 1);
                self.voice.insert(Voice::load(&self.models).map_err(Interruption::Unfit)?)
            }
        })
    }

    /// The engine that puts words to speech, with this model, and the one that finds speech. Another model takes the
    /// place of the one before: it is gone before the next is loaded.
    pub(crate) fn listeners(
        &mut self,
        grant: &ModelGrant,
        file: &File,
        watch: &dyn Watch,
    ) -> Result<(&mut Whisper, &mut Voice), Interruption> {
        self.voice(watch)?;
        let whisper = match self.whisper.take().filter(|whisper| whisper.is(grant)) {
            Some(whisper) => whisper,
            None => Whisper::load(grant, file, watch)?,
        };
        match (self.whisper.insert(whisper), &mut self.voice) {
            (whisper, Some(voice)) => Ok((whisper, voice)),
            (_, None) => Err(Failure::new(Code::Internal, "the model that finds speech is gone").into()),
        }
    }

    /// Drops what is loaded, to be loaded anew: after a panic nobody knows what state it is in.
    pub fn forget(&mut self) {
        self.ocr = None;
        self.voice = None;
        self.whisper = None;
    }
}

/// A model's file, whole. Its size is its end: a sealed worker can ask for no metadata.
pub(crate) fn whole(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size(file)?).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// How many bytes a file has.
pub(crate) fn size(mut file: &File) -> io::Result<u64> {
    file.seek(SeekFrom::End(0))
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
