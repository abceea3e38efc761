//! The messages of both directions: closed enums, one JSON object each.

use serde::{Deserialize, Serialize};

use crate::{Answer, Ask, Build, Confinement, Failure, JobId, Limits, MediaKind, Reply, Stage, Work};

/// What the engine says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToWorker {
    /// Get ready. Carries one descriptor for every model, in order.
    Start {
        /// Who is speaking; a worker of another build refuses.
        build: Build,
        /// Threads the worker may use, for every native library alike.
        threads: u32,
        /// The most memory the worker may ask the system for, in bytes of address space.
        memory: u64,
        /// Where the ONNX Runtime library lies: loaded before any medium is seen, never after.
        runtime: String,
        /// The models whose descriptors come along.
        models: Vec<ModelGrant>,
    },
    /// Do this. Carries the descriptor of the medium, open for reading, unless the work says that it does not look
    /// into it, and those that it names.
    Work {
        /// Which job this is.
        job: JobId,
        /// What the engine takes the medium for.
        kind: MediaKind,
        /// Its extension in lower case, for messages only; the content decides.
        extension: Option<String>,
        /// Its size in bytes.
        bytes: u64,
        /// What may be spent on it; of a thumbnail, only where the work may make one.
        limits: Limits,
        /// What is to be done.
        work: Work,
    },
    /// A piece of the answer to what the worker has asked of a language model.
    Reply {
        /// For which job.
        job: JobId,
        /// The piece.
        reply: Reply,
    },
    /// Stop working on this job as soon as possible.
    Cancel {
        /// Which job.
        job: JobId,
    },
}

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromWorker {
    /// The first words.
    Hello {
        /// Who is speaking; the engine refuses another build.
        build: Build,
    },
    /// Libraries are loaded and the worker is confined: it can be trusted with a file.
    Ready {
        /// What confinement was really obtained.
        confinement: Confinement,
    },
    /// Still working.
    Progress {
        /// On which job.
        job: JobId,
        /// In which stage.
        stage: Stage,
        /// Units of the stage that are done.
        done: u32,
        /// Units of the stage in all; at least 1.
        total: u32,
    },
    /// Something to be asked of a language model, one at a time. Only while it is summarising: at any other time
    /// whoever asks has lost its mind.
    Ask {
        /// For which job.
        job: JobId,
        /// The question.
        ask: Ask,
    },
    /// It is done. The attachment has the pixels of a picture, if one belongs to the answer.
    Done {
        /// Which job.
        job: JobId,
        /// What came of it.
        answer: Answer,
        /// The shape of the attachment.
        picture: Option<Raster>,
    },
    /// There will be no answer.
    Failed {
        /// Of which job.
        job: JobId,
        /// Why.
        failure: Failure,
    },
    /// The job was cancelled and the worker is free again.
    Cancelled {
        /// Which job.
        job: JobId,
    },
}

/// A model the worker may use; its file comes as a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelGrant {
    /// What it is for.
    pub role: ModelRole,
    /// Its name, for provenance.
    pub name: String,
    /// SHA-256 of its file, in hex, for provenance.
    pub sha256: String,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelRole {
    /// Finds lines of text in a picture.
    TextDetection,
    /// Reads the characters of a line.
    TextRecognition,
    /// Finds speech in sound.
    VoiceActivity,
    /// Puts words to speech. Comes with each job that takes it, because people change it at any time.
    Speech,
}

/// A picture that is not there, not as large as announced, or larger than asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its picture is not what it says")]
pub struct RasterError;

/// Pixels that ride beside a message: 8-bit RGB, rows from the top, no padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raster {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl Raster {
    /// The longest edge of a picture that fits beside a message, whatever its shape.
    pub const LONGEST_EDGE: u32 = 2048;

    /// How many bytes its pixels take; for numbers that no picture has, the most there is.
    pub fn bytes(self) -> u64 {
        (u64::from(self.width) * u64::from(self.height)).saturating_mul(3)
    }

    /// A picture that was announced, or none, with what came beside the message, if that is what was announced and
    /// neither side is longer than `edge`.
    ///
    /// # Errors
    /// It is not: whoever sent it has lost its mind.
    pub fn frame(
        announced: Option<Self>,
        pixels: Vec<u8>,
        edge: u32,
    ) -> Result<Option<(Self, Vec<u8>)>, RasterError> {
        let Some(raster) = announced else {
            return if pixels.is_empty() { Ok(None) } else { Err(RasterError) };
        };
        let fits = (1..=edge).contains(&raster.width) && (1..=edge).contains(&raster.height);
        if fits && raster.bytes() == pixels.len() as u64 {
            Ok(Some((raster, pixels)))
        } else {
            Err(RasterError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frame, MAX_ATTACHMENT_BYTES};

    #[test]
    fn the_largest_preview_fits_beside_a_message_and_nothing_larger_does() {
        let edge = Raster::LONGEST_EDGE;
        let picture = Raster { width: edge, height: edge };
        let message = FromWorker::Done { job: JobId(1), answer: Answer::Preview, picture: Some(picture) };
        assert_eq!(picture.bytes(), MAX_ATTACHMENT_BYTES as u64);
        assert!(Frame::new(&message, vec![0; MAX_ATTACHMENT_BYTES]).is_ok());
        assert!(Frame::new(&message, vec![0; MAX_ATTACHMENT_BYTES + 1]).is_err());
    }

    #[test]
    fn a_thumbnail_is_what_was_announced_or_refused() {
        let raster = |width, height| Some(Raster { width, height });
        assert_eq!(Raster::frame(None, vec![], 9), Ok(None));
        let wide = Raster { width: 2, height: 1 };
        assert_eq!(Raster::frame(Some(wide), vec![7; 6], 2), Ok(Some((wide, vec![7; 6]))));
        for (announced, bytes, edge) in [
            (None, 1, 9),
            (raster(2, 1), 5, 9),
            (raster(2, 1), 7, 9),
            (raster(2, 1), 6, 1),
            (raster(0, 1), 0, 9),
            (raster(u32::MAX, u32::MAX), 3, u32::MAX),
        ] {
            assert_eq!(Raster::frame(announced, vec![0; bytes], edge), Err(RasterError), "{announced:?}");
        }
    }
}
