//! Text in pixels: PP-OCRv6 small through `oar-ocr`, on ONNX Runtime.
//!
//! Its models are driven one by one, so that large pictures can be cut into tiles, progress is told and a
//! cancel is heard between any two steps.

mod boxes;
mod dictionary;
mod find;
mod joined;
mod large;
mod pieces;
mod recognise;
mod scraps;
mod straight;
mod strange;
mod tiles;
mod upright;

use std::fs::File;
use std::sync::Arc;

use deskscribe_protocol::{Code, EngineUse, Failure, Line, ModelGrant, ModelRole, Reading, Stage};
use image::RgbImage;
use oar_ocr::core::OCRError;
use oar_ocr::core::config::{OrtExecutionProvider, OrtGraphOptimizationLevel, OrtSessionConfig};
use oar_ocr::processors::BoundingBox;

use crate::engines::whole;
use crate::job::{Interruption, Watch};
use crate::layout;
use find::Finder;
use recognise::Recogniser;
use straight::{Straight, Turn};

/// What was read in a picture.
pub(crate) struct Seen {
    /// Its lines, in reading order. None is a result.
    pub(crate) lines: Vec<Line>,
    /// Whether there is writing in letters that the model does not know; nothing of it is among the lines.
    pub(crate) is_strange: bool,
}

/// The scripts that can be read, in words.
pub(crate) const KNOWN_SCRIPTS: &str = strange::KNOWN;

/// The engine, with its models loaded.
pub(crate) struct Ocr {
    finder: Finder,
    recogniser: Recogniser,
    provenance: Vec<EngineUse>,
}

impl Ocr {
    /// Loads the models from their descriptors, and tells how many of how many are there.
    pub(crate) fn load(
        models: &[(ModelGrant, File)],
        threads: usize,
        tell: impl Fn(u32, u32),
    ) -> Result<Self, Failure> {
        let session = OrtSessionConfig::new()
            .with_intra_threads(threads)
            .with_inter_threads(1)
            .with_optimization_level(OrtGraphOptimizationLevel::All)
            // Shapes differ from line to line: patterns of past ones only hold memory.
            .with_memory_pattern(false)
            // Named, the processor works without an arena: a quarter less memory for a few percent of time.
            .with_execution_providers(vec![OrtExecutionProvider::CPU]);
        tell(0, 2);
        let finder = load(models, ModelRole::TextDetection, |model| Finder::load(model, session.clone()))?;
        tell(1, 2);
        let recogniser =
            load(models, ModelRole::TextRecognition, |model| Recogniser::load(model, session.clone()))?;
        let takes_part =
            |grant: &&ModelGrant| matches!(grant.role, ModelRole::TextDetection | ModelRole::TextRecognition);
        let provenance = models.iter().map(|(grant, _)| grant).filter(takes_part).map(|grant| EngineUse {
            stage: Stage::Ocr,
            engine: "oar-ocr 0.10 on ONNX Runtime".to_owned(),
            model: grant.name.clone(),
            sha256: grant.sha256.clone(),
        });
        Ok(Self { finder, recogniser, provenance: provenance.collect() })
    }

    /// What took part.
    pub(crate) fn provenance(&self) -> Vec<EngineUse> {
        self.provenance.clone()
    }

    /// What a picture says.
    ///
    /// A page that lies on its side, upside down or askew is taken straight first, and looked at anew.
    pub(crate) fn read(&self, picture: RgbImage, watch: &dyn Watch) -> Result<Seen, Interruption> {
        let mut straight = Straight::of(picture);
        let mut boxes = self.find(&straight, watch)?;
        if straight.can_turn() {
            if let Some(turn) = upright::from_its_side(&straight.picture, &boxes, &self.recogniser)? {
                boxes = self.find_turned(&mut straight, turn, watch)?;
            }
            if let Some(turn) = upright::from_askew(&boxes) {
                boxes = self.find_turned(&mut straight, turn, watch)?;
            }
        }
        let mut lines = self.say(&straight, &boxes, watch)?;
        if straight.can_turn()
            && upright::is_doubtful(&lines)
            && upright::is_upside_down(&straight.picture, &boxes, &self.recogniser)?
        {
            boxes = self.find_turned(&mut straight, Turn::Half, watch)?;
            lines = self.say(&straight, &boxes, watch)?;
        }
        let is_strange = strange::take_out(&boxes, &mut lines);
        scraps::drop_scraps(&mut lines);
        for line in &mut lines {
            line.corners = line.corners.map(|corner| straight.back(corner));
        }
        Ok(Seen { lines: within_bounds(layout::sorted(lines)), is_strange })
    }

    fn find(&self, straight: &Straight, watch: &dyn Watch) -> Result<Vec<BoundingBox>, Interruption> {
        // Finding takes about as long as reading; how many lines there will be is not known before.
        self.finder.find(&straight.picture, |done, total| tell(watch, done, 2 * total))
    }

    fn find_turned(
        &self,
        straight: &mut Straight,
        turn: Turn,
        watch: &dyn Watch,
    ) -> Result<Vec<BoundingBox>, Interruption> {
        straight.turn(turn);
        self.find(straight, watch)
    }

    fn say(
        &self,
        straight: &Straight,
        boxes: &[BoundingBox],
        watch: &dyn Watch,
    ) -> Result<Vec<Line>, Interruption> {
        let found = boxes.len();
        self.recogniser.read(&straight.picture, boxes, |done| tell(watch, found + done, 2 * found))
    }
}

/// Lines as a reading may hold them: of plain characters, and no more than fit.
pub(crate) fn within_bounds(mut lines: Vec<Line>) -> Vec<Line> {
    lines.truncate(Reading::MOST_LINES);
    for line in &mut lines {
        if line.text.contains(char::is_control) {
            line.text = line.text.replace(char::is_control, "\u{fffd}");
        }
    }
    // In the whole text, each is followed by one separator at most.
    let mut room = Reading::MOST_TEXT;
    let mut fits = |line: &Line| {
        let left = room.checked_sub(line.text.len() + 1);
        room = left.unwrap_or_default();
        left.is_some()
    };
    let most = lines.iter().take_while(|line| fits(line)).count();
    lines.truncate(most);
    lines
}

/// Loads the model of this role.
fn load<M>(
    models: &[(ModelGrant, File)],
    role: ModelRole,
    build: impl FnOnce(Arc<[u8]>) -> Result<M, OCRError>,
) -> Result<M, Failure> {
    let Some((grant, file)) = models.iter().find(|(grant, _)| grant.role == role) else {
        return Err(Failure::new(Code::Internal, "the models that read text were not lent"));
    };
    let unusable = |error: String| {
        Failure::new(Code::Internal, format!("the model {} cannot be loaded: {error}", grant.name))
    };
    let bytes = whole(file).map_err(|error| unusable(error.to_string()))?;
    build(bytes.into()).map_err(|error| unusable(error.to_string()))
}

fn tell(watch: &dyn Watch, done: usize, total: usize) -> Result<(), Interruption> {
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    watch.progress(Stage::Ocr, count(done), count(total));
    Ok(())
}

fn fault(error: OCRError) -> Failure {
    Failure::new(Code::Internal, format!("the text engine failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_picture_makes_more_lines_than_a_reading_may_hold() {
        let line = |text: String| Line { text, confidence: 1.0, corners: [[0.0; 2]; 4], page: 0 };
        let many = within_bounds(vec![line("a".to_owned()); Reading::MOST_LINES + 1]);
        assert_eq!(many.len(), Reading::MOST_LINES);
        let large = within_bounds(vec![line("x".repeat(1 << 20)); 5]);
        assert!(large.len() == 3 && layout::text_of(&large).len() <= Reading::MOST_TEXT);
        assert_eq!(within_bounds(vec![line("a\x1bb\tc".to_owned())])[0].text, "a\u{fffd}b\u{fffd}c");
    }
}
