//! Words in sound: Whisper models, run by whisper.cpp.

mod context;
mod form;
mod onlooker;

use std::fs::File;

use deskscribe_protocol::{Code, EngineUse, Failure, ModelGrant, Stage};

use crate::engines::size;
use crate::job::{Interruption, Pace, Watch};
pub(crate) use context::Said;
use context::{Context, Fault, Manner};
use onlooker::Onlooker;

/// The language of models that know no other.
const ENGLISH: &str = "en";
/// The engine takes nothing shorter, in samples; silence makes up the rest.
const SHORTEST: usize = 24_000;

/// A speech model, loaded.
pub(crate) struct Whisper {
    context: Context,
    grant: ModelGrant,
}

/// How far a window has come, from 0 to 1, is told here; it says whether to go on.
pub(crate) type Ask<'a> = &'a dyn Fn(f32) -> bool;

impl Whisper {
    /// Loads a model from its descriptor, and tells how far that is.
    ///
    /// # Errors
    /// The model is none, or not whole; its name is said.
    pub(crate) fn load(grant: &ModelGrant, file: &File, watch: &dyn Watch) -> Result<Self, Interruption> {
        let unusable = |why: &dyn std::fmt::Display| {
            let reason = format!("the speech model {} cannot be used: {why}", grant.name);
            Interruption::Failed(Failure::new(Code::Internal, reason))
        };
        can_compute().map_err(|lack| unusable(&lack))?;
        let bytes = size(file).map_err(|error| unusable(&error))?;
        form::check(file, bytes)
            .map_err(|fault| unusable(&format!("{fault}; get it again, or choose another")))?;
        let (pace, megabytes) =
            (Pace::default(), |bytes: u64| u32::try_from(bytes >> 20).unwrap_or(u32::MAX));
        let tell = |at: u64| {
            pace.tell(watch, Stage::Load, megabytes(at), megabytes(bytes));
            !watch.cancelled()
        };
        let context = Context::load(file, bytes, &tell).map_err(|fault| match fault {
            Fault::Stopped => Interruption::Cancelled,
            fault => unusable(&fault),
        })?;
        Ok(Self { context, grant: grant.clone() })
    }

    /// From now on, so many threads listen.
    pub(crate) fn use_threads(&mut self, threads: u32) {
        self.context.use_threads(threads);
    }

    /// Whether it is this model.
    pub(crate) fn is(&self, grant: &ModelGrant) -> bool {
        self.grant.sha256 == grant.sha256 && self.grant.name == grant.name
    }

    /// What takes part.
    pub(crate) fn engine(&self) -> EngineUse {
        EngineUse {
            stage: Stage::Transcribe,
            engine: format!("whisper.cpp {}", whisper_rs::WHISPER_CPP_VERSION),
            model: self.grant.name.clone(),
            sha256: self.grant.sha256.clone(),
        }
    }

    /// Whether it knows other languages than English.
    pub(crate) fn is_multilingual(&self) -> bool {
        self.context.is_multilingual()
    }

    /// The language that is likeliest in some windows of speech, as a BCP-47 tag. More than one is listened to only
    /// if the first leaves doubt. Told how many windows are done, and how far the next one has come, `ask` says
    /// whether to go on.
    pub(crate) fn language(
        &mut self,
        windows: impl Iterator<Item = Result<Vec<f32>, Failure>>,
        ask: &dyn Fn(usize, f32) -> bool,
    ) -> Result<Option<String>, Interruption> {
        /// Of the likeliest language, on the average of all windows.
        const SURE: f32 = 0.6;
        if !self.context.is_multilingual() {
            return Ok(Some(ENGLISH.to_owned()));
        }
        let mut sums: Vec<f32> = Vec::new();
        for (done, window) in windows.enumerate() {
            let ask = |part| ask(done, part);
            let found =
                self.context.languages(&filled(window?), &Onlooker::new(&ask)).map_err(interruption)?;
            sums.resize(found.len(), 0.0);
            sums.iter_mut().zip(found).for_each(|(sum, probability)| *sum += probability);
            if sums.iter().copied().fold(0.0, f32::max) >= SURE * (done + 1) as f32 {
                break;
            }
        }
        let likeliest = sums.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
        let name = likeliest.and_then(|(number, _)| whisper_rs::get_lang_str(i32::try_from(number).ok()?));
        Ok(name.map(str::to_owned))
    }

    /// Puts words to a window of at most 30 s: from this temperature on, warmer where they repeat themselves or are
    /// improbable.
    pub(crate) fn transcribe(
        &mut self,
        window: &[f32],
        language: &str,
        temperature: f32,
        ask: Ask<'_>,
    ) -> Result<Vec<Said>, Interruption> {
        let language = if self.context.is_multilingual() { known(language) } else { ENGLISH };
        let onlooker = Onlooker::new(ask);
        let window = filled(window.to_vec());
        self.context.transcribe(&window, Manner { language, temperature }, &onlooker).map_err(interruption)
    }
}

/// The name by which whisper.cpp knows a language; of a tag such as `de-AT`, the first part counts.
fn known(language: &str) -> &'static str {
    let name = language.split('-').next().unwrap_or_default();
    let name = if name == "nb" { "no" } else { name };
    whisper_rs::get_lang_id(name).and_then(whisper_rs::get_lang_str).unwrap_or(ENGLISH)
}

fn filled(mut window: Vec<f32>) -> Vec<f32> {
    window.resize(window.len().max(SHORTEST), 0.0);
    window
}

fn interruption(fault: Fault) -> Interruption {
    match fault {
        Fault::Stopped => Interruption::Cancelled,
        fault => {
            Interruption::Failed(Failure::new(Code::Internal, format!("the speech engine failed: {fault}")))
        }
    }
}

/// Whether this processor has what whisper.cpp is compiled for: it does not ask itself.
fn can_compute() -> Result<(), &'static str> {
    #[cfg(target_arch = "x86_64")]
    {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c")
            && is_x86_feature_detected!("bmi2");
        if !has_all {
            return Err("this computer's processor is too old for it, it has no AVX2");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::path::Path;

    use deskscribe_protocol::ModelRole;

    use super::*;

    struct Alone;

    impl Watch for Alone {
        fn progress(&self, _: Stage, _: u32, _: u32) {}

        fn cancelled(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_computation_is_stopped_in_its_middle() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../system-tests/fixtures/speech/ggml-micro.en.bin");
        let grant = ModelGrant { role: ModelRole::Speech, name: String::new(), sha256: String::new() };
        let mut whisper = Whisper::load(&grant, &File::open(path).unwrap(), &Alone).unwrap();
        let parts = RefCell::new(Vec::new());
        let ask = |part: f32| {
            parts.borrow_mut().push(part);
            part < 0.2
        };
        let outcome = whisper.transcribe(&[0.0; 16_000], "en", 0.0, &ask);
        assert!(matches!(outcome, Err(Interruption::Cancelled)), "{outcome:?}");
        // The encoder comes to the first half.
        let parts = parts.into_inner();
        assert!(parts.is_sorted() && parts.last().is_some_and(|last| (0.2..0.5).contains(last)), "{parts:?}");
        assert!(whisper.transcribe(&[0.0; 16_000], "en", 0.0, &|_| true).is_ok());
    }

    #[test]
    fn languages_are_known_by_their_tags() {
        assert_eq!(["de", "de-AT", "nb", "zh", "tlh", ""].map(known), ["de", "de", "no", "zh", "en", "en"]);
    }
}
