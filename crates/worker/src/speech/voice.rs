//! Where somebody speaks: Silero VAD on ONNX Runtime, which gives every 32 ms of sound a probability.

use std::fs::File;

use deskscribe_protocol::{Code, EngineUse, Failure, ModelGrant, ModelRole, Stage};
use ort::ep::CPU;
use ort::session::Session;
use ort::value::TensorRef;

use crate::engines::whole;

/// Samples in a frame: what the model looks at in one go.
pub(crate) const FRAME: usize = 512;
/// The model sees so many samples of the frame before.
const CONTEXT: usize = 64;
/// Numbers in each half of the model's memory.
const MEMORY: usize = 128;

/// The model that finds speech.
pub(crate) struct Voice {
    session: Session,
    engine: EngineUse,
}

/// What the model remembers of the sound that it has heard so far.
pub(crate) struct Memory {
    hidden: Vec<f32>,
    cell: Vec<f32>,
    context: [f32; CONTEXT],
}

impl Default for Memory {
    fn default() -> Self {
        Self { hidden: vec![0.0; MEMORY], cell: vec![0.0; MEMORY], context: [0.0; CONTEXT] }
    }
}

impl Voice {
    /// Loads the model from its descriptor.
    pub(crate) fn load(models: &[(ModelGrant, File)]) -> Result<Self, Failure> {
        let Some((grant, file)) = models.iter().find(|(grant, _)| grant.role == ModelRole::VoiceActivity)
        else {
            return Err(Failure::new(Code::Internal, "the model that finds speech was not lent"));
        };
        let unusable = |error: String| {
            Failure::new(Code::Internal, format!("the model {} cannot be loaded: {error}", grant.name))
        };
        let bytes = whole(file).map_err(|error| unusable(error.to_string()))?;
        let session = session(&bytes).map_err(|error| unusable(error.to_string()))?;
        let engine = EngineUse {
            stage: Stage::Hear,
            engine: "ONNX Runtime".to_owned(),
            model: grant.name.clone(),
            sha256: grant.sha256.clone(),
        };
        Ok(Self { session, engine })
    }

    /// What takes part.
    pub(crate) fn engine(&self) -> EngineUse {
        self.engine.clone()
    }

    /// How probable speech is in each of the next frames, 0 to 1; the last one is filled up with silence. A few
    /// seconds at a time take the least memory, and no longer than more would.
    pub(crate) fn probabilities(
        &mut self,
        samples: &[i16],
        memory: &mut Memory,
    ) -> Result<Vec<f32>, Failure> {
        if samples.is_empty() {
            return Ok(Vec::new());
        }
        let frames = samples.len().div_ceil(FRAME);
        // Nobody speaks where there is nothing at all, which is most of what screen recordings have for sound.
        if samples.iter().all(|sample| *sample == 0) {
            *memory = Memory::default();
            return Ok(vec![0.0; frames]);
        }
        let mut input = Vec::with_capacity(frames * (CONTEXT + FRAME));
        for frame in samples.chunks(FRAME) {
            input.extend_from_slice(&memory.context);
            input.extend(frame.iter().map(|sample| f32::from(*sample) / 32_768.0));
            input.resize(input.len().next_multiple_of(CONTEXT + FRAME), 0.0);
            memory.context.copy_from_slice(&input[input.len() - CONTEXT..]);
        }
        self.run(frames, &input, memory)
            .map_err(|error| Failure::new(Code::Internal, format!("the voice detector failed: {error}")))
    }

    fn run(&mut self, frames: usize, input: &[f32], memory: &mut Memory) -> ort::Result<Vec<f32>> {
        let state = [1, 1, MEMORY];
        let inputs = ort::inputs! {
            "input" => TensorRef::from_array_view(([frames, CONTEXT + FRAME], input))?,
            "h" => TensorRef::from_array_view((state, memory.hidden.as_slice()))?,
            "c" => TensorRef::from_array_view((state, memory.cell.as_slice()))?,
        };
        let outputs = self.session.run(inputs)?;
        let numbers = |name: &str| -> ort::Result<Vec<f32>> {
            match outputs.get(name) {
                Some(value) => Ok(value.try_extract_tensor::<f32>()?.1.to_vec()),
                None => Err(ort::Error::new(format!("it gives no {name}"))),
            }
        };
        let probabilities = numbers("speech_probs")?;
        let (hidden, cell) = (numbers("hn")?, numbers("cn")?);
        if (probabilities.len(), hidden.len(), cell.len()) != (frames, MEMORY, MEMORY) {
            return Err(ort::Error::new("it answers in another shape"));
        }
        (memory.hidden, memory.cell) = (hidden, cell);
        Ok(probabilities)
    }
}

/// One thread: frames follow each other, and one of them takes 40 microseconds.
fn session(model: &[u8]) -> ort::Result<Session> {
    Session::builder()?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        // How many frames there are differs: patterns of past ones only hold memory.
        .with_memory_pattern(false)?
        .with_execution_providers([CPU::default().with_arena_allocator(false).build()])?
        .commit_from_memory(model)
}
