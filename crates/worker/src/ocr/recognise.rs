//! What a line of text says: the recognition model looks at one line at a time.

use std::sync::Arc;

use deskscribe_protocol::{Failure, Line};
use image::RgbImage;
use oar_ocr::core::config::OrtSessionConfig;
use oar_ocr::core::traits::OrtConfigurable;
use oar_ocr::core::traits::adapter::{AdapterBuilder, ModelAdapter};
use oar_ocr::core::traits::task::ImageTaskInput;
use oar_ocr::core::{ModelSource, OCRError};
use oar_ocr::domain::adapters::{TextRecognitionAdapter, TextRecognitionAdapterBuilder};
use oar_ocr::oarocr::{EdgeProcessor, TextCroppingProcessor};
use oar_ocr::processors::{BoundingBox, Point};

use super::boxes::corners;
use super::{dictionary, fault, pieces};
use crate::job::Interruption;
use crate::layout;

/// No piece of a line is wider, in pixels at the model's height.
const WIDEST: usize = 4096;
/// Shorter lines are filled up to this width, in the same pixels.
const NARROWEST: usize = 160;
/// The model's height of a line, in pixels.
const HEIGHT: usize = 48;
/// What is shown of the picture around a line, in heights of the line: without it, underscores and final dots
/// get lost.
const ROOM: Room = Room { along: 0.1, across: 0.06 };

struct Room {
    along: f32,
    across: f32,
}

/// The model that reads lines.
pub(super) struct Recogniser {
    model: TextRecognitionAdapter,
    cropper: TextCroppingProcessor,
}

impl Recogniser {
    pub(super) fn load(model: Arc<[u8]>, session: OrtSessionConfig) -> Result<Self, OCRError> {
        let characters = dictionary::of(&model)
            .ok_or_else(|| OCRError::InvalidInput { message: "it lists no characters".to_owned() })?;
        let model = TextRecognitionAdapterBuilder::new()
            .with_ort_config(session)
            .model_input_shape([3, HEIGHT, NARROWEST])
            .max_img_w(WIDEST)
            .character_dict(characters)
            .build(ModelSource::Memory(model))?;
        // Lines that stand upright are laid down before they are read.
        Ok(Self { model, cropper: TextCroppingProcessor::new(true) })
    }

    /// The lines in these boxes, without those that say nothing. Before each line, `step` hears its number.
    ///
    /// Lines are read one by one: together they would all be as wide as the widest of them, which takes
    /// memory, and on one thread saves no time.
    pub(super) fn read(
        &self,
        picture: &Arc<RgbImage>,
        boxes: &[BoundingBox],
        mut step: impl FnMut(usize) -> Result<(), Interruption>,
    ) -> Result<Vec<Line>, Interruption> {
        let mut lines = Vec::with_capacity(boxes.len());
        for (index, box_) in boxes.iter().enumerate() {
            step(index)?;
            lines.extend(self.read_one(picture, box_)?);
        }
        Ok(lines)
    }

    fn read_one(&self, picture: &Arc<RgbImage>, box_: &BoundingBox) -> Result<Option<Line>, Failure> {
        let corners = corners(&box_.points);
        let Some(crop) = self.crop(picture, corners)? else { return Ok(None) };
        let (text, confidence) = self.say(crop)?;
        Ok((!text.is_empty()).then_some(Line { text, confidence, corners, page: 0 }))
    }

    /// The picture of a line, laid down if it stands upright. A box without area has none.
    pub(super) fn crop(
        &self,
        picture: &Arc<RgbImage>,
        corners: [[f32; 2]; 4],
    ) -> Result<Option<Arc<RgbImage>>, Failure> {
        let crops = self.cropper.process((Arc::clone(picture), vec![with_room(corners)])).map_err(fault)?;
        Ok(crops.into_iter().flatten().next())
    }

    /// What the picture of a line says, and how certain that is, from 0 to 1.
    pub(super) fn say(&self, crop: Arc<RgbImage>) -> Result<(String, f32), Failure> {
        let mut text = String::new();
        let mut certain = 0.0;
        for piece in pieces::cut(crop) {
            let input = ImageTaskInput::from_arc_images(vec![piece.picture]);
            let said = self.model.execute(input, None).map_err(fault)?;
            if let (Some(words), Some(score)) = (said.texts.first(), said.scores.first()) {
                text.push_str(if piece.after_gap { " " } else { "" });
                text.push_str(words.trim());
                certain += score.clamp(0.0, 1.0) * words.trim().len() as f32;
            }
        }
        let confidence = certain / text.len().max(1) as f32;
        Ok((text.trim().to_owned(), confidence))
    }
}

/// A larger box around these corners, along its own sides.
fn with_room(corners: [[f32; 2]; 4]) -> BoundingBox {
    let (width, height) = layout::sides(corners);
    let [upper_left, upper_right, lower_right, lower_left] = corners;
    let line = height.min(width);
    // A line that stands upright has its length where others have their height.
    let (beside, above) =
        if height > 1.5 * width { (ROOM.across, ROOM.along) } else { (ROOM.along, ROOM.across) };
    let step = |from: [f32; 2], to: [f32; 2], length: f32, room: f32| {
        [0, 1].map(|axis| (to[axis] - from[axis]) / length.max(1.0) * line * room)
    };
    let right = step(upper_left, upper_right, width, beside);
    let down = step(upper_left, lower_left, height, above);
    let moved = |[x, y]: [f32; 2], right_by: f32, down_by: f32| Point {
        x: x + right_by * right[0] + down_by * down[0],
        y: y + right_by * right[1] + down_by * down[1],
    };
    BoundingBox {
        points: vec![
            moved(upper_left, -1.0, -1.0),
            moved(upper_right, 1.0, -1.0),
            moved(lower_right, 1.0, 1.0),
            moved(lower_left, -1.0, 1.0),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_along_the_sides_of_the_box() {
        let room = |corners| {
            let points = with_room(corners).points;
            points.iter().map(|point| [point.x.round(), point.y.round()]).collect::<Vec<_>>()
        };
        let flat = [[100.0, 100.0], [300.0, 100.0], [300.0, 150.0], [100.0, 150.0]];
        assert_eq!(room(flat), [[95.0, 97.0], [305.0, 97.0], [305.0, 153.0], [95.0, 153.0]]);
        let upright = [[100.0, 100.0], [150.0, 100.0], [150.0, 300.0], [100.0, 300.0]];
        assert_eq!(room(upright), [[97.0, 95.0], [153.0, 95.0], [153.0, 305.0], [97.0, 305.0]]);
    }
}
